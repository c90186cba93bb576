"""Excel on a Mac saves CSV in Mac Roman: it is told from Windows-1252 by letters with accents inside words."""

import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.files.open_table import open_table
from ml.files.text.byte_counts import MOST_FOUND, ByteCounter
from ml.files.text.encodings import scan_text

SCHEMA = Schema((Feature("city", "City", "text"), Feature("income", "Income", "number")))
WORDS = {
    "German": "München;Köln;Straßburg;Düsseldorf;Präsident;Nürnberg",
    "French": "Besançon;Orléans;Sèvres;Nîmes;Forêt;Noël;Chalon-sur-Saône",
    "Spanish": "Cádiz;León;Logroño;Málaga;Güímar;año",
    "Portuguese": "São Paulo;Évora;Guimarães;Setúbal;coração",
    "Italian": "Cefalù di là;perché no;città;Forlì in Emilia;più",
    "Swedish": "Göteborg;Malmö;Västerås;Örebro;Skåne",
}
PLAIN = "income is 3’000 – or more… don‘t “ask” “us”;l’été;100 €;œuvre;a–b;cœur;und…so;Škoda;Žižkov"


def encoding_of(data):
    return scan_text(io.BytesIO(data)).encoding


@pytest.mark.parametrize("language", ["German", "French", "Spanish", "Portuguese", "Swedish"])
@pytest.mark.parametrize("encoding", ["mac-roman", "cp1252"])
def test_a_language_is_told_by_its_words(language, encoding):
    assert encoding_of(WORDS[language].encode(encoding)) == encoding


@pytest.mark.parametrize("words", [*WORDS.values(), PLAIN])
def test_what_is_windows_1252_or_utf_8_stays_it(words):
    assert encoding_of(words.encode("cp1252")) == "cp1252"
    assert encoding_of(words.encode()) == "utf-8"


def test_cells_are_read_and_it_is_said():
    data = "City;Income\rMünchen;1.234,5\rKöln;2.000,0\r".encode("mac_roman")
    table = open_table(io.BytesIO(data), schema=SCHEMA)
    assert list(table.rows) == [{"city": "München", "income": "1234.5"}, {"city": "Köln", "income": "2000.0"}]
    assert "taken for Mac Roman" in " ".join(table.dialect.notes)


def test_what_somebody_said_counts():
    assert scan_text(io.BytesIO("München".encode("mac_roman")), "cp1252").encoding == "cp1252"


LETTERS = st.binary(max_size=6).map(lambda data: bytes(b"aZ\x8a\x9f\xfc\xdf n"[byte % 8] for byte in data))


@settings(deadline=None)
@given(st.lists(st.tuples(LETTERS, LETTERS), min_size=1, max_size=4))
@example([(b"", b"a\x8a"), (b"a", b"n\xfc"), (b"n", b"")])
def test_words_do_not_depend_on_the_blocks(pieces):
    """Each block holds a byte that is none of UTF-8, so that all are looked at."""
    blocks = [before + b";\xff;" + after for before, after in pieces]
    whole, parts = ByteCounter("utf-8"), ByteCounter("utf-8")
    whole.take(b"".join(blocks))
    for block in blocks:
        parts.take(block)
    assert whole.end() == parts.end()
    assert whole.words == parts.words


def test_some_thousand_words_are_enough():
    counter = ByteCounter("utf-8")
    counter.take("München ".encode("mac_roman") * MOST_FOUND)
    counter.take("Čeněk ".encode("cp1250"))
    assert counter.words == {"München".encode("mac_roman"): None}
