"""Tests whether an estimator's labels follow from its probabilities, so that it need not be asked twice.

Known by its kind (its ``predict`` takes the highest probability, or what decides in the same order) and seen on
all rows at hand. Rows in which two probabilities are nearly equal are asked twice all the same
(:class:`ml.predict.predictor.SklearnPredictor`), because rounding decides there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ml.data.outcomes import Outcomes, Prediction
from ml.predict.predictor import labels_that_follow

# For these classes predict() is the class of the highest predict_proba(), read in the source of their releases.
BY_HIGHEST = {
    "sklearn": {
        "AdaBoostClassifier", "BernoulliNB", "CalibratedClassifierCV", "CategoricalNB", "ComplementNB",
        "DecisionTreeClassifier", "ExtraTreeClassifier", "ExtraTreesClassifier", "GaussianNB",
        "GradientBoostingClassifier", "HistGradientBoostingClassifier", "KNeighborsClassifier",
        "LinearDiscriminantAnalysis", "LogisticRegression", "LogisticRegressionCV", "MLPClassifier", "MultinomialNB",
        "QuadraticDiscriminantAnalysis", "RandomForestClassifier",
    },
    "xgboost": {"XGBClassifier", "XGBRFClassifier"},
    "lightgbm": {"LGBMClassifier"},
    "catboost": {"CatBoostClassifier"},
}  # fmt: skip
SEARCHES = {"GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV"}


def labels_follow(estimator: Any, outcomes: Outcomes, *answers: Prediction) -> bool:
    """True when labels are known to follow from probabilities: predict() is the class of the highest one.

    `answers` are the estimator's labels and probabilities for rows at hand.
    """
    return _known(estimator) and all(_seen(answer, outcomes) for answer in answers)


def _seen(answer: Prediction, outcomes: Outcomes) -> bool:
    if answer.probabilities is None:
        return False
    labels, close = labels_that_follow(answer.probabilities, outcomes.exclusive)
    return bool(np.array_equal(labels[~close], answer.labels[~close]))


def _known(estimator: Any) -> bool:
    name, module = type(estimator).__name__, type(estimator).__module__.split(".")[0]
    if name in SEARCHES and module == "sklearn":
        return _known(getattr(estimator, "best_estimator_", None))
    if name == "Pipeline" and module in ("sklearn", "imblearn"):
        return _known(estimator.steps[-1][1])
    if name == "VotingClassifier" and module == "sklearn":
        return bool(estimator.voting == "soft")
    if name == "StackingClassifier" and module == "sklearn":
        return _known(estimator.final_estimator_)
    if name in ("MultiOutputClassifier", "BaggingClassifier") and module == "sklearn":
        return all(_known(member) for member in estimator.estimators_)
    return name in BY_HIGHEST.get(module, ())
