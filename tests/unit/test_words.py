"""Values and reasons in words, against sentences written by hand."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pytest

from layouts.shared.fields import range_hint
from ml.advice.local_shapley import Explanation
from ml.advice.reasons import NOT_CAUSES, reasons, sentence
from ml.data.feature import Choice, Feature
from ml.data.records import read_records
from ml.data.schema import Schema
from ml.locale import format_of_locale, use_number_format
from ml.text.words import change_text, named, number_text, points_text, shown_value

BUILT = Feature("year_built", "Year built", "integer", seen=(1950, 2024), low=1800, high=2100)
INCOME = Feature("income", "Income", "number", unit="thousand $ a year")
AGE = Feature("age", "Age", "integer", unit="years")
FAMILY = Feature("family", "Family size", "integer", unit="people")
REGION = Feature("region", "Region", "category", choices=(Choice("bay-area", "Bay Area"), Choice(1, "One")))
ONLINE = Feature("online", "Online banking", "boolean")
SINCE = Feature("since", "Customer since", "date")
REMARK = Feature("remark", "Remark", "text")


@pytest.mark.parametrize(
    ("feature", "value", "shown"),
    [
        (INCOME, 120.0, "120 thousand $ a year"),
        (INCOME, 1234567.8, "1,234,568 thousand $ a year"),
        (INCOME, 0.5, "0.5 thousand $ a year"),
        (INCOME, -3.25, "−3.25 thousand $ a year"),
        (INCOME, 0.1 + 0.2, "0.3 thousand $ a year"),
        (AGE, 45, "45 years"),
        (AGE, 1, "1 year"),
        (FAMILY, 1, "1 person"),
        (FAMILY, 2, "2 people"),
        (REGION, "bay-area", "Bay Area"),
        (REGION, 1.0, "One"),
        (REGION, "mars", "mars"),
        (ONLINE, True, "yes"),
        (ONLINE, False, "no"),
        (SINCE, dt.date(2026, 1, 31), "2026-01-31"),
        (REMARK, "a  b\nc", "a b c"),
        (REMARK, "x" * 50, "x" * 39 + "…"),
        (INCOME, None, "not known"),
    ],
)
def test_a_value_is_shown_as_people_write_it(feature, value, shown):
    assert shown_value(feature, value) == shown


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (1e15, "1e+15"), (1000.0, "1,000"), (0.0001234567, "0.000123457"), (1e-9, "1e-09")]
)
def test_a_number_has_the_digits_that_say_something(value, text):
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("points", "text"),
    [
        (21.4, "21 points"),
        (20.46, "20 points"),
        (20.5, "21 points"),
        (12.5, "13 points"),
        (9.96, "10 points"),
        (9.94, "9.9 points"),
        (1.0, "1 point"),
        (0.96, "1 point"),
        (1.06, "1.1 points"),
        (0.4, "0.4 points"),
        (0.05, "0.1 points"),
        (0.04, "0 points"),
        (-0.01, "0 points"),
        (-1.0, "−1 point"),
        (-21.6, "−22 points"),
    ],
)
def test_points_are_rounded_as_taught_at_school(points, text):
    assert points_text(points) == text


@pytest.mark.parametrize(
    ("feature", "value", "points", "words"),
    [
        (INCOME, 120.0, 21.3, "Income of 120 thousand $ a year raises it by 21 points"),
        (REGION, "bay-area", -3.0, "Region Bay Area lowers it by 3 points"),
        (ONLINE, True, 1.0, "Online banking: yes raises it by 1 point"),
        (SINCE, dt.date(2026, 1, 31), -0.4, "Customer since 2026-01-31 lowers it by 0.4 points"),
        (REMARK, "call back", 2.0, "Remark “call back” raises it by 2 points"),
        (REMARK, "", 2.0, "Remark: empty raises it by 2 points"),
        (INCOME, None, -2.0, "Income: not known lowers it by 2 points"),
        (ONLINE, False, 0.01, "Online banking: no does not move it"),
    ],
)
def test_a_reason_is_a_sentence(feature, value, points, words):
    assert sentence(feature, value, points) == words


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [(0.5, 0.64, "+14 points"), (0.5, 0.49, "−1 point"), (0.3, 0.3, "no change"), (0.3, 0.3004, "no change")],
)
def test_a_change_has_its_sign(before, after, text):
    assert change_text(before, after) == text


def test_the_strongest_three_for_and_against_of_the_outcome_that_was_asked_for():
    features = tuple(Feature(name, name.upper(), "number") for name in "abcdefgh")
    points = np.array([5.0, -1.0, 12.0, 0.01, -30.0, 2.0, 0.0, 7.0]) / 100
    contributions = np.column_stack([np.zeros(8), points])
    explanation = Explanation(np.zeros(2), contributions, contributions.sum(axis=0), (True,) * 8, np.zeros((8, 2)))
    found = reasons(Schema(features), tuple(map(float, range(8))), explanation, outcome=1)
    assert [reason.sentence for reason in found.raising] == [
        "C of 2 raises it by 12 points",
        "H of 7 raises it by 7 points",
        "A of 0 raises it by 5 points",
    ]
    assert [reason.feature for reason in found.lowering] == ["e", "b"]
    assert found.lowering[0].points == pytest.approx(-30.0)
    nothing = reasons(Schema(features), tuple(map(float, range(8))), explanation, outcome=0)
    assert (nothing.raising, nothing.lowering) == ((), ())


def test_no_word_claims_a_cause():
    assert "not causes" in NOT_CAUSES
    assert "because" not in sentence(INCOME, 1.0, 3.0)


def said_of(feature, raw, tag="de"):
    """The range below a field, what is said of a value, and the value in a sentence."""
    with use_number_format(format_of_locale(tag)):
        read = read_records(Schema((feature,)), [{feature.name: raw}])
        found = [*read.problems, *read.notes]
        words = [range_hint(feature), *(f"{each.message} {each.hint}" for each in found), named(feature, raw)]
        return " ".join(words)


@pytest.mark.parametrize("raw", [1900, 1950, 1700, 2200])
@pytest.mark.parametrize(
    "feature",
    [
        BUILT,
        Feature("built", "Built", "integer", seen=(1950, 2024), low=1800, high=2100),
        Feature("built", "Built", "number", seen=(1800.0, 2100.0)),
        Feature("Baujahr", "Baujahr", "integer", seen=(1350, 2024)),
        Feature("YEAR", "Year", "integer", seen=(1066, 2024)),
        Feature("year_of_founding", "Year of founding", "integer", seen=(1066, 2024)),
    ],
)
@pytest.mark.parametrize("tag", ["en", "de", "fr", "de-CH"])
def test_calendar_years_have_no_groups_of_digits(feature, raw, tag):
    assert not re.search(r"\d\D?\d{3}(?!\d)", re.sub(r"(?<!\d)\d{4}(?!\d)", "", said_of(feature, raw, tag)))


@pytest.mark.parametrize(
    "feature",
    [
        Feature("pay", "Pay", "integer", seen=(1500, 2100)),
        Feature("pay", "Pay", "integer", seen=(1800, 2101)),
        Feature("yearly_pay", "Yearly pay", "integer", seen=(1200, 2900)),
        Feature("pay_per_year", "Pay per year", "integer", seen=(1200, 9000)),
    ],
)
def test_other_numbers_keep_theirs(feature):
    assert "1.234" in said_of(feature, 1234)
