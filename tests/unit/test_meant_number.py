"""Questions about numbers as people type them, by hand."""

import pytest

from ml.data.feature import Feature
from ml.data.records import read_records
from ml.data.schema import Schema
from ml.data.value_words import UNREADABLE
from ml.locale import format_of_locale, use_number_format

INCOME = Feature("income", "Income", kind="number", low=0.0, high=10000.0, seen=(8.0, 224.0), unit="thousand $ a year")
MORTGAGE = Feature("mortgage", "Mortgage", kind="number", low=0.0, high=100000.0, seen=(0.0, 635.0), unit="thousand $")
AGE = Feature("age", "Age", kind="integer", low=18, high=110, seen=(23, 67), unit="years")
HEIGHT = Feature("height", "Height", kind="number", seen=(1.4, 2.1))
SHARE = Feature("share", "Share", kind="number", seen=(0.0, 1.0))
UNSEEN = Feature("income", "Income", kind="number", unit="Thousands of $")
PLAIN = Feature("pay", "Pay", kind="number", low=0.0, high=1e7, seen=(700.0, 21000.0), unit="a month")


def said(feature, text, locale="en"):
    """Everything that is said about one value."""
    with use_number_format(format_of_locale(locale)):
        read = read_records(Schema((feature,)), [{feature.name: text}])
    return " ".join(f"{each.message} {each.hint}" for each in (*read.problems, *read.notes)).strip()


@pytest.mark.parametrize(
    ("feature", "text", "meant"),
    [
        (INCOME, "64k", "64"),
        (INCOME, "$64k", "64"),
        (INCOME, "64 K", "64"),
        (INCOME, "0.064m", "64"),
        (INCOME, "$64", "64"),
        (INCOME, "64 $", "64"),
        (INCOME, "$64,000", "64"),
        (INCOME, "64000", "64"),
        (MORTGAGE, "64000", "64"),
        (AGE, "45 years", "45"),
        (AGE, "45y", "45"),
        (PLAIN, "4.4k", "4400"),
        (INCOME, "64 thousands", "64"),
        (INCOME, "8000", "8"),
        (INCOME, "224000", "224"),
        (MORTGAGE, "$64", "64"),
        (MORTGAGE, "$635", "635"),
        (UNSEEN, "64k", "64"),
        (SHARE, "46.3 %", "0.463"),
        (SHARE, "7%", "0.07"),
        (HEIGHT, "46.3 %", "46.3"),
        (HEIGHT, "1.80 m", "1.8"),
        (HEIGHT, "1.80m", "1.8"),
        (HEIGHT, "1.80\u00a0m", "1.8"),
        (HEIGHT, "180 m", "180000000"),
        (AGE, "$18", "18"),
        (AGE, "$110", "110"),
        (PLAIN, "5 000", "5000"),
        (PLAIN, "5\u00a0000.50", "5000.5"),
        (PLAIN, "5'000", "5000"),
        (PLAIN, "USD 5000", "5000"),
        (PLAIN, "EUR5,000", "5000"),
        (PLAIN, "5000 a month", "5000"),
        (PLAIN, "5k a month", "5000"),
        (PLAIN, "$5,000 a month", "5000"),
        (INCOME, "64 thousand $ a year", "64"),
        (INCOME, "64 000 $ a year", "64"),
    ],
)
def test_a_number_with_its_unit_is_asked_about_and_never_taken(feature, text, meant):
    for typed in {text, text + UNREADABLE if not text.isdecimal() else text}:
        assert said(feature, typed).endswith(f"Did you mean {meant}?")
        assert "decimal mark" not in said(feature, typed)


@pytest.mark.parametrize(
    ("locale", "typed", "mark", "meant"),
    [("de", "1.4", ",", "1,4"), ("en", "1,4", ".", "1.4"), ("de", "$1.5", ",", "1,5")],
)
def test_the_mark_of_other_readers_is_explained(locale, typed, mark, meant):
    words = said(INCOME, typed + UNREADABLE, locale)
    assert words.endswith(f"The decimal mark here is “{mark}”. Did you mean {meant}?")


@pytest.mark.parametrize("typed", ["５０００", "٥٠٠٠"])
def test_digits_of_other_scripts_are_asked_about_where_the_form_does_not_read_them(typed):
    assert said(PLAIN, typed + UNREADABLE).endswith("Did you mean 5000?")


def test_german_thousands_of_thousands_are_asked_about():
    assert said(INCOME, "64000", "de").endswith("Did you mean 64?")


@pytest.mark.parametrize(
    "text", ["$17", "$111", "abc", "64 apples", "k", "12k", "1/2", "--4", "64kk", "5 0", "USDA 44", "44 a month"]
)
def test_where_nothing_suggests_itself_nothing_is_asked(text):
    words = said(AGE, text)
    assert "is not a whole number" in words
    assert "mean" not in words


def test_a_value_out_of_range_that_is_no_matter_of_units_is_only_noted():
    assert said(INCOME, "900") == "The model has seen 8 to 224."
    assert said(INCOME, "64") == ""
