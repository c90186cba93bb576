"""Overall test of calibration: against laws, scipy and simulation with known truth; and what the plot says of it."""

import math
from dataclasses import asdict

import numpy as np
import pytest
from scipy.special import expit
from scipy.special import logit as scipy_logit
from scipy.stats import binom, binomtest, chi2, norm

from ml.data.outcomes import Outcome, Outcomes
from ml.metrics.calibration import calibration, quantile_groups
from ml.metrics.evaluation import OneVsRest
from ml.metrics.recalibration.check import (
    calibration_error,
    check_calibration,
    kept_promises,
    range_p_value,
    range_survival,
    ratio_p_value,
)
from ml.metrics.recalibration.line import recalibrate
from ml.plots.curves.reliability_diagram import say
from ml.plots.plot import View
from tests.lanes import fewer
from tests.simulations.calibration import CASES, simulated

VIEW = View(Outcomes((Outcome("no", "No", 0), Outcome("yes", "Yes", 1)), exclusive=True, positive="yes"), "yes")


def of(p, truth) -> OneVsRest:
    return OneVsRest(truth, p >= 0.5, p, np.ones(len(p)))


def drawn(rows: int, intercept=0.0, slope=1.0, seed=0) -> OneVsRest:
    rng = np.random.default_rng(seed)
    p = rng.beta(1, 2, rows)
    return of(p, rng.random(rows) < expit(intercept + slope * scipy_logit(p)))


def test_the_mean_range_of_a_brownian_motion_is_fellers():
    widths = np.linspace(0, 12, 4_001)
    mean = np.trapezoid([range_survival(width) for width in widths], widths)
    assert mean == pytest.approx(2 * math.sqrt(2 / math.pi), abs=1e-5)  # Feller 1951, equation 1.4


def test_the_law_of_the_range_is_that_of_long_random_walks():
    rng, ranges = np.random.default_rng(0), []
    for _ in range(20):
        walk = np.cumsum(rng.choice([-1.0, 1.0], (100, 2_500)), axis=1) / 50
        ranges += np.ptp(np.column_stack([np.zeros(100), walk]), axis=1).tolist()
    for width in (1.2, 1.6, 2.1):
        assert np.mean(np.array(ranges) > width) == pytest.approx(range_survival(width), abs=0.04)


def test_the_range_by_hand_and_without_the_order_of_equals():
    p, truth = np.array([0.5, 0.5, 0.2, 0.8]), np.array([True, False, False, False])
    # Sorted: 0.2 (−0.2), both of 0.5 at once (0), 0.8 (−0.8): from 0 down to −1.
    expected = range_survival(1.0 / math.sqrt(0.16 + 0.25 + 0.25 + 0.16))
    for order in ([0, 1, 2, 3], [1, 0, 2, 3], [3, 2, 1, 0]):
        assert range_p_value(p[order], truth[order], np.ones(4)) == pytest.approx(expected)


def test_certain_probabilities_hold_or_do_not():
    sure = np.array([0.0, 1.0, 1.0])
    assert range_p_value(sure, sure > 0.5, np.ones(3)) == 1.0
    assert range_p_value(sure, sure < 0.5, np.ones(3)) == 0.0


def test_the_likelihood_ratio_is_judged_by_scipys_chi_squared():
    answers = drawn(300)
    line = recalibrate(answers.probabilities, answers.truth, answers.weight)
    assert ratio_p_value(line) == pytest.approx(chi2.sf(line.ratio, 2))
    flat = recalibrate(np.full(300, 0.4), answers.truth, answers.weight)
    assert ratio_p_value(flat) == pytest.approx(chi2.sf(flat.ratio, 1))


def test_one_group_is_off_by_what_is_counted_and_chance_adds_nothing():
    p, truth = np.full(400, 0.3), np.arange(400) < 200
    error, low, high = calibration_error(p, truth, np.ones(400), np.zeros(400, int))
    spread = math.sqrt(0.5 * 0.5 / 400)
    assert error == pytest.approx(0.2, abs=0.002)
    assert (low, high) == pytest.approx((0.2 - 2.33 * spread, 0.2 + 2.33 * spread), abs=0.006)


def test_the_counted_error_of_true_probabilities_is_chance_and_not_shown():
    shown, counted = [], []
    for seed in range(20):
        answers = drawn(500, seed=seed)
        group = quantile_groups(answers.probabilities, answers.weight)
        shown.append(calibration_error(answers.probabilities, answers.truth, answers.weight, group)[0])
        gaps = np.bincount(group, answers.truth - answers.probabilities)
        counted.append(np.abs(gaps).sum() / 500)
    assert np.median(shown) < 0.35 * np.median(counted)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_level_coverage_and_power_in_simulation(case):
    """Bounds leave room for the few repeats of this lane: three standard errors around 5 and 95 %."""
    repeats = fewer(400, 25)
    found, room = simulated(case, repeats), 3 * math.sqrt(0.05 * 0.95 / repeats)
    if case.calibrated:
        assert found["fires"] <= 0.05 + room
        assert found["intercept"] >= 0.95 - room
    assert found["slope"] >= 0.95 - room
    assert found["error"] >= 0.94 - room


def test_the_sentence_follows_the_one_test():
    true = calibration(drawn(2_000, seed=3), "buys")
    assert true.p_value > 0.05
    assert "No more than chance speaks against its probabilities (one test" in say(true, VIEW)
    sure = say(calibration(drawn(2_000, slope=0.5), "buys"), VIEW)
    assert "beyond chance (one test of all probabilities, p under 0.001)" in sure
    assert "too sure of itself" in sure
    assert "too cautious" in say(calibration(drawn(2_000, slope=1.6), "buys"), VIEW)
    much = calibration(drawn(2_000, intercept=-0.5), "buys")
    words = f"promises too much ({much.expected:,.0f} expected, {much.actual:,.0f} came)"
    assert words in say(much, VIEW)
    assert "promises too little" in say(calibration(drawn(2_000, intercept=0.5), "buys"), VIEW)


def test_all_equal_probabilities_have_no_slope():
    answers = of(np.full(100, 0.25), np.arange(100) < 25)
    check = check_calibration(answers, np.zeros(100, int))
    assert (check.slope, check.slope_low, check.slope_high) == (None, None, None)
    assert check.p_value == 1.0
    assert (check.expected, check.actual) == (25.0, 25.0)
    assert check.intercept == pytest.approx(0.0, abs=1e-9)
    assert "over all records" in say(calibration(answers, "buys"), VIEW)


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_few_records_are_answered_with_finite_figures(rows):
    p, truth = np.linspace(0, 1, rows), np.arange(rows) % 2 == 0
    check = asdict(check_calibration(of(p, truth), np.zeros(rows, int)))
    assert all(value is None or math.isfinite(value) for value in check.values())


def test_promises_by_part_by_hand():
    """Two parts of equal probabilities: Wilson's at 2.236 standard errors, less what was said."""
    p = np.repeat([0.2, 0.6], [50, 100])
    truth = np.concatenate([np.arange(50) < 25, np.arange(100) < 60])
    found = kept_promises(of(p, truth), np.repeat([0, 1], [50, 100]))
    assert (found["said"], found["came"]) == (pytest.approx([0.2, 0.6]), pytest.approx([0.5, 0.6]))
    both = 2 * norm.sf(norm.isf((1 - 0.95**0.5) / 2))
    for at, (hits, rows, said) in enumerate(((25, 50, 0.2), (60, 100, 0.6))):
        ends = binomtest(hits, rows).proportion_ci(1 - both, "wilson")
        assert (found["gap_low"][at], found["gap_high"][at]) == pytest.approx((ends.low - said, ends.high - said))
    assert kept_promises(OneVsRest(truth, truth, None, np.ones(150)), np.zeros(150, int))["said"] == []


@pytest.mark.slow
def test_kept_promises_are_called_broken_in_one_of_twenty_hold_outs():
    repeats, alarms = fewer(2_000, 200), 0
    rng = np.random.default_rng(0)
    for _ in range(repeats):
        p, group = rng.beta(0.7, 3, 800), rng.integers(0, 8, 800)
        p = np.where(group < 3, p / 2, p)
        found = kept_promises(of(p, rng.random(800) < p), group)
        alarms += max(found["gap_low"]) > 0 or min(found["gap_high"]) < 0
    assert alarms <= binom.ppf(0.999, repeats, 0.05)
