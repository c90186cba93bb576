"""Numbers in a reader's marks: written as the Unicode CLDR says, and read back as the same number."""

import json
import threading
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.shared.percent import percents, span
from ml.data.value_words import shown
from ml.locale import (
    DEFAULT_FORMAT,
    NotANumber,
    NumberFormat,
    canonical,
    format_of_locale,
    localized,
    percent,
    preferred_format,
    reader_format,
    use_number_format,
)
from ml.plots import theme
from ml.text import number_words
from ml.text.words import number_text, points_text
from tests import locales

GERMAN = NumberFormat(",", ".", "{}\u00a0%")
FRENCH = NumberFormat(",", "\u202f", "{}\u00a0%")
SWISS = NumberFormat(".", "’", "{}%")
EVERY = (DEFAULT_FORMAT, GERMAN, FRENCH, SWISS)


@pytest.mark.parametrize(
    ("locale", "number", "share"),
    [
        ("en-US", "1,234.5", "62.0\u00a0%"),
        ("de-DE", "1.234,5", "62,0\u00a0%"),
        ("de-CH", "1’234.5", "62.0\u00a0%"),
        ("fr-FR", "1\u202f234,5", "62,0\u00a0%"),
        ("tr", "1.234,5", "%62,0"),
    ],
)
def test_a_locale_writes_as_its_readers_do(locale, number, share):
    with use_number_format(format_of_locale(locale)):
        assert (localized("1,234.5"), percent("62.0")) == (number, share)


@pytest.mark.parametrize("name", ["", "xx-YY", "*", "../../etc", "-", "d" * 500])
def test_a_locale_that_nobody_knows_has_the_houses_marks(name):
    assert format_of_locale(name) == DEFAULT_FORMAT


def test_the_table_says_what_the_unicode_cldr_says():
    assert json.loads(locales.TABLE.read_text(encoding="utf-8")) == locales.table()
    assert {tag: format_of_locale(tag) for tag in locales.every()} == locales.every()


@pytest.mark.parametrize(
    ("header", "marks"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", GERMAN),
        ("en;q=0.8,de;q=0.9", GERMAN),
        ("de-XX", GERMAN),
        ("DE", GERMAN),
        ("xx, de;q=0.9", DEFAULT_FORMAT),
        ("de;q=0, en", DEFAULT_FORMAT),
        ("de;q=nonsense", DEFAULT_FORMAT),
        ("*", DEFAULT_FORMAT),
        ("", DEFAULT_FORMAT),
        (",;=" * 5000, DEFAULT_FORMAT),
    ],
)
def test_the_highest_language_of_the_header_counts(header, marks):
    assert preferred_format(header) == marks


@given(st.decimals(-(10**12), 10**12, places=3), st.sampled_from(EVERY))
def test_what_is_written_is_read_as_the_same_number(value, marks):
    with use_number_format(marks):
        assert Decimal(canonical(localized(f"{value:,.3f}"), marks)) == value


@pytest.mark.parametrize(
    ("marks", "typed", "meant"),
    [
        (GERMAN, "5.000", "5000"),
        (DEFAULT_FORMAT, "5.000", "5.000"),
        (GERMAN, "5.000,5", "5000.5"),
        (GERMAN, "5,5", "5.5"),
        (GERMAN, "−1.234.567", "-1234567"),
        (FRENCH, "5 000,5", "5000.5"),
        (FRENCH, "5\u00a0000", "5000"),
        (SWISS, "20'901.5", "20901.5"),
        (DEFAULT_FORMAT, "1e3", "1e3"),
        (DEFAULT_FORMAT, ".5", ".5"),
    ],
)
def test_a_number_is_understood_as_its_writer_means_it(marks, typed, meant):
    assert canonical(typed, marks) == meant


@pytest.mark.parametrize(
    ("marks", "typed"),
    [
        (GERMAN, "5.00"),
        (GERMAN, "5.5"),
        (DEFAULT_FORMAT, "1,2,3"),
        (DEFAULT_FORMAT, "5,5"),
        (DEFAULT_FORMAT, "1,0000"),
        (GERMAN, "1,5,5"),
        (GERMAN, "1.234.56"),
        (FRENCH, "5.5"),
        (SWISS, "1 000"),
        (DEFAULT_FORMAT, "1234,567"),
        (DEFAULT_FORMAT, ""),
        (DEFAULT_FORMAT, "."),
        (DEFAULT_FORMAT, "five"),
        (DEFAULT_FORMAT, "٣"),
    ],
)
def test_what_could_be_misread_is_refused(marks, typed):
    with pytest.raises(NotANumber, match="Accepted: 1"):
        canonical(typed, marks)


def test_words_are_as_ever_where_nobody_said_how_to_write():
    assert (shown(20901.0), shown(-20901), number_text(20901.5)) == ("20901", "-20901", "20,901.5")
    assert (span(0.02, 0.69), number_words.count(1234)) == ("2–69\u00a0%", "1,234")


def test_every_word_for_people_has_the_readers_marks():
    with use_number_format(GERMAN):
        assert theme.figure([]).layout.separators == ",."  # decimal mark, then group
        assert (shown(20901.0), shown(-20901), shown(0.25), shown(True)) == ("20.901", "-20.901", "0,25", "true")
        assert (shown(-0.25), shown(-0.0001), shown(-1000.5)) == ("-0,25", "-0,0001", "-1.000,5")
        assert (number_text(20901.5), points_text(-0.4)) == ("20.901,5", "−0,4 points")
        assert percents([0.62, 0.37995, 0.00005], exclusive=True) == ["62,0\u00a0%", "38,0\u00a0%", "< 0,1\u00a0%"]
        assert (number_words.percent(0.0051), number_words.percent(0.0001), number_words.count(1234.5)) == (
            "0,5\u00a0%",
            "under 0,1\u00a0%",
            "1.234,5",
        )


def test_marks_end_with_their_block_and_stay_in_their_thread():
    seen = []
    with use_number_format(GERMAN):
        other = threading.Thread(target=lambda: seen.append(reader_format()))
        other.start()
        other.join()
        assert localized("0.5") == "0,5"
    with pytest.raises(ZeroDivisionError), use_number_format(GERMAN):
        1 / 0  # noqa: B018
    assert (seen, reader_format(), localized("0.5")) == ([None], None, "0.5")
