"""The table of jobs: claims, leases and results of work that outlives a request.

A job is cut into chunks. A worker claims a chunk by one update, under a row lock (PostgreSQL) or as the only
writer (SQLite), holds it by a lease that it renews, and can finish it only as its owner. A chunk whose lease has
expired is claimed again, and is begun three times at most. Times are the database's own, for the clocks of several
machines differ.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from store.control_groups import ControlGroupTable
from store.database_table import clock, now_in
from store.errors import CommitUnknown
from store.job import OPEN, SPLITTING, UNKNOWN, Chunk, Origin, State
from store.job_queries import JobQueries, first_open, free
from store.lease import Lease
from store.outcomes.assignments import AssignmentTable
from store.retention.removals import RemovalTable
from store.tables import chunks, jobs, uploads, webhooks
from store.uploads import UploadTable

CHUNK_LEASE = Lease(chunks, until="lease", while_in=chunks.c.state == "running", counts_claims=True)
MOST_ATTEMPTS = 3
TRIED = 8  # jobs that one claim tries, and how often it looks for these
DIED = "It was begun {attempts} times, and each time the process ended before it was done."


class JobTable(JobQueries):
    """Jobs and their chunks, with all that changes them."""

    @property
    def control_groups(self) -> ControlGroupTable:
        """The control groups of campaigns, which outlive their jobs."""
        return ControlGroupTable(self._engine)

    @property
    def assignments(self) -> AssignmentTable:
        """Assignments of each list: records to call and records kept back; they outlive their jobs, too."""
        return AssignmentTable(self._engine)

    @property
    def uploads(self) -> UploadTable:
        """The table of files that are being sent."""
        return UploadTable(self._engine)

    @property
    def removals(self) -> RemovalTable:
        """Removals of jobs, which a killed process may leave half done."""
        return RemovalTable(self._engine)

    # ---- accepting a job ----------------------------------------------------------------------
    def add(
        self, job: str, model: str, digest: str, size: int, options: Mapping[str, Any], key: str | None,
        state: State = "waiting", callback_url: str = "", who: str = "", origin: Origin = UNKNOWN,
        key_of: str = "",
    ) -> bool:  # fmt: skip
        """Insert a job, "held" until it is started or ready to be claimed; False where its key is taken.

        Parameters
        ----------
        job, model, digest, size, options, key, state, origin
            As of :class:`store.job.Job`.
        callback_url : str
            Address that is called when the job is over; empty for none.
        who : str
            For whom it counts while it is not over, as :meth:`store.uploads.UploadTable.reserve` counted its file.
        key_of : str
            Caller whose key it is: each caller has keys of its own.

        Raises
        ------
        CommitUnknown
            It is not known whether the job was stored. All other errors mean that it was not.
        """
        row = {"id": job, "model": model, "state": state, "digest": digest, "size": size, "message": "", "key": key}
        row |= {"options": json.dumps(dict(options)), "kind": options.get("kind", "score"), "who": who or None}
        row |= {"key_of": key_of, "request": origin.request or None, "trace": origin.trace or None}
        with self._connection() as connection, connection.begin() as transaction:
            now = now_in(connection)
            try:
                connection.execute(insert(jobs).values(row | {"created": now}))
            except IntegrityError:
                transaction.rollback()
                return False
            connection.execute(insert(chunks).values(job=job, number=SPLITTING, state="waiting", attempts=0))
            connection.execute(delete(uploads).where(uploads.c.job == job))
            if callback_url:
                call = {"job": job, "url": callback_url, "state": "waiting", "attempts": 0, "due": now, "message": ""}
                connection.execute(insert(webhooks).values(call))
            try:
                transaction.commit()
            except SQLAlchemyError as error:
                connection.invalidate()  # its state is unknown, too
                raise CommitUnknown("The store fell silent while it was to keep a job.") from error
        return True

    def start(self, job: str, options: Mapping[str, Any]) -> bool:
        """Start a held job with these options; False where it is not held."""
        change = {"state": "waiting", "options": json.dumps(dict(options))}
        return self._change(update(jobs).where(jobs.c.id == job, jobs.c.state == "held").values(change)) == 1

    def cancel(self, job: str) -> bool:
        """Cancel a job that is not over; False where it is."""
        return self._end(job, "cancelled", "", ("held", *OPEN))

    # ---- executing it --------------------------------------------------------------------------
    def claim(
        self, lease: float, job: str | None = None, without: Collection[str] = (), owner: str | None = None
    ) -> Chunk | None:
        """Claim a free chunk, of that job or of any; None where there is none.

        Parameters
        ----------
        lease : float
            Seconds until the claim expires unless it is renewed.
        without : collection of str
            Model keys: their jobs are left to others.
        owner : str, optional
            Id of this claim, never used before; for :meth:`give_back_claims` if the answer is lost.
        """
        for _ in range(TRIED):  # others may be quicker with all that was seen, and there be more
            candidates = self._claimable(job, without)
            for candidate in candidates:
                chunk = self._take(candidate, lease, owner)
                if chunk is not None:
                    return chunk
                self._close(candidate)
            if not candidates:
                break
        return None

    def _claimable(self, job: str | None, without: Collection[str]) -> list[str]:
        wanted = [jobs.c.id == job] if job else []
        return self.with_work(TRIED, *wanted, *([jobs.c.model.not_in(without)] if without else []))

    def _take(self, job: str, lease: float, owner: str | None) -> Chunk | None:
        """Claim the first free chunk of a job; PostgreSQL passes over those that others are about to claim."""
        with self._transaction() as connection:
            now = clock(connection)
            still = select(jobs.c.id).where(jobs.c.id == job, jobs.c.state.in_(OPEN)).exists()
            number = first_open(job, free(now), still).with_for_update(skip_locked=True, of=chunks).scalar_subquery()
            first = and_(chunks.c.job == job, chunks.c.number == number)
            taken = next(iter(CHUNK_LEASE.claim(connection, first, lease, owner, state="running")), None)
            if taken is None:
                return None
            started = {"state": "running", "started": now}
            connection.execute(update(jobs).where(jobs.c.id == job, jobs.c.state == "waiting").values(started))
        if taken.attempts > MOST_ATTEMPTS:  # it is ours now, so nobody is at work on it
            self.fail(job, DIED.format(attempts=taken.attempts - 1))
            return None
        return Chunk(job, taken.number, taken.owner, taken.attempts, taken.file)

    def renew(self, chunk: Chunk, lease: float) -> bool:
        """Renew the lease of a chunk; False where it has another owner by now, or its job is over."""
        with self._transaction() as connection:
            return CHUNK_LEASE.renew(connection, chunk.owner, *_is(chunk), _goes_on(chunk), seconds=lease)

    def add_chunks(self, chunk: Chunk, cut: Iterable[tuple[int, int, str]]) -> bool:
        """Insert chunks while the file is split; those of an earlier, unfinished splitting stay.

        Parameters
        ----------
        chunk : Chunk
            The splitting, still owned.
        cut : iterable of (number, records, file)
            The chunks into which it has cut the file so far.

        Returns
        -------
        bool
            False where the splitting has another owner by now, or the job is over: then nothing was added.
        """
        with self._transaction() as connection:
            if not CHUNK_LEASE.change(connection, chunk.owner, *_is(chunk), _goes_on(chunk), owner=chunk.owner):
                return False
            added = list(cut)
            these = and_(chunks.c.job == chunk.job, chunks.c.number.in_([number for number, _, _ in added]))
            known = set(connection.scalars(select(chunks.c.number).where(these)))
            empty = {"job": chunk.job, "state": "waiting", "attempts": 0}
            new = [
                empty | {"number": number, "records": records, "file": file}
                for number, records, file in added
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
        """Record the result of a chunk; False where it has another owner by now, or the job is over.

        Then its file is to be discarded. `gaps` and `unread` count by feature records without its value, and values
        that were refused. `about` is merged into the job's options: facts that the splitting found about the file.
        """
        with self._transaction() as connection:
            done = {"state": "done", "owner": None, "lease": None, "records": records, "refused": refused, "file": file}
            counts = {"gaps": dict(gaps or {}), "unread": dict(unread or {})}
            done |= {"gaps": json.dumps(counts)} if gaps or unread else {}
            if not CHUNK_LEASE.change(connection, chunk.owner, *_is(chunk), _goes_on(chunk), **done):
                return False
            if about:
                options = connection.scalar(select(jobs.c.options).where(jobs.c.id == chunk.job))
                merged = json.dumps({**json.loads(options or "{}"), **about})
                connection.execute(update(jobs).where(jobs.c.id == chunk.job).values(options=merged))
        self._close(chunk.job)
        return True

    def give_back(self, chunk: Chunk) -> None:
        """Give back a chunk that was not finished, such as when a worker is told to stop; this counts as no attempt."""
        with self._transaction() as connection:
            counted = chunk.attempts - 1
            CHUNK_LEASE.give_back(connection, chunk.owner, *_is(chunk), state="waiting", lease=None, attempts=counted)

    def give_back_claims(self, owners: Collection[str]) -> int:
        """Give back the chunks of claims whose answer was lost, uncounted; returns the number of chunks."""
        lost = chunks.c.owner.in_(owners), chunks.c.state == "running"
        back = {"state": "waiting", "owner": None, "lease": None, "attempts": chunks.c.attempts - 1}
        return self._change(update(chunks).where(*lost).values(back))

    def retry_later(self, chunk: Chunk, message: str) -> None:
        """Give back a chunk that failed, to be retried: the attempt counts, and after the last one the job fails."""
        if chunk.attempts >= MOST_ATTEMPTS:
            self.fail(chunk.job, message)
        with self._transaction() as connection:
            CHUNK_LEASE.give_back(connection, chunk.owner, *_is(chunk), state="waiting", lease=None)

    def fail(self, job: str, message: str) -> bool:
        """Mark a job as failed; False where it is over already."""
        return self._end(job, "failed", message, OPEN)

    def _close(self, job: str) -> None:
        """Mark a job as done once all its chunks are."""
        none_open = first_open(job).scalar_subquery().is_(None)
        with self._transaction() as connection:
            over = {"state": "done", "finished": clock(connection)}
            connection.execute(update(jobs).where(jobs.c.id == job, jobs.c.state.in_(OPEN), none_open).values(over))

    # ---- helpers -------------------------------------------------------------------------------
    def _end(self, job: str, state: State, message: str, while_in: Sequence[State]) -> bool:
        with self._transaction() as connection:
            over = {"state": state, "message": message, "finished": clock(connection)}
            ended = update(jobs).where(jobs.c.id == job, jobs.c.state.in_(while_in)).values(over)
            return connection.execute(ended).rowcount == 1


def _is(chunk: Chunk) -> tuple[Any, ...]:
    return chunks.c.job == chunk.job, chunks.c.number == chunk.number


def _goes_on(chunk: Chunk) -> Any:
    """SQL condition of a chunk whose job is not over: what is written for one that was cancelled must not stay."""
    return select(jobs.c.id).where(jobs.c.id == chunk.job, jobs.c.state.in_(OPEN)).exists()
