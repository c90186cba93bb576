"""Evaluation: predictions and truth of the whole hold-out, from which every metric and curve is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ml.data.array_types import Booleans, Floats
from ml.data.columns import Block
from ml.data.outcomes import Outcomes, Prediction
from ml.errors import NoProbabilities
from ml.runtime.memo import Memo
from ml.translation import text


class _Predictor(Protocol):
    def block(self, block: Block) -> Prediction: ...


class _Holdout(Protocol):
    @property
    def block(self) -> Block: ...
    @property
    def truth(self) -> Booleans: ...


class EvaluatedVersion(Protocol):
    """A version as it is evaluated: hold-out, predictor, and the hold-out's scores where they are kept."""

    @property
    def key(self) -> str:
        """Name and fingerprint."""

    @property
    def outcomes(self) -> Outcomes:
        """Outcomes of the predictor."""

    @property
    def holdout(self) -> _Holdout:
        """Records with known truth."""

    @property
    def predictor(self) -> _Predictor:
        """The predictor that serves the version."""

    @property
    def scores(self) -> Prediction | None:
        """Answers for the hold-out, where they were kept."""


@dataclass(frozen=True)
class OneVsRest:
    """Truth and predictions of one outcome (one against the rest) on all n rows of the hold-out."""

    truth: Booleans
    labels: Booleans
    """Whether the row has the outcome, and whether the estimator's own ``predict`` says so. Shape (n,)."""
    probabilities: Floats | None
    """0 to 1; None when the estimator offers none. Shape (n,)."""
    weight: Floats
    """Not negative; 1 for rows that all count alike. Shape (n,)."""


@dataclass(frozen=True)
class Evaluation:
    """Predictions of a model for n rows with known truth, for k outcomes."""

    outcomes: Outcomes
    """Order of the columns."""
    truth: Booleans
    """Shape (n, k)."""
    labels: Booleans
    """From the estimator's own ``predict``, never from the probabilities. Shape (n, k)."""
    probabilities: Floats | None
    """Shape (n, k)."""
    weight: Floats
    """Shape (n,)."""

    def of(self, outcome: str) -> OneVsRest:
        """The columns of one outcome; UnknownOutcome when there is none of that name."""
        at = self.outcomes.index(outcome)
        probabilities = None if self.probabilities is None else self.probabilities[:, at]
        return OneVsRest(self.truth[:, at], self.labels[:, at], probabilities, self.weight)

    def __len__(self) -> int:
        return len(self.truth)


def evaluate(bundle: EvaluatedVersion) -> Evaluation:
    """Score the whole hold-out, or read the scores kept with the version; every row counts alike."""
    holdout = bundle.holdout
    answer = bundle.scores or bundle.predictor.block(holdout.block)
    weight = np.ones(len(holdout.truth))
    return Evaluation(bundle.outcomes, holdout.truth, answer.labels, answer.probabilities, weight)


# In memory only: the cache keeps the results computed from it, so a new process seldom needs it.
@Memo
def evaluation_of(bundle: EvaluatedVersion) -> Evaluation:
    """The evaluation of a version, computed once a process also under concurrent calls."""
    return evaluate(bundle)


def need_probabilities(probabilities: Floats | None) -> Floats:
    """The probabilities; raises NoProbabilities where there are none."""
    if probabilities is None:
        raise no_probabilities()
    return probabilities


def no_probabilities() -> NoProbabilities:
    """NoProbabilities, the error for a model without probabilities, with a hint."""
    return NoProbabilities(
        text("This model gives labels, but no probabilities."),
        text("Wrap the estimator in scikit-learn's CalibratedClassifierCV, fit it and add the model again."),
    )
