"""Checks of an event: its kind, the decision or record that it is about, its outcome and its value."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence

from feedback.errors import BadEvent, UnknownDecision
from ml.translation import text
from store.outcome_records import CONTACTED, CORRECTION, KINDS, OUTCOME, OVERRIDE, VOID, Event

VALUES = (0.0, 1.0)
AHEAD = 86_400.0  # seconds that another clock, or a day without its zone, may be ahead


def check_event(event: Event, outcomes: Sequence[str]) -> None:
    """Raise BadEvent where a report is no valid event; `outcomes` is empty where the model is not known any more."""
    if event.kind not in KINDS:
        raise BadEvent(
            text("The kind {kind} came; accepted: {kinds}.", kind=repr(event.kind[:40]), kinds=", ".join(KINDS))
        )
    check_about(event)
    if event.kind in (CORRECTION, VOID) and not event.refers:
        raise BadEvent(text("A correction or void has to name the event that it is about, in refers."))
    if event.kind == OUTCOME and not event.outcome:
        known = text("This model has {outcomes}.", outcomes=", ".join(outcomes)) if outcomes else ""
        raise BadEvent(text("No outcome was named."), known)
    if event.outcome and outcomes and event.outcome not in outcomes:
        slots = {"outcome": repr(event.outcome[:80]), "outcomes": ", ".join(outcomes)}
        raise BadEvent(text("The outcome {outcome} came; this model has {outcomes}.", **slots))
    needs_value = event.kind in (OUTCOME, CORRECTION, CONTACTED)
    if event.value not in VALUES and (needs_value or event.value is not None):
        raise BadEvent(text("The value {value} came; accepted: 1 where it came, 0 where not.", value=repr(event.value)))
    _check_time(event.happened)
    if event.kind == OVERRIDE and not (event.reason or event.value is not None):
        raise BadEvent(text("An override needs a reason, or the value that is expected: 1 or 0."))


def check_about(event: Event) -> None:
    """Raise BadEvent where a report names neither a decision nor a record."""
    if not (event.decision or event.record or event.refers):
        raise BadEvent(text("Neither a decision nor a record was named; one of them is needed."))
    if not (event.decision or event.refers or event.model):
        raise BadEvent(text("A record was named, but no model; it is needed to find the record."))


def _check_time(happened: float) -> None:
    if happened > time.time() + AHEAD:
        at = dt.datetime.fromtimestamp(happened, dt.UTC).isoformat(timespec="minutes")
        raise BadEvent(text("It is said to have happened at {time}, which is still to come.", time=at))


def unknown_decision(number: str) -> UnknownDecision:
    """The error for an id that names no decision."""
    return UnknownDecision(
        text("There is no decision {decision}.", decision=repr(number[:80])),
        text("Send the model and the record's id instead, if the decision is not stored yet."),
    )
