"""Chances of a list: how many buyers to expect once the hold-out has corrected the model, how surely, and a verdict.

The number of buyers among the calls varies by chance (each buys or not, Poisson-binomial), and it is not known exactly
how far the model's probabilities hold. Both are in the draws: each takes one curve out of those that the hold-out
allows (:mod:`ml.metrics.recalibration.curve`), and then lets chance decide by it. Ranks and the worth of one call stay
the model's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ml.bundle.bundle import Bundle
from ml.data.array_types import Floats
from ml.errors import LikelyError
from ml.metrics.evaluation import evaluation_of
from ml.metrics.intervals import LEVEL
from ml.metrics.recalibration.curve import RecalibrationCurve, logit, recalibration_curve
from ml.metrics.recalibration.posterior import DRAWS
from ml.runtime.memo import Memo

Verdict = Literal["too_much", "too_little", "held", "too_few"]
FEWEST = 30  # records of the hold-out with, and without, the outcome: below, nothing is said of the model's promises
MATTERS = 0.05  # of the model's own number: a smaller difference is not worth a word, however sure
VAGUE = 0.5  # of the model's own number: where it may lie further off than that, nobody can say that it held
TAIL = (1 - LEVEL) / 2


@dataclass(frozen=True)
class Chances:
    """Evidence of the hold-out on the probabilities of some outcomes."""

    curves: tuple[RecalibrationCurve | None, ...]
    """Curves of each outcome; None where the hold-out cannot say anything: there the model's own probabilities
    count."""
    together: Floats
    """Correlation of the outcomes' residuals on the hold-out, at least 0: how far errors add up. Shape (o, o)."""

    def share(self, outcome: int, probabilities: np.ndarray) -> Floats:
        """Corrected probabilities of one outcome."""
        curve = self.curves[outcome]
        return probabilities if curve is None else curve.share(probabilities)

    def of_list(self, probabilities: np.ndarray, outcome: np.ndarray) -> Chances:
        """Chances from the hold-out's records that would be on a list; arguments as for :func:`list_chances`."""
        curves = (curve and curve.of_list(probabilities[outcome == at]) for at, curve in enumerate(self.curves))
        return replace(self, curves=tuple(curves))

    def corrected(self, probabilities: np.ndarray, outcome: np.ndarray) -> Floats:
        """Corrected probability of each call; arguments as :class:`ListChances` has them."""
        corrected = np.array(probabilities, dtype=float)
        for at in np.unique(outcome):
            corrected[outcome == at] = self.share(int(at), corrected[outcome == at])
        return corrected

    @property
    def few(self) -> bool:
        """True where the hold-out has too few records for a verdict on one of the outcomes."""
        return any(curve is None or min(curve.positive, curve.negative) < FEWEST for curve in self.curves)


def own_chances(outcomes: int) -> Chances:
    """Chances that nothing corrects: the model's own probabilities."""
    return Chances((None,) * outcomes, np.eye(outcomes))


@dataclass(frozen=True)
class ListChances:
    """Expected number and total of m calls, each with an interval of 95 %."""

    buyers: float
    low: float
    high: float
    """Number of calls that meet the outcome."""
    total: float
    total_low: float
    total_high: float
    """The same, each call weighed by what its outcome is worth."""
    own: float
    """Number expected by the model's own probabilities."""
    verdict: Verdict
    """Whether the model's own number holds."""


def list_chances(chances: Chances, probabilities: np.ndarray, outcome: np.ndarray, rise: ArrayLike) -> ListChances:
    """Chances of m calls.

    Parameters
    ----------
    probabilities : ndarray of float, shape (m,)
        The model's own.
    outcome : ndarray of int, shape (m,)
        Offered outcome, a position in the curves of `chances`.
    rise : array_like of float, shape (o,)
        Worth of one more buyer, for each outcome.
    """
    own, worth = float(probabilities.sum()), np.asarray(rise, dtype=float)
    by_outcome = [probabilities[outcome == at] for at in range(len(chances.curves))]
    means, drawn = zip(*(_drawn(curve, p, at) for at, (curve, p) in enumerate(
        zip(chances.curves, by_outcome, strict=True))), strict=True)  # fmt: skip
    expected = np.array([chances.share(at, p).sum() for at, p in enumerate(by_outcome)])
    buyers, total = float(expected.sum()), float(expected @ worth)
    ones = np.ones(len(expected))
    low, high = _between(np.array(drawn), ones, buyers, chances.together).clip(0, len(probabilities))
    ends = _between(np.array(drawn), worth, total, chances.together)
    curve_low, curve_high = _between(np.array(means), ones, buyers, chances.together)
    return ListChances(
        buyers=buyers,
        low=float(low),
        high=float(high),
        total=total,
        total_low=float(ends[0]),
        total_high=float(ends[1]),
        own=own,
        verdict=_verdict(own, buyers, float(curve_low), float(curve_high), chances.few),
    )


def _verdict(own: float, buyers: float, low: float, high: float, few: bool) -> Verdict:
    """Verdict on the model's own number: held where the interval from the hold-out allows it."""
    if few or not own:
        return "too_few"
    if not low <= own <= high:
        return "held" if abs(own - buyers) < MATTERS * own else "too_much" if own > buyers else "too_little"
    return "too_few" if high - low > 2 * VAGUE * own else "held"


def _drawn(curve: RecalibrationCurve | None, probabilities: np.ndarray, seed: int) -> tuple[Floats, Floats]:
    """Expected number by each drawn curve, and numbers drawn by chance.

    The same at every call, so that a list that grows by one record moves little.
    """
    rng = np.random.default_rng(seed)
    if curve is not None:
        return curve.numbers(probabilities, rng)
    cell, count = np.unique(np.floor(20 * logit(probabilities)), return_inverse=True, return_counts=True)[1:]
    mean = np.bincount(cell, probabilities, len(count)) / count
    chance = rng.binomial(count[:, np.newaxis], mean[:, np.newaxis], (len(count), DRAWS)).sum(axis=0)
    return np.full(DRAWS, probabilities.sum()), chance.astype(float)


def _between(drawn: np.ndarray, worth: np.ndarray, middle: float, together: np.ndarray) -> Floats:
    """Interval of a weighed sum of numbers that were drawn independently, shape (o, d), stretched to their correlation.

    The variance of the sum is that of the parts and twice their covariances; the draws know the first only.
    """
    ends = _middle_95(worth @ drawn)
    spread = worth * drawn.std(axis=1)
    alone, all_ = float(spread @ spread), float(spread @ together @ spread)
    return ends if all_ <= alone * (1 + 1e-9) else middle + (ends - middle) * np.sqrt(all_ / alone)


def _middle_95(drawn: np.ndarray) -> Floats:
    """Ends of the middle 95 %, counting half of the values equal to an end (mid-p): shape (2,).

    Numbers of buyers are whole. Ordinary quantiles then hold 95 % at least, and with a standard deviation of two
    98 %; with half of the end itself ("mid-P": Lancaster 1961, JASA 56) they hold 95 % on average over where it falls.
    Of numbers that do not repeat they are the quantiles.
    """
    value, times = np.unique(drawn, return_counts=True)
    middle = (np.cumsum(times) - times / 2) / len(drawn)
    tail = TAIL - 1e-9  # a tail of exactly 2.5 % is enough, on either side
    low, high = np.searchsorted(middle, tail), np.searchsorted(middle, 1 - tail, side="right") - 1
    return value[[low, max(low, high)]]


def chances_of(bundle: Bundle, outcomes: Sequence[str]) -> Chances:
    """Evidence of a version's hold-out on some of its outcomes; worked out once for each."""
    curves = tuple(_curve(bundle, name)[0] for name in outcomes)
    if len(outcomes) == 1 or None in curves:
        return Chances(curves, np.eye(len(outcomes)))
    return Chances(curves, _together(bundle, tuple(outcomes)))


@Memo
def _curve(bundle: Bundle, outcome: str) -> tuple[RecalibrationCurve | None]:
    """The curve in a tuple, since None is not remembered."""
    try:
        seen = evaluation_of(bundle).of(outcome)
    except LikelyError:
        return (None,)
    if seen.probabilities is None or not len(seen.truth):
        return (None,)
    return (recalibration_curve(seen.truth, seen.probabilities),)


@Memo
def _together(bundle: Bundle, outcomes: tuple[str, ...]) -> Floats:
    """Correlations of residuals, 0 where they are below."""
    residuals = []
    for name in outcomes:
        seen, (curve,) = evaluation_of(bundle).of(name), _curve(bundle, name)
        if curve is not None and seen.probabilities is not None:
            residuals.append(seen.truth - curve.share(seen.probabilities))
    with np.errstate(invalid="ignore"):
        correlations: Floats = np.nan_to_num(np.corrcoef(residuals)).clip(0, 1)
    np.fill_diagonal(correlations, 1.0)
    return correlations
