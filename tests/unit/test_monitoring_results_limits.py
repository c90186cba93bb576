"""Reliability, lift, adoption and overrides at their exact limits: by hand and against formulas solved anew."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ml.decision.bands import Band
from ml.monitoring import lift as lifts
from ml.monitoring import overrides as judgements
from ml.monitoring.adoption import adoption
from ml.monitoring.lift import Arms, lift
from ml.monitoring.overrides import overrides
from ml.monitoring.reliability import reliability

NO, DAY, SQUARE = math.nan, 86_400.0, 1.959963984540054**2
HALVES = (Band("Low", 0.0), Band("High", 0.5))


def ends(share, rows):
    """Wilson's interval, from its definition: roots of n (share - x)^2 = z^2 x (1 - x)."""
    return sorted(np.roots([rows + SQUARE, -(2 * rows * share + SQUARE), rows * share**2]).real)


# ---- reliability -------------------------------------------------------------------------------


def test_shares_are_those_of_the_records():
    found = reliability([0.1, 0.2, 0.3, 0.4, 0.6, 0.7], [0, 0, 0, 1, 1, 0], HALVES)
    assert [row.share for row in found.bands] == [1 / 4, 1 / 2]
    assert (found.all.share, found.all.start, found.all.end) == (2 / 6, 0.0, 1.0)


def test_where_there_are_no_records_none_came():
    assert [row.came for row in reliability([0.1], [True], HALVES).bands] == [1, 0]
    assert reliability([], [], HALVES).all.came == 0


def test_what_was_said_may_lie_at_an_end_of_the_interval():
    """Of shares 0 and 1 the ends are 0 and 1, which are what was said."""
    never, always = reliability([0.0] * 30 + [1.0] * 30, [False] * 30 + [True] * 30, HALVES).bands
    assert (never.said, never.low, never.off) == (0.0, 0.0, False)
    assert (always.said, always.high, always.off) == (1.0, 1.0, False)


# ---- lift --------------------------------------------------------------------------------------


def joined(found, other_low, other_high):
    """Newcombe's ends of the difference, from those of the control share; all calls count as those of one list."""
    low, high = ends(found.share, found.called)
    return (
        found.difference - math.hypot(found.share - low, other_high - found.control_share),
        found.difference + math.hypot(high - found.share, found.control_share - other_low),
    )


def written_out(weights, hits, rows):
    """Interval at the effective number of records, and the one combined from each group's."""
    mean = sum(w * k / n for w, k, n in zip(weights, hits, rows, strict=True))
    drawn = [(k + 2 * mean) / (n + 2) for k, n in zip(hits, rows, strict=True)]
    variance = sum(w**2 * q * (1 - q) / n for w, q, n in zip(weights, drawn, rows, strict=True))
    each = [(w, k / n, *ends(k / n, n)) for w, k, n in zip(weights, hits, rows, strict=True)]
    below = math.sqrt(sum((w * (share - low)) ** 2 for w, share, low, _ in each))
    above = math.sqrt(sum((w * (high - share)) ** 2 for w, share, _, high in each))
    return ends(mean, mean * (1 - mean) / variance), (mean - below, mean + above)


def of_two_lists(called, hits, rows):
    """Lift of two lists of which one in two of the called bought, so that all their records count alike."""
    return lift([Arms(n, n // 2, m, k) for n, k, m in zip(called, hits, rows, strict=True)])


@pytest.mark.parametrize(("hits", "rows"), [((1, 12), (40, 20)), ((3, 19), (40, 20)), ((38, 1), (40, 20))])
def test_of_lists_of_unequal_records_each_end_is_the_farther_of_both(hits, rows):
    """Of 100 and 300 called; a record of the 20 kept back counts 60 * 0.75 / 20 = 2.25 times the mean."""
    found = of_two_lists((100, 300), hits, rows)
    effective, combined = written_out((0.25, 0.75), hits, rows)
    wanted = min(effective[0], combined[0]), max(effective[1], combined[1])
    assert (found.low, found.high) == pytest.approx(joined(found, *wanted))


def test_up_to_one_and_a_half_times_the_mean_it_is_that_of_the_effective_number():
    """Of two lists of equal calls, 8 and 16 kept back: a record of the 8 counts 24 * 0.5 / 8 = 1.5 times the mean."""
    found = of_two_lists((100, 100), (0, 15), (8, 16))
    effective, combined = written_out((0.5, 0.5), (0, 15), (8, 16))
    assert combined[1] > effective[1] + 0.01  # else the other rule would give the same
    assert (found.low, found.high) == pytest.approx(joined(found, *effective))


def test_where_nobody_bought_it_is_the_number_of_records_weighted():
    """Of 300 and 100 called, 30 and 10 kept back: 1 / (0.75^2 / 30 + 0.25^2 / 10) = 40, and zero of them bought."""
    found = of_two_lists((300, 100), (0, 0), (30, 10))
    assert (found.low, found.high) == pytest.approx(joined(found, 0.0, SQUARE / (40 + SQUARE)))


def test_ends_stay_within_one_where_weights_sum_to_more_by_rounding():
    kept_back = ((167, 47), (130, 6), (181, 5), (63, 23), (16, 23))
    found = lift([Arms(called, 0, control, control) for called, control in kept_back])
    assert -1.0 <= found.low < -1.0 + 1e-12


@pytest.mark.parametrize(
    ("called", "control", "end"),
    [((0.5, 0.25, 0.75), (0.25, 0.25, 0.25), "low"), ((0.25, 0.25, 0.5), (0.5, 0.5, 0.5), "high")],
)
def test_an_interval_that_ends_at_0_does_not_exclude_it(called, control, end, monkeypatch):
    """Both sides given: 0.5 - 0.25 less hypot(0.25, 0), and 0.25 - 0.5 plus hypot(0.25, 0)."""
    sides = iter((called, control))
    monkeypatch.setattr(lifts, "_weighted", lambda *_: next(sides))
    found = lift([Arms(4, 2, 4, 1)])
    assert getattr(found, end) == 0.0
    assert not found.told_apart


# ---- adoption ----------------------------------------------------------------------------------


def test_a_record_is_due_as_soon_as_the_days_are_over():
    for now, due in ((7 * DAY - 1, 0), (7 * DAY, 1)):
        assert adoption([0.0], [NO], [NO], now, days=7.0).due == due


def test_what_is_done_when_the_days_are_over_is_done_in_time():
    for at, in_time in ((3 * DAY, 1), (3 * DAY + 1, 0)):
        found = adoption([0.0], [at], [at], 9 * DAY, days=3.0)
        assert (found.due, found.contacted_in_time, found.recorded_in_time) == (1, in_time, in_time)


# ---- overrides ---------------------------------------------------------------------------------


def test_where_nobody_disagreed_nobody_was_right():
    assert overrides([], [], []).right == 0


def test_people_are_not_told_apart_at_what_was_expected():
    """Of two said to come at probability 0 none came: share, expected share and lower end are 0."""
    found = overrides([0.0, 0.0], [True, True], [False, False])
    assert (found.low, found.expected, found.verdict) == (0.0, 0.0, "not_told_apart")


@pytest.mark.parametrize(("high", "verdict"), [(0.5, "not_told_apart"), (np.nextafter(0.5, 0), "model")])
def test_the_model_was_right_only_where_the_interval_lies_below_one_half(high, verdict, monkeypatch):
    monkeypatch.setattr(judgements, "wilson", lambda *_: (0.1, high))
    assert overrides([0.4, 0.4, 0.4, 0.4], [True] * 4, [True, False, False, False]).verdict == verdict


def test_a_share_does_not_exceed_one_by_rounding():
    """Weights of these campaigns sum to one and a rounding more; everybody called bought, or everybody kept back."""
    rows = [(167, 47), (130, 6), (181, 5), (63, 23), (16, 23)]
    called, control = (np.array(side) for side in zip(*rows, strict=True))
    nothing = np.zeros(len(rows), int)
    every = lift([Arms(*map(int, each)) for each in zip(called, called, control, nothing, strict=True)])
    assert (every.share, every.control_share, every.difference) == (1.0, 0.0, 1.0)
    none = lift([Arms(*map(int, each)) for each in zip(called, nothing, control, control, strict=True)])
    assert (none.share, none.control_share, none.difference) == (0.0, 1.0, -1.0)
