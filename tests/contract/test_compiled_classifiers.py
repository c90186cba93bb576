"""Every classifier that can be compiled answers as scikit-learn does, behind a usual preparation.

Labels in words, uneven classes, gaps, levels that the training never saw: see ``test_compiled_steps``.
"""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, Perceptron, RidgeClassifier, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.svm import SVC, LinearSVC, NuSVC
from sklearn.tree import DecisionTreeClassifier

from tests.contract.test_compiled_steps import NUMBERS, PLACE, TRAINING, WORDS, proved, wanted

TREE = DecisionTreeClassifier(max_depth=3, random_state=0)
LINE = LogisticRegression(max_iter=300)
CLASSIFIERS: dict[str, Any] = {
    "SVC": SVC(probability=True, random_state=0),
    "polynomial SVC": SVC(kernel="poly", degree=2, coef0=1.0, probability=True, random_state=0),
    "linear SVC": SVC(kernel="linear", probability=True, random_state=0),
    "sigmoid SVC": SVC(kernel="sigmoid", probability=True, random_state=0),
    "NuSVC": NuSVC(nu=0.1, probability=True, random_state=0),
    "calibrated linear SVC": CalibratedClassifierCV(LinearSVC(), cv=2),
    "calibrated ridge": CalibratedClassifierCV(RidgeClassifier(), method="isotonic", cv=2),
    "calibrated hinge": CalibratedClassifierCV(SGDClassifier(random_state=0), cv=2),
    "stacked decisions": StackingClassifier([("r", RidgeClassifier()), ("p", Perceptron(random_state=0))], cv=2),
    "self-training": SelfTrainingClassifier(LINE),
    "calibrated SVC": CalibratedClassifierCV(SVC(), cv=2),
    "network": MLPClassifier((12, 6), max_iter=30, random_state=0),
    "network of tanh": MLPClassifier((8,), activation="tanh", max_iter=30, random_state=0),
    "logistic network": MLPClassifier((8,), activation="logistic", max_iter=30, random_state=0),
    "voting": VotingClassifier([("t", TREE), ("l", LINE), ("b", GaussianNB())], voting="soft", weights=[2, 1, 0.5]),
    "stacking": StackingClassifier([("t", TREE), ("l", LINE), ("b", GaussianNB())], cv=2),
    "stacking, passed through": StackingClassifier([("t", TREE), ("s", SVC())], cv=2, passthrough=True),
    "stacking under a pipeline": StackingClassifier(
        [("t", TREE), ("l", LINE)], make_pipeline(StandardScaler(), LogisticRegression()), cv=2
    ),
    "AdaBoost": AdaBoostClassifier(n_estimators=9, random_state=0),
    "AdaBoost of trees": AdaBoostClassifier(TREE, n_estimators=6, learning_rate=0.5, random_state=0),
    "bagging": BaggingClassifier(n_estimators=6, random_state=0),
    "bagging of small trees": BaggingClassifier(TREE, n_estimators=6, max_features=0.6, random_state=0),
    "bagging of lines": BaggingClassifier(LINE, n_estimators=4, max_features=0.6, random_state=0),
    "stochastic descent": SGDClassifier(loss="log_loss", random_state=0),
    "modified Huber": SGDClassifier(loss="modified_huber", random_state=0),
    "logistic by cross-validation": LogisticRegressionCV(Cs=3, cv=2, max_iter=300),
    "one against the rest": OneVsRestClassifier(LINE),
    "trees against the rest": OneVsRestClassifier(RandomForestClassifier(5, random_state=0)),
    "multinomial Bayes": MultinomialNB(),
    "complement Bayes": ComplementNB(),
    "Bernoulli Bayes": BernoulliNB(binarize=0.4),
    "calibrated Bayes": CalibratedClassifierCV(MultinomialNB(), method="isotonic", cv=2),
    "calibrated voting": CalibratedClassifierCV(VotingClassifier([("t", TREE), ("l", LINE)], voting="soft"), cv=2),
    "voting of pipelines": VotingClassifier(
        [("p", make_pipeline(PCA(3), LINE)), ("h", HistGradientBoostingClassifier(max_iter=4))], voting="soft"
    ),
}


def prepared(sparse: bool) -> ColumnTransformer:
    numbers = make_pipeline(SimpleImputer(), MinMaxScaler(clip=True))
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=sparse)
    return ColumnTransformer(
        [("n", numbers, NUMBERS), ("w", one_hot, [*WORDS, *PLACE])], sparse_threshold=float(sparse)
    )


@pytest.mark.parametrize("sides", [2, 3])
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_is_equal(name: str, sides: int) -> None:
    proved(make_pipeline(prepared(False), CLASSIFIERS[name]), TRAINING, sides)


@pytest.mark.parametrize("name", ["SVC", "network", "bagging", "AdaBoost", "voting of lines"])
def test_a_classifier_of_sparse_columns_is_equal(name: str) -> None:
    lines = VotingClassifier([("a", LINE), ("b", SGDClassifier(loss="log_loss", random_state=0))], voting="soft")
    proved(make_pipeline(prepared(True), CLASSIFIERS.get(name, lines)), TRAINING, 3)


@pytest.mark.parametrize("name", ["SVC", "network", "multinomial Bayes", "complement Bayes", "stochastic descent"])
def test_a_classifier_of_texts_is_equal(name: str) -> None:
    texts = ColumnTransformer([("t", TfidfVectorizer(), "note")])
    program = proved(make_pipeline(texts, CLASSIFIERS[name]), TRAINING, 3)
    if name != "SVC":
        assert sum(matrix.width for matrix in program.matrices) <= 12  # the weights are worked into the terms


def test_a_calibration_of_a_fitted_pipeline_is_equal() -> None:
    fitted = make_pipeline(prepared(False), LINE).fit(TRAINING, wanted(TRAINING, 3))
    proved(CalibratedClassifierCV(FrozenEstimator(fitted), method="isotonic"), TRAINING, 3)
