"""Messages: templates with slots, plural forms, the reader's language, and the catalog that Babel reads."""

import copy
import gettext
import json
import pickle
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ml.errors import LikelyError, NothingToShow
from ml.locale import format_of_locale, use_number_format
from ml.translation import (
    ALL_READERS,
    ENGLISH,
    mark,
    plural,
    plural_template,
    preferred_language,
    reader_language,
    serialize_messages,
    template,
    text,
    text_parts,
    translated,
    use_language,
)
from ml.translation import language as language_module
from ml.translation.messages import PACKED
from ml.translation.pseudo_locale import LONGER, PSEUDO, pseudo
from tests import messages


def test_catalog_holds_all_messages_of_the_code():
    assert messages.catalog() == messages.CATALOG.read_text(encoding="utf-8"), "make messages"


def test_templates_are_literals_and_have_the_slots_that_are_given():
    assert list(messages.faults()) == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('text(f"{a} is {b}")', "literal"),
        ('text("a " + b)', "literal"),
        ('plural("{n} row", f"{n} rows", n, n=n)', "literal"),
        ("mark(word)", "literal"),
        ('text("{a} is {b}", a=1)', "slots"),
        ('text("{a}", a=1, b=2)', "slots"),
        ('plural("one row", "{m} rows", n)', "slots"),
        ('plural("one row", "{n} rows", n)', None),
        ('text("{a}", a=1)', None),
        ("text(WORDS, a=1)", None),
        ('plural("one row", "{n} rows", 1, n=1)', None),
    ],
)
def test_faults_of_a_call(tmp_path, monkeypatch, line, fault):
    (tmp_path / "ml").mkdir()
    (tmp_path / "ml" / "made.py").write_text(f"from ml.translation import mark, plural, text\n{line}\n")
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    found = list(messages.faults())
    assert [fault in each for each in found] == [True] if fault else found == []


def test_the_number_of_a_plural_fills_its_slot_in_the_readers_format():
    assert [plural("{n} row", "{n} rows", n) for n in (0, 1, 1234, 2.5)] == [
        "0 rows",
        "1 row",
        "1,234 rows",
        "2.5 rows",
    ]
    assert plural("{n} row", "{n} rows", 2, n="both") == "both rows"
    with use_language(ALL_READERS):
        made = plural("{n} row", "{n} rows", 1234)
    assert made == "1,234 rows"
    for kept in (made, json.loads(json.dumps(serialize_messages(made)))):
        with use_number_format(format_of_locale("de")):
            assert translated(kept) == "1.234 rows"


def test_english_without_a_reader():
    assert reader_language() == ENGLISH
    assert text("{name} is {size} long.", name="A{b}", size=3) == "A{b} is 3 long."
    assert [plural("{n} row", "{n} rows", n, n=n) for n in (0, 1, 1.0, 1.5, 2)] == [
        "0 rows", "1 row", "1.0 row", "1.5 rows", "2 rows"
    ]  # fmt: skip
    assert mark("{a} row") == "{a} row"
    link = object()
    assert text_parts("See {page} for more.", page=link) == ["See ", link, " for more."]
    assert text_parts("{page}", page=link) == [link]


@pytest.mark.parametrize(
    ("name", "isolates"), [("العمر", True), ("גיל", True), ("Größe", False), ("年齢", False), ("", False), (44, False)]
)
def test_a_name_written_from_right_to_left_moves_no_number_beside_it(name, isolates):
    """A number after an Arabic letter is Arabic, too, and would be drawn on the left of the name."""
    shown = f"\u2066{name}\u2069" if isolates else name
    assert text("{feature}: {value}", feature=name, value="44 to 53") == f"{shown}: 44 to 53"
    assert plural("{n} of {x}", "{n} of {x}", 2, x=name) == f"2 of {shown}"
    assert text_parts("{x} {n}", x=name, n=1) == [shown, " ", 1]
    with use_language(ALL_READERS):
        later = text("{feature}: {value}", feature=name, value="44 to 53")
    assert later == translated(later) == translated(serialize_messages(later)) == f"{shown}: 44 to 53"


def test_a_sentence_for_all_readers_is_said_to_each(catalogs):
    with use_language(ALL_READERS):
        made = text("See {page}.", page=plural("{n} row", "{n} rows", 2, n=2))
    kept = json.loads(json.dumps(serialize_messages({"names": [made, "See {page}.", 7]})))
    for each in (made, pickle.loads(pickle.dumps(made)), copy.deepcopy(made)):
        assert each == translated(each) == "See 2 rows."
        with use_language("de"):
            assert translated(each) == "Siehe 2 Zeilen."
    with use_language("de"):
        assert translated(kept["names"]) == ["Siehe 2 Zeilen.", "See {page}.", 7]
    assert translated(kept["names"]) == ["See 2 rows.", "See {page}.", 7]


def test_an_error_is_said_in_the_language_of_who_reads_it(catalogs):
    with use_language(ALL_READERS):
        error = NothingToShow(text("See {page}.", page="{n}"), plural("{n} row", "{n} rows", 1, n=1))
    assert str(error) == "See {n}. 1 row"
    assert (error.message, error.hint) == ("See {n}.", "1 row")
    with use_language("de"):
        assert (error.message, error.hint) == ("Siehe {n}.", "1 Zeile")


def test_pseudo_locale_is_longer_and_keeps_slots():
    with use_language(PSEUDO):
        said = text("The {feature} moves it most.", feature="Income")
        assert (said[0], said[-1]) == ("⟦", "⟧")
        assert "Income" in said
        assert "moves" not in said
        assert plural("{n} row", "{n} rows", 1, n=1) != plural("{n} row", "{n} rows", 2, n=1)
    sentence = "Chooses what a person reads first"
    assert len(pseudo(sentence)) >= (1 + LONGER) * len(sentence.replace(" ", ""))


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", ENGLISH),
        ("xx, yy;q=0.9", ENGLISH),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB, de;q=0.9", ENGLISH),
        ("fr;q=0.9, pt-BR;q=0.5, en;q=0.4", "pt-br"),
        ("QPS-PLOC", PSEUDO),
        ("de;q=0, en", ENGLISH),
        ("../../etc", ENGLISH),
    ],
)
def test_language_of_a_request(catalogs, header, language):
    assert preferred_language(header) == language


def test_a_language_with_other_plural_forms_and_another_order(catalogs):
    with use_language("de"):
        assert text("{feature} moves it most.", feature="Alter") == "Am meisten bewegt es Alter."
        assert [plural("{n} row", "{n} rows", n, n=n) for n in (1, 2)] == ["1 Zeile", "2 Zeilen"]
        assert text_parts("See {page}.", page=7) == ["Siehe ", 7, "."]
        assert text("Not in the catalog") == "Not in the catalog"
    assert reader_language() == ENGLISH


def test_templates_for_scripts_are_in_the_readers_language_with_their_slots(catalogs):
    with use_language("de"):
        assert template("{feature} moves it most.") == "Am meisten bewegt es {feature}."
        forms = plural_template("{n} row", "{n} rows")
    assert forms["forms"] == ["{n} Zeilen", "{n} Zeile"]
    assert [forms["forms"][int(at)] for at in forms["of"][:4]] == [
        "{n} Zeilen",
        "{n} Zeile",
        "{n} Zeilen",
        "{n} Zeilen",
    ]
    assert len(forms["of"]) == 200
    assert text("") == ""  # the name of a catalog's header


@pytest.fixture
def catalogs(tmp_path, monkeypatch):
    """Catalogs of two languages, compiled by Babel."""
    german = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "{feature} moves it most."
msgstr "Am meisten bewegt es {feature}."

msgid "See {page}."
msgstr "Siehe {page}."

msgid "{n} row"
msgid_plural "{n} rows"
msgstr[0] "{n} Zeile"
msgstr[1] "{n} Zeilen"
"""
    for name in ("de", "pt_BR"):
        folder = tmp_path / name / "LC_MESSAGES"
        folder.mkdir(parents=True)
        source = tmp_path / f"{name}.po"
        source.write_text(german, encoding="utf-8")
        with source.open("rb") as po, (folder / "messages.mo").open("wb") as mo:
            write_mo(mo, read_po(po, locale=name))
    monkeypatch.setattr(language_module, "CATALOGS", Path(tmp_path))
    _forget()
    yield
    _forget()


def _forget():
    language_module.languages.cache_clear()
    language_module._opened.cache_clear()
    gettext._translations.clear()


def test_data_that_looks_like_a_packed_sentence_is_data():
    sent = PACKED + '["{a.__class__}", {"a": "x"}, "", 1]'
    assert translated(serialize_messages([sent, "plain"])) == [sent.removeprefix(PACKED), "plain"]
    for data in (sent, PACKED):
        assert LikelyError(data, data).message == LikelyError(data, data).hint == data
        with use_language(ALL_READERS):
            error = LikelyError(text("{feature}: no number.", feature=data))
        assert error.message == f"{data}: no number."
