"""Queries of the table of jobs: one job, a page of jobs, jobs with free chunks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, or_, select

from store.database_table import DatabaseTable, now_in
from store.job import EXPORT, OPEN, SPLITTING, Call, Job, JobFilter
from store.tables import calls, chunks, jobs

Cursor = tuple[float, str]  # time of acceptance and id of a page's last job


class JobQueries(DatabaseTable):
    """Read-only queries of jobs and their chunks."""

    def get(self, job: str) -> Job | None:
        """One job, or None."""
        return next(iter(self._read(select(jobs).where(jobs.c.id == job))), None)

    def those(self, ids: Sequence[str]) -> list[Job]:
        """Those of the ids that are jobs."""
        return self._read(select(jobs).where(jobs.c.id.in_(ids)))

    def by_key(self, key: str) -> Job | None:
        """The job that was sent under an idempotency key, or None."""
        return next(iter(self._read(select(jobs).where(jobs.c.key == key))), None)

    def page(self, wanted: JobFilter, most: int, after: Cursor | None = None) -> tuple[list[Job], Cursor | None]:
        """A page of jobs, the newest first (keyset pagination).

        Parameters
        ----------
        wanted : JobFilter
        most : int
        after : (float, str), optional
            Cursor of the previous page: jobs that come or go meanwhile move no other from one page to the next.

        Returns
        -------
        (list of Job, (float, str) or None)
            The jobs and the cursor of this page; None on the last page.
        """
        query = select(jobs).where(*_conditions(wanted))
        if after is not None:
            created, number = after
            query = query.where(or_(jobs.c.created < created, and_(jobs.c.created == created, jobs.c.id < number)))
        found = self._read(query.order_by(jobs.c.created.desc(), jobs.c.id.desc()).limit(most + 1))
        last = found[most - 1] if len(found) > most else None
        return found[:most], None if last is None else (last.created, last.id)

    def results(self, job: str) -> list[str]:
        """Files of the finished chunks: the splitting's first, then those of the records in their order."""
        query = select(chunks.c.file).where(chunks.c.job == job, chunks.c.state == "done")
        with self._engine().connect() as connection:
            return [file for (file,) in connection.execute(query.order_by(chunks.c.number))]

    def numbers(self, job: str) -> set[int]:
        """Numbers of the chunks that a job has so far."""
        with self._engine().connect() as connection:
            return set(connection.scalars(select(chunks.c.number).where(chunks.c.job == job)))

    def with_work(self, most: int = 100) -> list[str]:
        """Jobs with a free chunk."""
        with self._engine().connect() as connection:
            query = select(jobs.c.id).join(chunks, chunks.c.job == jobs.c.id)
            wanted = query.where(jobs.c.state.in_(OPEN), free(now_in(connection)))
            return list(connection.scalars(wanted.distinct().limit(most)))

    def open(self) -> int:
        """Number of jobs that are not over."""
        with self._engine().connect() as connection:
            query = select(func.count()).select_from(jobs).where(jobs.c.state.in_(OPEN))
            return connection.scalar(query) or 0

    def older(self, seconds: float, most: int = 100) -> list[str]:
        """Jobs that have been over, or held, for longer than `seconds`."""
        with self._engine().connect() as connection:
            long_ago = now_in(connection) - seconds
            left = and_(jobs.c.state == "held", jobs.c.created < long_ago)
            query = select(jobs.c.id).where(or_(jobs.c.finished < long_ago, left)).limit(most)
            return list(connection.scalars(query))

    def known(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that are jobs."""
        with self._engine().connect() as connection:
            return set(connection.scalars(select(jobs.c.id).where(jobs.c.id.in_(ids))))

    def _read(self, query: Select[Any]) -> list[Job]:
        """Run a query of the table of jobs."""
        with self._engine().connect() as connection:
            now = now_in(connection)
            rows = connection.execute(query).mappings().all()
            ids = [row["id"] for row in rows]
            counts, gaps, called = _counts(connection, ids), _gaps(connection, ids), _calls(connection, ids)
        return [_job(row, counts[row["id"]], now, gaps.get(row["id"], ({}, {})), called.get(row["id"])) for row in rows]


def free(now: float) -> Any:
    """SQL condition of free chunks: waiting, or running with an expired lease."""
    return or_(chunks.c.state == "waiting", and_(chunks.c.state == "running", chunks.c.lease < now))


def _conditions(wanted: JobFilter) -> list[Any]:
    start = wanted.model if "@" in wanted.model else f"{wanted.model}@"
    found = [func.substr(jobs.c.model, 1, len(start)) == start] if wanted.model else []
    found += [jobs.c.model == wanted.model] if "@" in wanted.model else []
    found += [jobs.c.state.in_(wanted.states)] if wanted.states else []
    found += [jobs.c.kind == wanted.kind if wanted.kind else jobs.c.kind != EXPORT]
    found += [jobs.c.created > wanted.after] if wanted.after is not None else []
    return found + ([jobs.c.created < wanted.before] if wanted.before is not None else [])


def _counts(connection: Connection, ids: Sequence[str]) -> Mapping[str, tuple[int, int, int | None]]:
    """By job: records done, records refused, records in all."""
    scored = and_(chunks.c.state == "done", chunks.c.number > SPLITTING)
    split = and_(chunks.c.state == "done", chunks.c.number == SPLITTING)
    query = select(
        chunks.c.job,
        func.sum(case((scored, chunks.c.records), else_=0)),
        func.sum(case((scored, chunks.c.refused), else_=0)),
        func.sum(case((split, chunks.c.records))),
    ).where(chunks.c.job.in_(ids))
    found: dict[str, tuple[int, int, int | None]] = dict.fromkeys(ids, (0, 0, None))
    for job, done, refused, total in connection.execute(query.group_by(chunks.c.job)):
        found[job] = (int(done or 0), int(refused or 0), None if total is None else int(total))
    return found


def _gaps(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[dict[str, int], dict[str, int]]]:
    """By job: gaps and refused values of its chunks, summed by feature."""
    query = select(chunks.c.job, chunks.c.gaps).where(chunks.c.job.in_(ids), chunks.c.gaps.is_not(None))
    found: dict[str, tuple[Counter[str], Counter[str]]] = {}
    for job, text_of_gaps in connection.execute(query):
        told = json.loads(text_of_gaps)
        if not any(isinstance(counted, dict) for counted in told.values()):  # written by an earlier release
            told = {"gaps": told}
        for counter, name in zip(found.setdefault(job, (Counter(), Counter())), ("gaps", "unread"), strict=True):
            counter.update(told.get(name, {}))
    return {job: (dict(gaps), dict(unread)) for job, (gaps, unread) in found.items()}


def _calls(connection: Connection, ids: Sequence[str]) -> dict[str, Call]:
    rows = connection.execute(select(calls).where(calls.c.job.in_(ids))).mappings()
    return {
        row["job"]: Call(row["url"], row["state"], row["attempts"], row["due"], row["status"], row["message"])
        for row in rows
    }


def _job(
    row: Mapping[Any, Any], counts: tuple[int, int, int | None], now: float,
    found: tuple[dict[str, int], dict[str, int]], call: Call | None,
) -> Job:  # fmt: skip
    done, refused, total = counts
    gaps, unread = found
    return Job(
        id=row["id"], model=row["model"], kind=row["kind"], state=row["state"], options=json.loads(row["options"]),
        digest=row["digest"], size=row["size"], message=row["message"], created=row["created"],
        started=row["started"], finished=row["finished"], total=total, done=done, refused=refused, now=now,
        gaps=gaps, unread=unread, call=call,
    )  # fmt: skip
