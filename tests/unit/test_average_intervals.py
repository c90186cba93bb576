"""Intervals of averages over outcomes and DeLong's of one area: limits, by hand, and against a bootstrap of rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import norm

from ml.data.outcomes import Outcome, Outcomes
from ml.metrics import average_intervals as module
from ml.metrics.average_intervals import (
    _ends,
    _packed,
    ends_of_averages,
    ends_of_means,
    influence_of_area,
    influence_of_average_precision,
)
from ml.metrics.delong import auc_interval, placements
from ml.metrics.evaluation import Evaluation

WIDTH = norm.isf(0.025)


def evaluation(rows=80, weighted=False):
    """Three independent outcomes; nobody is said to have the last one."""
    rng = np.random.default_rng(0)
    truth = rng.random((rows, 3)) < [0.6, 0.3, 0.2]
    labels = (rng.random((rows, 3)) < np.where(truth, 0.8, 0.3)) & [True, True, False]
    outcomes = Outcomes(tuple(Outcome(name, name, name) for name in "abc"), False, "a")
    weight = rng.choice([0.5, 3.0], rows) if weighted else np.ones(rows)
    return Evaluation(outcomes, truth, labels, None, weight)


def by_rows(given, used, repeats=20_000):
    """Percentiles of both averages of each measure, from resampled rows."""
    rng, rows = np.random.default_rng(1), len(given.truth)
    truth, labels = given.truth[:, used].astype(float), given.labels[:, used].astype(float)
    heavy = rng.multinomial(rows, np.full(rows, 1 / rows), repeats) * given.weight
    hits, positive, called = heavy @ (truth * labels), heavy @ truth, heavy @ labels
    each = {"precision": hits / np.where(called, called, 1), "recall": hits / positive}
    each["f1"] = 2 * hits / (called + positive)
    share = positive / positive.sum(axis=1, keepdims=True)
    macro = {key: np.percentile(values.mean(axis=1), [2.5, 97.5]) for key, values in each.items()}
    return macro, {key: np.percentile((values * share).sum(axis=1), [2.5, 97.5]) for key, values in each.items()}


@pytest.mark.parametrize("used", [[True, True, True], [True, False, True]])
def test_ends_of_averages_of_labels_are_those_of_resampled_rows(used):
    given = evaluation()
    for found, expected in zip(ends_of_averages(given, np.array(used), 20_000), by_rows(given, used), strict=True):
        assert set(found) == {"precision", "recall", "f1"}
        for key, (low, high) in found.items():
            wide = expected[key][1] - expected[key][0]
            assert (low, high) == pytest.approx(tuple(expected[key]), abs=0.03 * wide), key


def test_rows_of_one_kind_count_with_their_mean_weight():
    """So weights that differ between kinds alone give what resampled rows give."""
    given = evaluation()
    _, kind = np.unique(np.hstack([given.truth, given.labels]), axis=0, return_inverse=True)
    heavy = Evaluation(given.outcomes, given.truth, given.labels, None, 1.0 + kind.ravel() % 3)
    used = np.ones(3, bool)
    for found, expected in zip(ends_of_averages(heavy, used, 20_000), by_rows(heavy, used), strict=True):
        for key, (low, high) in found.items():
            wide = expected[key][1] - expected[key][0]
            assert (low, high) == pytest.approx(tuple(expected[key]), abs=0.03 * wide), key


@pytest.mark.parametrize(("cells", "repeats"), [(10, 50), (51 * 6, 51), (80 * 6 + 5, 80), (10**6, 100)])
def test_repeats_are_bounded_by_the_kinds_of_rows_and_are_50_at_least(monkeypatch, cells, repeats):
    truth = np.array([[1, 1, 1, 0, 0, 0], [0, 1, 0, 1, 0, 1]], bool).T
    labels = np.array([[1, 0, 0, 0, 1, 1], [0, 0, 1, 1, 1, 1]], bool).T
    assert len(np.unique(np.hstack([truth, labels]), axis=0)) == 6
    outcomes, seen = Outcomes((Outcome("a", "a", "a"), Outcome("b", "b", "b")), False, "a"), []
    monkeypatch.setattr(module, "MOST_CELLS", cells)
    monkeypatch.setattr(module, "percentile_interval", lambda samples: (seen.append(len(samples)) or 0.0, 0.0))
    ends_of_averages(Evaluation(outcomes, truth, labels, None, np.ones(6)), np.ones(2, bool), 100)
    assert set(seen) == {repeats}


@pytest.mark.parametrize("columns", [1, 8, 9, 63, 64, 65, 72, 73])
def test_packed_rows_are_equal_where_rows_are(columns):
    rows = np.random.default_rng(columns).random((60, columns)) < 0.5
    rows[:, 1:-1] = rows[:, :1]  # only the ends tell them apart
    rows[30:] = rows[:30]
    packed = _packed(rows)
    assert packed.shape == (60,)
    assert (packed[:, None] == packed).tolist() == (rows[:, None] == rows).all(axis=2).tolist()


def losses_and_truth():
    rng = np.random.default_rng(5)
    return rng.gamma(2.0, 0.3, (40, 3)), rng.random((40, 3)) < [0.5, 0.3, 0.2], rng.uniform(0.5, 3.0, 40)


@pytest.mark.parametrize("by_support", [False, True])
@pytest.mark.parametrize("key", ["brier", "roc_auc"])
def test_the_error_of_an_average_is_that_of_its_derivatives_in_the_weights(key, by_support):
    """The infinitesimal jackknife (Efron & Tibshirani 1993, chapter 21), by differences."""
    loss, truth, weight = losses_and_truth()
    loss /= 4  # so that the mean is one of an area too

    def average(heavy):
        support = heavy @ truth if by_support else np.array([1.0, 1.0, 2.0])
        return np.average(loss, axis=0, weights=heavy) @ support / support.sum()

    now, slopes = average(weight), []
    for row in range(40):
        more = weight.copy()
        more[row] += 1e-6
        slopes.append((average(more) - now) / 1e-6)
    error = np.sqrt(((weight * slopes) ** 2).sum())
    values = np.average(loss, axis=0, weights=weight)
    shares = truth.astype(float) if by_support else np.array([1.0, 1.0, 2.0])
    low, high = ends_of_means({key: values}, {key: loss - values}, shares, weight)[key]
    if key == "brier":
        assert np.log([low, high]) == pytest.approx(np.log(now) + np.array([-1, 1]) * WIDTH * error / now, rel=1e-4)
    else:
        wide = WIDTH * error / (now * (1 - now))
        assert logit([low, high]) == pytest.approx(logit(now) + np.array([-wide, wide]), rel=1e-4)


def test_ends_are_on_the_scale_of_the_logarithm_or_of_the_logit():
    assert _ends(0.5, 0.1, False) == pytest.approx((0.5 * np.exp(-WIDTH / 5), 0.5 * np.exp(WIDTH / 5)))
    assert _ends(0.8, 0.1, True) == pytest.approx(
        (expit(logit(0.8) - WIDTH * 0.1 / 0.16), expit(logit(0.8) + WIDTH * 0.1 / 0.16))
    )
    low, high = _ends(1.5, 0.1, False)  # a loss may be above 1
    assert low < 1.5 < high


@pytest.mark.parametrize(
    ("mean", "error", "area"),
    [(0.5, 0.0, True), (0.5, 0.0, False), (0.0, 0.1, True), (0.0, 0.1, False), (1.0, 0.1, True)],
)
def test_a_perfect_or_certain_average_is_a_point(mean, error, area):
    assert _ends(mean, error, area) == (mean, mean)


def test_influences_by_hand():
    """Three records, one without the outcome between them: the area is 1/2, the average precision (1 + 2/3) / 2."""
    truth, p = np.array([True, False, True]), np.array([0.9, 0.5, 0.1])
    assert influence_of_area(truth, p, np.ones(3), 0.5) == pytest.approx([0.75, 0.0, -0.75])
    found = influence_of_average_precision(truth, p, np.ones(3), 5 / 6)
    # (1/2 w1/w1 + 1/2 (w1 + w3) / (w1 + w2 + w3)) with shares of w1 and w3; times the three records
    assert found == pytest.approx(3 * np.array([(1 - 5 / 6) / 2 + 1 / 18, -1 / 9, (2 / 3 - 5 / 6) / 2 + 1 / 18]))


def test_a_placement_is_the_share_of_the_other_side_that_is_ordered_rightly():
    rng = np.random.default_rng(2)
    truth, p = rng.random(30) < 0.4, rng.integers(0, 6, 30) / 5
    for row, placed in enumerate(placements(truth, p)):
        ahead = [(p[row] - other) * (1 if truth[row] else -1) for other in p[truth != truth[row]]]
        assert placed == pytest.approx(np.mean([1.0 if by > 0 else 0.5 if by == 0 else 0.0 for by in ahead]))


def test_the_area_has_an_interval_from_two_records_on_each_side_with_some_disorder():
    yes, no = [True], [False]
    assert auc_interval(np.array(2 * yes + 2 * no), np.array([0.9, 0.3, 0.5, 0.1]))[1] is not None
    assert auc_interval(np.array(1 * yes + 3 * no), np.array([0.4, 0.3, 0.5, 0.1])) == (
        pytest.approx(2 / 3),
        None,
        None,
    )
    assert auc_interval(np.array(3 * yes + 1 * no), np.array([0.4, 0.3, 0.5, 0.35])) == (
        pytest.approx(2 / 3),
        None,
        None,
    )
    assert auc_interval(np.array(2 * yes + 2 * no), np.array([0.1, 0.2, 0.8, 0.9])) == (0.0, None, None)
    assert auc_interval(np.array(2 * yes + 2 * no), np.array([0.8, 0.9, 0.1, 0.2])) == (1.0, None, None)
