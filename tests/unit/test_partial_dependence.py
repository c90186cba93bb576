"""Partial dependence against scikit-learn's, and interaction against functions whose interaction is known."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn import inspection

from ml.bundle.bundle import Bundle
from ml.data.columns import frame_of, take
from ml.data.feature import Feature
from ml.data.outcomes import Prediction
from ml.data.schema import Schema
from ml.errors import NoProbabilities, NothingToShow
from ml.insights.feature_grid import grid_values
from ml.insights.interaction import friedman_h, interaction
from ml.insights.partial_dependence import partial_dependence, partial_dependence_of_two
from ml.service import open_service
from tests.small import small_model


@pytest.fixture(scope="module")
def bundles(tmp_path_factory) -> dict[str, Bundle]:
    folder = tmp_path_factory.mktemp("models")
    service = open_service(folder)
    return {sort: service.model(small_model(sort, folder)) for sort in ("binary", "independent", "labels-only")}


@pytest.mark.parametrize("feature", ["income", "region", "shoe_size"])
def test_dependence_is_scikit_learns_brute_force(bundles, feature):
    bundle = bundles["binary"]
    found = partial_dependence(bundle, feature)
    values = found.places if found.ordered else found.names
    frame = frame_of(bundle.schema, bundle.holdout.block).astype({"shoe_size": float})
    given = inspection.partial_dependence(
        bundle.estimator, frame, [feature], kind="both", method="brute", response_method="predict_proba",
        custom_values={feature: np.array(values)}, categorical_features=["region"],
    )  # fmt: skip
    yes = bundle.outcomes.index(list(bundle.estimator.classes_)[-1])  # scikit-learn gives the last class alone
    assert found.rows == len(frame)
    np.testing.assert_allclose(found.mean[yes], given.average[-1], atol=1e-12)
    low, high = np.quantile(given.individual[-1], [0.1, 0.9], axis=0)
    np.testing.assert_allclose(found.low[yes], low, atol=1e-12)
    np.testing.assert_allclose(found.high[yes], high, atol=1e-12)
    lines = {tuple(np.round(line, 9)) for line in given.individual[-1]}
    assert {tuple(np.round(line, 9)) for line in np.array(found.lines[yes])} <= lines
    np.testing.assert_allclose(np.sum([found.mean[0], found.mean[1]], axis=0), 1.0)


def test_dependence_on_two_features_is_scikit_learns(bundles):
    bundle = bundles["independent"]
    found = partial_dependence_of_two(bundle, "income", "region")
    one, two = dependence_values(bundle, "income"), list(found.names[1])
    frame = frame_of(bundle.schema, bundle.holdout.block)
    at = bundle.outcomes.index("card")
    for i, income in enumerate(one):
        for j, region in enumerate(two):
            changed = frame.assign(income=income, region=region)
            expected = np.mean(bundle.estimator.predict_proba(changed)[at][:, 1])
            assert found.mean[at][i][j] == pytest.approx(expected, abs=1e-12)
    counted = np.array(found.count)
    assert counted.sum() == len(frame)
    assert counted.sum(axis=0).tolist() == [(frame["region"] == region).sum() for region in two]


def dependence_values(bundle, name):
    from ml.insights.partial_dependence import OF_TWO

    at = bundle.schema.position[name]
    return grid_values(bundle.schema.features[at], bundle.holdout.block[at], OF_TWO)


def test_shares_under_the_curve_are_those_of_the_records(bundles):
    bundle = bundles["binary"]
    found = partial_dependence(bundle, "shoe_size")
    sizes = bundle.holdout.block[bundle.schema.position["shoe_size"]]
    assert len(found.shares) == len(found.edges) - 1
    for low, high, share in zip(found.edges[:-1], found.edges[1:], found.shares, strict=True):
        assert share == pytest.approx(((sizes >= low) & (sizes < high)).mean())
    region = partial_dependence(bundle, "region")
    column = bundle.holdout.block[bundle.schema.position["region"]].tolist()
    assert region.shares == pytest.approx([column.count(name) / len(column) for name in region.names])
    assert region.edges == []


def test_values_tried_are_round_and_within_what_occurs():
    feature = Feature("x", "X", "number")
    rng = np.random.default_rng(0)
    array = np.append(rng.normal(50, 10, 999), 1e6)
    values = grid_values(feature, array)
    assert len(values) <= 21
    assert min(values) >= np.quantile(array, 0.005)
    assert max(values) <= np.quantile(array, 0.995)


def test_dates_booleans_and_constants_have_points():
    day = Feature("d", "Day", "date", dtype="datetime64[us]")
    array = np.arange("2020-01-01", "2020-03-01", dtype="datetime64[D]").astype("datetime64[s]")
    values = grid_values(day, np.append(array, np.datetime64("NaT")))
    assert all(isinstance(value, dt.date) for value in values)
    assert values == tuple(sorted(values))
    assert grid_values(Feature("b", "B", "boolean"), np.array([1.0, np.nan])) == (False, True)
    assert grid_values(Feature("n", "N", "number"), np.array([3.0, 3.0])) == (3.0,)


def test_a_feature_without_values_and_free_text_are_refused_in_words():
    with pytest.raises(NothingToShow, match="No record"):
        grid_values(Feature("n", "N", "number"), np.array([np.nan, np.nan]))
    texts = np.array([f"note {number}" for number in range(9)], dtype=object)
    with pytest.raises(NothingToShow, match="text of its own"):
        grid_values(Feature("t", "Note", "text", dtype="str"), texts)


def test_without_probabilities_there_is_no_dependence(bundles):
    for ask in (
        lambda b: partial_dependence(b, "income"),
        lambda b: partial_dependence_of_two(b, "income", "debt"),
        interaction,
    ):
        with pytest.raises(NoProbabilities):
            ask(bundles["labels-only"])


# Interaction


class Formula:
    """A predictor that computes one probability from three numbers."""

    def __init__(self, formula):
        self._formula = formula

    def block(self, block):
        given = self._formula(*block)
        return Prediction(np.zeros((len(given), 2), dtype=bool), np.column_stack([given, 1 - given]))


def of(formula):
    return SimpleNamespace(predictor=Formula(formula))


def numbers(rows=60, seed=3):
    rng = np.random.default_rng(seed)
    return tuple(rng.uniform(-1, 1, rows) for _ in range(3))


def test_effects_that_add_up_do_not_interact():
    strength, share = friedman_h(of(lambda a, b, c: 0.5 + 0.2 * a + 0.1 * b**2 - 0.1 * c), numbers(), [(0, 1), (1, 2)])
    assert strength == pytest.approx(np.zeros((2, 2)), abs=1e-12)
    assert share == pytest.approx(np.zeros((2, 2)), abs=1e-12)


def test_a_product_of_centred_numbers_is_all_interaction_and_leaves_the_third_out():
    a, b, c = numbers()
    block = (a - a.mean(), b - b.mean(), c)
    strength, share = friedman_h(of(lambda a, b, c: 0.5 + 0.3 * a * b), block, [(0, 1), (0, 2)])
    # By hand: both single effects are 0, so all of the joint effect 0.3·a·b, centred, is interaction.
    joint = 0.3 * block[0] * block[1]
    assert share[0] == pytest.approx([1.0, 1.0])
    assert strength[0] == pytest.approx(np.full(2, np.std(joint)))
    assert strength[1] == pytest.approx([0, 0], abs=1e-12)
    assert np.isnan(share[1]).all()  # neither moves anything by itself: no effect, no share


def test_a_sum_and_a_product_are_parted_as_by_hand():
    a, b, c = (values - values.mean() for values in numbers())
    _, share = friedman_h(of(lambda a, b, c: 0.5 + 0.2 * a + 0.2 * b + 0.2 * a * b), (a, b, c), [(0, 1)])
    joint = 0.2 * a + 0.2 * b + 0.2 * (a * b - (a * b).mean())
    product = 0.2 * (a * b - (a * b).mean())
    assert share[0][0] == pytest.approx((product**2).mean() / (joint**2).mean())


def test_all_pairs_of_a_model_are_looked_at(bundles):
    found = interaction(bundles["independent"])
    assert len(found.first) == 6
    assert np.array(found.strength).shape == (2, 6)
    assert all(value is None or value >= 0 for row in found.share for value in row)


def test_interaction_takes_two_features():
    schema = Schema((Feature("x", "X", "number"),))
    with pytest.raises(NothingToShow, match="one feature"):
        interaction(SimpleNamespace(schema=schema))


def test_strength_is_that_of_a_nested_loop(bundles):
    """The definition, written as loops over records, on a small sample."""
    bundle = bundles["binary"]
    block = take(bundle.holdout.block, np.arange(12))
    strength, _ = friedman_h(bundle, block, [(0, 3)])

    def effect(held):
        means = []
        for i in range(12):
            rows = tuple(np.full(12, array[i], array.dtype) if at in held else array for at, array in enumerate(block))
            means.append(bundle.predictor.block(rows).probabilities.mean(axis=0))
        return np.array(means) - np.mean(means, axis=0)

    beyond = effect((0, 3)) - effect((0,)) - effect((3,))
    assert strength[0] == pytest.approx(np.sqrt((beyond**2).mean(axis=0)), abs=1e-12)
