"""Judgement of a challenger in shadow: realised losses of two versions on the same decisions, looked at at any time.

Somebody looks again and again until there is a verdict, so the interval has to hold at all looks together: an
asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2024, Ann. Stat. 52, theorem 2.2). The
mean of n paired differences with the standard deviation s lies within

    s · sqrt(2 (n r² + 1) / (n² r²) · log(sqrt(n r² + 1) / 0.05))

of the truth at all n from the first look on, in 95 %; where the difference changes with time, of its mean so far. r
makes it narrowest at 1,000 outcomes. Looked at after every 50 outcomes, a t-interval tells two equally good versions
apart in 25 to 43 % (docs/decisions/0061-statistics-of-results.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from ml.data.array_types import Floats
from ml.metrics.evaluation import OneVsRest
from ml.metrics.headline import losses

ERROR = 0.05
NARROWEST = 1_000  # outcomes
FEWEST, FEWEST_OF_A_SIDE = 100, 10  # outcomes before the first look; of these, that came, and that did not
SMALLEST = 0.001  # probabilities below count as it, above its complement too: one sure error outweighs all else


class ShadowVerdict(StrEnum):
    """Verdict on the challenger by its realised log-loss."""

    BETTER = "better"
    WORSE = "worse"
    NOT_TOLD_APART = "not_told_apart"
    TOO_FEW = "too_few"


@dataclass(frozen=True)
class PairedLoss:
    """A loss of both versions on the same outcomes; lower is better."""

    champion: float | None
    challenger: float | None
    """Means; None without outcomes."""
    difference: float | None
    low: float | None
    high: float | None
    """Challenger less champion, and an interval that holds at all looks together in 95 %; no interval of too few."""


@dataclass(frozen=True)
class ShadowJudgement:
    """Realised losses of champion and challenger."""

    outcomes: int
    came: int
    """Ripe outcomes of decisions that both versions answered, and how many came."""
    verdict: ShadowVerdict
    """By the interval of the log-loss: too few below 100 outcomes, of which 10 came and 10 did not."""
    log_loss: PairedLoss
    brier: PairedLoss
    """The Brier score is information."""


def judge_shadow(champion: ArrayLike, challenger: ArrayLike, came: ArrayLike) -> ShadowJudgement:
    """Compare two versions on outcomes that neither was fitted on.

    Parameters
    ----------
    champion, challenger : array of float, shape (n,)
        Probabilities of the outcome that both gave to the same records.
    came : array of bool, shape (n,)
        In any order.
    """
    first, second = (np.asarray(given, float) for given in (champion, challenger))
    truth = np.asarray(came, bool)
    brier, log_loss = zip(_losses(first, truth), _losses(second, truth), strict=True)
    enough = len(truth) >= FEWEST and min(truth.sum(), (~truth).sum()) >= FEWEST_OF_A_SIDE
    loss = _paired(*log_loss, enough)
    return ShadowJudgement(len(truth), int(truth.sum()), _verdict(loss), loss, _paired(*brier, enough))


def _losses(probabilities: Floats, truth: np.ndarray) -> tuple[Floats, Floats]:
    clipped = np.clip(probabilities, SMALLEST, 1 - SMALLEST)
    return losses(OneVsRest(truth, clipped >= 0.5, clipped, np.ones(len(truth))))


def _paired(first: Floats, second: Floats, enough: bool) -> PairedLoss:
    if not len(first):
        return PairedLoss(None, None, None, None, None)
    apart = second - first
    means = float(first.mean()), float(second.mean()), float(apart.mean())
    if not enough:
        return PairedLoss(*means, None, None)
    half = half_width(len(apart), float(apart.std(ddof=1)))
    return PairedLoss(*means, means[2] - half, means[2] + half)


def half_width(count: int, deviation: float) -> float:
    """Half the width of the confidence sequence after `count` values of this standard deviation."""
    square = (-2 * math.log(ERROR) + math.log(-2 * math.log(ERROR) + 1)) / NARROWEST
    grown = count * square + 1
    return deviation * math.sqrt(2 * grown / (count**2 * square) * math.log(math.sqrt(grown) / ERROR))


def _verdict(loss: PairedLoss) -> ShadowVerdict:
    if loss.low is None or loss.high is None:
        return ShadowVerdict.TOO_FEW
    if loss.high < 0:
        return ShadowVerdict.BETTER
    return ShadowVerdict.WORSE if loss.low > 0 else ShadowVerdict.NOT_TOLD_APART
