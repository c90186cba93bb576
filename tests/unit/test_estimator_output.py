"""What estimators of people's own answer: probabilities in frames, and such that do not sum to 1."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression

from ml.data.outcomes import Outcome, Outcomes
from ml.errors import InvalidData
from ml.predict.estimator_output import probabilities_of
from ml.training.assemble import TrainingInputs, assemble
from ml.training.calibrate import calibrate
from ml.training.columns.memory_table import frame_table

ROWS = pd.DataFrame({"a": np.linspace(-1, 1, 60), "b": np.tile([0.5, 1.5, 2.5], 20)})
TRUTH = np.where(ROWS["a"] + ROWS["b"] > 1.6, "stays", "leaves")


class Framed(ClassifierMixin, BaseEstimator):
    """A classifier that answers in a frame, its columns named, or scaled as one against all would be."""

    def __init__(self, names=None, scale=1.0):
        self.names = names
        self.scale = scale

    def fit(self, X, y):
        self.inner_ = LogisticRegression().fit(X, y)
        self.classes_, self.feature_names_in_ = self.inner_.classes_, self.inner_.feature_names_in_
        return self

    def predict(self, X):
        return self.inner_.predict(X)

    def predict_proba(self, X):
        answered = pd.DataFrame(self.inner_.predict_proba(X) * self.scale, columns=list(map(str, self.classes_)))
        if self.names is None or set(self.names) == set(answered):
            return answered[self.names or list(answered)]
        return answered.set_axis(self.names, axis=1)


@pytest.mark.parametrize("names", [None, ["leaves", "stays"], ["stays", "leaves"], ["x", "y"]])
def test_columns_of_a_frame_are_those_of_the_outcomes_that_they_name(names):
    outcomes = Outcomes(
        tuple(Outcome(name, name, value=name) for name in ("leaves", "stays")), exclusive=True, positive="stays"
    )
    model = Framed(names).fit(ROWS, TRUTH)
    assert np.array_equal(probabilities_of(model, ROWS, outcomes), model.inner_.predict_proba(ROWS))


def test_classes_that_are_numbers_are_found_by_their_texts():
    outcomes = Outcomes((Outcome("0", "No", value=0), Outcome("1", "Yes", value=1)), exclusive=True, positive="1")
    model = Framed(["1", "0"]).fit(ROWS, (TRUTH == "stays").astype(int))
    assert np.array_equal(probabilities_of(model, ROWS, outcomes), model.inner_.predict_proba(ROWS))


@pytest.mark.parametrize(("scale", "said"), [(1.0, []), (0.99, []), (0.8, ["sum to 0.80 to 0.80, not to 1"])])
def test_probabilities_that_do_not_sum_to_1_are_told(scale, said):
    table = frame_table(ROWS, TRUTH, ["end"], "X_train")
    inputs = TrainingInputs("m", Framed(scale=scale).fit(ROWS, TRUTH), table, table, ["end"])
    notes = [note for note in assemble(inputs).notes if "sum to" in note]
    assert len(notes) == len(said)
    assert all(words in note for words, note in zip(said, notes, strict=True))


def test_tables_of_probabilities_are_not_calibrated():
    with pytest.raises(InvalidData, match="predict_proba gives a DataFrame") as refused:
        calibrate(Framed().fit(ROWS, TRUTH), ROWS, TRUTH)
    assert "leave --calibrate out" in refused.value.hint
