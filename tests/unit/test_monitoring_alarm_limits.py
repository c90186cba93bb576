"""The calibration alarm, ripening and the shadow's judgement at their exact limits, against arithmetic by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from ml.monitoring.calibration_alarm import AlarmEvidence, ChangePoint, gather_evidence
from ml.monitoring.calibration_verdict import judge
from ml.monitoring.ripening import ripen
from ml.monitoring.shadow_judgement import FEWEST, FEWEST_OF_A_SIDE, SMALLEST, half_width, judge_shadow
from ml.monitoring.shift_growth import FIRST, Growth

CHANGED = AlarmEvidence(outcomes=10, said=4.0, came=6.0, change=ChangePoint(4, 77.0, 2.0, 1.0), more=0.9)


def after(said, came, alarm=100.0):
    times = np.arange(len(said), dtype=float)
    return gather_evidence(said, came, times + 1_000, times, alarm)[0]


def exact_alarm(alarm, path):
    """An alarm whose logarithm is this number to the last bit."""
    near = alarm * (1 + np.arange(-20, 21) * np.finfo(float).eps)
    return float(next(each for each in near if np.log(float(each)) == path))


def test_a_verdict_that_is_not_off_is_of_all_outcomes_and_names_no_change():
    found = judge(CHANGED)
    assert (found.state, found.since, found.direction, found.alarmed_at) == ("not_enough", None, None, None)
    assert (found.said, found.came) == (0.4, 0.6)


@pytest.mark.parametrize(("more", "direction"), [(0.5, "less"), (0.5000001, "more"), (0.2, "less")])
def test_a_verdict_that_is_off_is_of_the_outcomes_since_the_change(more, direction):
    found = judge(replace(CHANGED, alarmed_at=99.0, more=more))
    assert (found.state, found.since, found.direction, found.alarmed_at) == ("off", 77.0, direction, 99.0)
    assert (found.said, found.came) == (2.0 / 6, 5.0 / 6)


@pytest.mark.parametrize(("logarithm", "evidence"), [(0.0, 1.0), (689.0, math.exp(689)), (5_000.0, math.exp(690))])
def test_the_evidence_is_shown_up_to_1e300(logarithm, evidence):
    found = judge(AlarmEvidence(log_evidence=logarithm)).evidence
    assert found == pytest.approx(evidence)
    assert found <= 1e300


def test_no_outcomes_have_an_empty_path():
    found, path = gather_evidence([], [], [], [])
    assert found == AlarmEvidence()
    assert path.shape == (0,)


def test_evidence_exactly_at_the_alarm_has_reached_it():
    said, came = [0.1] * 12, [1] * 12
    path = after(said, came, alarm=math.inf).log_evidence
    alarm = exact_alarm(math.exp(path), path)
    assert after(said, came, alarm=alarm).alarmed_at == 1_011.0
    assert after(said, came, alarm=alarm * 1.0001).alarmed_at is None


def test_of_change_points_that_are_equally_likely_the_first_is_named():
    """Outcomes that are certain tell nothing, so all change points up to the first surprise are alike."""
    assert after([0.0] * 4 + [0.1] * 5, [0] * 4 + [1] * 5).change == ChangePoint(0, 0.0, 0.0, 0.0)
    assert after([0.9] * 4 + [0.1] * 5, [1] * 4 + [1] * 5).change == ChangePoint(0, 0.0, 0.0, 0.0)
    assert after([0.1] * 4 + [0.1] * 9, [0] * 4 + [1] * 9).change == ChangePoint(4, 4.0, pytest.approx(0.4), 0.0)


@pytest.mark.parametrize(("said", "came", "highest"), [([0.5], [1], 0.0), ([0.1], [0], -0.0071031)])
def test_evidence_that_never_rises_names_no_change(said, came, highest):
    found = after(said, came)
    assert (found.change, found.more) == (None, 0.5)
    assert found.log_evidence == pytest.approx(highest)
    assert after([*said, 0.1], [*came, 1]).change is not None


@pytest.mark.parametrize("came", [1, 0])
def test_the_share_of_shifts_above_zero_is_that_of_their_likelihood_ratios(came):
    """Three outcomes of 10 % that came, or of 90 % that did not: all weights and products written out."""
    said, sums = 0.1 if came else 0.9, {}
    for shift in (-1.0, -0.6, -0.3, 0.3, 0.6, 1.0):
        ratio = math.exp(shift * came) / (1 - said + said * math.exp(shift))
        weights = [1 / math.log2(first + 1) - 1 / math.log2(first + 2) for first in (1, 2, 3)]
        sums[shift] = sum(weight * ratio**power for weight, power in zip(weights, (3, 2, 1), strict=True))
    share = sum(value for shift, value in sums.items() if shift > 0) / sum(sums.values())
    assert after([said] * 3, [came] * 3).more == pytest.approx(share, rel=1e-12)
    assert (share > 0.5) == bool(came)


def test_growth_exactly_at_the_limit_is_enough():
    limit = math.log(100.0 * FIRST)
    less = math.nextafter(limit, 0)
    assert Growth(5, limit, limit).reaches(100.0)
    assert not Growth(5, less, limit).reaches(100.0)
    assert not Growth(5, limit, less).reaches(100.0)


@pytest.mark.parametrize(("outcomes", "more", "less"), [(1, 0.5, 0.25), (10, 0.9, 1.0), (10, 3.0, 2.0)])
def test_growth_without_variance_wants_the_limit_over_the_mean(outcomes, more, less):
    wanted = math.ceil(math.log(100.0 * FIRST) / (min(more, less) / outcomes))
    assert Growth(outcomes, more, less).wanted(100.0) == wanted


@pytest.mark.parametrize(("more", "less"), [(0.0, 1.0), (1.0, 0.0), (0.0, 0.0)])
def test_growth_that_stands_still_wants_no_number(more, less):
    assert Growth(10, more, less).wanted(100.0) is None


def test_an_outcome_that_is_told_now_counts():
    found = ripen([0.0, 0.0, 0.0], [1, 1, 0], [49.0, 50.0, 50.5], now=50.0, after=None, silence="unknown")
    assert (found.rows.tolist(), found.came.tolist(), found.unknown) == ([0, 1], [True, True], 1)


def test_an_outcome_that_has_no_time_to_come_in_is_never_late():
    given = {"now": 50.0, "silence": "unknown", "happened_at": [9.0, 9.0]}
    assert ripen([0.0, 0.0], [1, 0], [10.0, 10.0], after=None, **given).came.tolist() == [True, False]
    assert ripen([0.0, 0.0], [1, 0], [10.0, 10.0], after=9.0, **given).came.tolist() == [True, False]
    assert ripen([0.0, 0.0], [1, 0], [10.0, 10.0], after=8.9, **given).came.tolist() == [False, False]


def judged(came, not_come, champion=0.5, challenger=0.5):
    truth = np.arange(came + not_come) < came
    return judge_shadow(np.full(len(truth), champion), np.full(len(truth), challenger), truth)


@pytest.mark.parametrize(
    ("came", "not_come", "enough"),
    [
        (FEWEST_OF_A_SIDE, FEWEST - FEWEST_OF_A_SIDE, True),
        (FEWEST - FEWEST_OF_A_SIDE, FEWEST_OF_A_SIDE, True),
        (FEWEST_OF_A_SIDE - 1, FEWEST, False),
        (FEWEST, FEWEST_OF_A_SIDE - 1, False),
        (FEWEST // 2, FEWEST - FEWEST // 2 - 1, False),
    ],
)
def test_a_shadow_is_judged_from_the_fewest_outcomes_on(came, not_come, enough):
    found = judged(came, not_come)
    assert (found.verdict != "too_few") == (found.log_loss.low is not None) == (found.brier.high is not None) == enough


def test_an_interval_that_ends_at_zero_tells_no_version_apart():
    """Twice the same probabilities: the interval is the number 0."""
    found = judged(60, 60, 0.3, 0.3)
    assert (found.log_loss.low, found.log_loss.high, found.verdict) == (0.0, 0.0, "not_told_apart")


def test_probabilities_of_0_and_1_that_are_wrong_cost_as_much_as_the_smallest():
    for sure, came, not_come in ((1.0, 0, 3), (0.0, 3, 0)):
        found = judged(came, not_come, sure, 0.5)
        assert found.log_loss.champion == pytest.approx(-math.log(SMALLEST))
        assert found.brier.champion == pytest.approx((1 - SMALLEST) ** 2)
        assert found.brier.challenger == 0.25


def test_the_interval_of_a_shadow_is_of_the_sample_deviation():
    """The challenger says 40 % of 50 that came and 50 that did not, the champion 50 %."""
    found = judged(50, 50, 0.5, 0.4)
    sides = (0.36 - 0.25, 0.16 - 0.25), (math.log(0.5 / 0.4), math.log(0.5 / 0.6))
    for loss, (first, second) in zip((found.brier, found.log_loss), sides, strict=True):
        middle, deviation = (first + second) / 2, abs(first - second) / 2 * math.sqrt(100 / 99)
        half = half_width(100, deviation)
        assert (loss.low, loss.high) == pytest.approx((middle - half, middle + half), rel=1e-9)
