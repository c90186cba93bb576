"""Contributions against plain enumeration, shap, the closed form for linear models, and the laws of Shapley values."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations
from math import factorial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.neighbors import KNeighborsClassifier

from ml.advice.local_shapley import explain
from ml.advice.value_function import ValueFunction
from ml.data.columns import block_of_frame, frame_of, rows_of, take
from ml.data.outcomes import Prediction
from ml.predict.predictor import probabilities_of
from ml.service import open_service
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained
from tests.small import people, pushed, small_model, trained_of

ALL, BLANKS, OTHER, ONE, NONE = "1111", "1010", "0111", "0100", "0000"


def with_gaps(folder) -> str:
    """Numbers with missing values and string labels, on scikit-learn's own path or a compiled one."""
    frame = people()[["income", "debt", "shoe_size"]].astype(float)
    truth = pd.Series(np.where(pushed(people()) > 0.5, "yes", "no"))
    frame = frame.mask(np.random.default_rng(5).random(frame.shape) < 0.2)
    estimator = HistGradientBoostingClassifier(max_iter=20, random_state=0).fit(frame[:300], truth[:300])
    return build_bundle(_trained("gaps", estimator, frame, truth, optional=True), folder)


def nearest_neighbours(folder) -> str:
    frame = people()[["income", "debt", "shoe_size"]].astype(float)
    truth = pd.Series(np.where(pushed(people()) > 0.5, "yes", "no"))
    return build_bundle(_trained("knn", KNeighborsClassifier(15).fit(frame[:300], truth[:300]), frame, truth), folder)


def _trained(name, estimator, frame, truth, **more) -> Trained:
    return trained_of(name, estimator, frame, truth, 300, schema=infer_schema(frame[:300], **more))


def bundles_of(folder):
    """A bundle of each sort, by its name."""
    made = {sort: small_model(sort, folder) for sort in ("binary", "multiclass", "independent")}
    made |= {"gaps": with_gaps(folder), "knn": nearest_neighbours(folder)}
    service = open_service(folder)
    return {sort: service.model(key) for sort, key in made.items()}


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    return bundles_of(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def games(bundles):
    return {sort: ValueFunction(bundle, rows=40) for sort, bundle in bundles.items()}


def some_rows(bundle, count=3):
    return rows_of(bundle.schema, take(bundle.holdout.block, slice(0, count)))


def mask_of(text, row):
    return [character == "1" for character in text][: len(row)]


def game_of(f, background: np.ndarray, kernel=True, compiled=False) -> ValueFunction:
    """A game on numbers with f(array of shape (n, p)) -> (n,) as the probability of one outcome."""
    frame = pd.DataFrame(background, columns=[f"x{at}" for at in range(background.shape[1])])
    schema = infer_schema(frame + 0.5)  # halves, so that all are numbers
    predictor = SimpleNamespace(
        block=lambda block: Prediction(np.zeros((len(block[0]), 1), bool), f(np.column_stack(block))[:, np.newaxis]),
        row=lambda row: ((False,), tuple(f(np.array([row], dtype=float)).tolist())),
    )
    bundle = SimpleNamespace(
        offers="probabilities",
        compiled=compiled,
        schema=schema,
        predictor=predictor,
        background=block_of_frame(schema, frame),
    )
    return ValueFunction(bundle, kernel=kernel)


# Plain enumeration, written from the definition: no array arithmetic shared with what is tested.


def plain_value(bundle, value_function, row, known, some) -> np.ndarray:
    """The game's value of the features `some` among the known ones."""
    background = rows_of(value_function.schema, value_function.background)

    def mixed(taken):
        frame = frame_of(
            value_function.schema,
            tuple(
                take(value_function.background, slice(None))[at]
                if at not in taken
                else block_of_frame(value_function.schema, _frame(value_function, row, len(background)))[at]
                for at in range(len(row))
            ),
        )
        given = frame if hasattr(bundle.estimator, "feature_names_in_") else frame.to_numpy()
        return probabilities_of(bundle.estimator, given, bundle.outcomes)

    made = mixed(some).mean(axis=0)
    filled = mixed(known)
    if not some or len(known) == len(row):
        return made
    position = value_function.score(row, [at in some for at in range(len(row))])
    return made + position.weights @ filled[position.chosen] - filled.mean(axis=0)


def _frame(value_function, row, count):
    from ml.data.columns import block_of

    return frame_of(value_function.schema, block_of(value_function.schema, [row] * count))


def plain_shapley(bundle, value_function, row, known) -> np.ndarray:
    found = np.zeros((len(row), len(bundle.outcomes)))
    for j in known:
        rest = [at for at in known if at != j]
        for size in range(len(rest) + 1):
            share = factorial(size) * factorial(len(rest) - size) / factorial(len(known))
            for some in combinations(rest, size):
                more = plain_value(bundle, value_function, row, known, {*some, j}) - plain_value(
                    bundle, value_function, row, known, {*some}
                )
                found[j] += share * more
    return found


@pytest.mark.parametrize("sort", ["binary", "multiclass", "independent", "gaps", "knn"])
@pytest.mark.parametrize("text", [ALL, BLANKS, OTHER])
def test_contributions_are_those_of_plain_enumeration(bundles, sort, text):
    bundle = bundles[sort]
    value_function = ValueFunction(bundle, rows=12)
    row = some_rows(bundle)[1]
    mask = mask_of(text, row)
    plain = plain_shapley(bundle, value_function, row, set(np.flatnonzero(mask).tolist()))
    assert np.abs(explain(value_function, row, mask).contributions - plain).max() < 1e-9


@pytest.mark.parametrize("sort", ["binary", "multiclass", "independent", "gaps", "knn"])
@pytest.mark.parametrize("budget", [30, 300, 10_000])
@pytest.mark.parametrize("text", [ALL, BLANKS, OTHER, ONE, NONE])
def test_they_add_up_from_the_base_rate_to_the_score_shown(bundles, games, sort, budget, text):
    value_function = games[sort]
    for row in some_rows(bundles[sort]):
        mask = mask_of(text, row)
        found = explain(value_function, row, mask, budget)
        assert np.abs(found.base + found.contributions.sum(axis=0) - found.total).max() < 1e-12
        assert np.array_equal(found.total, value_function.score(row, mask).value)
        assert np.array_equal(found.base, value_function.base)
        assert not found.contributions[~np.array(mask)].any()


def test_of_exclusive_outcomes_what_one_gains_the_others_lose(bundles, games):
    for budget in (100, 10_000):
        found = explain(games["multiclass"], some_rows(bundles["multiclass"])[0], budget=budget)
        assert np.abs(found.contributions.sum(axis=1)).max() < 1e-9


@pytest.mark.parametrize("sort", ["binary", "independent", "knn"])
def test_with_everything_known_they_are_those_of_the_shap_package(bundles, sort):
    bundle = bundles[sort]
    value_function = ValueFunction(bundle, rows=60)
    frame = frame_of(value_function.schema, value_function.background)
    regions = sorted(frame["region"].unique()) if "region" in frame else []

    def coded(data):
        return (
            data.assign(region=data["region"].map(regions.index)).to_numpy(float) if regions else data.to_numpy(float)
        )

    def asked(array):
        data = pd.DataFrame(array, columns=frame.columns)
        if regions:
            data["region"] = [regions[int(code)] for code in array[:, list(frame.columns).index("region")]]
        return probabilities_of(bundle.estimator, data.astype(frame.dtypes.to_dict()), bundle.outcomes)

    rows = some_rows(bundle, 2)
    given = coded(frame_of(value_function.schema, take(bundle.holdout.block, slice(0, 2))))
    import shap  # half a second that every process would pay

    explainer = shap.KernelExplainer(asked, coded(frame))  # of so few features it asks every coalition
    theirs = explainer.shap_values(given, silent=True).reshape(2, len(rows[0]), -1)
    for row, expected in zip(rows, theirs, strict=True):
        assert np.abs(explain(value_function, row, budget=100_000).contributions - expected).max() < 1e-6
        assert np.abs(explain(value_function, row, budget=500).contributions - expected).max() < 0.02


# Laws, on functions made for them.

RNG = np.random.default_rng(3)


@pytest.mark.parametrize("budget", [200, 10_000])
def test_a_linear_model_has_the_closed_form(budget):
    slopes = np.array([0.1, -0.05, 0.02, 0.0, 0.08])
    background = RNG.random((60, 5))
    value_function = game_of(lambda x: 0.3 + x @ slopes, background)
    row = tuple(RNG.random(5).tolist())
    found = explain(value_function, row, budget=budget).contributions[:, 0]
    expected = slopes * (np.array(row) - background.mean(axis=0))
    # All rows walked: exact in any order. A part of them: the mean of that part.
    assert np.abs(found - expected).max() < (1e-9 if budget == 10_000 else 0.01)


@pytest.mark.parametrize("budget", [100, 10_000])
@pytest.mark.parametrize("known", [None, [True, False, True, True]])
def test_what_the_model_ignores_gets_exactly_nothing(budget, known):
    value_function = game_of(lambda x: 1 / (1 + np.exp(-x[:, 0] * x[:, 1] - x[:, 3])), RNG.normal(size=(80, 4)))
    found = explain(value_function, (0.5, 1.5, 2.5, -0.5), known, budget)
    assert found.contributions[2, 0] == 0.0
    assert found.contributions[0, 0] != 0.0


def test_features_that_the_model_treats_alike_get_the_same():
    half = RNG.normal(size=(30, 3))
    background = np.vstack([half, half[:, [1, 0, 2]]])  # alike in the data too
    value_function = game_of(lambda x: 1 / (1 + np.exp(-x[:, 0] * x[:, 1] - x[:, 2])), background)
    found = explain(value_function, (0.7, 0.7, 0.1)).contributions[:, 0]
    assert found[0] == pytest.approx(found[1], abs=1e-12)


@pytest.mark.parametrize("known", [None, [True, True, False, True]])
def test_the_mean_of_two_models_has_the_mean_of_their_contributions(known):
    def one(x):
        return 1 / (1 + np.exp(-x[:, 0] * x[:, 1]))

    def two(x):
        return 1 / (1 + np.exp(x[:, 1] - x[:, 2] * x[:, 3]))

    background, row = RNG.normal(size=(50, 4)), (0.3, -1.0, 0.8, 2.0)
    games = [game_of(f, background, kernel=False) for f in (one, two, lambda x: (one(x) + two(x)) / 2)]
    found = [explain(value_function, row, known).contributions for value_function in games]
    assert np.abs((found[0] + found[1]) / 2 - found[2]).max() < 1e-9


@pytest.mark.parametrize(("features", "budget", "near"), [(10, 3_000, 0.01), (20, 10_000, 0.01)])
def test_sampling_comes_near_to_exact_values(features, budget, near):
    slopes = RNG.normal(size=features) / 3
    # A product of two features, and a sum: exact values by symmetry need all coalitions; ask for many instead.
    value_function = game_of(
        lambda x: 1 / (1 + np.exp(-(x @ slopes) - x[:, 0] * x[:, 1])), RNG.normal(size=(300, features))
    )
    row = tuple(RNG.normal(size=features).tolist())
    exact = explain(value_function, row, budget=400_000).contributions
    assert np.abs(explain(value_function, row, budget=budget).contributions - exact).max() < near


def test_the_same_record_gets_the_same_reasons(bundles, games):
    row = some_rows(bundles["binary"])[0]
    first, second = (explain(games["binary"], row, budget=100) for _ in range(2))
    assert np.array_equal(first.contributions, second.contributions)


def test_a_known_gap_counts_as_a_value(bundles, games):
    row = (None, 8.0, 40.0)
    as_value = explain(games["gaps"], row, [True, True, True])
    as_blank = explain(games["gaps"], row)
    assert as_value.contributions[0].any()
    assert not as_blank.contributions[0].any()
    assert as_blank.known == (False, True, True)


def test_what_a_known_value_says_of_a_blank_counts_as_its_contribution():
    # The model asks x1 alone, and x0 is its twin in the data: with x1 blank, x0 says what it will be.
    x0 = RNG.normal(size=200)
    value_function = game_of(
        lambda x: np.clip(0.5 + x[:, 1] / 8 + 1e-9 * x[:, 0], 0, 1), np.column_stack([x0, x0 + 0.01])
    )
    found = explain(value_function, (1.5, None))
    assert found.contributions[0, 0] > 0.1
    assert found.contributions[1, 0] == 0.0


def test_serving_imports_neither_pandas_nor_scikit_learn():
    rooms = ("advice.local_shapley", "advice.what_if", "advice.counterfactuals", "advice.evidence", "decision.bands")
    modules = ", ".join(f"ml.{room}" for room in (*rooms, "text.words"))
    code = f"import sys, {modules}; sys.exit(bool({{'pandas', 'sklearn', 'shap'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
