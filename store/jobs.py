"""The table of jobs: claims, leases and results of work that outlives a request.

A job is cut into chunks. A worker claims a chunk by a conditional update, holds it by a lease that it renews, and
can finish it only as its owner; an expired lease is claimed again, three times at most. Times are the database's own,
for the clocks of several machines differ.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from store.control_groups import ControlGroupTable
from store.database_table import TRIED, now_in
from store.errors import CommitUnknown
from store.job import OPEN, OVER, SPLITTING, Chunk, State
from store.job_queries import JobQueries, free
from store.tables import calls, chunks, jobs

MOST_ATTEMPTS = 3
DIED = "It was begun {attempts} times, and each time the process ended before it was done."


class JobTable(JobQueries):
    """Jobs and their chunks, with all that changes them."""

    @property
    def control_groups(self) -> ControlGroupTable:
        """The control groups of campaigns, which outlive their jobs."""
        return ControlGroupTable(self._engine)

    # ---- accepting a job - ----------------------------------------------------------------------
    def add(
        self, job: str, model: str, digest: str, size: int, options: Mapping[str, Any], key: str | None,
        state: State = "waiting", callback: str = "",
    ) -> bool:  # fmt: skip
        """Insert a job, "held" until it is started or ready to be claimed; False where its key is taken.

        Parameters
        ----------
        job, model, digest, size, options, key, state
            As of :class:`store.job.Job`.
        callback : str
            Address that is called when the job is over; empty for none.

        Raises
        ------
        CommitUnknown
            It is not known whether the job was stored. All other errors mean that it was not.
        """
        row = {"id": job, "model": model, "state": state, "digest": digest, "size": size, "message": "", "key": key}
        row |= {"options": json.dumps(dict(options)), "kind": options.get("kind", "score")}
        with self._engine().connect() as connection, connection.begin() as transaction:
            now = now_in(connection)
            try:
                connection.execute(insert(jobs).values(row | {"created": now}))
            except IntegrityError:
                transaction.rollback()
                return False
            connection.execute(insert(chunks).values(job=job, number=SPLITTING, state="waiting", attempts=0))
            if callback:
                call = {"job": job, "url": callback, "state": "waiting", "attempts": 0, "due": now, "message": ""}
                connection.execute(insert(calls).values(call))
            try:
                transaction.commit()
            except SQLAlchemyError as error:
                connection.invalidate()  # its state is unknown, too
                raise CommitUnknown("The store fell silent while it was to keep a job.") from error
        return True

    def start(self, job: str, options: Mapping[str, Any]) -> bool:
        """Start a held job with these options; False where it is not held."""
        with self._engine().begin() as connection:
            change = {"state": "waiting", "options": json.dumps(dict(options))}
            held = update(jobs).where(jobs.c.id == job, jobs.c.state == "held").values(change)
            return connection.execute(held).rowcount == 1

    def cancel(self, job: str) -> bool:
        """Cancel a job that is not over; False where it is."""
        return self._end(job, "cancelled", "", ("held", *OPEN))

    # ---- executing it --------------------------------------------------------------------------
    def claim(self, lease: float, job: str | None = None) -> Chunk | None:
        """Claim a free chunk, of that job or of any; None where there is none.

        Parameters
        ----------
        lease : float
            Seconds until the claim expires unless it is renewed.
        job : str, optional
        """
        while candidates := self._claimable(job):
            for candidate in candidates:
                chunk = self._take(candidate, lease)
                if chunk is not None:
                    return chunk
            # Lost the race for all of these: there may be more
        return None

    def _claimable(self, job: str | None) -> Sequence[Any]:
        with self._engine().connect() as connection:
            wanted = [free(now_in(connection)), jobs.c.state.in_(OPEN), *([jobs.c.id == job] if job else [])]
            # The first free chunk of each job, jobs in any order: a long job does not starve the others
            first = (
                select(chunks.c.job, func.min(chunks.c.number).label("number"))
                .join(jobs, jobs.c.id == chunks.c.job)
                .where(*wanted)
                .group_by(chunks.c.job)
                .order_by(func.random())
                .limit(TRIED)
                .subquery()
            )
            same = and_(chunks.c.job == first.c.job, chunks.c.number == first.c.number)
            return connection.execute(select(chunks).join(first, same)).all()

    def _take(self, seen: Any, lease: float) -> Chunk | None:
        owner = uuid.uuid4().hex
        with self._engine().begin() as connection:
            now = now_in(connection)
            change = {"state": "running", "owner": owner, "lease": now + lease, "attempts": seen.attempts + 1}
            # Its owner may have renewed the lease, or come to an end, since it was seen free
            same_lease = chunks.c.lease.is_not_distinct_from(seen.lease)
            unchanged = and_(chunks.c.state == seen.state, chunks.c.attempts == seen.attempts, same_lease)
            mine = update(chunks).where(_is(seen.job, seen.number), unchanged).values(change)
            if connection.execute(mine).rowcount != 1:
                return None
            started = {"state": "running", "started": func.coalesce(jobs.c.started, now)}
            connection.execute(update(jobs).where(jobs.c.id == seen.job, jobs.c.state.in_(OPEN)).values(started))
        if seen.attempts >= MOST_ATTEMPTS:  # it is ours now, so nobody is at work on it
            self.fail(seen.job, DIED.format(attempts=seen.attempts))
            return None
        return Chunk(seen.job, seen.number, owner, seen.attempts + 1, seen.file)

    def renew(self, chunk: Chunk, lease: float) -> bool:
        """Renew the lease of a chunk; False where it has another owner by now, or its job is over."""
        with self._engine().begin() as connection:
            still = select(jobs.c.id).where(jobs.c.id == chunk.job, jobs.c.state.in_(OPEN)).exists()
            held = update(chunks).where(_held(chunk), still).values(lease=now_in(connection) + lease)
            return connection.execute(held).rowcount == 1

    def add_chunks(self, chunk: Chunk, found: Iterable[tuple[int, int, str]]) -> bool:
        """Insert chunks while the file is split; those of an earlier, unfinished splitting stay.

        Parameters
        ----------
        chunk : Chunk
            The splitting, still owned.
        found : iterable of (number, records, file)

        Returns
        -------
        bool
            False where the splitting has another owner by now: then nothing was added.
        """
        with self._engine().begin() as connection:
            if connection.execute(update(chunks).where(_held(chunk)).values(owner=chunk.owner)).rowcount != 1:
                return False
            known = set(connection.scalars(select(chunks.c.number).where(chunks.c.job == chunk.job)))
            new = [
                {
                    "job": chunk.job,
                    "number": number,
                    "state": "waiting",
                    "attempts": 0,
                    "records": records,
                    "file": file,
                }
                for number, records, file in found
                if number not in known
            ]
            if new:
                connection.execute(insert(chunks), new)
        return True

    def finish(
        self,
        chunk: Chunk,
        records: int,
        refused: int = 0,
        file: str | None = None,
        gaps: Mapping[str, int] | None = None,
        unread: Mapping[str, int] | None = None,
        about: Mapping[str, Any] | None = None,
    ) -> bool:
        """Record the result of a chunk; False where it has another owner by now: then its file is to be discarded.

        Parameters
        ----------
        chunk : Chunk
        records, refused : int
        file : str, optional
        gaps, unread : mapping of str to int, optional
            By feature, records without its value, and values that were refused.
        about : mapping, optional
            JSON values merged into the job's options: facts that the splitting found about the file.
        """
        with self._engine().begin() as connection:
            done = {"state": "done", "owner": None, "lease": None, "records": records, "refused": refused, "file": file}
            told = {"gaps": dict(gaps or {}), "unread": dict(unread or {})}
            done |= {"gaps": json.dumps(told)} if gaps or unread else {}
            if connection.execute(update(chunks).where(_held(chunk)).values(done)).rowcount != 1:
                return False
            if about:
                options = connection.scalar(select(jobs.c.options).where(jobs.c.id == chunk.job))
                found = json.dumps({**json.loads(options or "{}"), **about})
                connection.execute(update(jobs).where(jobs.c.id == chunk.job).values(options=found))
        self._close(chunk.job)
        return True

    def release(self, chunk: Chunk) -> None:
        """Give a chunk back, as when a worker is told to stop; this counts as no attempt."""
        with self._engine().begin() as connection:
            given_back = {"state": "waiting", "owner": None, "lease": None, "attempts": chunk.attempts - 1}
            connection.execute(update(chunks).where(_held(chunk)).values(given_back))

    def drop(self, chunk: Chunk, message: str) -> None:
        """Give back a chunk that failed, to be retried: the attempt counts, and the last one fails the job."""
        if chunk.attempts >= MOST_ATTEMPTS:
            self.fail(chunk.job, message)
        with self._engine().begin() as connection:
            given_back = {"state": "waiting", "owner": None, "lease": None}
            connection.execute(update(chunks).where(_held(chunk)).values(given_back))

    def fail(self, job: str, message: str) -> bool:
        """Mark a job as failed; False where it is over already."""
        return self._end(job, "failed", message, OPEN)

    def _close(self, job: str) -> None:
        """Mark a job as done once all its chunks are."""
        open_ones = select(chunks.c.number).where(chunks.c.job == job, chunks.c.state != "done").exists()
        with self._engine().begin() as connection:
            over = {"state": "done", "finished": now_in(connection)}
            connection.execute(update(jobs).where(jobs.c.id == job, jobs.c.state.in_(OPEN), ~open_ones).values(over))

    # ---- clean-up ------------------------------------------------------------------------------
    def forget(self, job: str) -> bool:
        """Delete a job that is over or held, its chunks and its call; False where it runs or does not exist."""
        with self._engine().begin() as connection:
            gone = delete(jobs).where(jobs.c.id == job, jobs.c.state.in_(("held", *OVER)))
            if connection.execute(gone).rowcount != 1:
                return False
            connection.execute(delete(chunks).where(chunks.c.job == job))
            connection.execute(delete(calls).where(calls.c.job == job))
        return True

    # ---- helpers -------------------------------------------------------------------------------
    def _end(self, job: str, state: State, message: str, while_in: Sequence[State]) -> bool:
        with self._engine().begin() as connection:
            over = {"state": state, "message": message, "finished": now_in(connection)}
            ended = update(jobs).where(jobs.c.id == job, jobs.c.state.in_(while_in)).values(over)
            return connection.execute(ended).rowcount == 1


def _is(job: str, number: int) -> Any:
    return and_(chunks.c.job == job, chunks.c.number == number)


def _held(chunk: Chunk) -> Any:
    return and_(_is(chunk.job, chunk.number), chunks.c.state == "running", chunks.c.owner == chunk.owner)
