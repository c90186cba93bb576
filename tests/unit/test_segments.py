"""Segments and pairs: each part against scikit-learn on its own records."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import xlogy
from scipy.stats import binom, norm
from sklearn import metrics

from ml.data.outcomes import Outcome, Outcomes
from ml.errors import NothingToShow
from ml.metrics.delong import auc_interval
from ml.metrics.evaluation import OneVsRest, evaluation_of
from ml.plots.decisions.segments import say
from ml.plots.plot import View
from ml.slices.binning import Binning
from ml.slices.segment_pairs import segment_pairs
from ml.slices.segments import Segments, beyond_chance, measure_parts, measures_of, segments
from tests.lanes import fewer
from tests.simulations.families import parts_fire
from tests.small import small_service

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
    return small_service(tmp_path_factory.mktemp("models"), "binary", "labels-only", "absent")


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
    result = segment_pairs(bundle, answers, ("region", "shoe_size"), "accuracy", CUT_OFF, 10)
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
        segment_pairs(bundle, answers, ("region", "region"), "accuracy", 0.5, 10)


def test_delongs_interval_by_hand():
    # Positives 0.9, 0.5, 0.4 against negatives 0.6, 0.3, 0.2: seven pairs of nine are in order.
    truth = np.array([True, True, True, False, False, False])
    value, low, high = auc_interval(truth, np.array([0.9, 0.5, 0.4, 0.6, 0.3, 0.2]))
    assert value == pytest.approx(7 / 9)
    variance = np.var([1, 2 / 3, 2 / 3], ddof=1) / 3 + np.var([1 / 3, 1, 1], ddof=1) / 3
    half = 1.959964 * np.sqrt(variance) / (7 / 9 * 2 / 9)
    assert np.log([low / (1 - low), high / (1 - high)]) == pytest.approx(np.log(3.5) + np.array([-half, half]))
    assert auc_interval(truth, truth.astype(float)) == (1.0, None, None)


@pytest.mark.slow
def test_intervals_of_losses_and_areas_in_parts_hold_the_truth():
    rng = np.random.default_rng(7)
    many = rng.beta(1, 2, 2_000_000)
    true = {"brier": np.mean(many * (1 - many)), "roc_auc": metrics.roc_auc_score(rng.random(len(many)) < many, many)}
    held = dict.fromkeys(true, 0)
    for _ in range(300):
        given = rng.beta(1, 2, 120)
        one = OneVsRest(rng.random(120) < given, given >= 0.5, given, np.ones(120))
        for measure in true:
            _, low, high, _ = measure_parts(one, Binning(["all"], np.zeros(120, int)), measure, 0.5)
            held[measure] += low[0] <= true[measure] <= high[0]
    assert all(0.91 <= count / 300 <= 0.985 for count in held.values()), held


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(1.2, 2.5), (6, 1), (1, 20)])
def test_intervals_of_losses_in_small_parts_hold_the_truth_or_are_not_given(shape):
    rng = np.random.default_rng(3)
    many = rng.beta(*shape, 2_000_000)
    true = {"brier": np.mean(many * (1 - many)), "log_loss": -np.mean(xlogy(many, many) + xlogy(1 - many, 1 - many))}
    for rows in (7, 20, 30, 60):
        given = rng.beta(*shape, (600, rows))
        truth = rng.random(given.shape) < given
        one = OneVsRest(truth.ravel(), given.ravel() >= 0.5, given.ravel(), np.ones(given.size))
        parts = Binning(["part"] * len(given), np.repeat(np.arange(len(given)), rows))
        for measure, value in true.items():
            _, low, high, _ = measure_parts(one, parts, measure, 0.5)
            shown = [(down, up) for down, up in zip(low, high, strict=True) if down is not None]
            assert bool(shown) == (rows >= 20)
            assert sum(down <= value <= up for down, up in shown) >= 0.92 * len(shown), (rows, measure)
            if shape != (1, 20) and rows >= 30:
                assert len(shown) > 0.9 * len(low)


def test_a_mean_loss_has_no_interval_where_one_truth_was_hardly_seen():
    given = np.full(200, 0.01)
    given[:100] = 0.02
    for having, known in ((0, False), (1, False), (2, True)):
        one = OneVsRest(np.arange(200) < having, given >= 0.5, given, np.ones(200))
        value, low, high, _ = measure_parts(one, Binning(["all"], np.zeros(200, int)), "log_loss", 0.5)
        assert (low[0] is not None) == (high[0] is not None) == known
        assert value[0] == pytest.approx(metrics.log_loss(one.truth, given, labels=[False, True]))


def told(value: list, counted: list, low: list | None = None, high: list | None = None, whole: float = 0.8) -> str:
    """The sentence of parts of which only this is known."""
    parts, unknown = list("ABCD"[: len(value)]), [None] * len(value)
    columns = [parts, value, low or unknown, high or unknown, counted, counted, counted]
    outcomes = Outcomes((Outcome("no", "No", 0), Outcome("yes", "Yes", 1)), exclusive=True, positive="yes")
    beyond = beyond_chance((value, low or unknown, high or unknown), counted, whole)
    return say(Segments("Debts", "recall", *columns, whole, 0.5, beyond), View(outcomes, "yes"))


def test_a_part_of_three_records_is_not_called_beyond_chance():
    sentence = told([0.67, 0.89, 0.0], [60.0, 90.0, 3.0], [0.5, 0.84, 0.0], [0.77, 0.94, 0.56])
    assert "it goes from 67\u00a0% (“A”) to 89\u00a0% (“B”)" in sentence
    assert "beyond chance: A, B. " in sentence
    assert "Not named: 1 part counts fewer than 5 records, or the measure is undefined." in sentence
    assert "no part of Debts counts 5 records" in told([0.0, 1.0], [3.0, 2.0], [0.0, 0.3], [0.56, 1.0])


def test_beyond_chance_is_corrected_for_the_number_of_parts_by_hand():
    # Two parts: 2.236 standard errors instead of 1.960, so the 0.06 below 0.88 become 0.0684 and the whole lies inside.
    width = norm.isf((1 - 0.95**0.5) / 2)
    assert width == pytest.approx(2.2365, abs=1e-4)
    value, low, high = [0.88, 0.80], [0.82, 0.7], [0.93, 0.9]
    assert beyond_chance((value, low, high), [50, 50], 0.815) == [False, False]
    assert beyond_chance((value, low, high), [50, 50], 0.88 - 0.06 * width / 1.96 - 1e-3) == [True, False]
    assert beyond_chance((value[:1], low[:1], high[:1]), [50], 0.815) == [True]
    assert beyond_chance((value, low, high), [50, 4], 0.815) == [True, False]  # too few are no comparison
    assert beyond_chance(([None, 0.8], [None, 0.7], [None, 0.9]), [50, 50], None) == [False, False]


@pytest.mark.slow
@pytest.mark.parametrize("measure", ["accuracy", "recall", "selected", "brier", "roc_auc"])
def test_parts_without_any_difference_are_beyond_chance_in_one_of_twenty_hold_outs(measure):
    repeats = fewer(400, 40)
    assert parts_fire(measure, 600, 8, repeats) * repeats <= binom.ppf(0.999, repeats, 0.05)


def test_every_part_is_said_of_every_part_only():
    assert "and 80\u00a0% in every part of Debts." in told([0.8, 0.8], [60.0, 90.0])
    for value, counted in (([0.8, 0.8, None], [60.0, 90.0, 0.0]), ([0.8, 0.8, 1.0], [60.0, 90.0, 2.0])):
        sentence = told(value, counted)
        assert "every part" not in sentence
        assert "in the 2 of 3 parts of Debts of which enough is known" in sentence
    assert "where Debts is “B”, the only part" in told([None, 0.8], [60.0, 90.0])
