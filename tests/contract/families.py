"""Every family of classifiers that scikit-learn has, and data for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
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

from ml.data.outcomes import Outcome, Outcomes

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


def everyone() -> Iterator[tuple[str, Any]]:
    """Name and estimator: all that scikit-learn makes with default arguments, then GIVEN."""
    for name, made in all_estimators(type_filter="classifier"):
        if not getattr(made, "_required_parameters", None) and name not in GIVEN and name != "CategoricalNB":
            try:
                yield name, made()
            except TypeError:
                continue
    yield from GIVEN.items()
    yield "CategoricalNB", CategoricalNB(min_categories=12)


def for_independent(name: str) -> bool:
    """Whether the family is for outcomes that are questions of their own."""
    return name in INDEPENDENT or name.endswith("independent")


def independent(truth: pd.DataFrame) -> Outcomes:
    """The columns of a truth as outcomes, the first one the positive one."""
    return Outcomes(tuple(Outcome(name, name, name) for name in truth), False, truth.columns[0])


def data(
    name: str, classes: int, rows: int = 200, class_sep: float = 1.5, weights: Sequence[float] = (0.6, 0.25)
) -> tuple[pd.DataFrame, pd.Series | pd.DataFrame]:
    """Features and truth that suit a family: a column of classes, or three columns of 0 and 1."""
    if for_independent(name):
        x, y = make_multilabel_classification(rows, n_features=4, n_classes=3, random_state=3)
        return pd.DataFrame(x, columns=NAMES), pd.DataFrame(y, columns=["x", "y", "z"])
    x, y = make_classification(
        rows,
        4,
        n_informative=4,
        n_redundant=0,
        n_classes=classes,
        weights=weights[: classes - 1],
        class_sep=class_sep,
        random_state=3,
    )
    x = np.digitize(x, np.arange(-5, 5)) if name == "CategoricalNB" else np.abs(x)  # naive Bayes takes no negatives
    return pd.DataFrame(x, columns=NAMES), pd.Series(np.array(["no", "yes", "may be"], dtype=object)[y])
