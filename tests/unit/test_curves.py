"""ROC curve: by hand, by law, and against scikit-learn; and the error of thinning."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from ml.errors import OneOutcomeOnly
from ml.metrics.curves import MOST_POINTS, roc, thin
from ml.metrics.evaluation import OneVsRest


def random_answers(rows: int, seed: int, *, ties: bool, weighted: bool) -> OneVsRest:
    rng = np.random.default_rng(seed)
    truth = rng.random(rows) < 0.2
    truth[:2] = True, False
    probabilities = np.clip(rng.normal(0.4 + 0.2 * truth, 0.2), 0, 1)
    if ties:
        probabilities = probabilities.round(1)
    weight = rng.uniform(0.1, 3, rows) if weighted else np.ones(rows)
    return OneVsRest(truth, probabilities > 0.5, probabilities, weight)


def test_roc_by_hand():
    truth = np.array([True, False, True, False])
    curve = roc(
        OneVsRest(truth, np.array([True, True, False, False]), np.array([0.9, 0.8, 0.7, 0.1]), np.ones(4)), "buys"
    )
    assert curve.false_positive_rate == [0, 0, 0.5, 0.5, 1]
    assert curve.true_positive_rate == [0, 0.5, 0.5, 1, 1]
    assert curve.cut_off == [None, 0.9, 0.8, 0.7, 0.1]
    assert curve.area == 0.75
    assert (curve.own_false_positive_rate, curve.own_true_positive_rate) == (0.5, 0.5)
    assert (curve.positive, curve.negative) == (2, 2)


@pytest.mark.parametrize("ties", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("rows", [20, 150, 5_000])
def test_area_is_scikit_learns(ties, weighted, rows):
    given = random_answers(rows, rows, ties=ties, weighted=weighted)
    expected = roc_auc_score(given.truth, given.probabilities, sample_weight=given.weight)
    assert roc(given, "buys").area == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("weighted", [True, False])
def test_every_point_is_one_of_scikit_learns(weighted):
    given = random_answers(120, 3, ties=True, weighted=weighted)
    curve = roc(given, "buys")
    x, y, cut_off = roc_curve(given.truth, given.probabilities, sample_weight=given.weight, drop_intermediate=False)
    np.testing.assert_allclose(curve.false_positive_rate, x, atol=1e-12)
    np.testing.assert_allclose(curve.true_positive_rate, y, atol=1e-12)
    assert curve.cut_off[1:] == cut_off[1:].tolist()


def test_area_is_the_share_of_ordered_pairs_ties_counting_half():
    given = random_answers(80, 5, ties=True, weighted=True)
    yes, no = (np.flatnonzero(side) for side in (given.truth, ~given.truth))
    difference = given.probabilities[yes][:, None] - given.probabilities[no][None, :]
    weight = np.outer(given.weight[yes], given.weight[no])
    share = (((difference > 0) + 0.5 * (difference == 0)) * weight).sum() / weight.sum()
    assert roc(given, "buys").area == pytest.approx(share, abs=1e-12)


def test_constant_probabilities_are_guessing():
    truth = np.array([True, False, False])
    curve = roc(OneVsRest(truth, truth, np.full(3, 0.3), np.ones(3)), "buys")
    assert (curve.false_positive_rate, curve.true_positive_rate, curve.area) == ([0, 1], [0, 1], 0.5)


def test_an_outcome_that_the_hold_out_lacks_is_named():
    none = np.zeros(5, dtype=bool)
    with pytest.raises(OneOutcomeOnly, match=r"None of the 5 records .* “Gold”"):
        roc(OneVsRest(none, none, np.linspace(0, 1, 5), np.ones(5)), "Gold")


@pytest.mark.parametrize("rows", [201, 5_000, 100_000])
@pytest.mark.parametrize("ties", [True, False])
def test_thinning_keeps_the_ends_and_the_shape(rows, ties):
    given = random_answers(rows, 7, ties=False, weighted=False)
    if ties:  # a jump in the middle of many small steps
        given.probabilities[(given.probabilities > 0.4) & (given.probabilities < 0.6)] = 0.5
    curve = roc(given, "buys")
    x, y, _ = roc_curve(given.truth, given.probabilities, drop_intermediate=False)
    assert len(curve.cut_off) <= MOST_POINTS
    assert (curve.false_positive_rate[0], curve.true_positive_rate[0], curve.cut_off[0]) == (0, 0, None)
    assert (curve.false_positive_rate[-1], curve.true_positive_rate[-1]) == (1, 1)
    # Every point left out is less than a step away from one that is drawn.
    drawn = np.column_stack([curve.false_positive_rate, curve.true_positive_rate])
    sample = np.column_stack([x, y])[:: max(1, len(x) // 2_000)]
    nearest = np.abs(sample[:, None, :] - drawn[None, :, :]).sum(axis=2).min(axis=1)
    assert nearest.max() <= 2 / (MOST_POINTS - 1) + 1e-12
    assert np.trapezoid(curve.true_positive_rate, curve.false_positive_rate) == pytest.approx(curve.area, abs=0.005)
    assert curve.area == pytest.approx(roc_auc_score(given.truth, given.probabilities), abs=1e-12)


def test_thinning_leaves_short_curves_alone():
    assert thin(np.arange(5.0), np.arange(5.0), 5).tolist() == [0, 1, 2, 3, 4]


def test_thinning_a_flat_curve_spreads_its_points():
    kept = thin(np.arange(1001.0), np.zeros(1001), 11)
    assert kept.tolist() == list(range(0, 1001, 100))
