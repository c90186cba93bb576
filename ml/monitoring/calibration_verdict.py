"""Verdict of the calibration alarm: right, not enough yet, or off since a day."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ml.monitoring.calibration_alarm import ALARM, AlarmEvidence, ChangePoint


class CalibrationState(StrEnum):
    """State of the calibration, as far as it is known."""

    RIGHT = "right"
    NOT_ENOUGH = "not_enough"
    OFF = "off"


@dataclass(frozen=True)
class CalibrationVerdict:
    """The state in one word, and what a sentence about it needs.

    Attributes
    ----------
    state : CalibrationState
        Off once the evidence has reached the alarm, until the test begins anew. Right where it has not, although it
        would have in four of five cases had the logit been off by 0.6 from the beginning (:class:`Growth`).
    wanted : int or None
        Outcomes after which that is so, at probabilities like these; None before the first, and where all are 0 or 1.
    evidence : float
        The e-process now; 1 at the beginning. At most 1e300.
    alarmed_at : float or None
        Seconds since 1970.
    since : float or None
        When the first probability after the change of maximum likelihood was said, where it is off.
    direction : {"more", "less"} or None
        Whether more came than was said, or less, where it is off.
    said, came : float or None
        Mean probability and share that came: since that change, else of all outcomes. None without any.
    """

    state: CalibrationState
    outcomes: int
    wanted: int | None
    evidence: float
    alarmed_at: float | None
    since: float | None
    direction: str | None
    said: float | None
    came: float | None


def judge(evidence: AlarmEvidence, alarm: float = ALARM) -> CalibrationVerdict:
    """Judge the evidence; `alarm` as it was given to :func:`gather_evidence`."""
    off = evidence.alarmed_at is not None
    change = evidence.change if off and evidence.change is not None else ChangePoint(0, 0.0, 0.0, 0.0)
    rows = evidence.outcomes - change.before
    enough = CalibrationState.RIGHT if evidence.growth.reaches(alarm) else CalibrationState.NOT_ENOUGH
    return CalibrationVerdict(
        state=CalibrationState.OFF if off else enough,
        outcomes=evidence.outcomes,
        wanted=evidence.growth.wanted(alarm),
        evidence=float(np.exp(min(evidence.log_evidence, 690.0))),
        alarmed_at=evidence.alarmed_at,
        since=change.decided_at if off else None,
        direction=("more" if evidence.more > 0.5 else "less") if off else None,
        said=(evidence.said - change.said) / rows if rows else None,
        came=(evidence.came - change.came) / rows if rows else None,
    )
