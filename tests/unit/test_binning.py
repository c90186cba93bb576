"""Binning of a feature: readable labels, and every record in exactly the part that names it."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from ml.data.feature import Choice, Feature
from ml.slices.binning import NOT_KNOWN, OTHERS, bin_feature


def objects(values) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def sizes(parts) -> dict[str, int]:
    return dict(zip(parts.labels, np.bincount(parts.place, minlength=parts.count).tolist(), strict=True))


def test_numbers_fall_into_parts_of_about_one_size_with_round_edges():
    array = np.random.default_rng(0).normal(50, 15, 2_000)
    parts = bin_feature(Feature("income", "Income", "number", unit="k€"), array)
    assert parts.labels == [
        "under 37 k€", "37 to under 46 k€", "46 to under 54 k€", "54 to under 62 k€", "62 k€ or more",
    ]  # fmt: skip
    edges = [-math.inf, 37, 46, 54, 62, math.inf]
    for at in range(5):
        inside = (array >= edges[at]) & (array < edges[at + 1])
        assert np.array_equal(parts.place == at, inside)
    assert min(sizes(parts).values()) >= 0.14 * 2_000


def test_whole_numbers_say_the_last_one_that_is_inside_and_few_values_stand_alone():
    ages = np.arange(20, 70, dtype=float)
    parts = bin_feature(Feature("age", "Age", "integer", unit="years"), ages)
    assert parts.labels == ["under 30 years", "30 to 39 years", "40 to 49 years", "50 to 59 years", "60 years or more"]
    assert bin_feature(Feature("n", "N", "integer"), np.array([1.0, 3.0, 1.0])).labels == ["1", "3"]


def test_a_crowd_at_the_low_end_stands_alone():
    debts = np.concatenate([np.zeros(700), np.random.default_rng(0).uniform(75, 300, 300)])
    parts = bin_feature(Feature("debt", "Debt", "number"), debts)
    assert parts.labels[0] == "0"
    assert sizes(parts)["0"] == 700


def test_missing_values_are_a_part_of_their_own_and_last():
    parts = bin_feature(Feature("x", "X", "number"), np.array([1.0, math.nan, 2.0, math.nan]))
    assert sizes(parts) == {"1": 1, "2": 1, NOT_KNOWN: 2}
    assert bin_feature(Feature("x", "X", "number"), np.full(3, math.nan)).labels == [NOT_KNOWN]


def test_choices_keep_the_schemas_order_and_labels_and_rare_ones_are_gathered():
    feature = Feature("r", "Region", "category", choices=tuple(Choice(v, v.upper()) for v in "badcefghijklmnop"))
    few = bin_feature(feature, objects(["a"] * 9 + ["b"] * 8 + [None] + ["c"]))
    assert sizes(few) == {"B": 8, "A": 9, "C": 1, NOT_KNOWN: 1}
    rare = bin_feature(feature, objects(["a"] * 9 + ["b", "c", "d"]))
    assert sizes(rare) == {"A": 9, OTHERS: 3}
    many = bin_feature(feature, objects([value for value in "badcefghijklmnop" for _ in range(6)]))
    assert many.count == 12
    assert many.labels[-1] == OTHERS


def test_yes_no_and_gaps():
    parts = bin_feature(Feature("b", "B", "boolean"), np.array([1.0, 0.0, math.nan, 1.0]))
    assert sizes(parts) == {"no": 1, "yes": 2, NOT_KNOWN: 1}


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (["2024-01-05", "2024-02-01", "NaT"], ["2024-01", "2024-02", NOT_KNOWN]),
        (["2023-01-05", "2024-02-01"], ["2023, quarter 1", "2024, quarter 1"]),
        (["2018-01-05", "2024-12-31"], ["2018", "2024"]),
        (["1969-12-31", "2001-01-01"], ["1960s", "2000s"]),
        (["NaT"], [NOT_KNOWN]),
    ],
)
def test_dates_fall_into_months_quarters_years_or_decades(days, labels):
    parts = bin_feature(Feature("d", "D", "date"), np.array(days, dtype="datetime64[s]"))
    assert parts.labels == labels
    assert parts.place.tolist() == list(range(len(labels)))


def test_texts_fall_into_parts_by_length():
    parts = bin_feature(Feature("t", "T", "text"), objects(["", "ab", "abc", "ab"]))
    assert sizes(parts) == {"0 characters": 1, "2 characters": 2, "3 characters": 1}


def test_ten_thousand_records_take_a_few_milliseconds():
    array = np.random.default_rng(0).normal(0, 1, 10_000)
    took = []
    for _ in range(5):
        start = time.thread_time()
        bin_feature(Feature("x", "X", "number"), array)
        took.append(time.thread_time() - start)
    assert min(took) < 0.05  # of the processor
