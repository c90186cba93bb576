"""Calibrated classifiers: curves from decision values to probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.data.array_types import Floats
from ml.predict.compiled.models.models import ByProbabilities, Inputs, Model, sigmoid, two_sided


@dataclass(frozen=True)
class Sigmoid:
    """Platt's calibration: 1 / (1 + exp(slope * x + offset))."""

    slope: float
    offset: float

    def at(self, x: Floats) -> Floats:
        """Probabilities of decision values, both of shape (n,)."""
        return sigmoid(-(self.slope * x + self.offset))


@dataclass(frozen=True)
class Isotonic:
    """A monotone line through points, flat beyond its ends."""

    x: Floats
    y: Floats

    def at(self, x: Floats) -> Floats:
        """Probabilities of decision values, both of shape (n,)."""
        return np.interp(x, self.x, self.y)


@dataclass(frozen=True)
class Member:
    """One classifier with a calibration curve for each of its classes (one curve for two)."""

    model: Model
    curves: tuple[Sigmoid | Isotonic, ...]
    classes: tuple[int, ...]

    def probabilities(self, given: Inputs, k: int) -> np.ndarray:
        """Calibrated probabilities, shape (n, k)."""
        seen = self.model.decision(given)
        if k == 2:
            return _capped(two_sided(self.curves[0].at(seen[:, 0])))
        shares = np.zeros((len(seen), k))
        for at, (where, curve) in enumerate(zip(self.classes, self.curves, strict=True)):
            shares[:, where] = curve.at(seen[:, at])
        total = shares.sum(axis=1, keepdims=True)
        return _capped(np.divide(shares, total, out=np.full_like(shares, 1.0 / k), where=total != 0))


def _capped(shares: np.ndarray) -> np.ndarray:
    """scikit-learn forgives a calibrator that ends a little above 1."""
    shares[(shares > 1.0) & (shares <= 1.0 + 1e-5)] = 1.0
    return shares


@dataclass(frozen=True)
class Calibrated(ByProbabilities):
    """The mean of calibrated classifiers."""

    members: tuple[Member, ...]
    classes: int

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Position of the predicted class (n,), probabilities (n, k)."""
        total = self.members[0].probabilities(given, self.classes)
        for member in self.members[1:]:
            total += member.probabilities(given, self.classes)
        mean = total / len(self.members)
        return mean.argmax(axis=1), mean
