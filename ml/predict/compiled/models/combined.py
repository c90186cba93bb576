"""Classifiers that are made of others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.predict.compiled.columns.columns import Matrix
from ml.predict.compiled.models.models import ByProbabilities, Inputs, Model, seen_by_calibrator, shared, two_sided


@dataclass(frozen=True)
class Posterior(ByProbabilities):
    """A classifier whose probabilities are its decision values for a calibrator."""

    model: Model

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Position of the predicted class (n,), probabilities (n, k)."""
        return self.model.answer(given)


@dataclass(frozen=True)
class Average(ByProbabilities):
    """The weighted mean of the probabilities of several classifiers: voting, bagging."""

    members: tuple[Model, ...]
    weights: tuple[float, ...]
    places: tuple[tuple[int, ...], ...]
    """For each member, where its classes are among all."""
    classes: int

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Position of the predicted class (n,), probabilities (n, k)."""
        total: np.ndarray | None = None
        for member, weight, where in zip(self.members, self.weights, self.places, strict=True):
            shares = member.answer(given)[1]
            if total is None:
                total = np.zeros((len(shares), self.classes))
            total[:, where] += weight * shares
        if total is None:
            raise ValueError("An average needs members.")
        mean = total / sum(self.weights)
        return mean.argmax(axis=1), mean


@dataclass(frozen=True)
class AgainstRest:
    """One classifier for each class against all others; one alone for two classes."""

    members: tuple[Model, ...]
    on_decision: bool
    """Labels follow the decision values, and not the probabilities."""

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Position of the predicted class (n,), probabilities (n, k)."""
        shares = np.column_stack([member.answer(given)[1][:, 1] for member in self.members])
        values = self._decisions(given) if self.on_decision else shares
        if len(self.members) == 1:
            above = values[:, 0] > (0.0 if self.on_decision else 0.5)
            return above.astype(np.intp), two_sided(shares[:, 0])
        return values.argmax(axis=1), shared(shares)

    def _decisions(self, given: Inputs) -> np.ndarray:
        return np.column_stack([member.decision(given)[:, 0] for member in self.members])

    def decision(self, given: Inputs) -> np.ndarray:
        """Decision values for a calibrator, shape (n, k) or (n, 1)."""
        return self._decisions(given) if self.on_decision else seen_by_calibrator(self.answer(given)[1])


@dataclass(frozen=True)
class Stacked:
    """Stacking: a final classifier on the answers of others, and optionally on the columns too."""

    members: tuple[Model, ...]
    said: tuple[str, ...]
    """Kind of each member's answer that the final one takes. Items: "probabilities", "decision"."""
    passed: int
    """The matrix whose columns it takes as well; -1 for none."""
    matrices: tuple[Matrix, ...]
    """Matrices of the final classifier, computed from its inputs."""
    last: Model

    def _inputs(self, given: Inputs) -> Inputs:
        seen = [
            seen_by_calibrator(member.answer(given)[1]) if said == "probabilities" else member.decision(given)
            for member, said in zip(self.members, self.said, strict=True)
        ]
        if self.passed >= 0:
            seen.append(given.matrices[self.passed])
        block = tuple(np.concatenate(seen, axis=1).T)
        return Inputs([matrix.block(block) for matrix in self.matrices], {}, given.ties)

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Position of the predicted class (n,), probabilities (n, k)."""
        return self.last.answer(self._inputs(given))

    def decision(self, given: Inputs) -> np.ndarray:
        """Decision values for a calibrator, shape (n, k) or (n, 1)."""
        return self.last.decision(self._inputs(given))
