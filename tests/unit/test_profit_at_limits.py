"""The best cut-off where limits bind exactly, at the ends of the probabilities, and among equal ones: by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ml.decision.payoff import Payoff
from ml.metrics.confusion_matrix import counts_by_cut_off
from ml.metrics.evaluation import OneVsRest
from ml.metrics.profit import CutOffLimits, highest_profit_cut_off, profit_curve

GAIN = Payoff(true_positive=1.0, false_positive=-10.0)


def answers(probabilities, truth):
    p, truth = np.array(probabilities, dtype=float), np.array(truth, dtype=bool)
    return OneVsRest(truth, p >= 0.5, p, np.ones(len(p)))


def best(probabilities, truth, payoff, **limits):
    return highest_profit_cut_off(
        counts_by_cut_off(answers(probabilities, truth), "buys"), payoff, CutOffLimits(**limits)
    )


def test_a_record_at_1_is_acted_on_at_every_cut_off():
    """So nobody can act on none: acting on both (-9) is then better than on the first alone (-10)."""
    assert best([1.0, 0.5], [False, True], GAIN) == 0.5
    assert best([0.99, 0.5], [False, True], GAIN) == 1.0  # here acting on none (0) is possible


def test_the_last_cut_off_is_a_round_one_too():
    assert best([0.876543, 0.123456], [False, True], Payoff(true_positive=20.0, false_positive=-1.0)) == 0.12


@pytest.mark.parametrize(("recall", "cut_off"), [(0.0, 1.0), (0.25, 0.8), (0.5, 0.6), (0.500001, 0.4), (1.0, 0.2)])
def test_a_recall_that_is_reached_exactly_is_enough(recall, cut_off):
    """Each further record costs more than it brings, so the fewest that the limit allows are the best."""
    payoff = Payoff(true_positive=-1.0, false_positive=-1.0)
    assert best([0.8, 0.6, 0.4, 0.2, 0.1], [True] * 4 + [False], payoff, least_recall=recall) == cut_off


@pytest.mark.parametrize(("calls", "cut_off"), [(0, 1.0), (249, 1.0), (250, 0.8), (500, 0.6), (999, 0.4), (1000, 0.2)])
def test_calls_that_are_used_up_exactly_are_allowed(calls, cut_off):
    payoff = Payoff(true_positive=1.0, false_positive=1.0)
    assert best([0.8, 0.6, 0.4, 0.2], [True, False, True, True], payoff, most_calls=calls) == cut_off


def test_of_equal_cut_offs_the_interval_holds_the_highest():
    """Told apart without an error: every resampling is best from 0.9 down to just above 0.1."""
    found = profit_curve(answers([0.9] * 40 + [0.1] * 60, [True] * 40 + [False] * 60), GAIN, "buys")
    assert found.best is not None
    assert (found.best_low, found.cut_off[found.best], found.best_high) == (0.9, 0.9, 0.9)


def test_limits_that_contradict_each_other_say_what_each_leaves():
    """Two calls in five reach half of those who have it, exactly; three quarters of them need three in five."""
    p, truth = [0.9, 0.8, 0.7, 0.6, 0.5], [True, True, True, True, False]
    found = profit_curve(
        answers(p, truth), GAIN, limits=CutOffLimits(most_calls=400, least_recall=0.75), outcome="buys"
    )
    assert found.best is None
    assert (found.most_reached, found.calls_needed) == (0.5, 600)
    assert (found.best_low, found.best_high) == (None, None)
    assert best(p, truth, GAIN, most_calls=600, least_recall=0.75) == 0.7


def many(seed, rows=3_000):
    rng = np.random.default_rng(seed)
    p = rng.beta(1, 3, rows)
    return answers(p, rng.random(rows) < p)


@pytest.mark.parametrize("seed", range(3))
def test_the_best_of_many_cut_offs_is_a_row_of_its_own_with_its_counts(seed):
    given, payoff = many(seed), Payoff(true_positive=3.0, false_positive=-1.0)
    found, best_one = profit_curve(given, payoff, "buys"), best(given.probabilities, given.truth, payoff)
    assert found.best is not None
    assert found.cut_off[found.best] == best_one
    acted = given.probabilities >= best_one
    hits = (acted & given.truth).sum()
    assert found.profit[found.best] == pytest.approx((3 * hits - (acted & ~given.truth).sum()) / 3)
    assert found.recall[found.best] == pytest.approx(hits / given.truth.sum())
    assert found.selected[found.best] == pytest.approx(acted.mean())
    assert found.records == 3_000


def test_the_interval_of_a_profit_is_that_of_a_mean():
    given = many(0)
    found = profit_curve(given, Payoff(true_positive=3.0, false_positive=-1.0), "buys")
    each = np.where(given.truth, 3.0, -1.0) * (given.probabilities >= 0.3)
    half = 1.96 * each.std() / np.sqrt(3_000) * 1_000
    at = found.cut_off.index(0.3)
    assert (found.low[at], found.high[at]) == pytest.approx(
        (1_000 * each.mean() - half, 1_000 * each.mean() + half), rel=0.1
    )


def test_limits_that_do_not_bind_change_nothing():
    given, payoff = many(1), Payoff(true_positive=3.0, false_positive=-1.0)
    free, held = (
        profit_curve(given, payoff, "buys"),
        profit_curve(given, payoff, limits=CutOffLimits(900, 0.01), outcome="buys"),
    )
    assert (held.best, held.best_low, held.best_high, held.luck) == (
        free.best,
        free.best_low,
        free.best_high,
        free.luck,
    )
