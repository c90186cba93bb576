"""Has it been right: the calibration alarm of one outcome of a version, and what was said and what came, by band."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from feedback.results.ripe_decisions import Question, RipeDecisions
from ml.data.array_types import Floats
from ml.data.outcomes import Outcomes
from ml.decision.bands import bands
from ml.monitoring.calibration_alarm import ALARM, AlarmEvidence, gather_evidence
from ml.monitoring.calibration_verdict import CalibrationVerdict, judge
from ml.monitoring.reliability import reliability
from store.outcomes.alarm_records import Episode

MOST_POINTS = 300  # of the evidence over time


@dataclass(frozen=True)
class AlarmState:
    """State of the alarm of one outcome."""

    evidence: AlarmEvidence
    verdict: CalibrationVerdict
    known_at: Floats
    path: Floats
    """`known_at`, `path`: when each outcome of the episode began to count, and the natural logarithm of the evidence
    after it. Shape (n,)."""
    alarm: float
    """Evidence at which it goes off."""


def monitored_outcomes(outcomes: Outcomes) -> tuple[str, ...]:
    """Outcomes that have an alarm: of two exclusive ones the positive, for the other is its mirror image."""
    if outcomes.exclusive and len(outcomes.names) == 2:
        return (outcomes.positive,)
    return outcomes.names


def monitored_outcome_for(outcomes: Outcomes, outcome: str) -> str:
    """The outcome whose alarm tells of this one."""
    names = monitored_outcomes(outcomes)
    return outcome if outcome in names else names[0]


def alarm_state(decisions: RipeDecisions, outcomes: Outcomes, episode: Episode | None) -> AlarmState:
    """The alarm after all outcomes of its episode; an alarm that went off stays so until the episode is ended.

    Parameters
    ----------
    decisions : RipeDecisions
        Decisions of the version that is watched.
    outcomes : Outcomes
        The alarm of each of k outcomes that are watched is at 100 k (Bonferroni).
    episode : Episode or None
        None: all outcomes count.
    """
    alarm = ALARM * len(monitored_outcomes(outcomes))
    counts = decisions.ripe.known_at > (episode.began if episode else 0.0)
    known = decisions.ripe.known_at[counts]
    given = decisions.said[counts], decisions.came[counts], known, decisions.when[counts]
    evidence, path = gather_evidence(*given, alarm)
    if episode is not None and episode.alarmed is not None:
        evidence = replace(evidence, alarmed_at=episode.alarmed)
    verdict = judge(evidence, alarm)
    if episode is not None and episode.since is not None:
        verdict = replace(verdict, since=episode.since)
    return AlarmState(evidence, verdict, known, path, alarm)


def calibration_results(decisions: RipeDecisions, question: Question, episode: Episode | None) -> dict[str, Any]:
    """Verdict and bands as plain JSON: fields of CalibrationVerdict and of Reliability."""
    state = alarm_state(decisions, question.outcomes, episode)
    rows = reliability(decisions.said, decisions.came, bands(question.card, question.outcome))
    return {
        **asdict(state.verdict),
        "alarm": state.alarm,
        "episode": episode.id if episode else None,
        "all": asdict(rows.all),
        "bands": [asdict(each) for each in rows.bands],
        "path": _thinned(state),
    }


def _thinned(state: AlarmState) -> list[list[float]]:
    """Time and decimal logarithm of the evidence at some outcomes: at the highest of each stretch, and at the last."""
    rows = len(state.path)
    if not rows:
        return []
    stretches = np.array_split(np.arange(rows), min(rows, MOST_POINTS))
    places = sorted({int(each[np.argmax(state.path[each])]) for each in stretches} | {rows - 1})
    return [[float(state.known_at[at]), float(state.path[at] / np.log(10))] for at in places]
