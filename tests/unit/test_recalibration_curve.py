"""The recalibration curve's parts: normal scores, bins, prior, splines, shares and drawn numbers; by hand and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import BSpline
from scipy.special import expit as scipy_expit
from scipy.special import logit as scipy_logit
from scipy.stats import norm

from ml.metrics.recalibration import curve as module
from ml.metrics.recalibration.curve import (
    _basis,
    _binned,
    _design,
    _normal_scores,
    _with_prior,
    logit,
    recalibration_curve,
)


@pytest.fixture
def bent():
    """A curve of 600 records with a step."""
    rng = np.random.default_rng(0)
    p = rng.beta(1, 2, 600)
    return recalibration_curve(rng.random(600) < np.where(p > 0.5, 0.9, p / 2), p)


def columns_of(curve, scores):
    """Columns of the coefficients, written out."""
    knots = np.arange(-3, 20) / 16 * (curve.scores[-1] - curve.scores[0]) + curve.scores[0]
    smooth = BSpline.design_matrix(np.clip(scores, knots[3], np.nextafter(knots[-4], -9)), knots, 3).toarray()
    own = np.clip(np.interp(scores, curve.scores, curve.logits), -curve.farthest, curve.farthest) - curve.middle
    steps = [np.where(scores >= edge, 0.5, -0.5) for edge in curve.edges]
    return np.column_stack([smooth, own, *steps])


def test_logits_are_scipys_up_to_a_millionth_of_a_millionth():
    p = np.array([1e-9, 0.2, 0.5, 1 - 1e-9])
    assert logit(p) == pytest.approx(scipy_logit(p))
    assert logit(np.array([0.0, 1.0])) == pytest.approx([scipy_logit(1e-12), -scipy_logit(1e-12)], rel=1e-5)


def test_the_basis_is_scipys_cubic_b_splines():
    x = np.linspace(-1.0, 2.9999, 50)
    knots = np.arange(-3, 20) / 16 * 4 - 1
    assert _basis(x, -1.0, 3.0) == pytest.approx(BSpline.design_matrix(x, knots, 3).toarray(), abs=1e-9)
    ends = _basis(np.array([-9.0, -1.0, 3.0, 9.0]), -1.0, 3.0)
    assert ends[[0, 3]].tolist() == ends[[1, 2]].tolist()  # beyond the ends it is flat


def test_a_design_counts_logits_from_the_middle_and_those_far_off_as_the_farthest():
    scores, logits = np.array([0.0, 1.0, 2.0]), np.array([-9.0, 0.0, 9.0])
    found = _design(np.array([0.0, 0.5, 1.0, 2.0]), scores, logits, 0.25, 6.0)
    assert found.shape == (4, 20)
    assert found[:, 19].tolist() == [-6.25, -4.75, -0.25, 5.75]


def test_normal_scores_are_the_quantiles_of_middle_ranks():
    assert _normal_scores(np.array([2.0, 1.0, 1.0])) == pytest.approx(norm.ppf([0.25, 0.625, 0.875]))


def test_of_many_scores_those_between_are_interpolated(monkeypatch):
    monkeypatch.setattr(module, "MOST_SCORES", 8)
    ranks = (np.arange(30) + 0.5) / 30
    sure = [0, 1, 9, 19, 28, 29]  # two at each end, and four at equal steps
    found = _normal_scores(np.ones(30))
    assert found == pytest.approx(np.interp(ranks, ranks[sure], norm.ppf(ranks[sure])))
    few = _normal_scores(np.ones(4))
    assert few == pytest.approx(norm.ppf((np.arange(4) + 0.5) / 4))


def test_bins_hold_the_mean_score_of_their_records(monkeypatch):
    monkeypatch.setattr(module, "BINS", 4)
    scores = np.array([0.0, 0.1, 0.5, 0.9, 1.0])
    middle, hits, records = _binned(scores, np.array([1.0, 2, 3, 4, 5]), np.array([1.0, 3, 2, 6, 2]))
    assert middle == pytest.approx([0.3 / 4, 0.5, (5.4 + 2) / 8])
    assert (hits.tolist(), records.tolist()) == ([3, 3, 9], [4, 2, 8])


def test_the_prior_is_the_models_own_with_one_record_of_the_rarer_kind_and_a_tenth_at_most():
    counts = np.array([60.0, 40.0])
    for own, total in (([0.2, 0.5], 1 / 0.32), ([0.8, 0.5], 1 / 0.32), ([0.001, 0.002], 10.0)):
        hits, records = _with_prior(scipy_logit(np.array(own)), np.array([10.0, 20.0]), counts)
        assert records == pytest.approx(counts + np.array([0.6, 0.4]) * total)
        assert hits == pytest.approx([10 + 0.6 * total * own[0], 20 + 0.4 * total * own[1]])


def test_a_share_is_the_mean_of_the_drawn_curves(bent):
    for place in (0, 57, 200, 399, len(bent.places) - 1):
        expected = scipy_expit(columns_of(bent, bent.places[[place]]) @ bent.draws).mean()
        assert bent.grid[place] == pytest.approx(expected, abs=1e-6)
    p = np.array([0.02, 0.3, 0.77, np.nan])
    at = np.interp(logit(p[:3]), bent.logits, bent.scores)
    assert bent.share(p[:3]) == pytest.approx(scipy_expit(columns_of(bent, at) @ bent.draws).mean(axis=1), abs=1e-3)
    assert np.isnan(bent.share(p)[3])
    assert bent.draws.shape == (20 + len(bent.edges), 2_000)


def test_the_grid_has_both_sides_of_each_edge(bent):
    assert len(bent.edges) > 0
    assert set(bent.edges) | set(np.nextafter(bent.edges, -np.inf)) <= set(bent.places)
    assert len(bent.places) == 401 + 2 * len(bent.edges)
    even = np.setdiff1d(bent.places, np.concatenate([bent.edges, np.nextafter(bent.edges, -np.inf)]))
    assert even == pytest.approx(np.linspace(bent.scores[0], bent.scores[-1], 401))


def test_drawn_numbers_are_sums_over_cells_of_the_drawn_shares(bent, monkeypatch):
    scores = np.linspace(bent.scores[0], bent.scores[-1], 600)  # seven in each cell
    p = scipy_expit(np.interp(scores, bent.scores, bent.logits))
    scores = np.interp(logit(p), bent.logits, bent.scores)
    ends = np.unique(np.append(np.linspace(bent.scores[0], bent.scores[-1], 81)[1:-1], bent.edges))
    expected = np.zeros(2_000)
    cells = np.array([sum(score >= end for end in ends) for score in scores])
    variance = 0.0
    for cell in set(cells.tolist()):
        here = scores[cells == cell]
        shares = scipy_expit(columns_of(bent, np.array([here.mean()])) @ bent.draws)[0]
        expected += len(here) * shares
        variance += len(here) * np.mean(shares * (1 - shares))
    curved, chance = bent.numbers(p, np.random.default_rng(3))
    assert curved == pytest.approx(expected, rel=1e-9)
    apart = chance - curved
    assert apart.mean() == pytest.approx(0, abs=4 * np.sqrt(variance / 2_000))
    assert apart.var() == pytest.approx(variance, rel=0.15)
    assert (chance == chance.round()).all()


def test_only_proportions_of_weights_count_and_records_without_weight_do_not():
    rng = np.random.default_rng(4)
    p, weight = rng.beta(1, 2, 300), rng.choice([0.0, 1.0, 3.0], 300)
    truth = rng.random(300) < p
    found = recalibration_curve(truth, p, weight)
    there = weight > 0
    again = recalibration_curve(truth[there], p[there], 8 * weight[there])
    assert found.share(p) == pytest.approx(again.share(p))
    assert (found.positive, found.negative) == (truth[there].sum(), (~truth[there]).sum())
    assert found.farthest == pytest.approx(scipy_logit(1 - 0.5 / there.sum()))
    own = np.clip(scipy_logit(p), -found.farthest, found.farthest)
    assert found.middle == pytest.approx(np.average(own, weights=weight))
    assert found.logits == pytest.approx(np.unique(scipy_logit(p[there])))
    # Together they are worth Kish's effective sample size, with at most a tenth more from the prior
    worth = weight.sum() ** 2 / (weight**2).sum()
    mean = np.average(p, weights=weight)
    assert found.posterior.records.sum() == pytest.approx(worth + 1 / mean)
    assert found.posterior.hits.sum() == pytest.approx(worth * np.average(truth, weights=weight) + 1)


def test_a_constant_probability_has_one_share_that_is_near_what_came():
    found = recalibration_curve(np.arange(400) < 100, np.full(400, 0.5))
    assert found.share(np.array([0.5])) == pytest.approx([0.25], abs=0.01)
    assert found.posterior.records.sum() == pytest.approx(402)
    assert found.scores.tolist() == [0.0, 1.0]
    assert found.logits.tolist() == [0.0, 1.0]


def test_a_list_has_a_step_at_its_lower_end_and_an_empty_one_has_none(bent):
    p = np.array([0.7, 0.4, 0.9])
    found = bent.of_list(p)
    assert np.interp(logit(0.4), bent.logits, bent.scores) in found.edges
    assert found.edges[-1] == pytest.approx(np.interp(logit(0.4), bent.logits, bent.scores))
    assert bent.of_list(np.empty(0)) is bent
