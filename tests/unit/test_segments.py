"""Segments and pairs: each part against scikit-learn on its own records."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from ml.errors import NothingToShow
from ml.evaluation import Answers, evaluation_of
from ml.parts import Parts
from ml.placements import area
from ml.segment_pairs import pairs
from ml.segments import measured, measures_of, segments
from ml.service import open_service
from tests.small import small_model

SCIKIT_LEARN = {
    "accuracy": metrics.accuracy_score,
    "balanced_accuracy": metrics.balanced_accuracy_score,
    "precision": metrics.precision_score,
    "recall": metrics.recall_score,
    "f1": metrics.f1_score,
    "mcc": metrics.matthews_corrcoef,
}
CUT_OFF = 0.3


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for sort in ("binary", "labels-only", "absent"):
        small_model(sort, folder)
    return open_service(folder)


@pytest.fixture(scope="module")
def bundle(service):
    return service.model("binary")


@pytest.fixture(scope="module")
def answers(bundle):
    return evaluation_of(bundle).of("yes")


def regions(bundle) -> np.ndarray:
    return bundle.holdout.block[bundle.schema.position["region"]]


@pytest.mark.parametrize("measure", SCIKIT_LEARN)
def test_each_part_is_what_scikit_learn_says_of_its_records(bundle, answers, measure):
    result = segments(bundle, answers, "region", measure, CUT_OFF)
    acted = answers.probabilities >= CUT_OFF
    assert result.parts == ["north", "south", "west"]
    for at, part in enumerate(result.parts):
        inside = regions(bundle) == part
        assert result.value[at] == pytest.approx(SCIKIT_LEARN[measure](answers.truth[inside], acted[inside]))
        assert result.low[at] < result.value[at] < result.high[at]
        assert result.records[at] == inside.sum()
        assert result.positive[at] == answers.truth[inside].sum()
    assert result.whole == pytest.approx(SCIKIT_LEARN[measure](answers.truth, acted))


@pytest.mark.parametrize(
    ("measure", "scikit_learn"),
    [
        ("roc_auc", metrics.roc_auc_score),
        ("average_precision", metrics.average_precision_score),
        ("brier", metrics.brier_score_loss),
    ],
)
def test_measures_of_all_probabilities_too(bundle, answers, measure, scikit_learn):
    result = segments(bundle, answers, "region", measure, CUT_OFF)
    for at, part in enumerate(result.parts):
        inside = regions(bundle) == part
        assert result.value[at] == pytest.approx(scikit_learn(answers.truth[inside], answers.probabilities[inside]))


def test_a_share_counts_its_own_records(bundle, answers):
    result = segments(bundle, answers, "region", "precision", CUT_OFF)
    acted = answers.probabilities >= CUT_OFF
    assert result.counted == [float((acted & (regions(bundle) == part)).sum()) for part in result.parts]


def test_pairs_are_the_records_of_both_parts(bundle, answers):
    result = pairs(bundle, answers, ("region", "shoe_size"), "accuracy", CUT_OFF, 10)
    shoes = bundle.holdout.block[bundle.schema.position["shoe_size"]]
    right = (answers.probabilities >= CUT_OFF) == answers.truth
    inside = (regions(bundle) == "south") & (shoes < 38)  # the first part of three, as its label says
    assert result.columns[0] == "under 38"
    assert result.value[1][0] == pytest.approx(right[inside].mean())
    assert result.records[1][0] == inside.sum()
    assert sum(map(sum, result.records)) == len(shoes)


def test_a_model_without_probabilities_is_measured_by_its_labels(service):
    bundle = service.model("labels-only")
    answers = evaluation_of(bundle).of("yes")
    result = segments(bundle, answers, "region", "recall", CUT_OFF)
    assert result.cut_off is None
    assert result.whole == pytest.approx(metrics.recall_score(answers.truth, answers.labels))
    assert not {"brier", "roc_auc", "net_benefit"} & {key for key, _ in measures_of(bundle.offers)}


def test_what_is_undefined_everywhere_is_said(service, bundle, answers):
    with pytest.raises(NothingToShow, match="Precision is undefined"):
        segments(bundle, answers, "region", "precision", 1.0)
    absent = service.model("absent")
    with pytest.raises(NothingToShow, match="Recall"):
        segments(absent, evaluation_of(absent).of("gold"), "region", "recall", 0.5)
    with pytest.raises(NothingToShow, match="twice"):
        pairs(bundle, answers, ("region", "region"), "accuracy", 0.5, 10)


def test_delongs_interval_by_hand():
    # Positives 0.9, 0.5, 0.4 against negatives 0.6, 0.3, 0.2: seven pairs of nine are in order.
    truth = np.array([True, True, True, False, False, False])
    value, low, high = area(truth, np.array([0.9, 0.5, 0.4, 0.6, 0.3, 0.2]))
    assert value == pytest.approx(7 / 9)
    variance = np.var([1, 2 / 3, 2 / 3], ddof=1) / 3 + np.var([1 / 3, 1, 1], ddof=1) / 3
    half = 1.959964 * np.sqrt(variance) / (7 / 9 * 2 / 9)
    assert np.log([low / (1 - low), high / (1 - high)]) == pytest.approx(np.log(3.5) + np.array([-half, half]))
    assert area(truth, truth.astype(float)) == (1.0, None, None)


def test_intervals_of_losses_and_areas_in_parts_hold_the_truth():
    rng = np.random.default_rng(7)
    many = rng.beta(1, 2, 2_000_000)
    true = {"brier": np.mean(many * (1 - many)), "roc_auc": metrics.roc_auc_score(rng.random(len(many)) < many, many)}
    held = dict.fromkeys(true, 0)
    for _ in range(300):
        given = rng.beta(1, 2, 120)
        one = Answers(rng.random(120) < given, given >= 0.5, given, np.ones(120))
        for measure in true:
            _, low, high, _ = measured(one, Parts(["all"], np.zeros(120, int)), measure, 0.5)
            held[measure] += low[0] <= true[measure] <= high[0]
    assert all(0.91 <= count / 300 <= 0.985 for count in held.values()), held
