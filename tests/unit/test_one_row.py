"""One row, answered without arrays of one row, gets what a block of that row gets."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from ml.data.columns import block_of
from ml.data.feature import Feature
from ml.data.outcomes import Outcome, Outcomes
from ml.data.schema import Schema
from ml.predict.calling_convention import CallingConvention
from ml.predict.estimator_output import EstimatorFailed
from ml.predict.predictor import SklearnPredictor, labels_of_one, labels_that_follow

SCHEMA = Schema((Feature("x", "X", "number"),))
OUTCOMES = Outcomes((Outcome("no", "No", 0), Outcome("yes", "Yes", 1)), True, "yes")
ROWS = [
    [0.2, 0.8], [0.5, 0.5], [0.5, 0.5 + 5e-7], [0.5, 0.5 + 2e-6], [1 / 3] * 3, [0.1, 0.45, 0.45], [0.9, 0.1, 0.0],
    [1.0], [0.5], [0.5 - 5e-7, 1.0], [0.0, 0.0], [1.0, 1.0],
]  # fmt: skip


class Says(LogisticRegression):
    """Answers with a probability that it was told, and counts what it was asked."""

    answer, predicted = 0.8, 0

    def predict_proba(self, X):
        return np.array([[1 - self.answer, self.answer]] * len(X))

    def predict(self, X):
        self.predicted += 1
        return np.ones(len(X), dtype=int)


@pytest.fixture
def model():
    return Says().fit(pd.DataFrame({"x": [0.0, 1.0]}), [0, 1])


@pytest.mark.parametrize("exclusive", [True, False])
@pytest.mark.parametrize("row", ROWS)
def test_labels_follow_by_the_same_rule(row, exclusive):
    labels, close = labels_that_follow(np.array([row]), exclusive)
    assert labels_of_one(tuple(row), exclusive) == (None if close[0] else tuple(labels[0].tolist()))


@pytest.mark.parametrize(("answer", "asked"), [(0.8, 0), (0.5, 1), (0.5 + 1e-7, 1)])
@pytest.mark.parametrize("follow", [True, False])
def test_it_is_asked_for_its_label_where_none_follows(model, answer, asked, follow):
    model.answer = answer
    predictor = SklearnPredictor(model, SCHEMA, OUTCOMES, CallingConvention("frame", follow))
    labels, probabilities = predictor.row((3.0,))
    assert model.predicted == (asked if follow else 1)
    block = predictor.block(block_of(SCHEMA, [(3.0,)]))
    assert (labels, probabilities) == (tuple(block.labels[0].tolist()), tuple(block.probabilities[0].tolist()))


@pytest.mark.parametrize("answer", [float("nan"), float("inf"), 1.1, -0.1])
def test_what_is_no_probability_is_none_for_one_row_either(model, answer):
    model.answer = answer
    predictor = SklearnPredictor(model, SCHEMA, OUTCOMES, CallingConvention("frame", True))
    for ask in (lambda: predictor.row((3.0,)), lambda: predictor.block(block_of(SCHEMA, [(3.0,)]))):
        with pytest.raises(EstimatorFailed, match="where a probability from 0 to 1 is due"):
            ask()
