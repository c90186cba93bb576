"""Voting, stacking, bagging, boosting by weights, and one against the rest, as models of a program."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier

from ml.predict.compiled.build.builder import Builder
from ml.predict.compiled.build.classifiers import Maker, forests
from ml.predict.compiled.models import combined, models, tree_models
from ml.predict.compiled.onnx.onnx_graph import of_tree
from ml.predict.compiled.trace.symbolic_columns import CannotCompile, Raw
from ml.predict.compiled.trace.traced import Traced

TREES = (DecisionTreeClassifier, ExtraTreeClassifier)


def _voting(estimator: VotingClassifier, given: Traced, builder: Builder) -> models.Model:
    if estimator.voting != "soft":
        raise CannotCompile("VotingClassifier that counts votes has no probabilities.")
    members = tuple(builder.model(member, given) for member in estimator.estimators_)
    weights = estimator._weights_not_none
    builder.note("mean")
    k = len(estimator.classes_)
    shares = (1.0,) * len(members) if weights is None else tuple(map(float, weights))
    return combined.Average(members, shares, (tuple(range(k)),) * len(members), k)


def _bagging(estimator: BaggingClassifier, given: Traced, builder: Builder) -> models.Model:
    k = len(estimator.classes_)
    chosen = [np.asarray(features, dtype=np.int64) for features in estimator.estimators_features_]
    if all(type(member) in TREES and len(member.classes_) == k for member in estimator.estimators_):
        return _bagged_trees(estimator, chosen, given, builder)
    members, places = [], []
    for member, features in zip(estimator.estimators_, chosen, strict=True):
        if not hasattr(member, "predict_proba"):
            raise CannotCompile("BaggingClassifier over classifiers without probabilities cannot be compiled.")
        seen = replace(given, columns=tuple(given.columns[at] for at in features), names=None)
        members.append(builder.model(member, seen))
        places.append(tuple(int(at) for at in member.classes_))
    builder.note("mean")
    return combined.Average(tuple(members), (1.0,) * len(members), tuple(places), k)


def _bagged_trees(estimator: Any, chosen: list[np.ndarray], given: Traced, builder: Builder) -> models.Model:
    trees = estimator.estimators_
    builder.note(f"{len(trees)} trees")
    gaps = bool(trees[0].__sklearn_tags__().input_tags.allow_nan) and not given.sparse
    matrix = builder.matrix(given, single=True, missing=gaps)
    return forests(trees, [len(estimator.classes_)], chosen, matrix, builder)[0]


def _ada_boost(estimator: AdaBoostClassifier, given: Traced, builder: Builder) -> models.Model:
    k = len(estimator.classes_)
    weights = np.asarray(estimator.estimator_weights_[: len(estimator.estimators_)], dtype=np.float64)
    total = float(estimator.estimator_weights_.sum())
    if not all(type(member) in TREES for member in estimator.estimators_) or k < 2:
        raise CannotCompile("AdaBoostClassifier over something other than trees cannot be compiled.")
    builder.note(f"{len(weights)} weighted trees")
    matrix = builder.matrix(given, single=True)
    trees = []
    for member, weight in zip(estimator.estimators_, weights, strict=True):
        tree = member.tree_
        said = np.asarray(member.classes_)[tree.value[:, 0, :].argmax(axis=1)]
        for at, value in enumerate(estimator.classes_[1:] if k == 2 else estimator.classes_):
            share = weight / total * (2.0 if k == 2 else 1.0)
            trees.append(of_tree(tree, np.where(said == value, share, -share / (k - 1)), at))
    targets = 1 if k == 2 else k
    return tree_models.Boosted(builder.ensemble(matrix, targets, trees), 1.0 / (k - 1))


def _against_rest(estimator: OneVsRestClassifier, given: Traced, builder: Builder) -> models.Model:
    if estimator.multilabel_:
        raise CannotCompile("OneVsRestClassifier of independent outcomes is no classifier of exclusive ones.")
    if not all(map(is_classifier, estimator.estimators_)) or not hasattr(estimator, "predict_proba"):
        raise CannotCompile("OneVsRestClassifier over something without probabilities cannot be compiled.")
    on_decision = hasattr(estimator.estimators_[0], "decision_function")
    members = tuple(builder.model(member, given) for member in estimator.estimators_)
    builder.note("one against the rest")
    return combined.AgainstRest(members, on_decision)


def _stacking(estimator: StackingClassifier, given: Traced, builder: Builder) -> models.Model:
    said = []
    for method in estimator.stack_method_:
        if method not in ("predict_proba", "decision_function"):
            raise CannotCompile("StackingClassifier over labels cannot be compiled.")
        said.append("probabilities" if method == "predict_proba" else "decision")
    members = tuple(builder.model(member, given) for member in estimator.estimators_)
    passed = builder.matrix(given) if estimator.passthrough else -1
    k = len(estimator.classes_)
    width = len(members) * (1 if k == 2 else k) + (builder.matrices[passed].width if passed >= 0 else 0)
    seen = Traced(tuple(Raw(f"member {at}", at, True) for at in range(width)), sparse=False)
    inside = builder.inside()
    last = inside.model(estimator.final_estimator_, seen)
    if inside.ensembles:
        raise CannotCompile("StackingClassifier whose last estimator is made of trees cannot be compiled.")
    builder.note(f"stacked under a {inside.kinds[-1]}")
    return combined.Stacked(members, tuple(said), passed, tuple(inside.matrices), last)


COMBINED: dict[type[Any], Maker] = {
    VotingClassifier: _voting,
    BaggingClassifier: _bagging,
    AdaBoostClassifier: _ada_boost,
    OneVsRestClassifier: _against_rest,
    StackingClassifier: _stacking,
}
