"""Support vector machines and networks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ml.data.array_types import Floats
from ml.predict.compiled.models.models import ByProbabilities, Inputs, sigmoid, softmax, two_sided

LEAST_SHARE = 1e-7  # libsvm keeps the probability of a pair this far from 0 and 1
PAIRS_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class SupportVectors:
    """A support vector machine, one class against one, with libsvm's probabilities."""

    matrix: int
    classes: int
    points: Floats
    """The support vectors. Shape (m, width)."""
    weights: Floats
    intercept: Floats
    """Decision function of each pair of classes on kernel values; above 0 is the first of the two. Shape (pairs, m),
    (pairs,)."""
    slope: Floats
    offset: Floats
    """Platt's sigmoid for each pair. Shape (pairs,)."""
    kernel: str
    """One of "linear", "poly", "rbf" and "sigmoid"."""
    gamma: float
    coef0: float
    degree: float

    @cached_property
    def _pairs(self) -> list[tuple[int, int]]:
        return [(one, other) for one in range(self.classes) for other in range(one + 1, self.classes)]

    @cached_property
    def _centre(self) -> Floats:
        centre: Floats = self.points.mean(axis=0)
        return centre

    def _kernel(self, x: Floats) -> Floats:
        if self.kernel == "rbf":
            return np.exp(-self.gamma * squared_distances(x - self._centre, self.points - self._centre))
        product = x @ self.points.T
        if self.kernel == "linear":
            return product
        product = self.gamma * product + self.coef0
        return product**self.degree if self.kernel == "poly" else np.tanh(product)

    def _values(self, given: Inputs) -> Floats:
        x = given.matrices[self.matrix]
        most = max(1, PAIRS_AT_ONCE // len(self.points))
        parts = [self._kernel(x[at : at + most]) @ self.weights.T for at in range(0, max(len(x), 1), most)]
        together: Floats = np.concatenate(parts)
        return together + self.intercept

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Position of the predicted class (n,), probabilities (n, k)."""
        values = self._values(given)
        votes = np.zeros((len(values), self.classes))
        shares = np.zeros((len(values), self.classes, self.classes))
        second_of_each = np.clip(sigmoid(-(values * self.slope + self.offset)), LEAST_SHARE, 1.0 - LEAST_SHARE)
        for at, (one, other) in enumerate(self._pairs):
            votes[:, one] += values[:, at] > 0
            votes[:, other] += values[:, at] <= 0
            shares[:, one, other] = second_of_each[:, at]
            shares[:, other, one] = 1.0 - second_of_each[:, at]
        return votes.argmax(axis=1), coupled(shares)

    def decision(self, given: Inputs) -> np.ndarray:
        """Decision values for a calibrator, shape (n, k) or (n, 1): votes, and confidence within a vote."""
        values = -self._values(given)
        if self.classes == 2:
            return values
        votes = np.zeros((len(values), self.classes))
        confidence = np.zeros_like(votes)
        for at, (one, other) in enumerate(self._pairs):
            votes[:, one] += values[:, at] <= 0
            votes[:, other] += values[:, at] > 0
            confidence[:, one] -= values[:, at]
            confidence[:, other] += values[:, at]
        size: Floats = np.abs(confidence)
        return votes + confidence / (3 * (size + 1))


def coupled(shares: np.ndarray) -> np.ndarray:
    """Probabilities of k classes from those of each pair, shape (n, k, k) to (n, k).

    The second method of Wu, Lin and Weng 2004 with libsvm's steps and stopping rule: it stops early, so
    the rule is part of the answer.
    """
    n, k, _ = shares.shape
    against = shares.transpose(0, 2, 1)
    q = -against * shares
    q[:, np.arange(k), np.arange(k)] = (against**2).sum(axis=2) - against[:, np.arange(k), np.arange(k)] ** 2
    p = np.full((n, k), 1.0 / k)
    active = np.arange(n)
    for _ in range(max(100, k)):
        here, now = q[active], p[active]
        qp = (here @ now[:, :, np.newaxis])[:, :, 0]
        pqp = (now * qp).sum(axis=1)
        still = np.abs(qp - pqp[:, np.newaxis]).max(axis=1) >= 0.005 / k
        if not still.any():
            break
        active, here, now, qp, pqp = (array[still] for array in (active, here, now, qp, pqp))
        for t in range(k):
            own = here[:, t, t]
            step = (pqp - qp[:, t]) / own
            now[:, t] += step
            pqp = (pqp + step * (step * own + 2 * qp[:, t])) / (1 + step) / (1 + step)
            qp = (qp + step[:, np.newaxis] * here[:, t]) / (1 + step)[:, np.newaxis]
            now /= (1 + step)[:, np.newaxis]
        p[active] = now
    return p


def squared_distances(x: Floats, points: Floats) -> Floats:
    """Squared Euclidean distances, (n, width) and (m, width) to (n, m)."""
    if len(x) == 1:
        apart = points - x
        only: Floats = np.einsum("ij,ij->i", apart, apart)
        return only[np.newaxis]
    inner = -2.0 * (x @ points.T)
    inner += np.einsum("ij,ij->i", x, x)[:, np.newaxis]
    inner += np.einsum("ij,ij->i", points, points)
    return np.maximum(inner, 0.0, out=inner)


@dataclass(frozen=True)
class Network(ByProbabilities):
    """A multi-layer perceptron."""

    matrix: int
    weights: tuple[np.ndarray, ...]
    """Shape (in, out)."""
    offsets: tuple[np.ndarray, ...]
    """Shape (out,)."""
    hidden: str
    """One of "identity", "logistic", "tanh" and "relu"."""

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Position of the predicted class (n,), probabilities (n, k)."""
        values = given.matrices[self.matrix]
        for at, (weights, offset) in enumerate(zip(self.weights, self.offsets, strict=True)):
            values = values @ weights + offset
            if at < len(self.weights) - 1:
                values = _activated(values, self.hidden)
        if values.shape[1] > 1:
            shares = softmax(values)
            return shares.argmax(axis=1), shares
        second = sigmoid(values[:, 0])
        return (second > 0.5).astype(np.intp), two_sided(second)


def _activated(values: Floats, how: str) -> Floats:
    if how == "relu":
        return np.maximum(values, 0.0)
    if how == "tanh":
        return np.tanh(values)
    return sigmoid(values) if how == "logistic" else values
