"""Decisions and events of a model, as they are stored."""

from sqlalchemy import select

from store.outcome_records import Decision, Event
from store.outcome_tables import decisions, events
from store.outcomes.decisions import decision_of
from store.outcomes.events import event_of
from store.outcomes.outcome_store import OutcomeStore


def decisions_of(tables: OutcomeStore, model: str, sealed: bool = True) -> list[Decision]:
    """Decisions in the order of time; without their sealed values where `sealed` is False."""
    columns = [column for column in decisions.c if sealed or column.name != "sealed"]
    query = select(*columns).where(decisions.c.name == model).order_by(decisions.c.made, decisions.c.id)
    return [decision_of(row) for row in tables.decisions._all(query)]


def events_of(tables: OutcomeStore, model: str) -> list[Event]:
    """Events in the order in which they became known."""
    query = select(events).where(events.c.model == model).order_by(events.c.number)
    return [event_of(row) for row in tables.events._all(query)]
