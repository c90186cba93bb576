"""Support vectors, networks, and linear models of other makes, as models of a program."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import (
    LogisticRegressionCV,
    PassiveAggressiveClassifier,
    Perceptron,
    RidgeClassifier,
    RidgeClassifierCV,
    SGDClassifier,
)
from sklearn.naive_bayes import BernoulliNB, ComplementNB, MultinomialNB
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC, LinearSVC, NuSVC

from ml.predict.compiled.build.builder import Builder
from ml.predict.compiled.build.classifiers import Maker, linear_model
from ml.predict.compiled.models import kernels, models
from ml.predict.compiled.models.combined import Posterior
from ml.predict.compiled.trace.symbolic_columns import CannotCompile
from ml.predict.compiled.trace.traced import Traced, alike

MOST_IN_VECTORS = 2_000_000  # numbers that each record is compared with: 16 MB


def _stochastic(estimator: SGDClassifier, given: Traced, builder: Builder) -> models.Model:
    links = {"log_loss": "each", "modified_huber": "huber"}
    return linear_model(estimator, given, builder, links.get(estimator.loss, "softmax"))


def _bayes(estimator: Any, given: Traced, builder: Builder) -> models.Model:
    builder.note("naive Bayes")
    weights = np.asarray(estimator.feature_log_prob_, dtype=np.float64)
    prior = np.asarray(estimator.class_log_prior_, dtype=np.float64)
    if isinstance(estimator, BernoulliNB):
        if estimator.binarize is not None:
            given = alike(alike(given, "needed"), "above", float(estimator.binarize))
        absent = np.log(1.0 - np.exp(weights))
        weights, prior = weights - absent, prior + absent.sum(axis=1)
    elif isinstance(estimator, ComplementNB):
        prior = np.zeros_like(prior) if len(prior) > 1 else prior
    if len(weights) < 2:
        raise CannotCompile("Naive Bayes of a single class cannot be compiled.")
    return Posterior(models.Linear(*builder.weighted(given, weights), prior))


def _support_vectors(estimator: SVC, given: Traced, builder: Builder) -> models.Model:
    if callable(estimator.kernel) or estimator.kernel == "precomputed":
        raise CannotCompile(f"{type(estimator).__name__} with a kernel of its own cannot be compiled.")
    k = len(estimator.classes_)
    if k > 2 and (estimator.break_ties or estimator.decision_function_shape == "ovo"):
        raise CannotCompile(f"{type(estimator).__name__} with break_ties or one-vs-one decisions cannot be compiled.")
    count = estimator.support_vectors_.shape[0] * estimator.support_vectors_.shape[1]
    if count > MOST_IN_VECTORS:
        raise CannotCompile(f"{type(estimator).__name__} with {count:,} numbers in its support vectors is too large.")
    points, duals = (_dense(array) for array in (estimator.support_vectors_, estimator._dual_coef_))
    ends = np.concatenate([[0], np.cumsum(estimator._n_support)])
    weights = []
    for one in range(k):
        for other in range(one + 1, k):
            row = np.zeros(len(points))
            row[ends[one] : ends[one + 1]] = duals[other - 1, ends[one] : ends[one + 1]]
            row[ends[other] : ends[other + 1]] = duals[one, ends[other] : ends[other + 1]]
            weights.append(row)
    builder.note(f"{len(points)} support vectors")
    pairs = len(weights)
    slope, offset = (
        np.asarray(sides, dtype=np.float64) if len(sides) else np.zeros(pairs)
        for sides in (estimator._probA, estimator._probB)
    )
    return kernels.SupportVectors(
        builder.matrix(given), k, points, np.array(weights), np.asarray(estimator._intercept_, dtype=np.float64),
        slope, offset, estimator.kernel, float(estimator._gamma), float(estimator.coef0), float(estimator.degree),
    )  # fmt: skip


def _dense(array: Any) -> np.ndarray:
    return np.asarray(array.toarray() if hasattr(array, "toarray") else array, dtype=np.float64)


def _network(estimator: MLPClassifier, given: Traced, builder: Builder) -> models.Model:
    if estimator.out_activation_ not in ("logistic", "softmax"):
        raise CannotCompile(f"MLPClassifier with the output {estimator.out_activation_!r} cannot be compiled.")
    weights = [np.asarray(layer, dtype=np.float64) for layer in estimator.coefs_]
    matrix, first = builder.weighted(given, weights[0].T)
    builder.note(f"network of {len(weights)} layers")
    offsets = tuple(np.asarray(layer, dtype=np.float64) for layer in estimator.intercepts_)
    return kernels.Network(matrix, (np.ascontiguousarray(first.T), *weights[1:]), offsets, estimator.activation)


OTHERS: dict[type[Any], Maker] = {
    LogisticRegressionCV: linear_model,
    SGDClassifier: _stochastic,
    # These have no probabilities: what a calibration or a stacking sees of them is their decision.
    LinearSVC: linear_model,
    PassiveAggressiveClassifier: linear_model,
    Perceptron: linear_model,
    RidgeClassifier: linear_model,
    RidgeClassifierCV: linear_model,
    MultinomialNB: _bayes,
    ComplementNB: _bayes,
    BernoulliNB: _bayes,
    SVC: _support_vectors,
    NuSVC: _support_vectors,
    MLPClassifier: _network,
}
