"""A customer's history: what models said of a record, and what was told, by whom and when, the latest first."""

from __future__ import annotations

from dataclasses import dataclass

from auth.access import allowed
from auth.permissions import Permission
from feedback.desk.service import Desk
from feedback.joined import events_in_force
from ml.errors import LikelyError
from ml.service import Bundle
from store.outcome_records import Decision, Event

MOST_ENTRIES = 40  # decisions and events that are looked at, of each


@dataclass(frozen=True)
class CustomerEntry:
    """A line of the history."""

    at: float
    """Seconds since 1970."""
    who: str
    """Name of who asked or told."""
    bundle: Bundle
    """Version of the model that is meant: the live version, for its words."""
    event: Event | None = None
    decision: Decision | None = None
    """Where it is what a model said."""
    note: str = ""
    """In plain text."""


def history(desk: Desk, bundle: Bundle, record: str) -> list[CustomerEntry]:
    """The history of a record, of all models that name records alike and of which the caller may tell outcomes."""
    if not record:
        return []
    bundles = _alike(desk, bundle)
    customers = desk.feedback.store.outcomes.customers
    decisions = customers.decisions(record, list(bundles), MOST_ENTRIES)
    events = customers.events(record, list(bundles), [each.id for each in decisions], MOST_ENTRIES)
    names = desk.names()
    in_force = events_in_force(reversed(events))
    told_of = {each.decision for each in in_force}
    lines = [
        CustomerEntry(
            each.happened, names.of(each.by), bundles[each.model], event=each, note=desk.feedback.note_of(each)
        )
        for each in in_force
    ]
    # What was told names its decision: that line says both
    lines += [
        CustomerEntry(each.made, names.of(each.who), bundles[each.model.partition("@")[0]], decision=each)
        for each in decisions
        if each.id not in told_of
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:MOST_ENTRIES]


def _alike(desk: Desk, bundle: Bundle) -> dict[str, Bundle]:
    """Models whose records have ids of the same column, by name; the model itself where its records have none."""
    models = {bundle.name: bundle}
    service = desk.feedback.service
    for name in service.names() if bundle.schema.record_id else ():
        if name == bundle.name or not allowed(Permission.OUTCOMES, name):
            continue
        try:
            other = service.model(name)
        except LikelyError:
            continue
        if other.schema.record_id == bundle.schema.record_id:
            models[name] = other
    return models
