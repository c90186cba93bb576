"""Fitted scikit-learn classifiers as the models of ``ml/predict/compiled/models/models.py``."""

from __future__ import annotations

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
    TunedThresholdClassifierCV,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier

from ml.predict.compiled.build.builder import Builder
from ml.predict.compiled.models import calibration, models, tree_models
from ml.predict.compiled.models.ties import arrays_of
from ml.predict.compiled.onnx.onnx_graph import Grown, is_large, of_constant, of_histogram, of_tree
from ml.predict.compiled.trace.symbolic_columns import CannotCompile
from ml.predict.compiled.trace.trace_steps import trace
from ml.predict.compiled.trace.traced import Traced

Maker = Callable[[Any, Traced, Builder], models.Model]


def forests_of(estimator: Any, given: Traced, builder: Builder) -> list[tree_models.Forest]:
    """A tree or a forest as one model for each of its outputs."""
    single = isinstance(estimator, (DecisionTreeClassifier, ExtraTreeClassifier))
    members = [estimator] if single else list(estimator.estimators_)
    builder.note(f"{len(members)} trees" if len(members) > 1 else "one tree")
    takes_gaps = bool(members[0].__sklearn_tags__().input_tags.allow_nan)
    matrix = builder.matrix(given, single=True, missing=takes_gaps and not given.sparse)
    counts = [int(count) for count in np.atleast_1d(estimator.n_classes_)]
    return forests(members, counts, None, matrix, builder)


def forests(
    members: list[Any], counts: list[int], columns: list[np.ndarray] | None, matrix: int, builder: Builder
) -> list[tree_models.Forest]:
    """Fitted trees as one forest for each of their outputs.

    Parameters
    ----------
    counts : list of int
        Numbers of classes of the outputs.
    columns : list of ndarray, optional
        Columns of the matrix that each tree was given; all of them when None.
    """
    # Of two classes only the second is summed (see tree_models.Forest).
    summed = [[1] if count == 2 else list(range(count)) for count in counts]
    first = np.concatenate([[0], np.cumsum([len(classes) for classes in summed])]).tolist()
    exact = exact_sums(members)
    sums = builder.ensemble(matrix, first[-1], _shares(members, summed, first, columns), any_order=True)
    ties = np.full(len(counts), -1)
    if not exact and (2 in counts or is_large(builder.ensembles[sums])):
        trees = [member.tree_ for member in members]
        builder.ties |= {f"{sums}_{name}": array for name, array in arrays_of(trees, columns).items()}
        widest = max(counts)
        ties = np.arange(len(counts)) * widest
    return [
        tree_models.Forest(sums, first[output], count, len(members), matrix, int(ties[output]))
        for output, count in enumerate(counts)
    ]


def _shares(
    members: list[Any], summed: list[list[int]], first: list[int], columns: list[np.ndarray] | None
) -> list[Grown]:
    grown = []
    for number, member in enumerate(members):
        tree = member.tree_
        feature = tree.feature if columns is None else columns[number][np.maximum(tree.feature, 0)]
        for output, classes in enumerate(summed):
            for at, value in enumerate(classes):
                whole = of_tree(tree, tree.value[:, output, value], first[output] + at)
                grown.append(replace(whole, feature=feature))
    return grown


def exact_sums(members: list[Any]) -> bool:
    """True when sums of shares have no rounding (as with pure leaves), so that complements are exact."""
    leaves = (member.tree_.value[member.tree_.children_left < 0] for member in members)
    return all(not (shares * 2.0**20 % 1.0).any() for shares in leaves)


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
    return tree_models.Boosted(builder.ensemble(matrix, targets, trees), slope, zero_is_second=True)


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
    return tree_models.Boosted(builder.ensemble(matrix, len(start), trees))


def linear_model(estimator: Any, given: Traced, builder: Builder, link: str = "softmax") -> models.Model:
    """Weighted sums of the columns."""
    builder.note("linear model")
    weights = np.atleast_2d(np.asarray(estimator.coef_, dtype=np.float64))
    intercept = np.broadcast_to(np.asarray(estimator.intercept_, dtype=np.float64), (len(weights),)).copy()
    matrix, weights = builder.weighted(given, weights)
    return models.Linear(matrix, weights, intercept, link)


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
        members.append(calibration.Member(builder.model(member.estimator, given), curves, where))
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
    method = estimator.response_method
    on_decision = method == "decision_function" or (method == "auto" and not hasattr(inner, "predict_proba"))
    at = estimator.best_threshold_ if tuned else estimator.threshold
    at = (0.0 if on_decision else 0.5) if isinstance(at, str) else float(at)
    label = estimator._curve_scorer._get_pos_label() if tuned else estimator.pos_label
    positive = 1 if label is None else list(estimator.classes_).index(label)
    builder.note("own cut-off")
    return models.Cut(builder.model(inner, given), at, positive, on_decision)


TREES_AND_LINEAR: dict[type[Any], Maker] = {
    DecisionTreeClassifier: _forest,
    ExtraTreeClassifier: _forest,
    RandomForestClassifier: _forest,
    ExtraTreesClassifier: _forest,
    GradientBoostingClassifier: _gradient,
    HistGradientBoostingClassifier: _histogram,
    LogisticRegression: linear_model,
    LinearDiscriminantAnalysis: linear_model,
    GaussianNB: _gaussian,
    CalibratedClassifierCV: _calibrated,
    FixedThresholdClassifier: _cut,
    TunedThresholdClassifierCV: _cut,
}
