"""Which interval is given at the limits of few records, and what the formulas give: by hand and against scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm, skew
from scipy.stats import t as student

from ml.metrics.confusion_counts import ConfusionCounts, ratio
from ml.metrics.intervals import (
    _student,
    contrast_interval,
    intervals_of,
    joint_width,
    mean_interval,
    percentile_interval,
    wilson,
)
from ml.metrics.registry import OF_COUNTS

KEYS = {"selected", *(measure.key for measure in OF_COUNTS)}
TRUE = {"recall", "f1", "false_negative_rate"}
FALSE = {"specificity", "false_positive_rate"}
BOTH = {"precision", "lift", "net_benefit"}


def found(cells, worth=1.0, cut_off=0.2):
    """Ends of each measure at one cut-off, from these cells (TP, FP, FN, TN), where all resamplings are of 1 1 1 1."""
    counts = ConfusionCounts(*(np.array([[float(cell)]]) for cell in cells), np.array([[cut_off]]))
    samples = ConfusionCounts(*(np.ones((1, 40)) for _ in cells), np.array([[cut_off]]))
    return {key: (float(low[0]), float(high[0])) for key, (low, high) in intervals_of(counts, samples, worth).items()}


RESAMPLED = {
    "selected": 0.5, "accuracy": 0.5, "balanced_accuracy": 0.5, "precision": 0.5, "recall": 0.5, "specificity": 0.5,
    "f1": 0.5, "mcc": 0.0, "false_positive_rate": 0.5, "false_negative_rate": 0.5, "lift": 1.0,
    "net_benefit": (1 - 0.25) / 4,
}  # fmt: skip


def test_from_30_records_on_either_side_of_a_share_all_ends_are_the_bootstraps():
    for worth, cell in ((1.0, 30), (0.5, 60)):
        for key, ends in found([cell] * 4, worth).items():
            assert ends == pytest.approx((RESAMPLED[key], RESAMPLED[key])), key


def test_the_bootstraps_ends_are_percentiles_of_the_measure():
    counts = ConfusionCounts(*(np.full((1, 1), 50.0) for _ in range(4)), np.array([[0.2]]))
    cells = np.random.default_rng(0).integers(30, 70, (4, 1, 99)).astype(float)
    samples = ConfusionCounts(*cells, np.array([[0.2]]))
    ends = intervals_of(counts, samples, 1.0)
    for measure in OF_COUNTS:
        expected = np.percentile(measure.of_counts(samples)[0], [2.5, 97.5])
        assert [float(end[0]) for end in ends[measure.key]] == pytest.approx(expected), measure.key


@pytest.mark.parametrize(
    ("cells", "few"),
    [
        ((29, 90, 90, 90), TRUE | BOTH | {"balanced_accuracy"}),
        ((90, 29, 90, 90), FALSE | BOTH | {"balanced_accuracy"}),
        ((90, 90, 29, 90), {"recall", "false_negative_rate", "balanced_accuracy"}),
        ((90, 90, 90, 29), FALSE | {"balanced_accuracy"}),
        ((15, 90, 90, 14), TRUE | FALSE | BOTH | {"accuracy", "balanced_accuracy"}),
        ((40, 300, 15, 14), (TRUE - {"f1"}) | FALSE | {"selected", "balanced_accuracy"}),
    ],
)
def test_with_29_records_on_one_side_the_ends_are_not_the_bootstraps(cells, few):
    ends = found(cells)
    assert {key for key in KEYS if ends[key] != pytest.approx((RESAMPLED[key],) * 2)} == few
    half = found([2 * cell for cell in cells], 0.5)
    for key in KEYS:
        assert half[key] == pytest.approx(ends[key]), key


def test_ends_of_few_records_are_wilsons_of_the_measures_share():
    ends = found((7, 3, 5, 25))
    for key, part, whole in (
        ("selected", 10, 40), ("accuracy", 32, 40), ("precision", 7, 10), ("recall", 7, 12), ("specificity", 25, 28),
        ("false_positive_rate", 3, 28), ("false_negative_rate", 5, 12),
    ):  # fmt: skip
        assert ends[key] == pytest.approx(tuple(map(float, wilson(part, whole)))), key
    low, high = wilson(7, 10)
    assert ends["lift"] == pytest.approx((low * 40 / 12, high * 40 / 12))
    low, high = wilson(7, 15)
    assert ends["f1"] == pytest.approx((2 * low / (1 + low), 2 * high / (1 + high)))


def test_few_records_of_balanced_accuracy_are_a_mean_of_two_shares():
    (low, up), (down, high) = wilson(7, 12), wilson(25, 28)
    value = (7 / 12 + 25 / 28) / 2
    below, above = (math.hypot(7 / 12 - low, 25 / 28 - down) / 2, math.hypot(up - 7 / 12, high - 25 / 28) / 2)
    assert found((7, 3, 5, 25))["balanced_accuracy"] == pytest.approx((value - below, value + above))
    assert found((14, 6, 10, 50), 0.5)["balanced_accuracy"] == pytest.approx((value - below, value + above))


@pytest.mark.parametrize(
    ("cells", "few"),
    [((29, 90, 0, 90), True), ((90, 29, 0, 90), True), ((30, 100, 0, 0), False), ((100, 30, 15, 14), False)],
)
def test_few_hits_or_alarms_widen_the_net_benefit(cells, few):
    hits, alarms, whole = float(cells[0]), float(cells[1]), float(sum(cells))
    low, high = contrast_interval(np.array([hits]), np.array([alarms]), whole, 1.0, 0.25)
    expected = (low[0], high[0]) if few else (RESAMPLED["net_benefit"],) * 2
    assert found(cells)["net_benefit"] == pytest.approx(expected)
    assert found([2 * cell for cell in cells], 0.5)["net_benefit"] == pytest.approx(expected)


def test_without_any_error_the_correlation_has_no_interval_and_with_one_it_has():
    assert np.isnan(found((50, 0, 0, 50))["mcc"]).all()
    assert found((50, 1, 0, 50))["mcc"] == found((50, 0, 1, 50))["mcc"] == (0.0, 0.0)


def test_of_nobody_acted_on_there_is_no_precision_and_no_interval_of_it():
    ends = found((0, 0, 20, 30))
    assert np.isnan([*ends["precision"], *ends["lift"]]).all()
    assert ends["recall"] == pytest.approx(tuple(map(float, wilson(0, 20))))


def test_half_of_the_samples_must_be_defined():
    nan = math.nan
    samples = np.array([[1.0, nan, 3.0, nan], [1.0, nan, nan, nan], [2.0, 2.0, 2.0, 2.0], [nan] * 4])
    low, high = percentile_interval(samples)
    assert low.tolist()[:3:2] == pytest.approx([1.05, 2.0])
    assert high.tolist()[:3:2] == pytest.approx([2.95, 2.0])
    assert np.isnan([low[1], high[1], low[3], high[3]]).all()
    assert [float(end) for end in percentile_interval(np.array([5.0, nan]))] == [5.0, 5.0]
    assert [float(end) for end in percentile_interval(np.arange(101.0), 0.8)] == pytest.approx([10, 90])


def test_together_means_every_one_of_them():
    for count in (1, 2, 7):
        assert (1 - 2 * norm.sf(joint_width(count))) ** count == pytest.approx(0.95)
    assert joint_width(0) == joint_width(1)


def test_the_ends_of_none_and_of_all_are_exact():
    low, high = wilson(np.array([0.0, 10.0, 1e-20]), np.array([10.0, 10.0, 10.0]))
    assert (low[0], high[1]) == (0.0, 1.0)
    assert low[2] >= 0
    many = np.arange(1.0, 400)
    assert (wilson(0 * many, many)[0] == 0).all()
    assert (wilson(many, many)[1] == 1).all()
    assert (wilson(np.nextafter(many, 0), many)[1] <= 1).all()
    assert high[0] == pytest.approx(1.959964**2 / (10 + 1.959964**2))
    assert low[1] == pytest.approx(1 - high[0])


def test_less_than_one_effective_record_has_the_same_formula():
    square = norm.isf(0.025) ** 2
    half = math.sqrt(square * (0.2 * 0.3 / 0.5 + square / 4))
    expected = [(0.2 + square / 2 + sign * half) / (0.5 + square) for sign in (-1, 1)]
    assert [float(end) for end in wilson(0.2, 0.5)] == pytest.approx(expected)


def test_a_contrast_of_all_of_one_kind_is_the_plain_sum_of_both_sides():
    """No correlation is known where one share is 1: the widest is taken."""
    low, high = contrast_interval(np.array([20.0]), np.array([0.0]), 20.0, 2.0, 3.0)
    all_, none = float(wilson(20, 20)[0]), float(wilson(0, 20)[1])
    assert low[0] == pytest.approx(2 - (2 * (1 - all_) + 3 * none))
    assert high[0] == pytest.approx(2)


def hall(values):
    """The interval of a mean by Hall's transformation, solved by bisection: of equal weights."""
    rows = len(values)
    a = skew(values) / (3 * math.sqrt(rows))
    wide = student.ppf(0.975, rows - 1)

    def beyond(t, end):
        return t + a * t**2 + a**2 * t**3 / 3 + a / 2 - end

    ends = [brentq(beyond, -50, 50, (end,), xtol=1e-12) for end in (wide, -wide)]
    return tuple(values.mean() - end * values.std(ddof=1) / math.sqrt(rows) for end in ends)


@pytest.mark.parametrize("rows", [20, 45, 200])
def test_the_interval_of_a_mean_is_halls(rows):
    values = np.random.default_rng(rows).gamma(2.0, 1.0, rows)
    low, high = mean_interval(values, np.full(rows, 3.0))
    assert (low, high) == pytest.approx(hall(values), rel=1e-4)


def test_the_interval_of_a_symmetric_mean_is_students():
    values = np.concatenate([np.arange(1.0, 21), np.arange(1.0, 21)])
    half = student.ppf(0.975, 39) * values.std(ddof=1) / math.sqrt(40)
    assert mean_interval(values, np.ones(40)) == pytest.approx((10.5 - half, 10.5 + half), rel=1e-5)


def test_the_interval_of_a_mean_needs_20_effective_records_and_different_values():
    values = np.arange(40.0) ** 2
    assert mean_interval(values[:19], np.ones(19)) == (None, None)
    assert None not in mean_interval(values[:20], np.full(20, 2.0))
    uneven = np.where(np.arange(40) < 18, 1.0, 1e-4)
    assert mean_interval(values, uneven) == (None, None)
    assert mean_interval(values, np.zeros(40)) == (None, None)
    assert mean_interval(np.full(40, 0.1), np.ones(40)) == (None, None)
    assert mean_interval(np.zeros(40), np.ones(40)) == (None, None)
    for value in (1.1e-8, 1.1e8):
        assert mean_interval(np.full(40, value), np.linspace(0.7, 1.3, 40)) == (None, None)
    assert None not in mean_interval(1 + 1e-9 * values, np.ones(40))


def test_no_end_of_a_mean_of_losses_is_below_0():
    low, high = mean_interval(np.array([0.0] * 39 + [1.0]), np.ones(40))
    assert low == 0.0
    assert high > 1 / 40


def test_the_interval_of_a_weighted_mean_is_that_of_its_linearised_values():
    rng = np.random.default_rng(3)
    values, weight = rng.gamma(2.0, 1.0, 300), rng.uniform(0.2, 3.0, 300)
    mean = np.average(values, weights=weight)
    linear = weight * (values - mean) * 300 / weight.sum()
    low, high = mean_interval(values, weight)
    # With the degrees of freedom of Kish's effective sample size, which at this size hardly matter
    assert (low - mean, high - mean) == pytest.approx(np.array(hall(linear)), rel=2e-3)


@pytest.mark.parametrize("freedom", [20, 30, 40])
def test_students_quantile_is_off_by_the_first_term_left_out_of_its_series(freedom):
    """Abramowitz & Stegun 26.7.5, of which g4 is (79 z⁹ + 776 z⁷ + 1482 z⁵ - 1920 z³ - 945 z) / 92160."""
    z = norm.isf(0.025)
    left_out = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160 / freedom**4
    assert _student(freedom) == pytest.approx(student.ppf(0.975, freedom) - left_out, abs=2 / freedom**5)


def test_a_ratio_of_nothing_is_undefined():
    assert np.isnan(ratio(np.array([1.0]), np.array([0.0]))).all()
