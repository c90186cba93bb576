"""Every classifier of scikit-learn goes through schema, bundle and prediction, and comes out unchanged."""

import warnings

import numpy as np
import pandas as pd
import pytest

from ml.service import open_service
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of
from tests.contract.families import BINARY, data, everyone, independent
from tests.lanes import in_turns


def build(name, estimator, classes, folder):
    x, y = data(name, classes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # how a classifier likes its data is not the matter here
        estimator.fit(x[:120], y[:120])
    outcomes = outcomes_of(estimator) if isinstance(y, pd.Series) else independent(y)
    schema = infer_schema(x[:120])
    build_bundle(Trained("m", "M", "", estimator, schema, outcomes, x[:120], x[120:], y[120:]), folder)
    return x, y


CASES = [pytest.param(*named, classes, id=f"{named[0]}-{classes}") for named, classes in in_turns(everyone(), [2, 3])]


@pytest.mark.parametrize(("name", "estimator", "classes"), CASES)
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_classifier_says_the_same_inside_and_outside(name, estimator, classes, tmp_path):
    if classes == 3 and name in BINARY:
        classes = 2
    x, y = build(name, estimator, classes, tmp_path)
    service = open_service(tmp_path)
    records = x[120:140].to_dict("records")
    scored = service.score("m", records)
    one_by_one = [service.score("m", [record]).scores[0] for record in records]
    labels, probabilities = said_outside(estimator, x[120:140], y)
    assert [score.labels for score in scored.scores] == labels
    assert [score.labels for score in one_by_one] == labels
    if probabilities is None:
        assert {score.probabilities for score in scored.scores} == {None}
        assert scored.model.offers != "probabilities"
        return
    assert np.abs(np.array([score.probabilities for score in scored.scores]) - probabilities).max() <= 1e-9
    assert np.abs(np.array([score.probabilities for score in one_by_one]) - probabilities).max() <= 1e-9
    assert scored.model.outcomes.names == tuple(map(str, estimator.classes_ if isinstance(y, pd.Series) else y.columns))


def said_outside(estimator, x, y):
    """Labels and probabilities, asked of the estimator directly."""
    predicted = estimator.predict(x)
    if isinstance(y, pd.Series):
        labels = [(label,) for label in predicted]
        return labels, estimator.predict_proba(x) if hasattr(estimator, "predict_proba") else None
    labels = [tuple(name for name, yes in zip(y.columns, row, strict=True) if yes) for row in predicted]
    if not hasattr(estimator, "predict_proba"):
        return labels, None
    given = estimator.predict_proba(x)
    return labels, np.column_stack([array[:, 1] for array in given]) if isinstance(given, list) else given
