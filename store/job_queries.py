"""Queries of the table of jobs: one job, a page of jobs, jobs with free chunks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal_column, or_, select

from store.database_table import DatabaseTable, clock, now_in
from store.job import OPEN, REMOVED, SPLITTING, STATES, UNLISTED, Job, JobFilter, Origin, QueueLoad, Webhook
from store.tables import chunks, jobs, webhooks

Cursor = tuple[float, str]  # time of acceptance and id of a page's last job
THERE = jobs.c.state != REMOVED


class JobQueries(DatabaseTable):
    """Read-only queries of jobs and their chunks."""

    def get(self, job: str) -> Job | None:
        """One job, or None."""
        return next(iter(self._read(select(jobs).where(jobs.c.id == job, THERE))), None)

    def get_uncounted(self, job: str) -> Job | None:
        """One job without what is counted over its chunks, and without its call; or None."""
        with self._connection() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job, THERE)).mappings().first()
            return None if row is None else _job(row, (0, 0, None), now_in(connection), ({}, {}), None)

    def those(self, ids: Sequence[str]) -> list[Job]:
        """Filter ids: keep those that are jobs."""
        return self._read(select(jobs).where(jobs.c.id.in_(ids), THERE))

    def by_key(self, key: str, key_of: str = "") -> Job | None:
        """The job that a caller sent under an idempotency key, or None."""
        mine = and_(jobs.c.key_of == key_of, jobs.c.key == key)
        return next(iter(self._read(select(jobs).where(mine, THERE))), None)

    def page(self, wanted: JobFilter, most: int, after: Cursor | None = None) -> tuple[list[Job], Cursor | None]:
        """A page of jobs, the newest first (keyset pagination).

        Parameters
        ----------
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
        read = self._read(query.order_by(jobs.c.created.desc(), jobs.c.id.desc()).limit(most + 1))
        last = read[most - 1] if len(read) > most else None
        return read[:most], None if last is None else (last.created, last.id)

    def results(self, job: str) -> list[str]:
        """Files of the finished chunks: the splitting's first, then those of the records in their order."""
        query = select(chunks.c.file).where(chunks.c.job == job, chunks.c.state == "done")
        return [row.file for row in self._all(query.order_by(chunks.c.number))]

    def numbers(self, job: str) -> set[int]:
        """Numbers of the chunks that a job has so far."""
        return {row.number for row in self._all(select(chunks.c.number).where(chunks.c.job == job))}

    def with_work(self, most: int = 100, *conditions: Any) -> list[str]:
        """Jobs with a free chunk, or with no open one: a worker finished the last and died before it closed the job.

        In random order, so that none starves others.
        """
        with self._connection() as connection:
            any_free = first_open(jobs.c.id, free(clock(connection))).scalar_subquery().is_not(None)
            needed = or_(any_free, first_open(jobs.c.id).scalar_subquery().is_(None))
            query = select(jobs.c.id).where(jobs.c.state.in_(OPEN), needed, *conditions)
            return list(connection.scalars(query.order_by(func.random()).limit(most)))

    def count_done_chunks(self, model: str) -> int:
        """Number of chunks of a version's jobs that are done."""
        query = select(func.count()).select_from(chunks).join(jobs, jobs.c.id == chunks.c.job)
        return int(self._scalar(query.where(jobs.c.model == model, chunks.c.state == "done")))

    def open(self) -> int:
        """Number of jobs that are not over."""
        return int(self._scalar(select(func.count()).select_from(jobs).where(jobs.c.state.in_(OPEN))))

    def load(self) -> QueueLoad:
        """Contents of the queue now."""
        of_open = select(chunks.c.state, func.count()).join(jobs, jobs.c.id == chunks.c.job)
        of_open = of_open.where(jobs.c.state.in_(OPEN)).group_by(chunks.c.state)
        with self._connection() as connection:
            now = now_in(connection)
            of_all = select(jobs.c.state, func.count()).where(THERE).group_by(jobs.c.state)
            states = {row[0]: row[1] for row in connection.execute(of_all)}
            open_chunks = {row[0]: row[1] for row in connection.execute(of_open)}
            first = connection.scalar(select(func.min(jobs.c.created)).where(jobs.c.state == "waiting"))
        return QueueLoad(
            dict.fromkeys(STATES, 0) | states,
            dict.fromkeys(("waiting", "running", "done"), 0) | open_chunks,
            0.0 if first is None else max(0.0, now - first),
        )

    def expired(self, seconds: float, most: int = 100) -> list[str]:
        """Jobs that have been over, or held, for longer than `seconds`."""
        with self._connection() as connection:
            long_ago = now_in(connection) - seconds
            left = and_(jobs.c.state == "held", jobs.c.created < long_ago)
            query = select(jobs.c.id).where(or_(jobs.c.finished < long_ago, left), THERE).limit(most)
            return list(connection.scalars(query))

    def states(self, ids: Sequence[str]) -> dict[str, str]:
        """States of those of the ids that are jobs, of those too that are being removed."""
        return {row.id: row.state for row in self._all(select(jobs.c.id, jobs.c.state).where(jobs.c.id.in_(ids)))}

    def _read(self, query: Select[Any]) -> list[Job]:
        """Run a query of the table of jobs."""
        with self._connection() as connection:
            now = now_in(connection)
            rows = connection.execute(query).mappings().all()
            ids = [row["id"] for row in rows]
            counts, gaps, called = _counts(connection, ids), _gaps(connection, ids), _webhooks(connection, ids)
        return [_job(row, counts[row["id"]], now, gaps.get(row["id"], ({}, {})), called.get(row["id"])) for row in rows]


def free(now: ColumnElement[Any]) -> Any:
    """SQL condition of a chunk that may be claimed, given that it is not done: it has no lease, or an expired one.

    One comparison, which uses no index: for two with OR PostgreSQL would gather and sort all open chunks of the job.
    """
    return func.coalesce(chunks.c.lease, 0.0) < now


def first_open(job: Any, *conditions: Any) -> Select[Any]:
    """Query of the number of a job's first chunk that is not done, and fulfils the conditions.

    Expired leases come first ("running" before "waiting"), then chunks in the order of the file. The index of open
    chunks gives this order, so that what is done is not read; "done" is written out, for it is a part of that index.
    """
    wanted = and_(chunks.c.job == job, chunks.c.state != literal_column("'done'"), *conditions)
    query = select(chunks.c.number).where(wanted).order_by(chunks.c.state, chunks.c.number).limit(1)
    return query.correlate(jobs)


def _conditions(wanted: JobFilter) -> list[Any]:
    start = wanted.model if "@" in wanted.model else f"{wanted.model}@"
    conditions = [func.substr(jobs.c.model, 1, len(start)) == start] if wanted.model else []
    conditions += [jobs.c.model == wanted.model] if "@" in wanted.model else []
    conditions += [jobs.c.state.in_(wanted.states)] if wanted.states else []
    conditions += [THERE, jobs.c.kind == wanted.kind if wanted.kind else jobs.c.kind.not_in(UNLISTED)]
    conditions += [jobs.c.created > wanted.after] if wanted.after is not None else []
    return conditions + ([jobs.c.created < wanted.before] if wanted.before is not None else [])


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
    counts: dict[str, tuple[int, int, int | None]] = dict.fromkeys(ids, (0, 0, None))
    for job, done, refused, total in connection.execute(query.group_by(chunks.c.job)):
        counts[job] = (int(done or 0), int(refused or 0), None if total is None else int(total))
    return counts


def _gaps(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[dict[str, int], dict[str, int]]]:
    """By job: gaps and refused values of its chunks, summed by feature."""
    query = select(chunks.c.job, chunks.c.gaps).where(chunks.c.job.in_(ids), chunks.c.gaps.is_not(None))
    by_job: dict[str, tuple[Counter[str], Counter[str]]] = {}
    for job, text_of_gaps in connection.execute(query):
        gaps_and_unread = json.loads(text_of_gaps)
        if not any(isinstance(counted, dict) for counted in gaps_and_unread.values()):  # written by an earlier release
            gaps_and_unread = {"gaps": gaps_and_unread}
        for counter, name in zip(by_job.setdefault(job, (Counter(), Counter())), ("gaps", "unread"), strict=True):
            counter.update(gaps_and_unread.get(name, {}))
    return {job: (dict(gaps), dict(unread)) for job, (gaps, unread) in by_job.items()}


def _webhooks(connection: Connection, ids: Sequence[str]) -> dict[str, Webhook]:
    rows = connection.execute(select(webhooks).where(webhooks.c.job.in_(ids))).mappings()
    return {
        row["job"]: Webhook(row["url"], row["state"], row["attempts"], row["due"], row["status"], row["message"])
        for row in rows
    }


def _job(
    row: Mapping[Any, Any], counts: tuple[int, int, int | None], now: float,
    by_feature: tuple[dict[str, int], dict[str, int]], webhook: Webhook | None,
) -> Job:  # fmt: skip
    done, refused, total = counts
    gaps, unread = by_feature
    return Job(
        id=row["id"], model=row["model"], kind=row["kind"], state=row["state"], options=json.loads(row["options"]),
        digest=row["digest"], size=row["size"], message=row["message"], created=row["created"],
        started=row["started"], finished=row["finished"], total=total, done=done, refused=refused, now=now,
        gaps=gaps, unread=unread, webhook=webhook, origin=Origin(row["request"] or "", row["trace"] or ""),
    )  # fmt: skip
