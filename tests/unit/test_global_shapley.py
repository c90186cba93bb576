"""Global Shapley values: they add up, agree with those of one record, and obey their axioms."""

from __future__ import annotations

from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pytest

from ml.advice.local_shapley import explain
from ml.advice.value_function import ValueFunction
from ml.bundle.bundle import Bundle
from ml.bundle.holdout import Holdout
from ml.data.columns import rows_of, take
from ml.data.outcomes import Prediction
from ml.errors import NoProbabilities
from ml.insights.global_shapley import _plan, global_shapley, global_shapley_of
from ml.service import open_service
from tests.small import small_model


@pytest.fixture(scope="module")
def bundles(tmp_path_factory) -> dict[str, Bundle]:
    folder = tmp_path_factory.mktemp("models")
    service = open_service(folder)
    sorts = ("binary", "multiclass", "independent", "constant", "labels-only")
    return {sort: service.model(small_model(sort, folder)) for sort in sorts}


@pytest.mark.parametrize("sort", ["binary", "multiclass", "independent", "constant"])
def test_contributions_add_up_to_what_the_model_says(bundles, sort):
    bundle = bundles[sort]
    found = global_shapley_of(bundle)
    said = bundle.predictor.block(take(bundle.holdout.block, found.rows)).probabilities
    np.testing.assert_allclose(found.base + found.values.sum(axis=1), said, atol=1e-12)
    np.testing.assert_array_equal(found.total, said)


@pytest.mark.parametrize("sort", ["binary", "multiclass"])
def test_what_one_exclusive_outcome_gains_the_others_lose(bundles, sort):
    np.testing.assert_allclose(global_shapley_of(bundles[sort]).values.sum(axis=2), 0.0, atol=1e-12)


def test_a_constant_model_has_no_contributions(bundles):
    assert not global_shapley_of(bundles["constant"]).values.any()


def test_they_are_those_behind_a_single_prediction(bundles):
    """Against ml/advice/local_shapley.py, exact with so few features: within the error of some background rows."""
    bundle = bundles["binary"]
    found = global_shapley_of(bundle)
    value_function = ValueFunction(bundle)
    rows = rows_of(bundle.schema, take(bundle.holdout.block, found.rows[:40]))
    exact = np.array([explain(value_function, row, [True] * 4, budget=10**6).contributions for row in rows])
    error = found.values[:40] - exact
    assert np.sqrt((error**2).mean()) < 0.015
    np.testing.assert_allclose(found.base, value_function.base, atol=1e-9)
    assert np.abs(error.mean(axis=0)).max() < 0.01
    assert np.corrcoef(found.values[:40].ravel(), exact.ravel())[0, 1] > 0.995


@pytest.mark.parametrize("walks", [8, 40])
def test_the_stated_errors_hold_the_exact_values(bundles, walks):
    bundle = bundles["binary"]
    found = global_shapley(bundle, 40, walks)
    value_function = ValueFunction(bundle)
    rows = rows_of(bundle.schema, take(bundle.holdout.block, found.rows))
    exact = np.array([explain(value_function, row, [True] * 4, budget=10**6).contributions for row in rows])
    error, used = found.values - exact, found.errors > 0
    assert np.abs(error[~used]).max(initial=0) < 1e-12  # of a feature without effect
    assert 0.93 <= np.mean(np.abs(error[used]) <= 1.96 * found.errors[used]) <= 1.0
    # Rather too large than too small: the walks start evenly spread over the answers
    assert 0.3 <= np.sqrt(np.mean(error[used] ** 2) / np.mean(found.errors[used] ** 2)) <= 1.05


def test_with_one_background_row_the_mean_over_all_orders_is_shapleys():
    """A function with an interaction, by its definition over all six orders."""

    def formula(a, b, c):
        return 0.2 + 0.3 * a * b + 0.1 * c

    bundle = made_of(formula, start=(0.0, 0.0, 0.0), end=(1.0, 1.0, 1.0))
    one = global_shapley(bundle, 400, 1)
    shapley = np.zeros(3)
    for order in permutations(range(3)):
        at = [0.0, 0.0, 0.0]
        for feature in order:
            before = formula(*at)
            at[feature] = 1.0
            shapley[feature] += (formula(*at) - before) / 6
    np.testing.assert_allclose(shapley, [0.15, 0.15, 0.1])
    np.testing.assert_allclose(one.values[:, :, 0].mean(axis=0), shapley, atol=1e-12)  # reverses make it exact here


def made_of(formula, start, end):
    class Predictor:
        def block(self, block):
            given = formula(*block)
            return Prediction(np.zeros((len(given), 2), dtype=bool), np.column_stack([given, 1 - given]))

    holdout = Holdout(tuple(np.full(400, value) for value in end), np.ones((400, 2), dtype=bool))
    background = tuple(np.array([value]) for value in start)
    return SimpleNamespace(predictor=Predictor(), holdout=holdout, background=background)


def test_the_same_version_gives_the_same_numbers_in_every_process(bundles):
    first, again = (global_shapley(bundles["independent"], 30, 8) for _ in range(2))
    np.testing.assert_array_equal(first.values, again.values)


def plan(kind, features):
    """Predictions that a version of so many features costs."""
    given = SimpleNamespace(
        card={"path": {"kind": kind}},
        schema=SimpleNamespace(features=[None] * features),
        holdout=SimpleNamespace(truth=np.zeros((10_000, 2))),
    )
    records, walks = _plan(given)
    return records * walks * 2 * (features - 1)


def test_predictions_are_bounded_by_what_serves():
    assert plan("compiled", 8) <= 100_000
    assert plan("scikit-learn", 8) <= 20_000
    assert plan("scikit-learn", 30) <= 20_000


def test_one_outcomes_model_without_probabilities_is_refused(bundles):
    with pytest.raises(NoProbabilities):
        global_shapley_of(bundles["labels-only"])
