"""Models of the recalibration curve: modes, evidence, steps and draws against scipy and other ways to work them out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit as scipy_expit

from ml.metrics.recalibration import posterior as module
from ml.metrics.recalibration.posterior import (
    _drawn,
    _edges,
    _expected,
    _Fit,
    _fit,
    _information,
    _mode,
    _with_one_more,
    expit,
    posterior,
    step_columns,
)

BINS = 24


def hold_out(seed=0, step=0.0):
    """Design of five smooth columns and the logit, scores, hits and records of 24 bins; the truth may step at 0."""
    rng = np.random.default_rng(seed)
    scores = np.linspace(-2, 2, BINS)
    records = rng.integers(5, 40, BINS).astype(float)
    bumps = np.maximum(0, 1 - np.abs(scores[:, None] - np.linspace(-2, 2, 5)))
    hits = rng.binomial(records.astype(int), scipy_expit(scores - 0.5 + step * (scores >= 0))).astype(float)
    return np.column_stack([bumps, scores]), scores, hits, records


def prior_of(penalty, stiff, steps=0):
    """Precision of the coefficients, written out: second differences of five columns, the logit, and the steps."""
    prior = 1e-4 * np.eye(6 + steps)
    bends = np.array([[1, -2, 1, 0, 0], [0, 1, -2, 1, 0], [0, 0, 1, -2, 1]], float)
    prior[:5, :5] += penalty * bends.T @ bends
    prior[5, 5] = stiff
    for step in range(6, 6 + steps):
        prior[step, step] = 1 / 1.5**2
    return prior


def loss_of(columns, hits, records, prior):
    def loss(at):
        linear = columns @ at
        return -(hits @ linear - records @ np.logaddexp(0, linear) - at @ prior @ at / 2)

    def slope(at):
        return -(columns.T @ (hits - records * scipy_expit(columns @ at)) - prior @ at)

    return loss, slope


MODELS = [(30.0, 1.0, ()), (3_000.0, 1e8, ()), (0.05, 1.0, ()), (30.0, 1.0, (1,)), (300.0, 1.0, (0, 2))]
EDGES = np.array([-1.0, 0.0, 1.0])


def fitted(penalty, stiff, steps, start=None):
    design, scores, hits, records = hold_out(step=1.0)
    columns = np.column_stack([design, step_columns(scores, EDGES)[:, list(steps)]])
    start = np.zeros(columns.shape[1]) if start is None else start
    return _fit(penalty, stiff, steps, start, columns, hits, records), columns, hits, records


@pytest.mark.parametrize("model", MODELS)
def test_the_mode_is_scipys_wherever_the_search_starts(model):
    for start in (None, np.full(6 + len(model[2]), 9.0)):
        found, columns, hits, records = fitted(*model, start)
        prior = prior_of(model[0], model[1], len(model[2]))
        loss, slope = loss_of(columns, hits, records, prior)
        best = minimize(loss, np.zeros(columns.shape[1]), jac=slope, method="BFGS", options={"gtol": 1e-9})
        assert loss(found.mode) == pytest.approx(best.fun, abs=1e-5)
        assert columns @ found.mode == pytest.approx(columns @ best.x, abs=2e-3)
        assert np.abs(slope(found.mode)).max() < 0.02


@pytest.mark.parametrize("model", MODELS)
def test_the_evidence_is_laplaces_but_for_one_constant(model):
    """The logarithm of the likelihood and prior at the mode, of the prior's size and of the posterior's."""

    def apart(model):
        found, columns, hits, records = fitted(*model)
        prior = prior_of(model[0], model[1], len(model[2]))
        shares = scipy_expit(columns @ found.mode)
        information = columns.T @ (columns * (records * shares * (1 - shares))[:, None]) + prior
        assert found.lower @ found.lower.T == pytest.approx(information)
        assert (found.penalty, found.stiff, found.steps) == model
        ridged = np.linalg.slogdet(prior)[1] - np.linalg.slogdet(prior_of(1.0, 1.0))[1]
        value = -loss_of(columns, hits, records, prior)[0](found.mode)
        return found.evidence - (value + ridged / 2 - np.linalg.slogdet(information)[1] / 2)

    # The ridge has a part in the size of weak penalties, which the evidence leaves out
    assert apart(model) == pytest.approx(apart(MODELS[0]), abs=0.05 if model[0] > 1 else 0.5)


def test_the_logarithm_at_the_mode_is_of_likelihood_and_prior():
    found, columns, hits, records = fitted(*MODELS[3])
    prior = prior_of(*MODELS[3][:2], 1)
    mode, value = _mode(np.zeros(7), columns, hits, records, prior)
    assert mode == pytest.approx(found.mode)
    assert value == pytest.approx(-loss_of(columns, hits, records, prior)[0](mode), rel=1e-12)


def test_information_by_hand():
    basis, records = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([10.0, 20.0])
    at = np.array([0.5, -0.2])
    expected = np.zeros((2, 2))
    for row, many in zip(basis, records, strict=True):
        share = 1 / (1 + np.exp(-row @ at))
        expected += many * share * (1 - share) * np.outer(row, row)
    assert _information(at, basis, records) == pytest.approx(expected)


def test_shares_of_logits_do_not_overflow():
    assert expit(np.array([-1e4, 0.0, 2.0, 1e4])) == pytest.approx([0, 0.5, scipy_expit(2.0), 1], abs=1e-15)
    assert expit(np.array([-1e4]))[0] == pytest.approx(np.exp(-40), rel=1e-9, abs=0)  # never 0


def test_a_step_is_minus_a_half_below_its_edge_and_a_half_from_it_on():
    assert step_columns(np.array([0.9, 1.0, 1.1]), np.array([1.0, 0.95])).tolist() == [
        [-0.5, -0.5],
        [0.5, 0.5],
        [0.5, 0.5],
    ]


@pytest.mark.parametrize("steps", [(), (1,)])
def test_what_a_step_would_add_is_one_newton_step_of_the_larger_model(steps):
    design, scores, hits, records = hold_out(step=1.0)
    fit, columns, _, _ = fitted(30.0, 1.0, steps)
    found = _expected(fit, design, step_columns(scores, EDGES), hits, records)
    shares = scipy_expit(columns @ fit.mode)
    weight = records * shares * (1 - shares)
    for edge, column in enumerate(step_columns(scores, EDGES).T):
        if edge in steps:
            assert found[edge] == -np.inf
            continue
        # Of the step alone, after the other columns: the Schur complement of its information
        other = column @ (weight[:, None] * columns)
        inner = column @ (weight * column) - other @ np.linalg.inv(fit.lower @ fit.lower.T) @ other
        slope = column @ (hits - records * shares)
        gain = slope**2 / (inner + 1 / 1.5**2) / 2 - np.log(1 + 1.5**2 * inner) / 2
        assert found[edge] == pytest.approx(fit.evidence + gain)
        larger = fitted(30.0, 1.0, tuple(sorted((*steps, edge))))[0]
        assert found[edge] == pytest.approx(larger.evidence, abs=0.3)


def test_a_step_that_little_speaks_of_adds_little():
    design, scores, hits, records = hold_out()
    steps = step_columns(scores, EDGES)
    fit = _fit(30.0, 1.0, (), np.zeros(6), design, 0.01 * hits, 0.01 * records)
    found = _expected(fit, design, steps, 0.01 * hits, 0.01 * records)
    for edge in range(3):
        larger = _fit(
            30.0, 1.0, (edge,), np.zeros(7), np.column_stack([design, steps[:, edge]]), 0.01 * hits, 0.01 * records
        )
        assert found[edge] == pytest.approx(larger.evidence, abs=0.002)


def test_edges_have_eight_records_on_both_sides_and_no_two_stand_between_the_same_records():
    scores = np.array([0.0, 0.5, 0.55, 1.0])
    for records, expected in (
        ([8.0, 1, 1, 8], 3), ([7.0, 1, 1, 8], 2), ([7.0, 1, 2, 6], 1), ([7.0, 1, 2, 5], 0), ([4.0, 2, 1, 8], 0),
    ):  # fmt: skip
        found = _edges(scores, np.array(records))
        assert len(found) == expected, records
        assert len(set(np.searchsorted(scores, found))) == expected
    places = np.linspace(0, 1, 102)[1:-1]
    # The first place above each record that has eight below and eight beyond
    assert _edges(scores, np.full(4, 9.0)).tolist() == [places[0], places[places > 0.5][0], places[places > 0.55][0]]


def test_a_place_at_a_record_has_it_above(monkeypatch):
    monkeypatch.setattr(module, "EDGES", 3)  # 0.25, 0.5 and 0.75
    assert _edges(np.array([0.0, 0.5, 1.0]), np.array([8.0, 8.0, 8.0])).tolist() == [0.25, 0.75]
    assert _edges(np.array([0.0, 0.5, 1.0]), np.array([4.0, 4.0, 8.0])).tolist() == [0.75]


def test_draws_have_the_modes_mean_and_covariance_and_zeros_for_steps_of_others():
    lower = np.linalg.cholesky(np.array([[4.0, 1.0, 0.0], [1.0, 9.0, 2.0], [0.0, 2.0, 5.0]]))
    plain = _Fit(1.0, 1.0, (), np.array([1.0, 2.0]), lower[:2, :2], 0.0)
    stepped = _Fit(1.0, 1.0, (4,), np.array([-3.0, 0.5, 7.0]), lower, 0.0)
    draws, edges = _drawn(((plain, 800), (stepped, 1_200)), np.arange(6.0) / 10, 2)
    assert draws.shape == (3, 2_000)
    assert edges.tolist() == [0.4]
    of_plain = draws[2] == 0
    assert of_plain.sum() == 800
    assert 0 < of_plain[:1_000].sum() < 800  # mixed
    for chosen, fit in ((draws[:2, of_plain], plain), (draws[:, ~of_plain], stepped)):
        covariance = np.linalg.inv(fit.lower @ fit.lower.T)
        error = np.sqrt(np.diag(covariance) / chosen.shape[1])
        assert (np.abs(chosen.mean(axis=1) - fit.mode) < 4 * error).all()
        assert np.cov(chosen) == pytest.approx(covariance, abs=0.03)


def test_of_several_steps_each_has_its_row():
    lower = 1e6 * np.eye(4)
    first = _Fit(1.0, 1.0, (5, 2), np.array([1.0, 2.0, 50.0, 20.0]), lower, 0.0)
    second = _Fit(1.0, 1.0, (3,), np.array([3.0, 4.0, 30.0]), lower[:3, :3], 0.0)
    draws, edges = _drawn([(first, 1_500), (second, 500)], np.arange(6.0), 2)
    assert edges.tolist() == [2.0, 3.0, 5.0]
    kinds = {tuple(column) for column in draws.T.round(3).tolist()}
    assert kinds == {(1.0, 2.0, 20.0, 0.0, 50.0), (3.0, 4.0, 0.0, 30.0, 0.0)}
    assert (draws[0] > 2).sum() == 500


def one_more(fits, best, tried=12):
    design, scores, hits, records = hold_out(step=1.0)
    steps = step_columns(scores, EDGES)
    rare = -np.log(3)
    expected = {
        (at, edge): value + rare
        for at, fit in enumerate(fits)
        for edge, value in enumerate(_expected(fit, design, steps, hits, records))
    }
    return _with_one_more(fits, best, design, steps, hits, records), expected


def test_one_step_more_is_tried_where_it_is_expected_to_be_not_far_behind_the_best():
    fits = [fitted(penalty, 1.0, ())[0] for penalty in (30.0, 300.0)]
    _, expected = one_more(fits, 0.0)
    ranked = sorted(expected, key=lambda pair: -expected[pair])
    for count in range(1, 6):
        best = (expected[ranked[count - 1]] + expected[ranked[count]]) / 2 + 6.0
        found, _ = one_more(fits, best)
        assert [(each.penalty, each.steps) for each in found] == [
            (fits[at].penalty, (edge,)) for at, edge in ranked[:count]
        ]
    for each in found:
        alone = fitted(each.penalty, 1.0, each.steps)[0]
        assert each.evidence == pytest.approx(alone.evidence - np.log(3))
        assert each.mode == pytest.approx(alone.mode, abs=1e-4)


def test_at_most_so_many_models_are_tried_and_each_once(monkeypatch):
    fits = [fitted(30.0, 1.0, (at,))[0] for at in range(3)]
    found, _ = one_more(fits, -1e9)
    assert sorted(each.steps for each in found) == [(0, 1), (0, 2), (1, 2)]
    assert all(
        each.evidence == pytest.approx(fitted(30.0, 1.0, each.steps)[0].evidence - 2 * np.log(3)) for each in found
    )
    monkeypatch.setattr(module, "TRIED", 2)
    assert len(one_more(fits, -1e9)[0]) == 2


def everything(monkeypatch, step=1.0):
    """All models that were fitted: at a power of 0 each has about as many draws as another."""
    monkeypatch.setattr(module, "TEMPER", 0.0)
    return posterior(*hold_out(step=step))


def test_all_penalties_are_tried_with_and_without_the_logit_and_with_up_to_three_steps(monkeypatch):
    found = everything(monkeypatch, 3.0)
    smooth = [(fit.penalty, fit.stiff) for fit, _ in found.fits if not fit.steps]
    assert sorted(smooth) == sorted((penalty, stiff) for penalty in np.logspace(4.5, -1.5, 9) for stiff in (1e8, 1.0))
    counts = np.bincount([len(fit.steps) for fit, _ in found.fits])
    assert counts[0] == 18
    assert 0 < max(counts[1:]) <= 12
    assert len(counts) <= 4
    assert sum(times for _, times in found.fits) == 2_000
    monkeypatch.setattr(module, "MOST_STEPS", 1)
    assert max(len(fit.steps) for fit, _ in everything(monkeypatch, 3.0).fits) == 1
    monkeypatch.setattr(module, "FEWEST_BESIDE", 1e9)
    assert max(len(fit.steps) for fit, _ in everything(monkeypatch, 3.0).fits) == 0


def test_a_model_has_draws_by_the_square_root_of_its_evidence():
    found = posterior(*hold_out(step=1.0))
    many = [(fit.evidence, times) for fit, times in found.fits if times >= 40]
    assert len(many) >= 3
    for evidence, times in many:
        expected = many[0][1] * np.exp((evidence - many[0][0]) / 2)
        assert times == pytest.approx(expected, abs=4 * np.sqrt(expected + expected**2 / many[0][1]))
    assert sum(times for _, times in found.fits) == 2_000
    assert all(times > 0 for _, times in found.fits)


def test_a_step_at_a_score_needs_eight_records_on_either_side():
    design, scores, hits, records = hold_out()
    records = np.full(BINS, 4.0)
    found = posterior(design, scores, np.minimum(hits, 4.0), records)
    assert found.with_step(scores[1]) is None  # four below
    assert found.with_step(scores[2]) is not None
    assert found.with_step(scores[-2]) is not None
    assert found.with_step(scores[-1]) is None
    light = posterior(design, scores, np.minimum(hits, 4.0), np.append(records[:-1], 3.9))
    assert light.with_step(scores[-2]) is None


def test_with_a_step_every_model_is_fitted_again_together_with_it():
    design, scores, hits, records = hold_out(step=1.5)
    plain = fitted(30.0, 1.0, ())[0]
    stepped = fitted(30.0, 1.0, (0,))[0]
    base = posterior(design, scores, hits, records)
    found = type(base)(design, scores, hits, records, EDGES, ((plain, 1_000), (stepped, 1_000)))
    draws, edges = found.with_step(scores[14])
    assert edges.tolist() == [EDGES[0], scores[14]]
    column = np.where(scores >= scores[14], 0.5, -0.5)
    of_plain = draws[6] == 0
    assert of_plain.sum() == 1_000
    for chosen, first in ((draws[np.ix_([0, 1, 2, 3, 4, 5, 7], of_plain)], []), (draws[:, ~of_plain], [0])):
        columns = np.column_stack([design, step_columns(scores, EDGES)[:, first], column])
        loss, slope = loss_of(columns, hits, records, prior_of(30.0, 1.0, 1 + len(first)))
        best = minimize(loss, np.zeros(columns.shape[1]), jac=slope, method="BFGS", options={"gtol": 1e-8}).x
        error = chosen.std(axis=1) / np.sqrt(1_000)
        assert (np.abs(chosen.mean(axis=1) - best) < 4.5 * error).all()
