"""One pass over the hold-out, and the counts made from it."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from ml.data.outcomes import Outcome, Outcomes
from ml.errors import NoProbabilities, OneOutcomeOnly, UnknownOutcome
from ml.metrics import evaluation as evaluations
from ml.metrics.confusion_matrix import confusion, counts_by_cut_off
from ml.metrics.evaluation import Evaluation, OneVsRest, evaluate, evaluation_of
from ml.service import open_service
from tests.small import small_model

THREE = Outcomes(tuple(Outcome(name, name.title(), name) for name in ("a", "b", "c")), True, "b")
TWO_FREE = Outcomes(tuple(Outcome(name, name.title(), name) for name in ("loan", "card")), False, "loan")


def answers(truth, probabilities, weight=None) -> OneVsRest:
    given = np.array(probabilities, dtype=float)
    weight = np.ones(len(given)) if weight is None else np.array(weight, dtype=float)
    return OneVsRest(np.array(truth, dtype=bool), given >= 0.5, given, weight)


def test_counts_by_hand_with_ties_and_weights():
    table = counts_by_cut_off(answers([1, 0, 1, 0, 1], [0.9, 0.4, 0.4, 0.4, 0.1], [1, 2, 3, 4, 5]), "buys")
    assert table.cut_off.tolist() == [np.inf, 0.9, 0.4, 0.1]
    assert table.true_positive.tolist() == [0, 1, 4, 9]
    assert table.false_positive.tolist() == [0, 0, 6, 6]
    assert (table.positive, table.negative) == (9, 6)


@pytest.mark.parametrize(("truth", "words"), [([1, 1], "All 2 records"), ([0, 0], "None of the 2 records")])
def test_a_hold_out_with_one_side_only_is_refused_in_words(truth, words):
    with pytest.raises(OneOutcomeOnly, match=words):
        counts_by_cut_off(answers(truth, [0.2, 0.3]), "Gold")


def test_counts_without_probabilities_say_what_to_do():
    column = np.array([True, False])
    with pytest.raises(NoProbabilities, match="CalibratedClassifierCV"):
        counts_by_cut_off(OneVsRest(column, column, None, np.ones(2)), "buys")


def test_exclusive_confusion_matrix_is_scikit_learns():
    rng = np.random.default_rng(0)
    true, said, weight = rng.integers(0, 3, 200), rng.integers(0, 3, 200), rng.uniform(0, 2, 200)
    evaluation = Evaluation(THREE, np.eye(3, dtype=bool)[true], np.eye(3, dtype=bool)[said], None, weight)
    table = confusion(evaluation, "c")
    np.testing.assert_allclose(table.counts, confusion_matrix(true, said, sample_weight=weight), rtol=1e-12)
    assert (list(table.names), table.focus) == (["A", "B", "C"], 2)


def test_independent_confusion_matrix_is_of_its_outcome_alone():
    truth = np.array([[1, 0], [1, 1], [0, 1], [0, 1]], dtype=bool)
    labels = np.array([[1, 0], [0, 1], [1, 1], [0, 0]], dtype=bool)
    evaluation = Evaluation(TWO_FREE, truth, labels, None, np.ones(4))
    assert confusion(evaluation, "loan").counts == [[1, 1], [1, 1]]
    assert confusion(evaluation, "card").counts == [[1, 0], [1, 2]]
    assert confusion(evaluation, "card").names == ["no", "yes"]
    assert confusion(evaluation, "card").focus == 1


def test_an_unknown_outcome_is_refused():
    empty = np.zeros((0, 2), dtype=bool)
    with pytest.raises(UnknownOutcome, match="loan, card"):
        Evaluation(TWO_FREE, empty, empty, None, np.zeros(0)).of("yacht")


def test_evaluation_is_the_predictors_answer_on_the_hold_out(tmp_path):
    bundle = open_service(tmp_path).model(small_model("multiclass", tmp_path))
    evaluation = evaluate(bundle)
    answer = bundle.predictor.block(bundle.holdout.block)
    np.testing.assert_array_equal(evaluation.labels, answer.labels)
    np.testing.assert_array_equal(evaluation.probabilities, answer.probabilities)
    np.testing.assert_array_equal(evaluation.truth, bundle.holdout.truth)
    assert evaluation.weight.tolist() == [1.0] * len(evaluation)


def test_eight_that_ask_at_once_evaluate_once(tmp_path, monkeypatch):
    bundle = open_service(tmp_path).model(small_model("constant", tmp_path))
    runs, real = [], evaluations.evaluate
    monkeypatch.setattr(evaluations, "evaluate", lambda given: (runs.append(1), real(given))[-1])
    found, start = [], threading.Barrier(8)

    def ask() -> None:
        start.wait()
        found.append(evaluation_of(bundle))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == 1
    assert all(one is found[0] for one in found)
