"""Decisions and events as JSON values, as the feed tells them: without the values of records, and without notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from store.outcome_records import Decision, Event

CRM = "crm"  # key of the card
FIELDS = "fields"  # and within it: our names to those of the other system


def described_decision(decision: Decision) -> dict[str, Any]:
    """A decision as JSON values."""
    return {
        "decision": decision.id,
        "model": decision.model,
        "record": decision.record or None,
        "door": decision.door,
        "by": decision.who or None,
        "made": moment(decision.made),
        "probabilities": decision.probabilities,
        "cutoffs": decision.cut_offs,
        "worth": decision.worth,
        "group": decision.group,
        "campaign": decision.campaign or None,
    }


def described_event(event: Event) -> dict[str, Any]:
    """An event as JSON values."""
    return {
        "event": event.id,
        "decision": event.decision or None,
        "model": event.model,
        "record": event.record or None,
        "kind": event.kind,
        "outcome": event.outcome or None,
        "value": None if event.value is None else int(event.value),
        "reason": event.reason or None,
        "happened": moment(event.happened),
        "known": moment(event.known),
        "due": moment(event.due),
        "by": event.by or None,
        "door": event.door,
        "refers": event.refers or None,
        "campaign": event.campaign or None,
    }


def renamed(made: Mapping[str, Any], card: Mapping[str, Any]) -> dict[str, Any]:
    """Rename fields as the card's ``crm.fields`` says; others keep our names."""
    crm = card.get(CRM)
    names = crm.get(FIELDS) if isinstance(crm, Mapping) else None
    if not isinstance(names, Mapping):
        return dict(made)
    return {str(names.get(name, name)): value for name, value in made.items()}


def moment(at: float | None) -> str | None:
    """A time as ISO 8601 has it, in UTC; None stays None."""
    return None if at is None else dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="milliseconds")
