"""The threshold table: by hand, against scikit-learn, by laws, and its bootstrap against one of rows."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import asdict

import numpy as np
import pytest
from sklearn import metrics
from sklearn.dummy import DummyClassifier

import ml.metrics.threshold_table as module
from ml.errors import NoProbabilities, OneOutcomeOnly
from ml.metrics.evaluation import OneVsRest
from ml.metrics.profit import NEUTRAL, profit_curve
from ml.metrics.registry import MEASURES, OF_COUNTS
from ml.metrics.threshold_table import ThresholdTable, threshold_table, threshold_table_of
from ml.service import open_service
from tests.small import small_model

SCIKIT = {
    "accuracy": metrics.accuracy_score,
    "balanced_accuracy": metrics.balanced_accuracy_score,
    "precision": metrics.precision_score,
    "recall": metrics.recall_score,
    "f1": metrics.f1_score,
    "mcc": metrics.matthews_corrcoef,
}


def random_answers(
    rows: int, seed: int = 0, *, rate: float = 0.2, ties: bool = False, weighted: bool = False
) -> OneVsRest:
    rng = np.random.default_rng(seed)
    truth = rng.random(rows) < rate
    truth[:2] = True, False
    probabilities = np.clip(rng.normal(0.4 + 0.2 * truth, 0.2), 0, 1)
    if ties:
        probabilities = probabilities.round(1)
    weight = rng.uniform(0.1, 3, rows) if weighted else np.ones(rows)
    return OneVsRest(truth, probabilities > 0.5, probabilities, weight)


def test_every_column_by_hand():
    # Acting from 0.4: hits 2 of 3, one false alarm of 5, weights 1.
    truth = np.array([1, 1, 1, 0, 0, 0, 0, 0], dtype=bool)
    given = np.array([0.9, 0.4, 0.1, 0.6, 0.3, 0.3, 0.2, 0.0])
    table = threshold_table(OneVsRest(truth, given > 0.5, given, np.ones(8)))
    row = table.cut_off.index(0.4)
    at = {key: column[row] for key, column in table.columns.items()}
    assert (at["true_positive"], at["false_positive"], at["false_negative"], at["true_negative"]) == (2, 1, 1, 4)
    assert at["selected"] == 3 / 8
    assert at["accuracy"] == 6 / 8
    assert at["precision"] == at["recall"] == pytest.approx(2 / 3)
    assert at["specificity"] == 4 / 5
    assert at["balanced_accuracy"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert at["f1"] == pytest.approx(2 / 3)
    assert at["mcc"] == pytest.approx((2 * 4 - 1 * 1) / np.sqrt(3 * 3 * 5 * 5))
    assert (at["false_positive_rate"], at["false_negative_rate"]) == (1 / 5, pytest.approx(1 / 3))
    assert at["lift"] == pytest.approx((2 / 3) / (3 / 8))
    assert at["net_benefit"] == pytest.approx(2 / 8 - 1 / 8 * 0.4 / 0.6)
    assert at["net_benefit_all"] == pytest.approx(3 / 8 - 5 / 8 * 0.4 / 0.6)
    assert at["false_positive_deviate"] == pytest.approx(-0.8416212)
    assert at["false_negative_deviate"] == pytest.approx(-0.4307273)
    assert (table.positive, table.negative) == (3, 5)


def test_what_is_undefined_is_none_at_both_ends():
    truth, given = np.array([True, False, True]), np.array([0.5, 0.5, 0.2])
    table = threshold_table(OneVsRest(truth, truth, given, np.ones(3)))
    last, first = {key: column[-1] for key, column in table.columns.items()}, 0
    assert last["precision"] is last["lift"] is last["mcc"] is last["net_benefit"] is None
    assert (last["recall"], last["f1"], last["selected"]) == (0, 0, 0)
    assert table.low["precision"][-1] is table.high["lift"][-1] is None
    assert table.columns["mcc"][first] is None
    assert table.columns["recall"][first] == 1
    json.dumps(asdict(table), allow_nan=False)


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("ties", [True, False])
def test_columns_are_scikit_learns(ties, weighted):
    given = random_answers(300, 3, ties=ties, weighted=weighted)
    table = threshold_table(given, extra=[0.123456789], repeats=0)
    for row in range(0, len(table.cut_off), 7):
        labels = given.probabilities >= table.cut_off[row]
        cells = metrics.confusion_matrix(given.truth, labels, sample_weight=given.weight, labels=[False, True])
        names = ("true_negative", "false_positive", "false_negative", "true_positive")
        assert [table.columns[name][row] for name in names] == pytest.approx(cells.ravel().tolist(), abs=1e-9)
        for key, function in SCIKIT.items():
            found = table.columns[key][row]
            if found is not None:
                expected = function(given.truth, labels, sample_weight=given.weight)
                assert found == pytest.approx(expected, abs=1e-9), (key, table.cut_off[row])


def test_rows_hold_the_percents_the_extra_and_all_of_few_probabilities():
    given = random_answers(90, 4)
    table = threshold_table(given, extra=[0.3333, 2.0, -1.0, float("nan")], repeats=0)
    assert {at / 100 for at in range(101)} | set(given.probabilities.tolist()) | {0.3333} == set(table.cut_off)
    assert table.cut_off == sorted(table.cut_off)
    assert table.cut_off[table.at(0.33333)] == 0.3333


def test_a_rare_outcome_is_resolved_and_the_table_stays_small():
    rng = np.random.default_rng(5)
    truth = rng.random(100_000) < 0.005
    given = np.clip(0.002 + 0.02 * truth + rng.exponential(0.002, 100_000), 0, 1)
    table = threshold_table(OneVsRest(truth, truth, given, np.ones(100_000)), repeats=0)
    assert len(table.cut_off) <= 351
    found = np.array(table.columns["recall"])
    assert np.abs(np.diff(found)).max() < 0.02  # no step of the slider jumps over many of the few


def test_counts_never_turn_back_and_add_up():
    table = threshold_table(random_answers(2_000, 6, weighted=True), repeats=0)
    columns = {key: np.array(table.columns[key]) for key in ("true_positive", "false_positive", "selected")}
    assert all((np.diff(column) <= 1e-9).all() for column in columns.values())
    total = sum(
        np.array(table.columns[f"{way}_{side}"]) for way in ("true", "false") for side in ("positive", "negative")
    )
    np.testing.assert_allclose(total, table.positive + table.negative)


def test_intervals_are_those_of_a_bootstrap_of_rows():
    given = random_answers(400, 7)
    table = threshold_table(given)
    row = table.at(0.5)
    rng, samples = np.random.default_rng(99), {key: [] for key in SCIKIT}
    labels = given.probabilities >= table.cut_off[row]
    for _ in range(1_500):
        rows = rng.integers(0, 400, 400)
        true, said = given.truth[rows], labels[rows]
        hits, alarms, missed, spared = (
            (true & said).sum(),
            (~true & said).sum(),
            (true & ~said).sum(),
            (~true & ~said).sum(),
        )
        samples["accuracy"].append((hits + spared) / 400)
        samples["precision"].append(hits / (hits + alarms))
        samples["recall"].append(hits / (hits + missed))
        samples["balanced_accuracy"].append((hits / (hits + missed) + spared / (spared + alarms)) / 2)
        samples["f1"].append(2 * hits / (2 * hits + alarms + missed))
        samples["mcc"].append(np.corrcoef(true, said)[0, 1])
    for key, values in samples.items():
        low, high = np.quantile(values, [0.025, 0.975])
        width = high - low
        assert table.low[key][row] == pytest.approx(low, abs=0.1 * width), key
        assert table.high[key][row] == pytest.approx(high, abs=0.1 * width), key


def test_the_same_version_gives_the_same_numbers_and_weights_of_two_are_worth_no_more():
    given = random_answers(300, 8)
    double = OneVsRest(given.truth, given.labels, given.probabilities, np.full(300, 2.0))
    one, two = threshold_table(given), threshold_table(double)
    assert one.low == threshold_table(random_answers(300, 8)).low
    assert two.low["recall"] == pytest.approx(one.low["recall"], nan_ok=True)
    assert two.high["accuracy"] == pytest.approx(one.high["accuracy"])


def test_intervals_are_the_same_however_many_cut_offs_are_measured_together(monkeypatch):
    given = random_answers(60, 5, weighted=True)
    together = threshold_table(given, repeats=50)
    monkeypatch.setattr(module, "AT_ONCE", 9)
    assert len(together.cut_off) % 9  # the last block is a shorter one
    assert threshold_table(given, repeats=50) == together


@pytest.mark.parametrize("compute", [threshold_table, lambda answers: profit_curve(answers, NEUTRAL, "buys")])
def test_resampling_takes_no_more_than_50_mb(compute):
    """Several such results are computed at a time; all resamplings of each measure together took 56 and 130 MB."""
    given = random_answers(1_250, 3)
    tracemalloc.start()
    try:
        compute(given)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50e6


def test_unequal_weights_widen_the_intervals():
    even = random_answers(600, 9)
    weight = np.random.default_rng(1).choice([0.1, 8.0], 600)
    uneven = threshold_table(OneVsRest(even.truth, even.labels, even.probabilities, weight))
    row = uneven.at(0.5)
    wide = uneven.high["accuracy"][row] - uneven.low["accuracy"][row]
    plain = threshold_table(even)
    assert wide > 1.2 * (plain.high["accuracy"][row] - plain.low["accuracy"][row])


def test_without_an_error_the_interval_is_not_a_point():
    truth = np.array([True] * 15 + [False] * 30)
    table = threshold_table(OneVsRest(truth, truth, np.where(truth, 0.9, 0.1), np.ones(45)))
    row = table.at(0.5)
    assert table.columns["recall"][row] == 1
    assert table.low["recall"][row] == pytest.approx(0.7961, abs=1e-4)  # 15 of 15 after Wilson: 15 / (15 + 1.96²)
    for key in ("precision", "specificity", "accuracy", "f1", "balanced_accuracy"):
        assert 0.7 < table.low[key][row] < 0.98, key
    assert table.low["mcc"][row] is None


def test_the_trivial_model_is_the_better_of_scikit_learns_constant_ones():
    truth = np.array([True] * 3 + [False] * 7)
    table = threshold_table(OneVsRest(truth, truth, np.linspace(0, 1, 10), np.ones(10)), repeats=0)
    empty = np.zeros((10, 1))
    said = [
        DummyClassifier(strategy="constant", constant=yes).fit(empty, truth).predict(empty) for yes in (True, False)
    ]
    for key, function in SCIKIT.items():
        more = {"zero_division": 0.0} if key in ("precision", "f1") else {}
        assert table.trivial[key] == pytest.approx(max(function(truth, labels, **more) for labels in said)), key
    assert table.trivial["specificity"] == 1
    assert (table.trivial["false_positive_rate"], table.trivial["lift"]) == (0, 1)


@pytest.mark.parametrize(
    ("present", "said"),
    [(True, "All 5 records of the hold-out have .*Gold"), (False, "None of the 5 records of the hold-out has .*Gold")],
)
def test_a_hold_out_with_one_side_only_is_refused(present, said):
    truth = np.full(5, present)
    with pytest.raises(OneOutcomeOnly, match=said):
        threshold_table(OneVsRest(truth, truth, np.linspace(0, 1, 5), np.ones(5)), "Gold")


def test_without_probabilities_it_is_said_what_to_do():
    truth = np.array([True, False])
    with pytest.raises(NoProbabilities, match="CalibratedClassifierCV"):
        threshold_table(OneVsRest(truth, truth, None, np.ones(2)))


def test_constant_probabilities_have_two_kinds_of_rows():
    truth = np.array([True, False, False])
    table = threshold_table(OneVsRest(truth, truth, np.full(3, 0.3), np.ones(3)), repeats=0)
    assert set(table.columns["selected"]) == {1.0, 0.0}
    assert {cut for cut, share in zip(table.cut_off, table.columns["selected"], strict=True) if share} == {
        at / 100 for at in range(31)
    }


def test_every_measure_says_what_it_is_and_has_its_columns():
    table = threshold_table(random_answers(60, 1), repeats=5)
    assert len({measure.key for measure in MEASURES}) == len(MEASURES)
    for measure in MEASURES:
        assert measure.definition.endswith(".") or measure.definition.endswith(").")
        assert measure.trivial_words
    for measure in OF_COUNTS:
        for columns in (table.columns, table.low, table.high):
            assert len(columns[measure.key]) == len(table.cut_off)


def test_one_table_a_version_is_kept(tmp_path):
    bundle = open_service(tmp_path).model(small_model("multiclass", tmp_path))
    first = threshold_table_of(bundle, "gold", [0.37])
    assert isinstance(first, ThresholdTable)
    assert threshold_table_of(bundle, "gold", [0.37]) is first
    assert threshold_table_of(bundle, "none") is not first
    assert 0.37 in first.cut_off


def test_a_table_that_is_shared_is_asked_for_once(tmp_path):
    bundle, asked = open_service(tmp_path).model(small_model("multiclass", tmp_path)), []

    def shared(key, make):
        asked.append(key)
        return make()

    first = threshold_table_of(bundle, "silver", [0.21], shared)
    assert threshold_table_of(bundle, "silver", [0.21], shared) is first
    assert len(asked) == 1
    assert first.cut_off == threshold_table_of(bundle, "silver", [0.21]).cut_off
