"""Progress of the feed: the last decision and event that were sent, and the next ones. One process sends at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, and_, or_, select, update

from store.database_table import DatabaseTable, now_in, upsert
from store.outcome_records import JOB, Decision, Event
from store.outcome_tables import decisions, events, feeds
from store.outcomes.decisions import decision_of
from store.outcomes.events import event_of

SETTLED = 5.0  # seconds after which no transaction that is under way stores an earlier row
DECISIONS, EVENTS = "decisions", "events"
TABLES: dict[str, tuple[Table, Any, Any]] = {
    DECISIONS: (decisions, decisions.c.stored, decision_of),
    EVENTS: (events, events.c.known, event_of),
}


@dataclass(frozen=True)
class FeedPart:
    """Part of the feed that is sent next."""

    kind: str
    """One of "decisions" and "events"."""
    rows: tuple[Decision | Event, ...]
    """The first stored first. There may be none of them: decisions of jobs are passed over."""
    at: float
    last: str
    """When the last of them, or of those that are passed over, was stored, and its id: up to where it is told once
    these are taken."""
    attempts: int
    """Attempts that failed so far, since something was taken."""


class FeedTable(DatabaseTable):
    """Position of the feed in the tables of decisions and events."""

    def next(self, kind: str, most: int) -> FeedPart | None:
        """Read the next part; None where there is nothing, or where it is not yet time for another attempt.

        A feed that is new begins with what is stored from then on. Decisions of jobs are no part of it: whoever asked
        for them has them in the result of the job.
        """
        table, time, read = TABLES[kind]
        cursor = self._cursor(kind)
        with self._connection() as connection:
            now = now_in(connection)
            if cursor.due > now:
                return None
            after = or_(time > cursor.at, and_(time == cursor.at, table.c.id > cursor.last))
            query = select(table).where(after, time <= now - SETTLED).order_by(time, table.c.id).limit(most)
            rows = connection.execute(query).all()
        if not rows:
            return None
        last = rows[-1]
        wanted = [row for row in rows if kind != DECISIONS or row.door != JOB]
        return FeedPart(kind, tuple(map(read, wanted)), last._mapping[time], last.id, cursor.attempts)

    def _cursor(self, kind: str) -> Any:
        """The row of a kind, inserted where there is none: another process may be quicker."""
        query = select(feeds).where(feeds.c.kind == kind)
        cursor = self._first(query)
        if cursor is None:
            with self._transaction() as connection:
                fresh = {"kind": kind, "at": now_in(connection), "last": "", "attempts": 0, "due": 0.0}
                connection.execute(upsert(connection, feeds).values(fresh).on_conflict_do_nothing())
            cursor = self._first(query)
        return cursor

    def taken(self, part: FeedPart) -> None:
        """The receiver took a part: the next one follows it."""
        position = {"at": part.at, "last": part.last, "attempts": 0, "due": 0.0}
        self._change(update(feeds).where(feeds.c.kind == part.kind).values(position))

    def missed(self, part: FeedPart, pause: float) -> None:
        """The receiver did not take a part: it is told again after so many seconds."""
        with self._transaction() as connection:
            delayed = {"attempts": part.attempts + 1, "due": now_in(connection) + pause}
            connection.execute(update(feeds).where(feeds.c.kind == part.kind).values(delayed))
