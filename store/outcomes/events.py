"""The table of events: what came of decisions, append-only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from store.connection.deadline import long_statements
from store.connection.storable_text import storable
from store.database_table import DatabaseTable, batches, now_in, upsert
from store.outcome_records import CORRECTION, PAGE, VOID, Event
from store.outcome_tables import events

ABOUT = ("model", "kind", "decision", "record", "outcome")  # fields that are the same under the same key
AMENDING = (CORRECTION, VOID)


class EventKeyTaken(ValueError):
    """An idempotency key, or an id, came before with an event about something else."""


class EventTable(DatabaseTable):
    """The table of events."""

    def append(self, reported: Sequence[Event]) -> list[Event]:
        """Store events, all of them or none, and return them as they are stored.

        An event whose caller has sent the same idempotency key before, or whose id is there, is not stored again: the
        first one is returned.

        Raises
        ------
        KeyTaken
            A key came before with an event about something else: it must not count as stored.
        StoreUnavailable
        """
        with self._transaction() as connection:
            now = now_in(connection)
            times = [{"known": now, "happened": each.happened or now} for each in reported]
            stored = [Event(**storable(vars(each) | more)) for each, more in zip(reported, times, strict=True)]
            # Written before anything is read: SQLite refuses at once to write on a state that is no longer the last one
            new = upsert(connection, events).on_conflict_do_nothing()
            written = [connection.execute(new, [vars(each) for each in some]).rowcount for some in batches(stored)]
            if sum(written) == len(stored) and min(written, default=0) >= 0:
                return stored
            return self._already_stored(connection, stored)

    def _already_stored(self, connection: Connection, reported: Sequence[Event]) -> list[Event]:
        """Each as it is stored: as itself, or as what came before it under the same id or key."""
        there, by_id = self._of_keys(connection, reported), dict[str, Event]()
        for some in batches([each.id for each in reported]):
            by_id |= {row.id: event_of(row) for row in connection.execute(select(events).where(events.c.id.in_(some)))}
        stored = [by_id.get(each.id) or there.get((each.by, each.key), each) for each in reported]
        for new, first in zip(reported, stored, strict=True):
            # A press on a page that comes twice at the same time makes a decision each time
            if new.door != PAGE and any(getattr(new, name) != getattr(first, name) for name in ABOUT):
                raise EventKeyTaken(str(new.key))
        return stored

    def _of_keys(self, connection: Connection, reported: Sequence[Event]) -> dict[tuple[str, str | None], Event]:
        """Stored events by caller and key."""
        keys, callers = {each.key for each in reported if each.key is not None}, {each.by for each in reported}
        by_key: dict[tuple[str, str | None], Event] = {}
        for some in batches(sorted(keys)):
            query = select(events).where(events.c.by.in_(callers), events.c.key.in_(some))
            by_key |= {(row.by, row.key): event_of(row) for row in connection.execute(query)}
        return by_key

    def get(self, event: str) -> Event | None:
        """An event; None where there is none of this id."""
        row = self._first(select(events).where(events.c.id == event))
        return event_of(row) if row else None

    def some(self, ids: Collection[str]) -> dict[str, Event]:
        """Events by id; those that are not there are left out."""
        return {row.id: event_of(row) for row in self._by_ids(events.c.id, sorted(ids))}

    def chains(self, roots: Collection[str]) -> dict[str, list[Event]]:
        """Events by id, each with those that refer to it, or to one that does, in the order in which they became known.

        Ids that are not there are left out.
        """
        by_number, root_of = dict[int, Event](), {each: each for each in roots}
        wanted, column = sorted(root_of), events.c.id
        while wanted:
            new = {row.number: event_of(row) for row in self._by_ids(column, wanted) if row.number not in by_number}
            by_number |= new
            root_of |= {each.id: root_of[each.refers] for each in new.values() if each.id not in root_of}
            wanted, column = sorted(each.id for each in new.values()), events.c.refers
        chains: dict[str, list[Event]] = {}
        for _, event in sorted(by_number.items()):
            chains.setdefault(root_of[event.id], []).append(event)
        return chains

    def about(
        self, model: str, records: Collection[str], decisions: Collection[str] = (), as_of: float | None = None,
        *, named: bool = False,
    ) -> list[Event]:  # fmt: skip
        """Events about some records or decisions in the order in which they became known.

        Corrections and voids are left out, see :meth:`amending`.

        Parameters
        ----------
        model : str
            Name of the model, without a version.
        records : collection of str
            Ids.
        decisions : collection of str
            Ids.
        as_of : float, optional
            Known by this time; seconds since 1970.
        named : bool
            Also those that name a record of these beside any decision; else these are found by the decision alone.
        """
        # SQLite takes the best index where each statement has the conditions of one
        query = _known(as_of).where(events.c.kind.not_in(AMENDING))
        by_number = dict[int, Event]()
        with long_statements(), self._connection() as connection:
            for some in batches(sorted(set(records) - {""})):
                rows = _rows(connection, query.where(events.c.model == model, events.c.record.in_(some)))
                by_number |= {number: each for number, each in rows if named or not each.decision}
            for some in batches(sorted(set(decisions) - {""})):
                rows = _rows(connection, query.where(events.c.decision.in_(some)))
                by_number |= {number: each for number, each in rows if each.model == model}
        return [by_number[number] for number in sorted(by_number)]

    def amending(self, model: str, ids: Collection[str], as_of: float | None) -> list[Event]:
        """Corrections and voids of events, and of each other, in the order in which they became known.

        Parameters
        ----------
        model : str
            Name of the model, without a version.
        as_of : float, optional
            Known by this time; seconds since 1970.
        """
        query = _known(as_of).where(events.c.model == model, events.c.kind.in_(AMENDING))
        by_number, wanted, seen = dict[int, Event](), set(ids), set[str]()
        with long_statements(), self._connection() as connection:
            while wanted:
                seen |= wanted
                new = dict[int, Event]()
                for some in batches(sorted(wanted)):
                    new |= dict(_rows(connection, query.where(events.c.refers.in_(some))))
                by_number |= new
                wanted = {each.id for each in new.values()} - seen
        return [by_number[number] for number in sorted(by_number)]

    def count(self, model: str) -> int:
        """Count the events of a model."""
        return int(self._scalar(select(func.count()).where(events.c.model == model)))

    def last(self, model: str) -> int:
        """Number of the last event of a model; 0 where there is none."""
        return int(self._scalar(select(func.max(events.c.number)).where(events.c.model == model)) or 0)


def _known(as_of: float | None) -> Select[Any]:
    """Fields of events that became known by a time, and their numbers."""
    query = select(*(events.c[name] for name in Event.__dataclass_fields__), events.c.number)
    return query if as_of is None else query.where(events.c.known <= as_of)


def _rows(connection: Connection, asked: Select[Any]) -> Iterator[tuple[int, Event]]:
    return ((row[-1], Event(*row[:-1])) for row in connection.execute(asked))


def event_of(row: Row[Any]) -> Event:
    """A row as an event."""
    held = dict(row._mapping)
    del held["number"]
    return Event(**held)
