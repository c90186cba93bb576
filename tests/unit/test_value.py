"""Probabilities with blanks keep the laws of the value function, for models of every sort."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

from ml.advice.kernel import Scale, correlation_ratio
from ml.advice.value_function import ValueFunction
from ml.data.columns import block_of, rows_of, size, take
from ml.data.feature import Choice, Feature
from ml.errors import NoProbabilities
from ml.lifecycle.registry import Registry
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from tests.lanes import fewer
from tests.simulations.ranges import coverage
from tests.small import small_model, trained_of

SORTS = ("binary", "multiclass", "independent", "constant")


def bundle_of(estimator, frame, truth, folder):
    half = len(frame) // 2
    model = estimator.fit(frame[:half], truth[:half])
    trained = trained_of(
        "model",
        model,
        frame,
        truth,
        half,
        schema=infer_schema(frame[:half], optional=bool(frame.isna().any(axis=None))),
    )
    build_bundle(trained, folder)
    return Registry(folder).load("model")


def numbers(rows=400, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.normal(size=(rows, 3)), columns=["a", "b", "c"])


@pytest.fixture(scope="module")
def linear(tmp_path_factory):
    """Logistic regression on three independent numbers."""
    frame = numbers()
    truth = pd.Series(np.where(frame["a"] - frame["b"] > 0, "yes", "no"))
    return bundle_of(LogisticRegression(), frame, truth, tmp_path_factory.mktemp("linear"))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    for sort in SORTS:
        small_model(sort, folder)
    return {sort: Registry(folder).load(sort) for sort in SORTS}


@pytest.mark.parametrize("sort", SORTS)
def test_with_nothing_blank_it_is_exactly_the_models_own_answer(small, sort):
    value_function = ValueFunction(small[sort])
    for row in rows_of(value_function.schema, take(small[sort].holdout.block, slice(0, 20))):
        position, own = value_function.score(row), small[sort].predictor.row(row)[1]
        assert tuple(position.value) == tuple(position.low) == tuple(position.high) == own
        assert (position.blank, position.weights.sum(), len(position.chosen)) == ((), 1.0, 0)


@pytest.mark.parametrize("sort", SORTS)
def test_with_nothing_known_it_is_the_mean_answer_over_the_background(small, sort):
    bundle = small[sort]
    value_function = ValueFunction(bundle)
    mean = bundle.predictor.block(bundle.background).probabilities.mean(axis=0)
    position = value_function.score((None,) * len(bundle.schema.names))
    assert position.value == pytest.approx(mean, abs=1e-12)
    assert len(position.chosen) == size(bundle.background)


@pytest.mark.parametrize("sort", SORTS)
def test_whatever_is_blank_the_laws_hold(small, sort):
    value_function = ValueFunction(small[sort])
    rng = np.random.default_rng(3)
    for row in rows_of(value_function.schema, take(small[sort].holdout.block, slice(0, 30))):
        known = rng.random(len(row)) < 0.5
        position = value_function.score(row, known)
        assert position.weights.sum() == pytest.approx(1.0, abs=1e-12)
        assert (position.weights > 0).all()
        for found in (position.value, position.low, position.high):
            assert ((found >= 0) & (found <= 1)).all()
        assert (position.low <= position.high).all()
        assert position.value == pytest.approx(position.weights @ position.answers, abs=1e-12)
        assert position.blank == tuple(np.flatnonzero(~known))
        if small[sort].outcomes.exclusive:
            assert position.value.sum() == pytest.approx(1.0, abs=1e-12)


def test_each_answer_is_that_of_the_record_with_its_blanks_filled_by_the_chosen_row(small):
    bundle = small["multiclass"]
    value_function = ValueFunction(bundle)
    row = rows_of(bundle.schema, take(bundle.holdout.block, slice(0, 1)))[0]
    position = value_function.score(row, (True, False, True, False))
    others = rows_of(bundle.schema, take(value_function.background, position.chosen))
    for other, answer in zip(others, position.answers, strict=True):
        assert bundle.predictor.row((row[0], other[1], row[2], other[3]))[1] == pytest.approx(answer, abs=1e-12)


def test_all_rows_alike_gives_the_mean_over_the_background_by_hand(linear):
    value_function = ValueFunction(linear, kernel=False)
    weight, start = linear.estimator.coef_[0], linear.estimator.intercept_[0]
    background = np.column_stack(linear.background)
    background[:, 0] = 1.5
    expected = np.mean(1 / (1 + np.exp(-(background @ weight + start))))
    assert value_function.score((1.5, None, None)).value[1] == pytest.approx(expected, abs=1e-12)


def test_on_independent_features_nearness_changes_little(linear):
    near, alike = ValueFunction(linear), ValueFunction(linear, kernel=False)
    for value in (-1.0, 0.0, 1.0):
        assert near.score((value, None, None)).value == pytest.approx(alike.score((value, None, None)).value, abs=0.12)


def test_a_blank_that_hangs_together_with_a_known_value_is_filled_accordingly(tmp_path):
    frame = numbers(1_000)
    frame["b"] = frame["a"] + 0.05 * frame["c"]
    truth = pd.Series(np.where(frame["b"] > 0, "yes", "no"))
    bundle = bundle_of(HistGradientBoostingClassifier(random_state=0), frame, truth, tmp_path)
    value_function, alike = ValueFunction(bundle), ValueFunction(bundle, kernel=False)
    for a in (-1.5, 1.5):
        full = bundle.predictor.row((a, a, 0.0))[1][1]
        assert value_function.score((a, None, None)).value[1] == pytest.approx(full, abs=0.05)
        assert abs(alike.score((a, None, None)).value[1] - full) > 0.2


def test_the_same_record_gives_the_same_position_in_every_thread_and_game(small):
    row = (60.0, 5.0, None, None)
    games = [ValueFunction(small["binary"]), ValueFunction(small["binary"])]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda at: games[at % 2].score(row), range(16)))
    assert len({(tuple(p.value), tuple(p.low), tuple(p.high), tuple(p.chosen)) for p in found}) == 1


def test_a_missing_value_that_is_known_is_given_to_the_model(tmp_path):
    frame = numbers(600)
    truth = pd.Series(np.where(frame["a"].isna() | (frame["b"] > 0), "yes", "no"))
    frame = frame.mask(np.random.default_rng(1).random(frame.shape) < 0.3)
    truth = pd.Series(np.where(frame["a"].isna(), "yes", truth))
    bundle = bundle_of(HistGradientBoostingClassifier(random_state=0), frame, truth, tmp_path)
    value_function = ValueFunction(bundle)
    row = (None, -1.0, 0.3)
    assert tuple(value_function.score(row, (True, True, True)).value) == bundle.predictor.row(row)[1]
    assert value_function.score(row, (True, False, False)).value[1] > 0.9  # the model has learnt that a gap means yes
    assert value_function.score(row).value[1] < 0.9
    assert value_function.score((0.0, -1.0, 0.3), (False, True, True)).value == pytest.approx(
        value_function.score(row).value, abs=1e-12
    )


def test_every_kind_of_feature_may_be_blank(tmp_path):
    rng = np.random.default_rng(0)
    rows = 200
    frame = pd.DataFrame(
        {
            "amount": rng.normal(size=rows),
            "pieces": rng.integers(0, 5, rows),
            "colour": rng.choice(["red", "blue"], rows),
            "member": rng.random(rows) < 0.5,
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, rows), unit="D"),
            "remark": rng.choice(["good and fast", "slow", "good but slow", "bad"], rows),
        }
    )
    truth = pd.Series(np.where(frame["remark"].str.contains("good"), "yes", "no"))
    days = FunctionTransformer(_days)
    prepare = make_column_transformer(
        ("passthrough", ["amount", "pieces", "member"]),
        (OneHotEncoder(), ["colour"]),
        (days, ["since"]),
        (CountVectorizer(), "remark"),
    )
    model = make_pipeline(prepare, KNeighborsClassifier(7))
    half = rows // 2
    fitted = model.fit(frame[:half], truth[:half])
    trained = trained_of(
        "kinds",
        fitted,
        frame,
        truth,
        half,
        schema=infer_schema(frame[:half], {"remark": {"kind": "text"}}),
        trusted=[f"{_days.__module__}._days"],
    )
    build_bundle(trained, tmp_path)
    bundle = Registry(tmp_path).load("kinds")
    assert bundle.predictor.description == "scikit-learn"
    assert {feature.kind for feature in bundle.schema.features} >= {"number", "boolean", "date", "text"}
    value_function = ValueFunction(bundle)
    row = (0.1, 3, "red", True, dt.date(2021, 5, 1), "good and fast")
    assert tuple(value_function.score(row).value) == bundle.predictor.row(row)[1]
    for at in range(len(row)):
        for known in (np.arange(len(row)) == at, np.arange(len(row)) != at):
            value = value_function.score(row, known).value
            assert value.sum() == pytest.approx(1.0, abs=1e-12)


def _days(frame):
    return (frame - pd.Timestamp("2020-01-01")) / pd.Timedelta(days=30)


def test_a_feature_that_the_model_ignores_changes_nothing(tmp_path):
    frame = numbers(600)
    frame["c"] = frame["a"] + 0.1 * frame["c"]  # it would tell much of a
    truth = pd.Series(np.where(frame["a"] > frame["b"], "yes", "no"))
    only = make_column_transformer(("passthrough", ["a", "b"]))
    value_function = ValueFunction(
        bundle_of(make_pipeline(only, HistGradientBoostingClassifier()), frame, truth, tmp_path)
    )
    assert value_function.used.tolist() == [True, True, False]
    assert value_function.score((None, None, 2.0)).value == pytest.approx(value_function.base, abs=1e-12)
    assert value_function.score((None, 0.5, 2.0)).value == pytest.approx(
        value_function.score((None, 0.5, None)).value, abs=1e-12
    )


def test_fewer_background_rows_may_be_used(linear):
    value_function = ValueFunction(linear, rows=50)
    assert size(value_function.background) == 50
    assert len(value_function.score((None, None, None)).answers) == 50


def test_without_probabilities_it_says_what_to_do(tmp_path):
    small_model("labels-only", tmp_path)
    with pytest.raises(NoProbabilities, match="CalibratedClassifierCV"):
        ValueFunction(Registry(tmp_path).load("labels-only"))


def test_a_value_that_the_model_refuses_is_refused(linear):
    with pytest.raises(ValueError, match="Infinite"):
        ValueFunction(linear).score((float("inf"), None, None))


def test_the_range_is_of_weighted_answers_by_hand(linear):
    value_function = ValueFunction(linear)
    position = value_function.score((0.5, None, None))
    order = np.argsort(position.answers[:, 1])
    below = np.cumsum(position.weights[order])
    answers = position.answers[order, 1]
    assert position.low[1] == answers[np.flatnonzero(below >= 0.1)[0]]
    assert position.high[1] == answers[np.flatnonzero(below >= 0.9)[0]]


def test_numbers_are_apart_by_rank_and_categories_by_being_other():
    income = Scale(Feature("income", "", "number"), np.array([10.0, 20.0, 30.0, 1e6, np.nan]))
    # Ranks 1/8, 3/8, 5/8, 7/8; six times the squared difference.
    assert income.distances([20.0])[0] == pytest.approx([6 / 16, 0.0, 6 / 16, 24 / 16, 1.0])
    assert income.distances([None])[0] == pytest.approx([1.0, 1.0, 1.0, 1.0, 0.0])
    colour = Feature("colour", "", "category", dtype="str", choices=(Choice("red", "Red"), Choice("blue", "Blue")))
    values = np.array(["red", "blue", None], dtype=object)
    assert Scale(colour, values).distances(["red"])[0].tolist() == [0.0, 1.0, 1.0]
    assert Scale(colour, values).distances(["green"])[0].tolist() == [1.0, 1.0, 1.0]
    day = Scale(Feature("day", "", "date"), np.array(["2020-01-01", "2021-01-01", "NaT"], dtype="datetime64[s]"))
    assert day.distances([dt.date(2020, 1, 1)])[0] == pytest.approx([0.0, 1.5, 1.0])


def test_groups_hold_equal_values_together_and_missing_ones_apart():
    values = np.array([0.0] * 19 + [1.0, np.nan])
    scale = Scale(Feature("flag", "", "number"), values)
    groups = scale.groups(np.arange(21), np.full(21, 1 / 21))
    assert len(set(groups[:19])) == 1
    assert len(set(groups)) == 3
    many = Scale(Feature("x", "", "number"), np.arange(80.0))
    assert np.bincount(many.groups(np.arange(80), np.full(80, 1 / 80))).tolist() == [10] * 8


def test_the_correlation_ratio_is_that_of_analysis_of_variance():
    answers = np.array([[0.0], [2.0], [4.0], [6.0]])
    # Between: 4 × 2² = 16 of 20; Kelley: 1 − (4 / 20) (3 / 2).
    assert correlation_ratio(np.array([0, 0, 1, 1]), answers) == pytest.approx(0.7)
    assert correlation_ratio(np.array([0, 1, 0, 1]), answers) == 0.0
    assert correlation_ratio(np.array([0, 0, 1, 1]), np.ones((4, 1))) == 0.0


@pytest.mark.parametrize("name", ["iris", "breast-cancer", "loan", "bank-products"])
def test_the_demo_models_answer_with_blanks(service, name):
    bundle = service.model(name)
    value_function = ValueFunction(bundle)
    rows = rows_of(bundle.schema, take(bundle.holdout.block, slice(0, 30)))
    full = bundle.predictor.block(block_of(bundle.schema, rows)).probabilities
    rng = np.random.default_rng(0)
    for row, answer in zip(rows, full, strict=True):
        everything = np.ones(len(row), dtype=bool)
        assert value_function.score(row, everything).value == pytest.approx(answer, abs=1e-12)
        known = rng.random(len(row)) < 0.5
        value = value_function.score(row, known).value
        assert ((value >= 0) & (value <= 1)).all()
        assert not bundle.outcomes.exclusive or value.sum() == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("sort", ["binary", "independent"])
def test_rows_after_changes_weigh_as_if_each_record_had_been_asked_alone(small, sort):
    bundle = small[sort]
    value_function = ValueFunction(bundle)
    row, mask = rows_of(bundle.schema, take(bundle.holdout.block, [3]))[0], np.array([True, False, True, False])
    moves = [{0: 40.0}, {1: 5.0}, {1: 5.0, 3: "south"}, {0: 40.0, 1: 0.5, 2: 44}, {3: "west"}]
    for move, weights in zip(moves, value_function.weights_after(row, mask, moves), strict=True):
        after = tuple(move.get(at, value) for at, value in enumerate(row))
        known = np.array([[own or at in move for at, own in enumerate(mask)]])
        [(wanted, own)] = value_function.weighed(after, known)
        expected = np.zeros(len(weights))
        expected[wanted] = own
        np.testing.assert_allclose(weights, expected, rtol=1e-9)


def test_a_position_asked_for_again_is_the_same_and_another_record_has_its_own(small):
    value_function = ValueFunction(small["binary"])
    first, second = (50.0, None, 40, "south"), (51.0, None, 40, "south")
    assert value_function.score(first) is value_function.score(first)
    assert not np.array_equal(value_function.score(first).answers, value_function.score(second).answers)
    assert not np.array_equal(
        value_function.score(first).value, value_function.score(first, [True, True, True, False]).value
    )


def test_rows_known_by_heart_make_the_range_wider_than_rows_that_were_not_seen():
    """A small part of tests/simulations/ranges.py: a forest of leaves of one row, six in ten fields hidden."""
    found = coverage("forest, leaves of one row", 0.6, rows=300, records=fewer(60, 8))
    assert found["training, width"] > 1.1 * found["unseen, width"]
