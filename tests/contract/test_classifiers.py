"""Every classifier of scikit-learn goes through schema, bundle and prediction, and comes out unchanged."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_classification, make_multilabel_classification
from sklearn.ensemble import RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import TunedThresholdClassifierCV
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier, OutputCodeClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.naive_bayes import CategoricalNB
from sklearn.neighbors import KNeighborsClassifier, RadiusNeighborsClassifier
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.svm import SVC, NuSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import all_estimators

from ml.build import Trained, build_bundle, outcomes_of
from ml.infer import infer_schema
from ml.outcomes import Outcome, Outcomes
from ml.service import open_service

NAMES = ["a", "b", "c", "d"]
LOGISTIC = LogisticRegression(max_iter=300)
TREE = DecisionTreeClassifier(max_depth=3, random_state=0)
GIVEN = {  # what cannot be made without arguments, and what deserves a look of its own
    "SVC with probabilities": SVC(probability=True, random_state=0),
    "NuSVC": NuSVC(nu=0.2),
    "one-vs-one SVC": SVC(decision_function_shape="ovo"),
    "ClassifierChain": ClassifierChain(LOGISTIC),
    "MultiOutputClassifier": MultiOutputClassifier(TREE),
    "MultiOutput without probabilities": MultiOutputClassifier(RidgeClassifier()),
    "OneVsOneClassifier": OneVsOneClassifier(TREE),
    "OneVsRestClassifier": OneVsRestClassifier(LOGISTIC),
    "OutputCodeClassifier": OutputCodeClassifier(TREE, random_state=0),
    "RadiusNeighborsClassifier": RadiusNeighborsClassifier(radius=20.0),
    "SelfTrainingClassifier": SelfTrainingClassifier(LOGISTIC),
    "StackingClassifier": StackingClassifier([("t", TREE), ("l", LOGISTIC)], cv=2),
    "TunedThresholdClassifierCV": TunedThresholdClassifierCV(LOGISTIC, cv=2, scoring="balanced_accuracy"),
    "VotingClassifier": VotingClassifier([("t", TREE), ("l", LOGISTIC)], voting="soft"),
    "RandomForest, independent": RandomForestClassifier(5, random_state=0),
    "KNeighbors, independent": KNeighborsClassifier(),
    "OneVsRest, independent": OneVsRestClassifier(LOGISTIC),
    "ClassifierChain, independent": ClassifierChain(LOGISTIC),
}
INDEPENDENT = {"ClassifierChain", "MultiOutputClassifier", "MultiOutput without probabilities"}
BINARY = {"TunedThresholdClassifierCV"}


def everyone():
    """Name and estimator: all that scikit-learn makes with default arguments, then GIVEN."""
    for name, made in all_estimators(type_filter="classifier"):
        if not getattr(made, "_required_parameters", None) and name not in GIVEN and name != "CategoricalNB":
            try:
                yield name, made()
            except TypeError:
                continue
    yield from GIVEN.items()
    yield "CategoricalNB", CategoricalNB(min_categories=12)


def data(name, classes):
    if name in INDEPENDENT or name.endswith("independent"):
        x, y = make_multilabel_classification(200, n_features=4, n_classes=3, random_state=3)
        return pd.DataFrame(x, columns=NAMES), pd.DataFrame(y, columns=["x", "y", "z"])
    x, y = make_classification(
        200,
        4,
        n_informative=4,
        n_redundant=0,
        n_classes=classes,
        weights=[0.6, 0.25, 0.15][: classes - 1],
        class_sep=1.5,
        random_state=3,
    )
    x = np.digitize(x, np.arange(-5, 5)) if name == "CategoricalNB" else np.abs(x)  # naive Bayes takes no negatives
    return pd.DataFrame(x, columns=NAMES), pd.Series(np.array(["no", "yes", "may be"], dtype=object)[y])


def build(name, estimator, classes, folder):
    x, y = data(name, classes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # how a classifier likes its data is not the matter here
        estimator.fit(x[:120], y[:120])
    outcomes = (
        outcomes_of(estimator)
        if isinstance(y, pd.Series)
        else Outcomes(tuple(Outcome(name, name, name) for name in y), False, "x")
    )
    schema = infer_schema(x[:120])
    build_bundle(Trained("m", "M", "", estimator, schema, outcomes, x[:120], x[120:], y[120:]), folder)
    return x, y


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    ("name", "estimator"), list(everyone()), ids=lambda value: value if isinstance(value, str) else ""
)
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
