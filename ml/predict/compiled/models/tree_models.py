"""Classifiers that are sums of trees: forests, and trees on the scale of a link."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.predict.compiled.models.models import Inputs, sigmoid, softmax, two_sided

NEAR = 1e-9


@dataclass(frozen=True)
class Forest:
    """The mean of the class shares in the leaves that a row falls into.

    For two classes only the shares of the second are summed: half of the work. Those of the first
    are their complement, except that a near tie is decided as scikit-learn does, which compares
    separately rounded sums.
    """

    sums: int
    first: int
    """The ensemble, and the column of its sums where this forest begins."""
    classes: int
    trees: int
    """Their numbers."""
    matrix: int = -1
    """Input of the trees."""
    ties: int = -1
    """The first column of this forest in the ordered sums; -1 where ties need none."""

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Position of the predicted class (n,), probabilities (n, k)."""
        shares = given.sums[self.sums][:, self.first : self.first + (1 if self.classes == 2 else self.classes)]
        shares = shares / self.trees
        if self.classes == 2:
            shares = two_sided(shares[:, 0])
            chosen = (shares[:, 1] > 0.5).astype(np.intp)
        else:
            chosen = shares.argmax(axis=1)
        if given.ties is not None and self.ties >= 0:
            near = self._near_ties(shares)
            if near.any():
                sums = given.ties.sums(self.sums, given.matrices[self.matrix][near])
                chosen[near] = (sums[:, self.ties : self.ties + self.classes] / self.trees).argmax(axis=1)
        return chosen, shares

    def _near_ties(self, shares: np.ndarray) -> np.ndarray:
        near: np.ndarray = np.abs(shares[:, 1] - 0.5) < NEAR
        if self.classes > 2:
            near = (shares > shares.max(axis=1, keepdims=True) - NEAR).sum(axis=1) > 1
        return near

    def decision(self, given: Inputs) -> np.ndarray:
        """Decision values for a calibrator, shape (n, k) or (n, 1)."""
        columns = 1 if self.classes == 2 else self.classes
        return given.sums[self.sums][:, self.first : self.first + columns] / self.trees


@dataclass(frozen=True)
class Boosted:
    """A sum of trees on the scale of a link."""

    sums: int
    slope: float = 1.0
    """Factor of the sums before the link: 2 for the exponential loss."""
    zero_is_second: bool = False
    """True where of two classes the second is predicted at a sum of exactly 0."""

    def decision(self, given: Inputs) -> np.ndarray:
        """Decision values for a calibrator, shape (n, k) or (n, 1)."""
        return given.sums[self.sums]

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Position of the predicted class (n,), probabilities (n, k)."""
        raw = self.decision(given)
        if raw.shape[1] > 1:
            return raw.argmax(axis=1), softmax(self.slope * raw)
        raw = raw[:, 0]
        chosen = raw >= 0 if self.zero_is_second else raw > 0
        return chosen.astype(np.intp), two_sided(sigmoid(self.slope * raw))
