"""Overrides: whether people who disagreed with the model were right, by reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from ml.data.array_types import Booleans, Floats
from ml.data.describe_fields import Described
from ml.data.validation.field_types import Count, Number, Share
from ml.metrics.evaluation import OneVsRest
from ml.metrics.headline import losses
from ml.metrics.intervals import WIDTH, joint_width, wilson


class WhoWasRight(StrEnum):
    """Comparison of people and model on the records about which they disagreed."""

    PEOPLE = "people"
    MODEL = "model"
    NOT_TOLD_APART = "not_told_apart"


@dataclass(frozen=True)
class Overrides(Described):
    """Overrides: decisions that a person disagreed with, and how often the person was right."""

    reason: str
    """Reason that was given; empty for all."""
    records: Count
    """Number of overridden decisions whose outcome is known and final."""
    right: Count
    """Number of overridden decisions that came out as the person said."""
    share: Share
    """Share that came out as the person said; null without records."""
    low: Share
    """Lower end of the 95 % interval of the share."""  # Wilson 1927
    high: Share
    """Upper end of the 95 % interval of the share."""
    # For they may well be right on a record of 40 %: the mean probability of what people said
    expected: Share
    """Share that would come out as people said if the model's probabilities were right."""
    # People where the interval of the share lies above what was expected: they saw something that the model does not.
    # Model where it does not lie above it, and lies below one half: people were wrong more often than not. Of several
    # reasons the intervals hold together (Šidák 1967)
    verdict: WhoWasRight
    """Side that was right, people or the model, where that can be told."""
    log_loss: Number
    """Log-loss of the model on these decisions; null without records."""
    expected_log_loss: Number
    """Log-loss that the model would have if its probabilities were right."""  # their mean entropy


def overrides(probabilities: ArrayLike, said: ArrayLike, came: ArrayLike) -> Overrides:
    """Judge all overrides together.

    Parameters
    ----------
    probabilities : array of float, shape (n,)
        Predicted probabilities of the outcome, for records on which somebody disagreed and whose outcome is ripe.
    said : array of bool, shape (n,)
        Whether that person said that the outcome would come.
    came : array of bool, shape (n,)
        Whether it did. Where what is done moves what comes (who is not called does not buy), this judges the decision
        and not the person: records of a control group tell.
    """
    return _judged("", *_arrays(probabilities, said, came), WIDTH)


def overrides_by_reason(
    probabilities: ArrayLike, said: ArrayLike, came: ArrayLike, reasons: Sequence[str]
) -> tuple[Overrides, ...]:
    """Judge the overrides of each reason, the most frequent first; `reasons` has one for each record."""
    p, claimed, y = _arrays(probabilities, said, came)
    given = np.asarray(reasons, dtype=object)
    counts = {reason: reasons.count(reason) for reason in dict.fromkeys(reasons)}
    width = joint_width(len(counts))
    return tuple(
        _judged(reason, p[given == reason], claimed[given == reason], y[given == reason], width)
        for reason in sorted(counts, key=lambda reason: (-counts[reason], reason))
    )


def _arrays(probabilities: ArrayLike, said: ArrayLike, came: ArrayLike) -> tuple[Floats, Booleans, Booleans]:
    return np.asarray(probabilities, float), np.asarray(said, bool), np.asarray(came, bool)


def _judged(reason: str, p: Floats, said: Booleans, came: Booleans, width: float) -> Overrides:
    if not len(p):
        return Overrides(reason, 0, 0, None, None, None, None, WhoWasRight.NOT_TOLD_APART, None, None)
    right = int((said == came).sum())
    expected = float(np.where(said, p, 1 - p).mean())
    low, high = (float(end) for end in wilson(right, len(p)))
    least, most = (float(end) for end in wilson(right, len(p), width))
    verdict = WhoWasRight.NOT_TOLD_APART
    if least > expected:
        verdict = WhoWasRight.PEOPLE
    elif most < 0.5:
        verdict = WhoWasRight.MODEL
    sides = [losses(OneVsRest(np.full(len(p), side), p >= 0.5, p, np.ones(len(p))))[1] for side in (True, False)]
    return Overrides(
        reason,
        len(p),
        right,
        right / len(p),
        low,
        high,
        expected,
        verdict,
        log_loss=float(np.where(came, *sides).mean()),
        expected_log_loss=float((p * sides[0] + (1 - p) * sides[1]).mean()),
    )
