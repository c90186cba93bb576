"""Code pages of texts: told by what the model knows, else by letters, and never at the cost of western files."""

import io
import random

import pytest

from layouts.campaign.reading import ENCODINGS
from ml.data.feature import Choice, Feature
from ml.data.schema import Schema
from ml.files.open_table import first_lines, open_table
from ml.files.readers.text_process import TextReader
from ml.files.text.byte_counts import ByteCounter
from ml.files.text.code_pages import OTHERS, PAGES, WESTERN, page_of
from ml.files.text.encodings import scan_text, spoken
from ml.files.text.read_options import ReadOptions

PEOPLE = {
    "Polish": "Wiśniewski;Łódź;Kamiński;Gdańsk;Żaneta;Wójcik;Częstochowa;Zieliński;Kołobrzeg;Bąk",
    "Czech": "Dvořák;Plzeň;Růžička;Ústí;Šťastný;Kučera;České Budějovice;Jiří;Třebíč;Černý",
    "Hungarian": "Szűcs;Győr;Kőszegi;Székesfehérvár;Erzsébet;Tóth;Hódmezővásárhely;Bőrös;Érd",
    "Croatian": "Kovačević;Šibenik;Đurić;Požega;Žižić;Čakovec;Šimić;Marić",
    "Turkish": "Yılmaz;İstanbul;Çelik;Eskişehir;Şahin;Muğla;Kılıç;Iğdır;Güneş;Ayşe",
    "Greek": "Παπαδόπουλος;Αθήνα;Γεωργίου;Πάτρα;Ελένη;Ηράκλειο;Νικολάου;Λάρισα",
    "Russian": "Кузнецова;Москва;Щербаков;Казань;Соколова;Пермь;Дмитрий;Екатеринбург",
    "Ukrainian": "Шевченко;Київ;Їжакевич;Львів;Олексій;Чернівці;Єфименко;Вінниця",
    "Bulgarian": "Георгиев;София;Желязков;Пловдив;Стоянов;Търново",
    "Lithuanian": "Žukauskas;Šiauliai;Kazlauskienė;Mažeikiai;Gintarė;Panevėžys",
    "Latvian": "Bērziņš;Rīga;Kalniņš;Liepāja;Ozoliņa;Jēkabpils;Krūmiņš",
    "German": "Müller;München;Schröder;Köln;Jäger;Gießen;Groß;Düsseldorf",
    "French": "Lefèvre;Orléans;François;Nîmes;Hélène;Besançon;Noël;Sète",
    "Spanish": "Muñoz;Málaga;Ibáñez;Cádiz;García;León;Núñez;Logroño",
    "Portuguese": "Gonçalves;São Paulo;Conceição;Évora;Simões;Guimarães",
    "Swedish": "Åkesson;Malmö;Sjöberg;Västerås;Bäckman;Örebro",
    "Danish": "Sørensen;Helsingør;Kjær;Næstved;Jørgensen;Rønne;Ågård",
    "Icelandic": "Guðrún;Reykjavík;Sigurður;Ísafjörður;Þórður;Akranes;Bæjarás;Höfn",
    "Finnish": "Mäkinen;Jyväskylä;Hämäläinen;Töölö;Räsänen;Äänekoski",
    "Faroese": "Tórshavn;Høgadalsá;Suðuroy;Fuglafjørður;Norðoyggjar;Miðvágur",
    "Frisian": "Súdwest-Fryslân;Sûd-Afrika;Ljouwert;Drylts;Boalsert;Grinslân;Noardeastlân",
    "Friulian": "Çarvignan;Glemone dal Friûl;Sant Denêl;Cjargne;Paîs bas;Grancj Lâcs;Gjibiltiere",
    "Afrikaans": "Sêr-eiland;Oseanië;Namibië;Haïti;Môrester;Brûe;Kanarië;Wêreld",
    "Breton": "Kemperlê;Pañvrid;Plañvor;Gwengamp;Rûmania;Roañs;Nevez-Amzerioù;Plouârzel",
}
WRITTEN = {
    "Polish": "cp1250 iso8859-2 cp852", "Czech": "cp1250 iso8859-2 cp852", "Hungarian": "cp1250 iso8859-2 cp852",
    "Croatian": "cp1250 iso8859-2", "Turkish": "cp1254 cp857", "Greek": "cp1253 iso8859-7 cp737",
    "Russian": "cp1251 koi8-r cp866 iso8859-5", "Ukrainian": "cp1251 koi8-u", "Bulgarian": "cp1251",
    "Lithuanian": "cp1257", "Latvian": "cp1257", "German": "cp1252 mac-roman cp850", "French": "cp1252 mac-roman cp850",
    "Spanish": "cp1252 mac-roman cp850", "Portuguese": "cp1252 mac-roman", "Swedish": "cp1252 mac-roman cp850",
    "Danish": "cp1252 mac-roman", "Icelandic": "cp1252", "Finnish": "cp1252", "Faroese": "cp1252",
    "Frisian": "cp1252 mac-roman", "Friulian": "cp1252 mac-roman", "Afrikaans": "cp1252 mac-roman", "Breton": "cp1252",
}  # fmt: skip
SHEETS = [(language, page) for language, pages in WRITTEN.items() for page in pages.split()]


def file_of(language, records, share=1.0):
    """Records of which a share has names of the language; the others are in English."""
    draw = random.Random(f"{language} {records}")
    own = PEOPLE[language].split(";")
    names = [draw.choice(own if draw.random() < share else ["Smith", "London", "Baker"]) for _ in range(records)]
    return "name;income\r\n" + "".join(f"{name};{draw.randint(1_000, 90_000)}\r\n" for name in names)


@pytest.mark.parametrize(("language", "page"), SHEETS)
@pytest.mark.parametrize(("records", "share"), [(20, 1.0), (40, 0.4), (2_000, 0.01)])
def test_letters_tell_the_page(language, page, records, share):
    written = file_of(language, records, share)
    data = written.encode(page)
    assert data.decode(scan_text(io.BytesIO(data)).encoding) == written


@pytest.mark.parametrize("language", [each for each, pages in WRITTEN.items() if pages.startswith("cp1252")])
def test_one_western_word_is_never_taken_for_another(language):
    for word in PEOPLE[language].split(";"):
        assert scan_text(io.BytesIO(f"name;income\n{word};1\n".encode("cp1252"))).encoding in ("cp1252", "utf-8")


@pytest.mark.parametrize("words", ["Ilhas Virgens Britânicas;Polinésia", "Château;Nîmes;Rhône", "Sûd-Altaïsk;Âld"])
def test_rare_letters_of_the_west_are_none_of_other_pages(words):
    """â, î and ô stand where Latvian has ā, ī and ō."""
    assert scan_text(io.BytesIO(f"name;income\n{words}\n".encode("cp1252"))).encoding == "cp1252"


@pytest.mark.parametrize(("language", "page"), [("Russian", "koi8-r"), ("Greek", "cp1253"), ("Bulgarian", "cp1251")])
def test_one_name_of_another_script_is_enough(language, page):
    for word in PEOPLE[language].split(";"):
        data = f"name;income\nSmith;5\n{word};1\n".encode(page)
        assert data.decode(scan_text(io.BytesIO(data)).encoding).split("\n")[2] == f"{word};1"


@pytest.mark.parametrize(
    "text",
    [
        "100 €;k€;T€;20 °C;m²;n°;½;§ 5",
        "«\u00a0Oui\u00a0»;„Ja“;¿Qué?;1\u00a0234",
        "don’t;isn’t;we’re;they’ve;rock’n’roll;“yes”;a–b;and…so;a ‚quote‘",
        "Müller;Dvorák;Muñoz;Sørensen;Lefèvre;São Paulo;Škoda;Žižkov",  # customers of all the west
        "CAFÉ;MÜNCHEN;STRAẞE;ÉVORA;SÃO PAULO".replace("ẞ", "SS"),
    ],
)
def test_signs_and_mixed_western_words_stay_western(text):
    assert scan_text(io.BytesIO(text.encode("cp1252"))).encoding == "cp1252"


def table_of(data, *choices, name="город", **more):
    region = Feature("region", name, "category", choices=tuple(Choice(one, one) for one in choices))
    schema = Schema((region, Feature("income", "Income", "number")))
    return open_table(io.BytesIO(data), schema=schema, **more)


KNOWN = [
    ("cp1250", ("Kamień", "Łódź", "Kraków")),  # one word with ñ would be Spanish
    ("cp1257", ("Rīga", "Cēsis", "Ogre")),
    ("cp1254", ("Muğla", "İzmir", "Bolu")),
    ("cp850", ("Köln", "Süd", "Nord")),
    ("cp437", ("Über", "Süd", "Nord")),
    ("cp775", ("Rīga", "Ogre", "Cēsis")),
    ("mac-cyrillic", ("Юг", "Север", "Запад")),
    ("mac-greek", ("Βορράς", "Νότος", "Δύση")),
    ("shift_jis", ("東京", "大阪", "京都")),
    ("gb18030", ("北京", "上海", "广州")),
    ("big5", ("臺北", "高雄", "臺中")),
    ("euc_kr", ("서울", "부산", "대구")),
    ("cp1255", ("צפון", "דרום", "מרכז")),
    ("cp1256", ("شمال", "جنوب", "غرب")),
]


@pytest.mark.parametrize(("page", "choices"), KNOWN)
def test_choices_of_the_model_tell_the_page(page, choices):
    data = f"region;income\n{choices[0]};1\n{choices[1]};2\n".encode(page)
    table = table_of(data, *choices)
    assert [cells[0] for cells in table.lines] == list(choices[:2])
    assert f"taken for {spoken(table.dialect.encoding)}. Where letters look wrong" in " ".join(table.notes)


def test_choices_tell_the_page_behind_other_words():
    data = "region;income\nЕкатеринбург;1\nОбь;2\nЮг;3\n".encode("mac-cyrillic")
    assert [cells[0] for cells in table_of(data, "Юг", "Север").lines] == ["Екатеринбург", "Обь", "Юг"]


def test_choices_that_are_not_there_leave_the_page_to_the_letters():
    written = file_of("Polish", 20)
    lines = list(table_of(written.encode("iso8859-2"), "Süd", "Юг").lines)
    assert [cells[0] for cells in lines] == [line.split(";")[0] for line in written.splitlines()[1:]]


def test_a_look_in_a_process_takes_the_same_page():
    data = "region;income\nЮг;1\n".encode("mac-cyrillic")
    with TextReader() as reader:
        table = table_of(data, "Юг", "Север", reader=reader)
        assert list(table.lines) == [["Юг", "1"]]
    assert "taken for Mac Cyrillic" in " ".join(table.notes)


def test_the_first_lines_of_a_text_that_was_counted_before_are_in_its_page():
    """The first bytes were read to know its format: they are looked at again."""
    data = "Город;Доход\nParis;1\n".encode("mac-cyrillic")
    counter = ByteCounter("utf-8")
    counter.take(data)
    schema = Schema((Feature("town", "Город", "text"),))
    lines, dialect = first_lines(io.BytesIO(data), ReadOptions(), schema, counter.end())
    assert (lines[0], dialect.encoding) == ("Город;Доход\n", "mac-cyrillic")


def test_names_of_columns_tell_the_page():
    data = "Город;Доход\nParis;1\n".encode("mac-cyrillic")
    assert table_of(data, "Paris", "Rome").header == ("Город", "Доход")


def test_choices_in_the_west_stay_there_beside_other_names():
    data = "region;income;name\nSüd;1;Škoda\nSüd;2;Žižkov\n".encode("cp1252")
    assert [cells[0] for cells in table_of(data, "Süd", "Nord").lines] == ["Süd", "Süd"]


@pytest.mark.parametrize(("language", "page", "byte"), [("Greek", "cp1253", b"\xd2"), ("Latvian", "cp1257", b"\xa1")])
@pytest.mark.parametrize("told", [False, True])
def test_a_byte_that_is_none_of_the_page_is_no_reason_to_refuse(language, page, byte, told):
    written = file_of(language, 20)
    table = open_table(
        io.BytesIO(written.encode(page) + b"x" + byte + b";1\r\n"), ReadOptions(encoding=page if told else None)
    )
    assert [cells[0] for cells in table.lines][:20] == [line.split(";")[0] for line in written.splitlines()[1:]]


def test_every_page_that_is_told_can_be_chosen():
    assert {*PAGES, *OTHERS} <= {encoding for encoding, _ in ENCODINGS}


@pytest.mark.parametrize("word", ["ééé", "éèéè", "üüü", "ÄÄÄ"])
def test_two_letters_alone_are_no_word_of_another_script(word):
    assert page_of([word.encode(WESTERN)]) == WESTERN
