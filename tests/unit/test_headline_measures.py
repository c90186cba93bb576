"""Headline measures: areas from bins, influences and averages, against scikit-learn, derivatives and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from ml.data.outcomes import Outcome, Outcomes
from ml.metrics.evaluation import Evaluation, OneVsRest
from ml.metrics.headline import (
    AVERAGED,
    _end_values,
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
    counts = counts_of_labels(OneVsRest(truth, labels, None, np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0])))
    found = (counts.true_positive, counts.false_positive, counts.false_negative, counts.true_negative)
    assert tuple(map(float, found)) == (3.0, 8.0, 4.0, 112.0)


@pytest.mark.parametrize("key", ["roc_auc", "average_precision", "brier", "log_loss"])
def test_an_influence_is_what_a_little_more_of_a_record_changes(key):
    """Of a measure as a function of the records' shares: n times its derivative (the infinitesimal jackknife)."""
    p, truth, weight = drawn(5)
    now = point_values(OneVsRest(truth, p >= 0.5, p, weight))
    influence = _influences(OneVsRest(truth, p >= 0.5, p, weight), now)[key]
    step = 1e-6 * weight.sum()
    for row in (0, 7, 21, 40):
        more = weight.copy()
        more[row] += step
        changed = (point_values(OneVsRest(truth, p >= 0.5, p, more))[key] - now[key]) / 1e-6
        assert influence[row] == pytest.approx(changed, abs=1e-4), row


def test_losses_are_scikit_learns_and_finite_where_a_sure_answer_is_wrong():
    p, truth, weight = drawn(2)
    squares, surprises = losses(OneVsRest(truth, truth, p, weight))
    assert squares.mean() == pytest.approx(brier_score_loss(truth, p))
    assert surprises.mean() == pytest.approx(log_loss(truth, p))
    _, sure = losses(
        OneVsRest(np.array([True, False, True]), np.array([True] * 3), np.array([0.0, 0.0, 1.0]), np.ones(3))
    )
    assert np.isfinite(sure).all()
    assert sure[0] > 30
    assert sure[1:] == pytest.approx([0, 0], abs=1e-12)
    assert (sure >= 0).all()
    assert sure[2] == log_loss([0, 1], [0.0, 1.0]) > 0  # not -0.0


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
    once, twice = (headline(OneVsRest(truth, p >= 0.5, p, np.full(300, heavy))) for heavy in (1.0, 2.0))
    for key, value in once.value.items():
        assert twice.value[key] == pytest.approx(value)
        assert once.low[key] < value < once.high[key]
        assert (twice.low[key], twice.high[key]) == pytest.approx((once.low[key], once.high[key]))


def test_the_intervals_of_averages_are_around_the_average_of_their_kind():
    """Of losses on the scale of the logarithm, of areas on that of the logit."""
    found = averages(evaluation(1))
    for way in ("macro", "weighted"):
        low, mean, high = (getattr(found, name) for name in (f"{way}_low", way, f"{way}_high"))
        for key in ("brier", "log_loss"):
            assert low[key] * high[key] == pytest.approx(mean[key] ** 2)
        for key in ("roc_auc", "average_precision"):
            odds = [each[key] / (1 - each[key]) for each in (low, mean, high)]
            assert odds[0] * odds[2] == pytest.approx(odds[1] ** 2)
        assert found.macro["brier"] != pytest.approx(found.weighted["brier"])


def test_the_ends_of_an_interval_are_values_that_the_measure_may_have():
    for key, sample, end in (("roc_auc", 1.2, 1), ("roc_auc", -0.2, 0), ("brier", -0.1, 0), ("log_loss", 3, 3)):
        assert _end_values(key, 0.6, np.full(10, sample)) == (end, end)
    assert _end_values("brier", 0.2, np.full(10, np.nan)) == (None, None)
    assert _end_values("brier", 0.0, np.full(10, 0.3)) == _end_values("roc_auc", 1.0, np.full(10, 0.3)) == (None, None)


def of_labels(truth, probabilities, weight=None):
    """Independent outcomes a, b and c; the labels are those of 0.5."""
    truth, p = np.array(truth, bool), np.array(probabilities, float)
    outcomes = Outcomes(tuple(Outcome(name, name, name) for name in "abc"[: truth.shape[1]]), False, "a")
    return Evaluation(outcomes, truth, p >= 0.5, p, np.ones(len(p)) if weight is None else np.array(weight))


def test_measures_that_are_perfect_have_no_interval():
    truth = np.array([[1, 0], [0, 1], [1, 1], [0, 0]])
    found = averages(of_labels(truth, truth))
    assert found.macro["brier"] == 0.0
    assert found.macro["roc_auc"] == found.weighted["average_precision"] == 1.0
    for ends in (found.macro_low, found.macro_high, found.weighted_low, found.weighted_high):
        assert not {"brier", "roc_auc", "average_precision"} & set(ends)


def test_outcomes_that_all_records_have_or_that_weigh_nothing_are_in_no_average():
    p = np.array([[0.9, 0.2, 0.6], [0.3, 0.4, 0.7], [0.6, 0.8, 0.2]])
    found = averages(of_labels([[1, 1, 0], [0, 1, 0], [1, 1, 1]], p, [1.0, 1.0, 0.0]))
    assert found.each["recall"] == [1.0, None, None]
    assert found.support == [1.0, 2.0, 0.0]
    assert found.macro["recall"] == found.weighted["recall"] == 1.0


def test_where_no_outcome_can_be_averaged_there_is_no_average():
    found = averages(of_labels([[1], [1]], [[0.9], [0.4]]))
    assert (found.each, found.macro, found.weighted, found.macro_low) == ({}, {}, {}, {})
    assert found.right == 0.5
