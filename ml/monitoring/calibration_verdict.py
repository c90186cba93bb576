"""Verdict of the calibration alarm: right, not enough yet, or off since a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ml.data.describe_fields import Described
from ml.data.validation.field_types import Count, Seconds, Share
from ml.monitoring.calibration_alarm import ALARM, AlarmEvidence, ChangePoint


@dataclass(frozen=True)
class CalibrationVerdict(Described):
    """The state in one word, and what a sentence about it needs."""

    state: Literal["right", "not_enough", "off"]  # off until the test begins anew; right as Growth.reaches tells
    """Result of the test: the probabilities hold, there are too few outcomes to say, or they are off."""
    outcomes: Count
    """Number of outcomes that count in the test."""
    wanted: Annotated[int, Field(ge=0)] | None
    """Number of outcomes after which a model that is off by 0.6 in log-odds would have been found out; null where it
    cannot be told."""
    evidence: Annotated[float, Field(ge=0)]  # at most 1e300
    """Evidence against the probabilities; 1 at the beginning. All decisions whose outcome is known count, called or
    not: where calling changes what comes, a change in who is called can move it, too."""
    alarmed_at: Seconds | None
    """Time at which the alarm went off, in seconds since 1970 (UTC); null where it did not."""
    since: Seconds | None  # the change of maximum likelihood
    """Time of the first decision after the most likely point of change, in seconds since 1970 (UTC); null without an
    alarm."""
    direction: Literal["more", "less"] | None
    """Side on which the observed share lies of the predicted one (`more`: above it); null without an alarm."""
    said: Share
    """Mean predicted probability since the point of change, else of all; null without outcomes."""
    came: Share
    """Observed share over the same decisions; null without outcomes."""


def judge(evidence: AlarmEvidence, alarm: float = ALARM) -> CalibrationVerdict:
    """Judge the evidence; `alarm` as it was given to :func:`gather_evidence`."""
    off = evidence.alarmed_at is not None
    change = evidence.change if off and evidence.change is not None else ChangePoint(0, 0.0, 0.0, 0.0)
    rows = evidence.outcomes - change.before
    return CalibrationVerdict(
        state="off" if off else "right" if evidence.growth.reaches(alarm) else "not_enough",
        outcomes=evidence.outcomes,
        wanted=evidence.growth.wanted(alarm),
        evidence=float(np.exp(min(evidence.log_evidence, 690.0))),
        alarmed_at=evidence.alarmed_at,
        since=change.decided_at if off else None,
        direction=("more" if evidence.more > 0.5 else "less") if off else None,
        said=(evidence.said - change.said) / rows if rows else None,
        came=(evidence.came - change.came) / rows if rows else None,
    )
