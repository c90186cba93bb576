"""ROC, precision-recall and detection error trade-off (DET) curves of one outcome.

Computed with numpy alone: scikit-learn has the same curves, but a server that predicts with compiled models
never imports it, and it would cost more memory than all the rest. The tests compare with scikit-learn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from ml.data.array_types import Floats, OptionalFloats
from ml.metrics.confusion_matrix import CountsByCutOff, counts_by_cut_off
from ml.metrics.evaluation import OneVsRest

MOST_POINTS = 200
LEAST_RATE = 1e-3  # a rate of 0 has an infinite normal deviate


@dataclass(frozen=True)
class RocCurve:
    """ROC curve: true positive rate against false positive rate, over all cut-offs."""

    false_positive_rate: Sequence[float]
    true_positive_rate: Sequence[float]
    """0 to 1, never falling; from (0, 0), where we act on none, to (1, 1), where we act on all. Length m <= 200."""
    cut_off: Sequence[float | None]
    """Probability from which we act, falling; None at (0, 0), where no probability is enough. Length m."""
    area: float
    """ROC AUC from all cut-offs, not only those drawn: share of the pairs of a record with and one without the outcome
    in which the first has the higher probability, ties counting half (Hanley & McNeil 1982)."""
    positive: float
    negative: float
    """Weight of the records with and without the outcome."""
    own_false_positive_rate: float
    own_true_positive_rate: float
    """Rates of the estimator's own labels. With more than two exclusive outcomes this point need not lie on the
    curve."""


def roc(answers: OneVsRest, outcome: str) -> RocCurve:
    """The ROC curve of one outcome.

    Raises
    ------
    NoProbabilities
    OneOutcomeOnly
        When all rows, or none, have the outcome.
    """
    table = counts_by_cut_off(answers, outcome)
    false_positive_rate = table.false_positive / table.negative
    true_positive_rate = table.true_positive / table.positive
    drawn = thin(false_positive_rate, true_positive_rate)
    own = answers.weight * answers.labels
    return RocCurve(
        false_positive_rate=false_positive_rate[drawn].tolist(),
        true_positive_rate=true_positive_rate[drawn].tolist(),
        cut_off=[None if np.isinf(value) else value for value in table.cut_off[drawn].tolist()],
        area=roc_auc(table),
        positive=table.positive,
        negative=table.negative,
        own_false_positive_rate=float(own[~answers.truth].sum() / table.negative),
        own_true_positive_rate=float(own[answers.truth].sum() / table.positive),
    )


@dataclass(frozen=True)
class PrecisionRecall:
    """Precision-recall curve over all cut-offs."""

    recall: list[float]
    """Never falling, from the highest probability that occurs down to acting on all (1). Length m <= 200."""
    precision: list[float]
    """Ends with the base rate. Length m."""
    cut_off: list[float]
    """Falling. Length m."""
    average_precision: float
    """From all cut-offs: sum of the rise of recall times precision (Davis & Goadrich 2006)."""
    positive: float
    negative: float
    """Weight of the records with and without the outcome."""


def precision_recall(answers: OneVsRest, outcome: str) -> PrecisionRecall:
    """The precision-recall curve of one outcome; errors as :func:`roc`."""
    table = counts_by_cut_off(answers, outcome)
    drawn = 1 + thin(table.false_positive[1:], table.true_positive[1:])  # undefined where none is acted on
    true_positive, false_positive = table.true_positive[drawn], table.false_positive[drawn]
    return PrecisionRecall(
        recall=(true_positive / table.positive).tolist(),
        precision=_ratio(true_positive, true_positive + false_positive).tolist(),
        cut_off=table.cut_off[drawn].tolist(),
        average_precision=average_precision_of(table),
        positive=table.positive,
        negative=table.negative,
    )


@dataclass(frozen=True)
class DetCurve:
    """Detection error trade-off: false negative against false positive rate (Martin et al. 1997)."""

    false_positive_rate: list[float]
    false_negative_rate: list[float]
    """0 to 1: the first never falling, the second never rising. Length m <= 200."""
    x: list[float]
    y: list[float]
    """The same as normal deviates, rates clipped to 0.001 and 0.999: on this scale normally distributed scores give a
    straight line. Length m."""
    cut_off: OptionalFloats
    """Falling; None where we act on none. Length m."""
    equal_error: float
    """Equal error rate, linearly interpolated between neighbouring cut-offs."""


def det(answers: OneVsRest, outcome: str) -> DetCurve:
    """The detection error trade-off of one outcome; errors as :func:`roc`."""
    table = counts_by_cut_off(answers, outcome)
    false_positive_rate = table.false_positive / table.negative
    false_negative_rate = 1.0 - table.true_positive / table.positive
    # Thinned on the scale that is drawn, where rare errors take most of the room.
    drawn = thin(normal_deviates(false_positive_rate), normal_deviates(false_negative_rate))
    return DetCurve(
        false_positive_rate=false_positive_rate[drawn].tolist(),
        false_negative_rate=false_negative_rate[drawn].tolist(),
        x=normal_deviates(false_positive_rate[drawn]).tolist(),
        y=normal_deviates(false_negative_rate[drawn]).tolist(),
        cut_off=[None if np.isinf(value) else value for value in table.cut_off[drawn].tolist()],
        equal_error=float(np.interp(0.0, false_positive_rate - false_negative_rate, false_positive_rate)),
    )


def normal_deviates(rates: np.ndarray) -> np.ndarray:
    """Normal deviates of rates, clipped to 0.001 and 0.999."""
    normal = NormalDist()
    # Rates of a large hold-out repeat, above all at the limits: each value is computed once.
    values, places = np.unique(np.clip(rates, LEAST_RATE, 1.0 - LEAST_RATE), return_inverse=True)
    return np.array([normal.inv_cdf(value) for value in values.tolist()])[places].reshape(np.shape(rates))


def roc_auc(table: CountsByCutOff) -> float:
    """ROC AUC from all cut-offs; ties count half (Hanley & McNeil 1982)."""
    return float(np.trapezoid(table.true_positive / table.positive, table.false_positive / table.negative))


def average_precision_of(table: CountsByCutOff) -> float:
    """Sum of precision times rise of recall over all cut-offs, without interpolation (Davis & Goadrich 2006)."""
    true_positive, false_positive = table.true_positive[1:], table.false_positive[1:]
    precision = _ratio(true_positive, true_positive + false_positive)
    return float((np.diff(table.true_positive) * precision).sum() / table.positive)


def thin(x: np.ndarray, y: np.ndarray, most: int = MOST_POINTS) -> np.ndarray:
    """Positions of the points to draw of a monotone curve: at most `most`, both ends among them.

    The points are taken at equal steps along the curve (in x and y together, each over its own
    range), so a point left out is less than one step, 2 / (most - 1) of the ranges, away from one
    that is drawn, also where points are dense.

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
    # The last target may miss the end by rounding, so the end is added explicitly.
    targets = np.linspace(0.0, along[-1], most)[:-1]
    return np.unique(np.append(np.searchsorted(along, targets), len(x) - 1))


def reach(probabilities: np.ndarray) -> float:
    """Upper end of a probability axis: 1, or the smallest of 0.01, 0.02, 0.05, 0.1, 0.2, 0.5 that holds them all.

    The probabilities of a rare outcome would crowd at the left edge of an axis up to 1.
    """
    most = float(np.max(probabilities, initial=0.0))
    return next((end for end in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if most <= end), 1.0)


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Ratio of both; 0 where the denominator is 0 (the first records may have no weight)."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _steps(values: np.ndarray) -> np.ndarray:
    steps = np.abs(np.diff(values, prepend=values[0]))
    span = steps.sum()
    return steps / span if span else steps
