"""Uploads in progress, and the quota of a caller: their unfinished jobs and uploads together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, literal, select, update

from store.database_table import DatabaseTable, clock
from store.job import OPEN
from store.tables import jobs, uploads

SILENT = 900.0  # seconds after which an upload that was not heard of no longer counts: its process was killed


@dataclass(frozen=True)
class Usage:
    """Usage of a quota: number of unfinished jobs (held, waiting, running) and uploads, and bytes of their files."""

    jobs: int
    size: int


@dataclass(frozen=True)
class Quota:
    """Quota of one caller: unfinished jobs and uploads at a time; 0 for no limit."""

    jobs: int = 0
    size: int = 0
    """Bytes of several files together: one alone may be of any size."""

    def allows_another(self, others: Usage) -> bool:
        """True where one more job may be opened beside these."""
        return not self.jobs or others.jobs < self.jobs

    def allows_bytes(self, others: Usage, size: int) -> bool:
        """True where a file may have so many bytes beside these."""
        return not self.size or not others.size or others.size + size <= self.size


class UploadTable(DatabaseTable):
    """The table of files that are being sent.

    Each change locks out other changes for the same person before it counts: of two uploads at once, to whichever
    instances, the second sees the first.
    """

    def reserve(self, job: str, who: str, size: int, quota: Quota, *, again: bool) -> Usage | None:
        """Reserve quota for an upload that begins, or for one that becomes a new job.

        Parameters
        ----------
        job : str
            Id that the job will have.
        size : int
            Bytes, as far as they are known.
        again : bool
            A job has its idempotency key already, with which it will probably be answered: it may exceed the quota
            where no other upload is in progress.

        Returns
        -------
        Usage or None
            The caller's other usage where the quota would be exceeded, and then nothing is changed; else None.
        """
        with self._connection() as connection, connection.begin() as transaction:
            _lock(connection, who)
            silent = uploads.c.at < clock(connection) - SILENT
            connection.execute(delete(uploads).where(uploads.c.who == who, silent))
            _put(connection, job, who, size)
            sent, others = _usage(connection, job, who)
            if quota.allows_another(others) and quota.allows_bytes(others, size):
                return None
            if again and not sent.jobs:
                return None
            transaction.rollback()
            return others

    def grow(self, job: str, who: str, size: int, quota: Quota, *, again: bool) -> Usage | None:
        """Update the bytes of an upload as it proceeds; returns as :meth:`reserve`."""
        with self._transaction() as connection:
            _lock(connection, who)
            _put(connection, job, who, size)
            sent, others = _usage(connection, job, who)
            fits = quota.allows_bytes(others, size) or (again and not sent.jobs)
            return None if fits else others

    def release(self, job: str) -> None:
        """Release the quota of an upload that became no job."""
        self._change(delete(uploads).where(uploads.c.job == job))

    def expire(self) -> int:
        """Remove uploads that were not heard of for a while; returns how many there were."""
        with self._transaction() as connection:
            return connection.execute(delete(uploads).where(uploads.c.at < clock(connection) - SILENT)).rowcount


def _lock(connection: Connection, who: str) -> None:
    """Wait for others who count for the same person; SQLite has one writer at a time, from its first change on."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(who, 0))))


def _put(connection: Connection, job: str, who: str, size: int) -> None:
    """Write the size of an upload; it has no row where it begins, or came so slowly that it did not count any more."""
    there = update(uploads).where(uploads.c.job == job).values(size=size, at=clock(connection))
    if not connection.execute(there).rowcount:
        row: Any = select(literal(job), literal(who), literal(size), clock(connection))
        connection.execute(insert(uploads).from_select(["job", "who", "size", "at"], row))


def _usage(connection: Connection, job: str, who: str) -> tuple[Usage, Usage]:
    """Uploads beside one, and all open work beside it."""
    count = (func.count(), func.coalesce(func.sum(uploads.c.size), 0))
    sent = _read(connection, select(*count).where(uploads.c.who == who, uploads.c.job != job))
    count = (func.count(), func.coalesce(func.sum(jobs.c.size), 0))
    unfinished = _read(connection, select(*count).where(jobs.c.who == who, jobs.c.state.in_(("held", *OPEN))))
    return sent, Usage(sent.jobs + unfinished.jobs, sent.size + unfinished.size)


def _read(connection: Connection, query: Any) -> Usage:
    return Usage(*map(int, connection.execute(query).one()))
