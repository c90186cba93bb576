"""History of one record over several models: decisions and events, the latest first."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from store.database_table import DatabaseTable
from store.outcome_records import Decision, Event
from store.outcome_tables import decisions, events
from store.outcomes.decisions import decision_of
from store.outcomes.events import event_of


class CustomerTable(DatabaseTable):
    """Decisions and events of a record."""

    def decisions(self, record: str, names: Collection[str], most: int) -> list[Decision]:
        """Decisions of these models about a record, the latest first, without their values."""
        columns = [column for column in decisions.c if column.name != "sealed"]
        about = (decisions.c.name.in_(list(names)), decisions.c.record == record, decisions.c.record != "")
        query = select(*columns).where(*about).order_by(decisions.c.made.desc(), decisions.c.id.desc()).limit(most)
        return [decision_of(row) for row in self._all(query)]

    def events(self, record: str, names: Collection[str], told_of: Collection[str], most: int) -> list[Event]:
        """Events of these models about a record, found by its id or by these decisions; the latest known first."""
        about = (events.c.record == record) & (events.c.record != "") | events.c.decision.in_(list(told_of))
        query = select(events).where(events.c.model.in_(list(names)), about)
        return [event_of(row) for row in self._all(query.order_by(events.c.number.desc()).limit(most))]

    def event_of_key(self, by: str, key: str) -> Event | None:
        """The event that a caller told under an idempotency key; None where there is none."""
        row = self._first(select(events).where(events.c.by == by, events.c.key == key))
        return event_of(row) if row else None
