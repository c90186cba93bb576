"""Figures of the calibration check at their limits: laws of the range, the error's factor, gaps of groups; by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from ml.metrics.evaluation import OneVsRest
from ml.metrics.recalibration import check as module
from ml.metrics.recalibration.check import (
    _gaps,
    calibration_error,
    check_calibration,
    range_p_value,
    range_survival,
    ratio_p_value,
    said_and_came,
)
from ml.metrics.recalibration.line import recalibrate

WIDTH = norm.isf(0.025)


def of(p, truth, weight=None) -> OneVsRest:
    p, truth = np.array(p, float), np.array(truth, bool)
    return OneVsRest(truth, p >= 0.5, p, np.ones(len(p)) if weight is None else np.array(weight, float))


@pytest.mark.parametrize("width", [0.4, 0.41, 0.6, 1.0, 1.7, 2.5, 4.0, 7.0])
def test_the_law_of_the_range_is_fellers_series(width):
    k = np.arange(1, 400)
    series = 8 * np.sum((-1.0) ** (k - 1) * k * norm.sf(k * width))
    assert range_survival(width) == pytest.approx(series, rel=1e-9, abs=1e-15)
    assert 0 <= range_survival(width) <= 1


def test_a_range_of_nothing_is_always_exceeded_and_of_much_never():
    assert (range_survival(0.0), range_survival(0.3999)) == (1.0, 1.0)
    assert 0 <= range_survival(30.0) < 1e-100


def test_the_range_counts_weights():
    p, truth, weight = np.array([0.2, 0.5, 0.8]), np.array([False, True, False]), np.array([1.0, 2.0, 4.0])
    # Sums: -0.2, +0.8, -2.4
    expected = range_survival(3.2 / math.sqrt(0.16 + 4 * 0.25 + 16 * 0.16))
    assert range_p_value(p, truth, weight) == pytest.approx(expected)
    assert 0 < expected < 1


@pytest.mark.parametrize(("rows", "smallest"), [(4, 0.1), (5, 0.1), (10, 0.05), (500, 0.001)])
def test_figures_are_those_of_the_line_with_half_a_record_as_the_smallest_probability(rows, smallest):
    rng = np.random.default_rng(rows)
    p = np.append([0.0, 1.0], rng.random(rows - 2))
    answers = of(p, np.append([True, False], rng.random(rows - 2) < p[2:]))
    line = recalibrate(p, answers.truth, answers.weight, smallest)
    found = check_calibration(answers, np.zeros(rows, int))
    far, slope_far = WIDTH * line.in_the_large_error, WIDTH * math.sqrt(line.covariance[1, 1])
    assert (found.intercept_low, found.intercept, found.intercept_high) == pytest.approx(
        (line.in_the_large - far, line.in_the_large, line.in_the_large + far)
    )
    assert (found.slope_low, found.slope, found.slope_high) == pytest.approx(
        (line.slope - slope_far, line.slope, line.slope + slope_far)
    )
    both = ratio_p_value(line), range_p_value(p, answers.truth, answers.weight)
    assert found.p_value == pytest.approx(min(1, 2 * min(both)))


def test_expected_and_actual_are_weights():
    found = check_calibration(of([0.2, 0.6, 0.7], [0, 1, 0], [1, 2, 4]), np.zeros(3, int))
    assert (found.expected, found.actual) == (pytest.approx(0.2 + 1.2 + 2.8), 2.0)


def test_groups_by_hand():
    """Of equal probabilities Kish's effective size; the more they differ, the less is left to chance."""
    p, truth = np.array([0.2, 0.2, 0.2, 0.1, 0.9]), np.array([True, False, False, False, True])
    weight, group = np.array([1.0, 2.0, 3.0, 1.0, 1.0]), np.array([0, 0, 0, 2, 2])
    said, came, heavy, rows = said_and_came(p, truth, weight, group)
    assert (said, came) == (pytest.approx([0.2, 0.5]), pytest.approx([1 / 6, 0.5]))
    assert heavy.tolist() == [6, 2]
    assert rows == pytest.approx([36 / 14, 2 / (0.09 / 0.25)])
    gap, share, spread = _gaps(p, truth, weight, group)
    assert (gap, share) == (pytest.approx([1 / 6 - 0.2, 0]), pytest.approx([0.75, 0.25]))
    likely = (rows * came + 4 * said) / (rows + 4)
    assert spread == pytest.approx(np.sqrt(likely * (1 - likely) / rows))


def test_effective_records_of_unequal_weights_by_hand():
    """No more is left to chance than among equal probabilities, also where the heavy ones are the uncertain ones."""
    p, weight = np.array([0.5, 0.1, 0.5, 0.0, 0.0, 0.0]), np.array([3.0, 1.0, 4.0, 1.0, 1.0, 1.0])
    _, _, _, rows = said_and_came(p, np.zeros(6, bool), weight, np.array([0, 0, 1, 1, 1, 1]))
    assert rows == pytest.approx([16 / ((9 * 0.25 + 0.09) / (0.4 * 0.6)), 49 / 19])


def test_groups_that_are_certain_have_their_records_and_no_more_than_a_thousand_times_as_many():
    said, _, _, rows = said_and_came(
        np.array([0.0, 0.0, 1.0, 1.0, 0.0, 1.0]), np.zeros(6, bool), np.ones(6), np.array([0, 0, 1, 1, 2, 2])
    )
    assert said.tolist() == [0, 1, 0.5]
    assert rows == pytest.approx([2, 2, 2_000])


def test_groups_without_weight_are_left_out_and_light_ones_are_not():
    p, truth = np.array([0.2, 0.4, 0.6]), np.array([True, False, True])
    said, _, heavy, _ = said_and_came(p, truth, np.array([0.25, 0.0, 0.5]), np.array([0, 1, 2]))
    assert (said.tolist(), heavy.tolist()) == ([0.2, 0.6], [0.25, 0.5])


@pytest.mark.parametrize("seed", range(3))
def test_the_errors_factor_leaves_the_counted_error_where_it_says_among_simulated_ones(seed):
    rng = np.random.default_rng(seed)
    p = rng.beta(1, 2, 600)
    truth, group = rng.random(600) < np.clip(p * (0.7 + 0.4 * seed), 0, 1), (p * 6).astype(int)
    gap, share, spread = _gaps(p, truth, np.ones(600), group)
    counted = share @ np.abs(gap)
    noise = np.random.default_rng(0).standard_normal((2_000, len(gap))) * spread
    error, low, high = calibration_error(p, truth, np.ones(600), group)
    for value, tail in ((low, 0.01), (error, 0.5), (high, 0.99)):
        for factor, below in ((value / counted - 1e-4, True), (value / counted + 1e-4, False)):
            exceeded = (np.abs(factor * gap + noise) @ share >= counted).mean()
            assert value in (0.0, counted) or bool(exceeded < tail) is below
    assert 0 <= low <= error <= high
    assert low == 0 or seed != 1


def test_groups_that_are_off_by_nothing_have_no_error():
    p = np.full(40, 0.25)
    assert calibration_error(p, np.arange(40) < 10, np.ones(40), np.zeros(40, int)) == (0.0, 0.0, 0.0)


def test_a_large_error_of_few_records_may_be_larger_than_it_was_counted(monkeypatch):
    """One group of 16, off by a half: 50 % ± Wald's, but for the tails of 1 %."""
    p, truth = np.full(16, 0.25), np.arange(16) < 12
    error, low, high = calibration_error(p, truth, np.ones(16), np.zeros(16, int))
    likely = (12 + 4 * 0.25) / 20
    spread = math.sqrt(likely * (1 - likely) / 16)
    assert (low, error, high) == pytest.approx((0.5 - 2.326 * spread, 0.5, 0.5 + 2.326 * spread), abs=0.03)
    monkeypatch.setattr(module, "TAIL", 0.6)  # the upper end is never below what was counted
    assert calibration_error(p, truth, np.ones(16), np.zeros(16, int))[2] == 0.5
