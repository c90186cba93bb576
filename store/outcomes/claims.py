"""Claims on entries of lists: one seller is with a customer at a time, by a lease on the database's clock.

A claim is taken by a conditional insert, renewed while the page is open, and free again when its lease has run out. A
customer who is on several lists is claimed on all of them: by the record's id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, text

from store.database_table import DatabaseTable
from store.lease import Lease
from store.outcome_records import CALL
from store.outcome_tables import assignment_claims as claims
from store.outcome_tables import assignments, desk_calls
from store.outcomes.desk_records import OVER

CLAIM_LEASE = Lease(claims, until="until", owner="who")
ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:record, 0))")  # with one customer, until the end


@dataclass(frozen=True)
class Holder:
    """Holder of a claim: a seller at one opened page."""

    seller: str
    """As ``auth.caller.caller_id`` names them; empty where nobody signs in."""
    page: str
    """Id of the opened page, so that one that is left late gives back no claim of another."""

    @property
    def mark(self) -> str:
        """Owner of the claim as one text for the table."""
        return f"{self.seller}#{self.page}"


def seller_of(mark: str) -> str:
    """The seller of a claim as the table keeps it."""
    return mark.rpartition("#")[0]


class ClaimTable(DatabaseTable):
    """The table of claims on entries of lists."""

    def claim(self, job: str, row: int, holder: Holder, lease: float, *, take_over: bool = False) -> bool:
        """Claim an entry that is to be called; False where somebody else has it, or it is over.

        An entry is a list, and a row of the campaign's file. The claim runs out after `lease` seconds unless it is
        renewed. With `take_over`, a claim of the same seller at another page is taken over.
        """
        here = (assignments.c.list == job, assignments.c.row == row, assignments.c.grouping == CALL)
        record = self._scalar(select(assignments.c.record).where(*here))
        if record is None:
            return False
        with self._connection() as connection, connection.begin() as transaction:
            if connection.dialect.name == "postgresql" and record:  # SQLite has one writer at a time
                connection.execute(ALONE, {"record": record})
            mine = _mine(holder, take_over=take_over)
            # The claim comes first: SQLite locks at the first change
            if CLAIM_LEASE.claim_key(connection, {"list": job, "row": row}, holder.mark, lease, mine) and not (
                _over(connection, job, row) or _elsewhere(connection, job, row, record, mine)
            ):
                return True
            transaction.rollback()
            return False

    def renew(self, job: str, row: int, holder: Holder, lease: float) -> bool:
        """Renew a claim; False where somebody else has the entry by now, or it is over."""
        with self._transaction() as connection:
            if CLAIM_LEASE.renew(connection, holder.mark, *_is(job, row), CLAIM_LEASE.live(connection), seconds=lease):
                return True
        return self.claim(job, row, holder, lease)

    def give_back(self, job: str, row: int, holder: Holder) -> None:
        """Give a claim back; one that somebody else has by now stays."""
        with self._transaction() as connection:
            connection.execute(delete(claims).where(CLAIM_LEASE.held(holder.mark, *_is(job, row))))

    def held_by(self, job: str, row: int) -> str | None:
        """The seller who is with an entry's customer at the moment, on this list or another; None where nobody is."""
        with self._connection() as connection:
            live = CLAIM_LEASE.live(connection)
            mark = connection.scalar(select(claims.c.who).where(*_is(job, row), live))
            if mark is None:
                named = select(assignments.c.record).where(assignments.c.list == job, assignments.c.row == row)
                record = connection.scalar(named) or ""
                mark = connection.scalar(_of_record(record).where(live).limit(1)) if record else None
        return None if mark is None else seller_of(mark)


def _is(job: str, row: int) -> tuple[Any, ...]:
    return claims.c.list == job, claims.c.row == row


def _mine(holder: Holder, *, take_over: bool) -> Any:
    if take_over:
        return claims.c.who.startswith(f"{holder.seller}#", autoescape=True)
    return claims.c.who == holder.mark


def _over(connection: Connection, job: str, row: int) -> bool:
    """True when the last thing that was done with an entry ends it."""
    here = (desk_calls.c.list == job, desk_calls.c.row == row)
    last = select(func.max(desk_calls.c.event)).where(*here).scalar_subquery()
    return connection.scalar(select(desk_calls.c.what).where(desk_calls.c.event == last)) in OVER


def _of_record(record: str) -> Any:
    on = (assignments.c.list == claims.c.list) & (assignments.c.row == claims.c.row)
    return select(claims.c.who).join(assignments, on).where(assignments.c.record == record)


def _elsewhere(connection: Connection, job: str, row: int, record: str, mine: Any) -> bool:
    """True when somebody else is with the customer by another list."""
    if not record:
        return False
    other = or_(claims.c.list != job, claims.c.row != row)
    others = _of_record(record).where(other, CLAIM_LEASE.live(connection), ~mine)
    return connection.execute(others.limit(1)).first() is not None
