"""Headline measures: areas from bins, influences and averages, against scikit-learn, derivatives and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from ml.data.outcomes import Outcome, Outcomes
from ml.metrics.evaluation import Answers, Evaluation
from ml.metrics.headline import (
    AVERAGED,
    _influences,
    averages,
    binned_ap,
    binned_auc,
    counts_of_labels,
    headline,
    losses,
    point_values,
)


def drawn(seed, rows=60, steps=7):
    """Probabilities on few steps, so that many are equal, their truth, and unequal weights."""
    rng = np.random.default_rng(seed)
    p = rng.integers(1, steps, rows) / steps
    return p, rng.random(rows) < p, rng.uniform(0.5, 3.0, rows)


def in_bins(p, truth, weight, steps=7):
    """Sums over one bin for each step: shape (1, 2, steps)."""
    step = np.round(p * steps).astype(int)
    return np.array([[np.bincount(step, weight * side, steps) for side in (~truth, truth)]])


@pytest.mark.parametrize("seed", range(4))
def test_areas_from_bins_are_scikit_learns_with_ties_and_weights(seed):
    p, truth, weight = drawn(seed)
    sums = in_bins(p, truth, weight)
    assert binned_auc(sums) == pytest.approx([roc_auc_score(truth, p, sample_weight=weight)])
    assert binned_ap(sums) == pytest.approx([average_precision_score(truth, p, sample_weight=weight)])


def test_areas_of_one_side_only_are_not_defined_and_light_ones_are():
    p, truth, weight = drawn(0)
    one_sided = in_bins(p, np.zeros_like(truth), weight)
    light = in_bins(p, truth, weight * 1e-3)
    assert np.isnan(binned_auc(np.concatenate([one_sided, light]))).tolist() == [True, False]
    assert np.isnan(binned_ap(np.concatenate([one_sided, light]))).tolist() == [True, False]
    assert binned_ap(light) == pytest.approx(binned_ap(in_bins(p, truth, weight)))
    assert binned_auc(light) == pytest.approx(binned_auc(in_bins(p, truth, weight)))


def test_the_four_counts_of_labels_by_hand():
    truth, labels = np.array([1, 1, 1, 0, 0, 0, 0], bool), np.array([1, 1, 0, 1, 0, 0, 0], bool)
    counts = counts_of_labels(Answers(truth, labels, None, np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0])))
    found = (counts.true_positive, counts.false_positive, counts.false_negative, counts.true_negative)
    assert tuple(map(float, found)) == (3.0, 8.0, 4.0, 112.0)


@pytest.mark.parametrize("key", ["roc_auc", "average_precision", "brier", "log_loss"])
def test_an_influence_is_what_a_little_more_of_a_record_changes(key):
    """Of a measure as a function of the records' shares: n times its derivative (the infinitesimal jackknife)."""
    p, truth, weight = drawn(5)
    now = point_values(Answers(truth, p >= 0.5, p, weight))
    influence = _influences(Answers(truth, p >= 0.5, p, weight), now)[key]
    step = 1e-6 * weight.sum()
    for row in (0, 7, 21, 40):
        more = weight.copy()
        more[row] += step
        changed = (point_values(Answers(truth, p >= 0.5, p, more))[key] - now[key]) / 1e-6
        assert influence[row] == pytest.approx(changed, abs=1e-4), row


def test_losses_are_scikit_learns_and_finite_where_a_sure_answer_is_wrong():
    p, truth, weight = drawn(2)
    squares, surprises = losses(Answers(truth, truth, p, weight))
    assert squares.mean() == pytest.approx(brier_score_loss(truth, p))
    assert surprises.mean() == pytest.approx(log_loss(truth, p))
    _, sure = losses(
        Answers(np.array([True, False, True]), np.array([True] * 3), np.array([0.0, 0.0, 1.0]), np.ones(3))
    )
    assert np.isfinite(sure).all()
    assert sure[0] > 30
    assert sure[1:] == pytest.approx([0, 0], abs=1e-12)
    assert (sure >= 0).all()


def evaluation(seed, kinds=3, rows=400):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(kinds), rows)
    at = np.array([rng.choice(kinds, p=each) for each in p])
    names = "abc"[:kinds]
    outcomes = Outcomes(tuple(Outcome(name, name, name) for name in names), True, "a")
    weight = rng.uniform(0.5, 2.0, rows)
    return Evaluation(outcomes, np.eye(kinds, dtype=bool)[at], np.eye(kinds, dtype=bool)[p.argmax(axis=1)], p, weight)


def test_averages_are_means_alike_or_by_support_and_all_have_their_intervals():
    found = averages(evaluation(0))
    for key, values in found.each.items():
        assert found.macro[key] == pytest.approx(np.mean(values))
        assert found.weighted[key] == pytest.approx(np.average(values, weights=found.support))
    wanted = {*AVERAGED, "roc_auc", "average_precision", "brier", "log_loss"}
    for low, mean, high in (
        (found.macro_low, found.macro, found.macro_high),
        (found.weighted_low, found.weighted, found.weighted_high),
    ):
        assert wanted <= set(low) == set(high)
        assert all(low[key] < mean[key] < high[key] for key in low)


def test_weights_that_are_all_doubled_change_no_interval_of_the_headline():
    p, truth, _ = drawn(3, rows=300)
    once, twice = (headline(Answers(truth, p >= 0.5, p, np.full(300, heavy))) for heavy in (1.0, 2.0))
    for key, value in once.value.items():
        assert twice.value[key] == pytest.approx(value)
        assert once.low[key] < value < once.high[key]
        assert (twice.low[key], twice.high[key]) == pytest.approx((once.low[key], once.high[key]))
