"""Measures that a recipe brings: in the card, with an interval, never run while serving."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.svm import LinearSVC

from ml.errors import InvalidData
from ml.metrics.custom import compute_measures, custom_measures_of
from ml.service import open_service
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of


def trained(estimator=None, **more) -> Trained:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=300), "y": rng.normal(size=300)})
    truth = pd.Series(np.where(frame["x"] + rng.normal(size=300) > 0.5, "yes", "no"))
    estimator = (estimator or LogisticRegression()).fit(frame[:200], truth[:200])
    return Trained(
        name="small",
        title="Small",
        description="For tests.",
        estimator=estimator,
        schema=infer_schema(frame[:200]),
        outcomes=outcomes_of(estimator),
        training=frame[:200],
        holdout=frame[200:],
        truth=truth[200:],
        **more,
    )


def gini(truth, probabilities, weight):
    return 2 * roc_auc_score(truth, probabilities, sample_weight=weight) - 1


def test_a_measure_is_worked_out_for_each_outcome_and_read_from_the_card(tmp_path):
    key = build_bundle(trained(measures={"Gini": gini}), tmp_path)
    bundle = open_service(tmp_path).model(key)
    (found,) = custom_measures_of(bundle.card, "yes")
    truth = bundle.holdout.truth[:, bundle.outcomes.index("yes")]
    given = bundle.predictor.block(bundle.holdout.block).probabilities[:, bundle.outcomes.index("yes")]
    assert found.label == "Gini"
    assert found.value == pytest.approx(2 * roc_auc_score(truth, given) - 1, abs=1e-9)
    assert found.low < found.value < found.high
    # Of two exclusive outcomes each is the other's mirror image.
    assert custom_measures_of(bundle.card, "no")[0].value == pytest.approx(found.value)


def test_the_interval_of_a_mean_is_that_of_the_central_limit():
    rng = np.random.default_rng(1)
    truth, given = rng.random((4_000, 1)) < 0.5, rng.random((4_000, 1))
    found = compute_measures({"mean": lambda _truth, p, _weight: p.mean()}, ["yes"], truth, given)["mean"]["yes"]
    half = 1.96 * given.std() / np.sqrt(4_000)
    assert found["value"] == pytest.approx(given.mean())
    assert (found["high"] - found["low"]) / 2 == pytest.approx(half, rel=0.15)


def test_without_own_measures_the_card_and_the_key_are_as_before(tmp_path):
    bundle = open_service(tmp_path).model(build_bundle(trained(), tmp_path))
    assert "measures" not in bundle.card
    assert custom_measures_of(bundle.card, "yes") == ()


@pytest.mark.nightly
def test_the_same_training_gives_the_same_key(tmp_path):
    made = trained(measures={"Gini": gini})
    assert build_bundle(made, tmp_path / "a") == build_bundle(made, tmp_path / "b")


def test_an_outcome_with_one_side_is_left_out():
    truth = np.column_stack([np.arange(20) % 2 == 0, np.zeros(20, dtype=bool)])
    found = compute_measures({"Gini": gini}, ["a", "b"], truth, np.random.default_rng(0).random((20, 2)))
    assert list(found["Gini"]) == ["a"]


def test_an_outcome_of_one_record_is_measured_and_one_that_all_have_is_not():
    truth = np.column_stack([np.arange(20) == 3, np.arange(20) != 3, np.ones(20, dtype=bool)])
    found = compute_measures({"sum": lambda t, p, w: t.sum()}, ["one", "others", "all"], truth, np.ones((20, 3)))
    assert {name: each["value"] for name, each in found["sum"].items()} == {"one": 1.0, "others": 19.0}


def test_every_record_is_drawn_and_every_resampling_with_both_sides_is_asked_for():
    given, asked = np.array([0.1, 0.2, 0.3]), []

    def kept(truth, probabilities, weight):
        assert truth.tolist() == (probabilities == 0.2).tolist()  # the same rows
        assert weight.tolist() == [1.0] * 3
        asked.append((int(truth.sum()), probabilities))
        return 0.0

    compute_measures({"kept": kept}, ["a"], (given == 0.2)[:, None], given[:, None])
    assert {hits for hits, _ in asked[1:]} == {1, 2}  # the first are the records themselves
    assert set(np.concatenate([drawn for _, drawn in asked[1:]])) == set(given)


@pytest.mark.parametrize("undefined", [np.inf, -np.inf, np.nan])
def test_resamplings_without_a_finite_value_do_not_count_and_without_most_there_is_no_interval(undefined):
    truth, given = np.arange(12) % 2 == 0, np.random.default_rng(0).random(12)

    def seldom(truth, probabilities, weight):
        return undefined if truth.sum() < 4 else probabilities.mean()

    def mostly(truth, probabilities, weight):
        return undefined if truth.sum() != 6 else probabilities.mean()

    found = compute_measures({"seldom": seldom, "mostly": mostly}, ["a"], truth[:, None], given[:, None])
    assert 0 < found["seldom"]["a"]["low"] < found["seldom"]["a"]["value"] < found["seldom"]["a"]["high"] < 1
    assert found["mostly"]["a"] == {"value": pytest.approx(given.mean()), "low": None, "high": None}


def test_a_function_cannot_change_what_the_next_one_gets():
    truth = (np.arange(30) % 3 == 0)[:, None]
    given = np.random.default_rng(0).random((30, 1))
    before = given.copy()

    def spoils(truth, probabilities, weight):
        probabilities.sort()
        return 1.0

    compute_measures({"spoils": spoils}, ["a"], truth, given)
    np.testing.assert_array_equal(given, before)


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        (lambda t, p, w: float("nan"), "'Mine' gives nan"),
        (lambda t, p, w: p, "'Mine' cannot be worked out"),
        (lambda t, p: 1.0, "'Mine' cannot be worked out"),
        (lambda t, p, w: 1 / 0, "division by zero"),
        (lambda t, p, w: None, "'Mine' cannot be worked out"),
    ],
)
def test_a_measure_that_fails_stops_the_making_and_is_named(tmp_path, measure, words):
    with pytest.raises(InvalidData, match=words):
        build_bundle(trained(measures={"Mine": measure}), tmp_path)
    assert not list(tmp_path.glob("small/*"))


@pytest.mark.parametrize("label", ["", "  ", "x" * 61])
def test_a_measure_needs_a_name(label):
    with pytest.raises(InvalidData, match="at most 60 characters"):
        compute_measures({label: gini}, ["a"], np.eye(2, dtype=bool), np.eye(2))


def test_a_name_has_one_character_to_60_and_of_longer_ones_80_are_shown():
    both = np.eye(2, dtype=bool)
    assert len(compute_measures({"x": gini, "y" * 60: gini}, ["a", "b"], both, np.eye(2))) == 2
    with pytest.raises(InvalidData, match=r"called '(z{80})'\."):
        compute_measures({"z" * 81: gini}, ["a"], both, np.eye(2))


def test_a_model_without_probabilities_has_nothing_to_measure(tmp_path):
    with pytest.raises(InvalidData, match="CalibratedClassifierCV"):
        build_bundle(replace(trained(LinearSVC()), measures={"Gini": gini}), tmp_path)


def test_the_card_is_plain_json(tmp_path):
    bundle = open_service(tmp_path).model(build_bundle(trained(measures={"Gini": gini}), tmp_path))
    json.dumps(bundle.card["measures"], allow_nan=False)
