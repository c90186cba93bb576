"""Fitted scikit-learn classifiers as the models of ``ml/compiled/models.py``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier

from ml.compiled import calibration, models
from ml.compiled.codec import to_plain
from ml.compiled.columns import Matrix, Part
from ml.compiled.grow import Ensemble, Grown, of_constant, of_histogram, of_tree
from ml.compiled.layout import parts_of
from ml.compiled.stages import worked_in
from ml.compiled.symbols import CannotCompile, Column, Raw
from ml.compiled.trace import is_pipeline, trace
from ml.compiled.traced import Traced


class Builder:
    """Collects the matrices and tree ensembles of one program while its parts are compiled."""

    def __init__(self) -> None:
        self.matrices: list[Matrix] = []
        self.columns: list[tuple[Column, ...]] = []
        self.ensembles: list[Ensemble] = []
        self.first_classes: list[Ensemble] = []
        self.steps: list[str] = []
        self.kinds: list[str] = []
        self._places: dict[bytes, int] = {}

    def matrix(self, given: Traced, single: bool = False, missing: bool = False) -> int:
        """Position of the matrix of these columns; the same columns are computed once."""
        return self._kept(Matrix(parts_of(given.columns), single, missing, _guards(given)), given.columns)

    def weighted(self, given: Traced, weights: np.ndarray) -> tuple[int, np.ndarray]:
        """Position of a matrix, and weights for it, that give ``columns @ weights.T``; weights of shape (k, width).

        The weights of a wide table are worked into it: k columns instead of thousands.
        """
        parts, left = worked_in(parts_of(given.columns), weights)
        return self._kept(Matrix(parts, False, False, _guards(given)), ()), left

    def _kept(self, matrix: Matrix, columns: tuple[Column, ...]) -> int:
        # As written, because two missing codes (NaN) are the same here and NaN is not equal to itself.
        digest = hashlib.sha256(json.dumps(to_plain(matrix)).encode()).digest()
        if digest not in self._places:
            self._places[digest] = len(self.matrices)
            self.matrices.append(matrix)
            self.columns.append(columns)
        self.columns[self._places[digest]] = self.columns[self._places[digest]] or columns
        return self._places[digest]

    def ensemble(self, matrix: int, targets: int, trees: list[Grown], exact: bool = False) -> int:
        """Position of the sums of these trees."""
        number = len(self.ensembles)
        self.ensembles.append(Ensemble(number, matrix, self.matrices[matrix].width, targets, tuple(trees), exact))
        return number

    def note(self, kind: str) -> None:
        """Remember a kind of classifier for the description."""
        if kind not in self.kinds:
            self.kinds.append(kind)


def _guards(given: Traced) -> tuple[Part, ...]:
    return parts_of(given.guards)


def unwrap(estimator: Any, given: Traced, builder: Builder) -> tuple[Any, Traced]:
    """The classifier inside searches and pipelines, and the columns that it sees."""
    while True:
        if type(estimator) in (GridSearchCV, RandomizedSearchCV):
            estimator = estimator.best_estimator_
        elif is_pipeline(estimator):
            for _, step in estimator.steps[:-1]:
                given = trace(step, given, builder.steps)
            estimator = estimator.steps[-1][1]
        else:
            return estimator, given


def model_of(estimator: Any, given: Traced, builder: Builder) -> models.Model:
    """One classifier of exclusive classes.

    Raises
    ------
    CannotCompile
        When the estimator, a step before it, or one of its settings is not supported.
    """
    estimator, given = unwrap(estimator, given, builder)
    make = MODELS.get(type(estimator))
    if make is None:
        raise CannotCompile(f"{type(estimator).__name__} is a classifier that cannot be compiled.")
    return make(estimator, given, builder)


def forests_of(estimator: Any, given: Traced, builder: Builder) -> list[models.Forest]:
    """A tree or a forest as one model for each of its outputs."""
    single = isinstance(estimator, (DecisionTreeClassifier, ExtraTreeClassifier))
    members = [estimator] if single else list(estimator.estimators_)
    builder.note(f"{len(members)} trees" if len(members) > 1 else "one tree")
    matrix = builder.matrix(given, single=True, missing=_takes_gaps(members[0]) and not given.sparse)
    counts = [int(count) for count in np.atleast_1d(estimator.n_classes_)]
    # Of two classes only the second is summed (see models.Forest).
    summed = [[1] if count == 2 else list(range(count)) for count in counts]
    first = np.concatenate([[0], np.cumsum([len(classes) for classes in summed])]).tolist()
    exact = _exact(members)
    sums = builder.ensemble(matrix, first[-1], _shares(members, summed, first), exact)
    if 2 in counts and not exact:
        opposite = _shares(members, [[0] if count == 2 else [] for count in counts], first)
        builder.first_classes.append(replace(builder.ensembles[sums], trees=tuple(opposite)))
    return [models.Forest(sums, first[output], count, len(members)) for output, count in enumerate(counts)]


def _shares(members: list[Any], summed: list[list[int]], first: list[int]) -> list[Grown]:
    return [
        of_tree(member.tree_, member.tree_.value[:, output, value], first[output] + at)
        for member in members
        for output, classes in enumerate(summed)
        for at, value in enumerate(classes)
    ]


def _exact(members: list[Any]) -> bool:
    """Whether sums of shares are free of rounding (pure leaves, say), so that complements are exact."""
    leaves = (member.tree_.value[member.tree_.children_left < 0] for member in members)
    return all(not (shares * 2.0**20 % 1.0).any() for shares in leaves)


def _takes_gaps(tree: Any) -> bool:
    return bool(tree.__sklearn_tags__().input_tags.allow_nan)


def _forest(estimator: Any, given: Traced, builder: Builder) -> models.Model:
    return forests_of(estimator, given, builder)[0]


def _gradient(estimator: GradientBoostingClassifier, given: Traced, builder: Builder) -> models.Model:
    if not (estimator.init_ == "zero" or isinstance(estimator.init_, DummyClassifier)):
        raise CannotCompile("GradientBoostingClassifier with an `init` estimator of its own cannot be compiled.")
    builder.note(f"{estimator.estimators_.size} boosted trees")
    matrix = builder.matrix(given, single=True)
    start = np.asarray(estimator._raw_predict_init(np.zeros((1, estimator.n_features_in_), dtype=np.float32)))[0]
    targets = estimator.estimators_.shape[1]
    trees = [of_constant(float(start[at]), at) for at in range(targets)]
    for stage in estimator.estimators_:
        for at, member in enumerate(stage):
            trees.append(of_tree(member.tree_, estimator.learning_rate * member.tree_.value[:, 0, 0], at))
    slope = 2.0 if estimator.loss == "exponential" else 1.0
    return models.Boosted(builder.ensemble(matrix, targets, trees), slope, zero_is_second=True)


def _histogram(estimator: HistGradientBoostingClassifier, given: Traced, builder: Builder) -> models.Model:
    if estimator._preprocessor is not None:
        encoder = estimator._preprocessor.transformers_[0][1]
        is_category = np.asarray(estimator.is_categorical_)
        coded = trace(encoder, Traced(tuple(c for c, is_c in zip(given.columns, is_category, strict=True) if is_c)), [])
        given = Traced(coded.columns + tuple(c for c, is_c in zip(given.columns, is_category, strict=True) if not is_c))
        builder.steps += [] if "categories" in builder.steps else ["categories"]
    stages = estimator._predictors
    builder.note(f"{sum(map(len, stages))} boosted trees")
    matrix = builder.matrix(given, missing=True)
    start = np.ravel(estimator._baseline_prediction)
    trees = [of_constant(float(value), at) for at, value in enumerate(start)]
    trees += [of_histogram(predictor, at) for stage in stages for at, predictor in enumerate(stage)]
    return models.Boosted(builder.ensemble(matrix, len(start), trees))


def _linear(estimator: Any, given: Traced, builder: Builder) -> models.Model:
    builder.note("linear model")
    weights = np.asarray(estimator.coef_, dtype=np.float64)
    intercept = np.broadcast_to(np.asarray(estimator.intercept_, dtype=np.float64), (len(weights),)).copy()
    return models.Linear(*builder.weighted(given, weights), intercept)


def _gaussian(estimator: GaussianNB, given: Traced, builder: Builder) -> models.Model:
    builder.note("naive Bayes")
    return models.Gaussian(builder.matrix(given), estimator.theta_, estimator.var_, np.log(estimator.class_prior_))


def _calibrated(estimator: CalibratedClassifierCV, given: Traced, builder: Builder) -> models.Model:
    members = []
    classes = list(estimator.classes_)
    for member in estimator.calibrated_classifiers_:
        curves = tuple(_curve(curve) for curve in member.calibrators)
        where = tuple(classes.index(value) for value in member.estimator.classes_)
        if len(classes) == 2 and len(where) != 2:
            raise CannotCompile("One fold of the calibration met a single class; it cannot be compiled.")
        if len(curves) != (1 if len(classes) == 2 else len(where)):
            raise CannotCompile("The calibration met too few classes in one fold to be compiled.")
        members.append(calibration.Member(model_of(member.estimator, given, builder), curves, where))
    builder.note("calibrated")
    return calibration.Calibrated(tuple(members), len(classes))


def _curve(curve: Any) -> calibration.Sigmoid | calibration.Isotonic:
    name = type(curve).__name__
    if name == "_SigmoidCalibration":
        return calibration.Sigmoid(float(curve.a_), float(curve.b_))
    if name == "IsotonicRegression" and curve.out_of_bounds == "clip":
        return calibration.Isotonic(curve.X_thresholds_.astype(np.float64), curve.y_thresholds_.astype(np.float64))
    raise CannotCompile(f"Calibration by {name.strip('_')} cannot be compiled.")


def _cut(estimator: Any, given: Traced, builder: Builder) -> models.Model:
    tuned = isinstance(estimator, TunedThresholdClassifierCV)
    inner = estimator.estimator_ if hasattr(estimator, "estimator_") else estimator.estimator
    asked = estimator.response_method
    on_decision = asked == "decision_function" or (asked == "auto" and not hasattr(inner, "predict_proba"))
    at = estimator.best_threshold_ if tuned else estimator.threshold
    at = (0.0 if on_decision else 0.5) if isinstance(at, str) else float(at)
    label = estimator._curve_scorer._get_pos_label() if tuned else estimator.pos_label
    positive = 1 if label is None else list(estimator.classes_).index(label)
    builder.note("own cut-off")
    return models.Cut(model_of(inner, given, builder), at, positive, on_decision)


MODELS: dict[type, Callable[[Any, Traced, Builder], models.Model]] = {
    DecisionTreeClassifier: _forest,
    ExtraTreeClassifier: _forest,
    RandomForestClassifier: _forest,
    ExtraTreesClassifier: _forest,
    GradientBoostingClassifier: _gradient,
    HistGradientBoostingClassifier: _histogram,
    LogisticRegression: _linear,
    LinearDiscriminantAnalysis: _linear,
    GaussianNB: _gaussian,
    CalibratedClassifierCV: _calibrated,
    FixedThresholdClassifier: _cut,
    TunedThresholdClassifierCV: _cut,
}


def edges_of(builder: Builder, features: int, most: int = 16) -> tuple[tuple[float, ...], ...]:
    """For each feature, up to `most` raw numbers at which a tree turns, spread over its range."""
    found: list[set[float]] = [set() for _ in range(features)]
    for ensemble in builder.ensembles:
        columns = builder.columns[ensemble.matrix]
        inner = [(tree.feature[tree.left >= 0], tree.threshold[tree.left >= 0]) for tree in ensemble.trees]
        which, at = (np.concatenate(arrays) for arrays in zip(*inner, strict=True))
        for position in np.unique(which):
            column = columns[position]
            if isinstance(column, Raw):
                found[column.source].update(_before_steps(column, np.unique(at[which == position])).tolist())
    return tuple(_spread(sorted(values), most) for values in found)


def _before_steps(column: Raw, values: np.ndarray) -> np.ndarray:
    backwards: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
        "subtract": np.add, "add": np.subtract, "multiply": np.divide, "divide": np.multiply,
    }  # fmt: skip
    for name, constant in reversed(column.steps):
        if name in backwards:
            values = backwards[name](values, constant)
        elif name not in ("fill", "needed", "at_least", "at_most"):
            return values[:0]
    return values[np.isfinite(values)]


def _spread(values: list[float], most: int) -> tuple[float, ...]:
    if len(values) <= most:
        return tuple(values)
    return tuple(values[round(at)] for at in np.linspace(0, len(values) - 1, most))
