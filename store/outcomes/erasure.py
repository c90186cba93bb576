"""Erasure among decisions, events and assignments: of one record, whose rows and counts stay, and of what is old."""

from __future__ import annotations

import secrets

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from store.connection.deadline import long_statements
from store.database_table import DatabaseTable, now_in
from store.outcome_records import ERASED
from store.outcome_tables import assignments, decisions, events


class OutcomeErasure(DatabaseTable):
    """Finds and empties what the tables tell of one record."""

    def count(self, name: str, record: str) -> int:
        """Rows that tell of a record of a model."""
        places = (_decided(name, record), _names_record(name, record), _assigned(name, record))
        return sum(int(self._scalar(select(func.count()).where(about))) for about in places)

    def erase(self, name: str, record: str) -> None:
        """Empty values, notes, free reasons and keys; one random word stands in the place of the id in all tables.

        So decisions, what came of them and groups of campaigns stay joined, and nothing leads back to the record.
        """
        instead = f"{ERASED}{secrets.token_hex(8)}"
        with long_statements(), self._transaction() as connection:
            names_record = _names_record(name, record)
            emptied = {"note": "", "reason": "", "key": None}
            connection.execute(update(events).where(names_record).values(emptied))
            named = update(events).where(events.c.model == name, events.c.record == record)
            connection.execute(named.values(record=instead))
            connection.execute(update(decisions).where(_decided(name, record)).values(sealed=None, record=instead))
            connection.execute(update(assignments).where(_assigned(name, record)).values(record=instead))

    def expire(self, seconds: float) -> int:
        """Delete decisions that are older than that, and what was told before then; returns the number of decisions."""
        with long_statements(), self._transaction() as connection:
            before = now_in(connection) - seconds
            connection.execute(delete(events).where(events.c.known < before))
            return connection.execute(delete(decisions).where(decisions.c.made < before)).rowcount


def _decided(name: str, record: str) -> ColumnElement[bool]:
    return (decisions.c.name == name) & (decisions.c.record == record)


def _assigned(name: str, record: str) -> ColumnElement[bool]:
    return assignments.c.model.startswith(f"{name}@", autoescape=True) & (assignments.c.record == record)


def _names_record(name: str, record: str) -> ColumnElement[bool]:
    """Events that name the record, or a decision about it."""
    about = select(decisions.c.id).where(_decided(name, record))
    named = (events.c.model == name) & (events.c.record == record)
    return or_(named, events.c.decision.in_(about))
