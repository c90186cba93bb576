"""The tables of lists that sellers work through: what was handed out, what is to be done, and what was done."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, case, delete, func, insert, or_, select

from store.database_table import now_in, upsert
from store.outcome_records import CALL
from store.outcome_tables import assignment_claims as claims
from store.outcome_tables import assignments, desk_calls, desk_lists
from store.outcomes.assignments import assignment_of
from store.outcomes.claims import ClaimTable
from store.outcomes.desk_records import NO_ANSWER, OVER, Done, Entry, HandedOut

_LAST = ("event", "what", "due", "by", "at")


class DeskTable(ClaimTable):
    """Lists that sellers work through. Control groups are in no answer of it."""

    # ---- lists -------------------------------------------------------------------------------------
    def hand_out(self, given: HandedOut) -> None:
        """Hand a list out, in place of how it was handed out before."""
        row = {**vars(given), "sellers": json.dumps(list(given.sellers))}
        with self._transaction() as connection:
            connection.execute(delete(desk_lists).where(desk_lists.c.list == given.list))
            connection.execute(insert(desk_lists).values(row | {"at": now_in(connection)}))

    def take_back(self, job: str) -> bool:
        """Take a list back from all sellers; False where nobody had it. What was done stays."""
        return self._change(delete(desk_lists).where(desk_lists.c.list == job)) > 0

    def handed_out(self, job: str | None = None) -> list[HandedOut]:
        """Lists that are handed out, the newest first; or that one."""
        query = select(desk_lists).order_by(desk_lists.c.at.desc(), desk_lists.c.list)
        rows = self._all(query if job is None else query.where(desk_lists.c.list == job))
        return [HandedOut(**{**row._mapping, "sellers": tuple(json.loads(row.sellers))}) for row in rows]

    # ---- what is to be done ------------------------------------------------------------------------
    def to_do(self, lists: Collection[str], until: float, most: int) -> list[Entry]:
        """Entries to be called: call-backs that are due first, then by worth, then those who did not answer.

        Call-backs that are due later than `until` are left out.
        """
        with self._connection() as connection:
            query, last = _entries(lists, now_in(connection))
            due = last.c.due
            query = query.where(or_(last.c.what.is_(None), last.c.what.not_in(OVER)), or_(due.is_(None), due <= until))
            worth, tries = assignments.c.worth, last.c.tries
            order = (
                case((due.is_(None), 1), else_=0), due, func.coalesce(tries, 0), case((worth.is_(None), 1), else_=0),
                worth.desc(), assignments.c.probability.desc(), assignments.c.list, assignments.c.rank,
            )  # fmt: skip
            return [_entry(row) for row in connection.execute(query.order_by(*order).limit(most))]

    def entry(self, job: str, row: int) -> Entry | None:
        """An entry of a list; None where there is none, or it is kept back."""
        with self._connection() as connection:
            query, _ = _entries([job], now_in(connection))
            first = connection.execute(query.where(assignments.c.row == row)).first()
        return _entry(first) if first else None

    def counts(self, lists: Collection[str], until: float) -> tuple[int, int, int]:
        """Entries that are to be called, those of them that wait for a later call-back, and those that are over."""
        with self._connection() as connection:
            query, last = _entries(lists, now_in(connection))
            over, later = last.c.what.in_(OVER), and_(last.c.what.not_in(OVER), last.c.due > until)
            sums = [func.coalesce(func.sum(case((test, 1), else_=0)), 0) for test in (later, over)]
            every, waits, done = connection.execute(query.with_only_columns(func.count(), *sums)).one()
        return int(every - waits - done), int(waits), int(done)

    # ---- what was done -----------------------------------------------------------------------------
    def note(self, done: Done) -> None:
        """Keep what was done; a note that is there stays as it is."""
        with self._transaction() as connection:
            row = {**vars(done), "at": now_in(connection)}
            connection.execute(upsert(connection, desk_calls).values(row).on_conflict_do_nothing())

    def undo(self, event: str) -> bool:
        """Take back what an event says was done; False where there is no such note."""
        return self._change(delete(desk_calls).where(desk_calls.c.event == event)) > 0

    def done(self, lists: Collection[str], since: float, most: int) -> list[Entry]:
        """Entries that were worked on since a time, the latest first."""
        query = select(assignments, *(desk_calls.c[name].label(f"last_{name}") for name in _LAST)).join(
            desk_calls, and_(desk_calls.c.list == assignments.c.list, desk_calls.c.row == assignments.c.row)
        )
        query = query.where(desk_calls.c.list.in_(list(lists)), desk_calls.c.at >= since)
        return [_entry(row) for row in self._all(query.order_by(desk_calls.c.event.desc()).limit(most))]


def _entries(lists: Collection[str], now: float) -> tuple[Select[Any], Any]:
    """Entries of lists that are to be called, each with its last note and its claim; and the notes' columns."""
    wanted: Sequence[str] = list(lists)
    newest = (
        select(
            desk_calls.c.list,
            desk_calls.c.row,
            func.max(desk_calls.c.event).label("event"),
            func.sum(case((desk_calls.c.what == NO_ANSWER, 1), else_=0)).label("tries"),
        )
        .where(desk_calls.c.list.in_(wanted))
        .group_by(desk_calls.c.list, desk_calls.c.row)
        .subquery()
    )
    last = (
        select(newest.c.list, newest.c.row, newest.c.tries, *(desk_calls.c[name] for name in _LAST))
        .join(desk_calls, desk_calls.c.event == newest.c.event)
        .subquery()
    )
    held = and_(claims.c.list == assignments.c.list, claims.c.row == assignments.c.row, claims.c.until > now)
    query = (
        select(
            assignments,
            last.c.tries.label("tries"),
            claims.c.who.label("held_by"),
            *(last.c[name].label(f"last_{name}") for name in _LAST),
        )
        .outerjoin(last, and_(last.c.list == assignments.c.list, last.c.row == assignments.c.row))
        .outerjoin(claims, held)
        .where(assignments.c.list.in_(wanted), assignments.c.grouping == CALL)
    )
    return query, last


def _entry(row: Row[Any]) -> Entry:
    columns = dict(row._mapping)
    last = {name: columns.pop(f"last_{name}") for name in _LAST}
    tries, held_by = columns.pop("tries", 0), columns.pop("held_by", "")
    assignment = assignment_of(columns)
    done = None if last["event"] is None else Done(assignment.list, assignment.row, **last)
    return Entry(assignment, done, int(tries or 0), held_by or "")
