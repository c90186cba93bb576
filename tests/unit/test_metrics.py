"""The headline against scikit-learn, and averages over outcomes."""

from __future__ import annotations

import time

import numpy as np
import pytest
from sklearn import metrics
from sklearn.preprocessing import label_binarize

from ml.data.outcomes import Outcome, Outcomes
from ml.errors import OneOutcomeOnly
from ml.metrics.average_intervals import influence_of_area, influence_of_average_precision
from ml.metrics.evaluation import Evaluation, OneVsRest
from ml.metrics.headline import averages, headline
from ml.metrics.threshold_table import threshold_table
from tests.unit.test_threshold_table import random_answers

KEYS = ("roc_auc", "average_precision", "brier", "log_loss")


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("ties", [True, False])
@pytest.mark.parametrize("rows", [20, 3_000])
def test_values_are_scikit_learns(rows, ties, weighted):
    given = random_answers(rows, rows, ties=ties, weighted=weighted)
    found = headline(given, repeats=50).value
    sure = {"sample_weight": given.weight}
    expected = {
        "roc_auc": metrics.roc_auc_score(given.truth, given.probabilities, **sure),
        "average_precision": metrics.average_precision_score(given.truth, given.probabilities, **sure),
        "brier": metrics.brier_score_loss(given.truth, given.probabilities, **sure),
        "log_loss": metrics.log_loss(given.truth, given.probabilities, **sure),
    }
    assert found == pytest.approx(expected, abs=1e-12)


def test_by_hand():
    found = headline(
        OneVsRest(np.array([1, 0, 1, 0], bool), np.ones(4, bool), np.array([0.9, 0.8, 0.7, 0.1]), np.ones(4))
    )
    assert found.value["roc_auc"] == 0.75
    assert found.value["average_precision"] == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert found.value["brier"] == pytest.approx((0.01 + 0.64 + 0.09 + 0.01) / 4)
    assert found.value["log_loss"] == pytest.approx(-np.log([0.9, 0.2, 0.7, 0.9]).mean())
    assert found.trivial == pytest.approx(
        {"roc_auc": 0.5, "average_precision": 0.5, "brier": 0.25, "log_loss": np.log(2)}
    )


def test_the_trivial_model_says_the_base_rate():
    given = random_answers(500, 2)
    flat = np.full(500, given.truth.mean())
    found = headline(given, repeats=10).trivial
    assert found["brier"] == pytest.approx(metrics.brier_score_loss(given.truth, flat))
    assert found["log_loss"] == pytest.approx(metrics.log_loss(given.truth, flat))
    assert found["roc_auc"] == metrics.roc_auc_score(given.truth, flat)
    assert found["average_precision"] == pytest.approx(metrics.average_precision_score(given.truth, flat))


@pytest.mark.slow
def test_intervals_are_those_of_a_bootstrap_of_rows():
    given = random_answers(5_000, 3)  # many more rows than cells
    found = headline(given)
    rng, samples = np.random.default_rng(5), {key: [] for key in KEYS}
    for _ in range(300):
        rows = rng.integers(0, 5_000, 5_000)
        true, said = given.truth[rows], given.probabilities[rows]
        samples["roc_auc"].append(metrics.roc_auc_score(true, said))
        samples["average_precision"].append(metrics.average_precision_score(true, said))
        samples["brier"].append(np.mean((true - said) ** 2))
        samples["log_loss"].append(metrics.log_loss(true, said))
    for key, values in samples.items():
        low, high = np.quantile(values, [0.025, 0.975])
        assert found.low[key] == pytest.approx(low, abs=0.15 * (high - low)), key
        assert found.high[key] == pytest.approx(high, abs=0.15 * (high - low)), key


def test_without_an_error_there_is_no_interval_and_constant_scores_are_guessing():
    truth = np.array([True, False] * 20)
    perfect = headline(OneVsRest(truth, truth, truth.astype(float), np.ones(40)))
    assert (perfect.value["roc_auc"], perfect.low["roc_auc"], perfect.high["brier"]) == (1, None, None)
    flat = headline(OneVsRest(truth, truth, np.full(40, 0.3), np.ones(40)))
    assert (flat.value["roc_auc"], flat.low["roc_auc"], flat.high["roc_auc"]) == (0.5, 0.5, 0.5)


def test_one_side_only_is_refused():
    truth = np.zeros(4, bool)
    with pytest.raises(OneOutcomeOnly):
        headline(OneVsRest(truth, truth, np.linspace(0, 1, 4), np.ones(4)))


@pytest.mark.slow
def test_a_million_rows_take_seconds():
    given = random_answers(1_000_000, 1)
    start = time.perf_counter()
    headline(given)
    threshold_table(given)
    assert time.perf_counter() - start < 15  # about 1.5 s on one free core


def evaluation(rows: int, *, exclusive: bool, absent: bool = False) -> Evaluation:
    rng = np.random.default_rng(4)
    outcomes = Outcomes(tuple(Outcome(name, name, name) for name in ("a", "b", "c")), exclusive, "a")
    if exclusive:
        probabilities = rng.dirichlet([2, 1, 0.6], rows)
        true = (probabilities.cumsum(axis=1) > rng.random((rows, 1))).argmax(axis=1)
        if absent:
            true[true == 2] = 0
        truth = np.eye(3, dtype=bool)[true]
        labels = np.eye(3, dtype=bool)[probabilities.argmax(axis=1)]
    else:
        probabilities = rng.random((rows, 3))
        truth, labels = rng.random((rows, 3)) < probabilities * [1, 0.6, 0.1], probabilities > 0.5
    return Evaluation(outcomes, truth, labels, probabilities, rng.uniform(0.5, 2, rows))


@pytest.mark.parametrize("exclusive", [True, False])
@pytest.mark.parametrize("way", ["macro", "weighted"])
def test_averages_are_scikit_learns(exclusive, way):
    given = evaluation(400, exclusive=exclusive)
    found = getattr(averages(given), way)
    truth, labels = (given.truth, given.labels) if not exclusive else (given.truth.argmax(1), given.labels.argmax(1))
    sure = {"average": way, "sample_weight": given.weight}
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(truth, labels, zero_division=0, **sure)
    assert (found["precision"], found["recall"], found["f1"]) == pytest.approx((precision, recall, f1))
    columns = label_binarize(truth, classes=[0, 1, 2]) if exclusive else truth
    assert found["roc_auc"] == pytest.approx(metrics.roc_auc_score(columns, given.probabilities, **sure))
    assert found["average_precision"] == pytest.approx(
        metrics.average_precision_score(columns, given.probabilities, **sure)
    )
    assert averages(given).right == pytest.approx(metrics.accuracy_score(truth, labels, sample_weight=given.weight))


def test_an_absent_outcome_is_left_out_of_the_averages():
    found = averages(evaluation(300, exclusive=True, absent=True))
    assert found.each["f1"][2] is None
    assert found.macro["f1"] == pytest.approx(np.mean(found.each["f1"][:2]))
    assert found.support[2] == 0


def test_averages_without_probabilities_are_of_labels_alone():
    given = evaluation(100, exclusive=True)
    bare = Evaluation(given.outcomes, given.truth, given.labels, None, given.weight)
    assert set(averages(bare).macro) == {"precision", "recall", "f1"}


@pytest.mark.nightly
@pytest.mark.parametrize("exclusive", [True, False])
def test_intervals_of_averages_are_those_of_a_bootstrap_of_rows(exclusive):
    given = evaluation(400, exclusive=exclusive)
    given = Evaluation(given.outcomes, given.truth, given.labels, given.probabilities, np.ones(400))
    found, rng = averages(given), np.random.default_rng(8)
    samples = {"macro": [], "weighted": []}
    for _ in range(400):
        rows = rng.integers(0, 400, 400)
        for way, kept in samples.items():
            kept.append(metrics.f1_score(given.truth[rows], given.labels[rows], average=way, zero_division=0))
    for way, values in samples.items():
        low, high = np.quantile(values, [0.025, 0.975])
        assert getattr(found, f"{way}_low")["f1"] == pytest.approx(low, abs=0.15 * (high - low))
        assert getattr(found, f"{way}_high")["f1"] == pytest.approx(high, abs=0.15 * (high - low))
        assert getattr(found, f"{way}_low")["f1"] < getattr(found, way)["f1"] < getattr(found, f"{way}_high")["f1"]


@pytest.mark.slow
@pytest.mark.parametrize("exclusive", [True, False])
def test_intervals_of_averages_of_probabilities_are_those_of_a_bootstrap_of_rows(exclusive):
    given = evaluation(600, exclusive=exclusive)
    given = Evaluation(given.outcomes, given.truth, given.labels, given.probabilities, np.ones(600))
    found, rng = averages(given), np.random.default_rng(8)
    measures = {"roc_auc": metrics.roc_auc_score, "average_precision": metrics.average_precision_score}
    measures["brier"] = metrics.brier_score_loss
    for key, measure in measures.items():
        samples = {"macro": [], "weighted": []}
        for _ in range(150):
            rows = rng.integers(0, 600, 600)
            each = [measure(given.truth[rows, at], given.probabilities[rows, at]) for at in range(3)]
            samples["macro"].append(np.mean(each))
            samples["weighted"].append(np.average(each, weights=given.truth[rows].sum(axis=0)))
        for way, values in samples.items():
            low, high = getattr(found, f"{way}_low")[key], getattr(found, f"{way}_high")[key]
            assert low < getattr(found, way)[key] < high
            assert (high - low) / (2 * 1.96) == pytest.approx(np.std(values), rel=0.2), (key, way)


@pytest.mark.parametrize("key", ["roc_auc", "average_precision"])
def test_the_influence_of_a_record_is_the_derivative_in_its_weight(key):
    rng = np.random.default_rng(4)
    given, truth, weight = rng.integers(1, 9, 40) / 10, rng.random(40) < 0.4, rng.uniform(0.5, 2, 40)
    measure = {"roc_auc": metrics.roc_auc_score, "average_precision": metrics.average_precision_score}[key]
    influence = {"roc_auc": influence_of_area, "average_precision": influence_of_average_precision}[key]
    found = influence(truth, given, weight, measure(truth, given, sample_weight=weight))
    for at in range(0, 40, 3):
        sides = [weight.copy(), weight.copy()]
        sides[0][at] += 1e-6
        sides[1][at] -= 1e-6
        up, down = (measure(truth, given, sample_weight=side) for side in sides)
        assert found[at] == pytest.approx((up - down) / 2e-6 * weight.sum(), abs=1e-5)


def test_averages_of_nothing_say_nothing():
    given = evaluation(30, exclusive=False)
    empty = Evaluation(given.outcomes, np.zeros_like(given.truth), given.labels, given.probabilities, given.weight)
    found = averages(empty)
    assert (found.macro, found.macro_low) == ({}, {})


def test_averages_of_very_many_outcomes_have_intervals_too():
    rng = np.random.default_rng(0)
    outcomes = Outcomes(tuple(Outcome(f"o{at}", f"o{at}", f"o{at}") for at in range(40)), False, "o0")
    truth = rng.random((200, 40)) < 0.4
    found = averages(Evaluation(outcomes, truth, truth ^ (rng.random((200, 40)) < 0.2), None, np.ones(200)))
    assert found.macro_low["recall"] < found.macro["recall"] < found.macro_high["recall"]
    assert found.macro_high["recall"] - found.macro_low["recall"] < 0.1
