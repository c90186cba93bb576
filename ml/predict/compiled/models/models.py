"""Classifiers as plain arithmetic on matrices.

Each class answers like the scikit-learn estimator it was made from: the label that its `predict`
gives and the probabilities that its `predict_proba` gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from ml.data.array_types import Floats
from ml.predict.compiled.models.ties import Ties


@dataclass(frozen=True)
class Inputs:
    """Inputs of the classifiers of one program, for n rows."""

    matrices: list[Floats]
    """Shape (n, width)."""
    sums: dict[int, np.ndarray]
    """Sums of leaf values of every tree ensemble, by its number. Shape (n, targets)."""
    ties: Ties | None
    """The trees of forests for near ties; None where no label depends on them."""


class Model(Protocol):
    """A classifier of k exclusive classes."""

    def decision(self, given: Inputs) -> np.ndarray:
        """Decision values for a calibrator, shape (n, k), or (n, 1) of the second of two classes."""

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Position of the predicted class, shape (n,), and probabilities, shape (n, k)."""


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + exp(-x)) without overflow."""
    small: Floats = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


def softmax(x: Floats) -> Floats:
    """exp(x) / sum of exp(x) along each row, shape (n, k)."""
    raised: Floats = np.exp(x - x.max(axis=1, keepdims=True))
    total: Floats = raised.sum(axis=1, keepdims=True)
    return raised / total


def two_sided(second: np.ndarray) -> np.ndarray:
    """Probabilities of both of two classes, from those of the second, shape (n,)."""
    both = np.empty((len(second), 2))
    both[:, 0] = 1.0 - second
    both[:, 1] = second
    return both


def shared(shares: Floats) -> Floats:
    """Rows normalized to a sum of 1, shape (n, k); rows of zeros become uniform."""
    total: Floats = shares.sum(axis=1, keepdims=True)
    return np.divide(shares, total, out=np.full_like(shares, 1.0 / shares.shape[1]), where=total != 0)


def seen_by_calibrator(shares: np.ndarray) -> np.ndarray:
    """Probabilities of shape (n, k) as a calibrator sees them: of two classes the second only."""
    return shares[:, 1:] if shares.shape[1] == 2 else shares


class ByProbabilities:
    """A classifier whose decision values for a calibrator are its probabilities."""

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Position of the predicted class, shape (n,), and probabilities, shape (n, k)."""
        raise NotImplementedError

    def decision(self, given: Inputs) -> np.ndarray:
        """Decision values for a calibrator, shape (n, k) or (n, 1)."""
        return seen_by_calibrator(self.answer(given)[1])


@dataclass(frozen=True)
class Linear:
    """Weighted sums of the columns: logistic regression, linear discriminant analysis."""

    matrix: int
    weights: Floats
    intercept: Floats
    link: str = "softmax"
    """How several sums become probabilities: together, or each by itself and then brought to a sum of 1; "huber" is the
    modified Huber loss. Of two classes there is one sum. One of "softmax", "each" and "huber"."""

    def decision(self, given: Inputs) -> Floats:
        """Decision values for a calibrator, shape (n, k) or (n, 1)."""
        return given.matrices[self.matrix] @ self.weights.T + self.intercept

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Position of the predicted class (n,), probabilities (n, k)."""
        scores = self.decision(given)
        if scores.shape[1] > 1:
            return scores.argmax(axis=1), softmax(scores) if self.link == "softmax" else shared(self._each(scores))
        return (scores[:, 0] > 0).astype(np.intp), two_sided(self._each(scores[:, 0]))

    def _each(self, scores: np.ndarray) -> np.ndarray:
        return (np.clip(scores, -1.0, 1.0) + 1.0) / 2.0 if self.link == "huber" else sigmoid(scores)


@dataclass(frozen=True)
class Gaussian(ByProbabilities):
    """Naive Bayes with a normal density for each column and class; arrays of shape (k, width)."""

    matrix: int
    mean: Floats
    variance: Floats
    log_prior: Floats

    def _joint(self, given: Inputs) -> Floats:
        apart = given.matrices[self.matrix][:, np.newaxis, :] - self.mean
        spread: Floats = np.log(2.0 * np.pi * self.variance).sum(axis=1)
        far: Floats = (apart**2 / self.variance).sum(axis=2)
        return self.log_prior - 0.5 * spread - 0.5 * far

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Position of the predicted class (n,), probabilities (n, k)."""
        joint = self._joint(given)
        return joint.argmax(axis=1), softmax(joint)


@dataclass(frozen=True)
class Cut:
    """Two classes with a tuned cut-off for the positive one."""

    model: Model
    at: float
    positive: int
    on_decision: bool

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Position of the predicted class (n,), probabilities (n, k)."""
        shares = self.model.answer(given)[1]
        if self.on_decision:
            score = self.model.decision(given)[:, 0] * (1.0 if self.positive else -1.0)
        else:
            score = shares[:, self.positive]
        return np.where(score >= self.at, self.positive, 1 - self.positive), shares

    def decision(self, given: Inputs) -> np.ndarray:
        """Decision values for a calibrator, shape (n, k) or (n, 1)."""
        return self.model.decision(given)


@dataclass(frozen=True)
class IndependentOutcome:
    """One independent outcome."""

    model: Model
    yes: int
    """Position of the class that means yes; -1 when training never saw it."""
    at: float | None = None
    """Yes above this decision value; None when the model's own label decides."""

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Yes or no, bool of shape (n,), and the probability of yes, shape (n,)."""
        chosen, shares = self.model.answer(given)
        if self.yes < 0:
            return np.zeros(len(chosen), dtype=bool), np.zeros(len(chosen))
        said = chosen == self.yes if self.at is None else self.model.decision(given)[:, 0] > self.at
        return said, shares[:, self.yes]


@dataclass(frozen=True)
class Exclusive:
    """Outcomes that are the classes of one model."""

    model: Model
    classes: int

    @cached_property
    def _labels(self) -> np.ndarray:
        return np.eye(self.classes, dtype=bool)

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Labels, bool of shape (n, k), and probabilities, shape (n, k)."""
        chosen, shares = self.model.answer(given)
        return self._labels[chosen], shares


@dataclass(frozen=True)
class Independent:
    """Outcomes that are independent of each other. The names of fields are in program files."""

    questions: tuple[IndependentOutcome, ...]

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Labels, bool of shape (n, k), and probabilities, shape (n, k)."""
        said, shares = zip(*(question.answer(given) for question in self.questions), strict=True)
        return np.column_stack(said), np.column_stack(shares)
