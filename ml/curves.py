"""Curves of an outcome over all cut-offs.

Computed with numpy alone: scikit-learn has the same curves, but a server that answers from a
compiled path never needs to import it, and it would cost more memory than all the rest. The tests
compare with scikit-learn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.decisions import counts
from ml.evaluation import Answers

MOST_POINTS = 200


@dataclass(frozen=True)
class RocCurve:
    """Share found against share of false alarms, over all cut-offs.

    Attributes
    ----------
    false_positive_rate, true_positive_rate : sequence of float, length m <= 200
        0 to 1, never falling; from (0, 0), where we act on none, to (1, 1), where we act on all.
    cut_off : sequence of float or None, length m
        Probability from which we act, falling; None at (0, 0), where no probability is enough.
    area : float
        ROC AUC from all cut-offs, not only those drawn: share of the pairs of a record with and
        one without the outcome in which the first has the higher probability, ties counting half
        (Hanley & McNeil 1982).
    positive, negative : float
        Weight of the records with and without the outcome.
    own_false_positive_rate, own_true_positive_rate : float
        Where the estimator's own labels stand. With more than two exclusive outcomes this need
        not lie on the curve.
    """

    false_positive_rate: Sequence[float]
    true_positive_rate: Sequence[float]
    cut_off: Sequence[float | None]
    area: float
    positive: float
    negative: float
    own_false_positive_rate: float
    own_true_positive_rate: float


def roc(answers: Answers, outcome: str = "the outcome") -> RocCurve:
    """The ROC curve of one outcome.

    Raises
    ------
    NoProbabilities
    OneOutcomeOnly
        When all rows, or none, have the outcome.
    """
    table = counts(answers, outcome)
    alarms, found = table.false_positive / table.negative, table.true_positive / table.positive
    drawn = thin(alarms, found)
    own = answers.weight * answers.labels
    return RocCurve(
        false_positive_rate=alarms[drawn].tolist(),
        true_positive_rate=found[drawn].tolist(),
        cut_off=[None if np.isinf(value) else value for value in table.cut_off[drawn].tolist()],
        area=float(np.trapezoid(found, alarms)),
        positive=table.positive,
        negative=table.negative,
        own_false_positive_rate=float(own[~answers.truth].sum() / table.negative),
        own_true_positive_rate=float(own[answers.truth].sum() / table.positive),
    )


def thin(x: np.ndarray, y: np.ndarray, most: int = MOST_POINTS) -> np.ndarray:
    """Which points to draw of a curve that never turns back: at most `most`, both ends among them.

    The points are taken at equal steps along the curve (in x and y together, each over its own
    range), so a point left out is less than one step, 2 / (most - 1) of the ranges, away from one
    that is drawn, wherever the points crowd.

    Parameters
    ----------
    x, y : ndarray of float, shape (m,)
        Both monotone, finite.
    most : int
        At least 2.

    Returns
    -------
    ndarray of int
        Rising positions.
    """
    if len(x) <= most:
        return np.arange(len(x))
    along = np.cumsum(_steps(x) + _steps(y))
    # The last target may miss the end by rounding, so the end is named.
    targets = np.linspace(0.0, along[-1], most)[:-1]
    return np.unique(np.append(np.searchsorted(along, targets), len(x) - 1))


def _steps(values: np.ndarray) -> np.ndarray:
    steps = np.abs(np.diff(values, prepend=values[0]))
    span = steps.sum()
    return steps / span if span else steps
