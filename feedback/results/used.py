"""Is it used: what became of the calls that were listed, and whether people who disagreed with the model were right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from feedback.joined import Joined, join
from feedback.results.paid import decision_of
from feedback.results.settled import Question, Settled
from ml.decision.decide import acts
from ml.monitoring.adoption import AdoptionRow, adoption
from ml.monitoring.overrides import overrides, overrides_by_reason
from store.outcome_records import CALL, Assignment, Event

DAYS = 7.0  # within which somebody who is listed is to be called


def used(settled: Settled, assigned: Iterable[Assignment], told: Iterable[Event], question: Question) -> dict[str, Any]:
    """Adoption and overrides as plain JSON, none of it by person.

    Parameters
    ----------
    settled : Settled
        Decisions of the model, of all versions.
    assigned : iterable of Assignment
    told : iterable of Event
    question : Question

    Returns
    -------
    dict
        ``decisions`` and ``noted`` (of how many somebody told anything), ``listed`` (adoption of those who were to be
        called, None without lists) with ``weeks``, ``overrides`` of all and by ``reasons``.
    """
    every, by_reason = _overrides(settled, question)
    return {
        "decisions": len(settled.joined),
        "noted": sum(each.is_noted for each in settled.joined),
        "listed": _listed(assigned, told, question),
        "overrides": every,
        "reasons": by_reason,
    }


def _listed(assigned: Iterable[Assignment], told: Iterable[Event], question: Question) -> dict[str, Any] | None:
    called = sorted((each for each in assigned if each.group == CALL and each.record), key=lambda each: each.made)
    if not called:
        return None
    joined = list(join([decision_of(each) for each in called], (replace(each, decision="") for each in told)))
    shown = [each.decision.made for each in joined]
    contacted = [_first([event.happened for event in each.contacts], each) for each in joined]
    recorded = [min((came.happened for came in each.came.values()), default=np.nan) for each in joined]
    found = adoption(shown, contacted, recorded, [""] * len(joined), question.now, DAYS)
    return {"days": found.days, **_row(found.all), "weeks": [_row(each) for each in found.weeks]}


def _first(times: Sequence[float], each: Joined) -> float:
    """The first contact; who recorded what came of a call was in contact, too."""
    return min([*times, *(came.happened for came in each.came.values())], default=float("nan"))


def _row(row: AdoptionRow) -> dict[str, Any]:
    shares = {"contacted_share": row.contacted_share, "recorded_share": row.recorded_share}
    return {**asdict(row), **shares}


def _overrides(settled: Settled, question: Question) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Overrides whose outcome is ripe, judged together and by reason."""
    rows, said, reasons = list[int](), list[bool](), list[str]()
    for at, row in enumerate(settled.ripe.rows.tolist()):
        about = [each for each in settled.joined[row].overrides if _is_about(each, question)]
        if about:
            rows.append(at)
            said.append(_said(settled.joined[row], about[-1], question.outcome))
            reasons.append(about[-1].reason)
    p, came = settled.said[rows], settled.came[rows]
    return asdict(overrides(p, said, came)), [asdict(each) for each in overrides_by_reason(p, said, came, reasons)]


def _is_about(override: Event, question: Question) -> bool:
    return (override.outcome or question.outcomes.positive) == question.outcome


def _said(joined: Joined, override: Event, outcome: str) -> bool:
    """What the person said: that the outcome comes, or not; who only disagreed said the contrary of the decision."""
    if override.value is not None:
        return override.value == 1
    decision = joined.decision
    return not acts((decision.probabilities or {})[outcome], decision.cut_offs.get(outcome, 0.5))
