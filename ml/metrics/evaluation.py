"""One pass over the hold-out. Every metric and every curve derives from the Evaluation it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ml.data.array_types import Booleans, Floats
from ml.data.outcomes import Outcomes
from ml.errors import NoProbabilities
from ml.runtime.memo import Memo

if TYPE_CHECKING:
    from ml.bundle.bundle import Bundle


@dataclass(frozen=True)
class Answers:
    """One outcome's yes/no question on all n rows of the hold-out.

    Attributes
    ----------
    truth, labels : ndarray of bool, shape (n,)
        What was, and what the estimator's own ``predict`` says.
    probabilities : ndarray of float, shape (n,), or None
        0 to 1; None when the estimator offers none.
    weight : ndarray of float, shape (n,)
        Not negative; 1 for rows that all count alike.
    """

    truth: Booleans
    labels: Booleans
    probabilities: Floats | None
    weight: Floats


@dataclass(frozen=True)
class Evaluation:
    """What a model says of rows with known truth; n rows, k outcomes.

    Attributes
    ----------
    outcomes : Outcomes
        Order of the columns.
    truth : ndarray of bool, shape (n, k)
    labels : ndarray of bool, shape (n, k)
        From the estimator's own ``predict``, never from the probabilities.
    probabilities : ndarray of float, shape (n, k), or None
    weight : ndarray of float, shape (n,)
    """

    outcomes: Outcomes
    truth: Booleans
    labels: Booleans
    probabilities: Floats | None
    weight: Floats

    def of(self, outcome: str) -> Answers:
        """The columns of one outcome; UnknownOutcome when there is none of that name."""
        at = self.outcomes.index(outcome)
        probabilities = None if self.probabilities is None else self.probabilities[:, at]
        return Answers(self.truth[:, at], self.labels[:, at], probabilities, self.weight)

    def __len__(self) -> int:
        return len(self.truth)


def evaluate(bundle: Bundle) -> Evaluation:
    """Score the whole hold-out once, or read what was kept with the version; every row counts alike."""
    holdout = bundle.holdout
    answer = bundle.scores or bundle.predictor.block(holdout.block)
    weight = np.ones(len(holdout.truth))
    return Evaluation(bundle.outcomes, holdout.truth, answer.labels, answer.probabilities, weight)


# In memory only: the results made from it are what the cache keeps, and a new process seldom needs it at all.
@Memo
def evaluation_of(bundle: Bundle) -> Evaluation:
    """The evaluation of a version, made once a process however many plots ask for it at once."""
    return evaluate(bundle)


def need_probabilities(probabilities: Floats | None) -> Floats:
    """The probabilities, or NoProbabilities with what to do about it."""
    if probabilities is None:
        raise no_probabilities()
    return probabilities


def no_probabilities() -> NoProbabilities:
    """The error for a model without probabilities, with what to do about it."""
    return NoProbabilities(
        "This model gives labels, but no probabilities.",
        "Wrap the estimator in scikit-learn's CalibratedClassifierCV, fit it and add the model again.",
    )
