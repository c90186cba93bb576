"""The table of jobs: the truth about work that outlives a request.

A job is cut into pieces. Whoever works claims a piece by a conditional update, holds it by a lease
that it renews, and may finish it only as its owner; a lease that ran out is claimed again, three
times at most. Times are the database's own, for the clocks of several machines differ.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from store.errors import CommitUnknown
from store.job import OPEN, OVER, SPLITTING, Piece, State
from store.job_queries import JobQueries, free, now_in
from store.tables import calls, jobs, pieces

MOST_ATTEMPTS = 3
TRIED = 8  # pieces that one question for work tries to claim
DIED = "It was begun {attempts} times, and each time the process ended before it was done."


class JobTable(JobQueries):
    """Jobs and their pieces in the store: what changes them. Parameters as :class:`store.job_queries.JobQueries`."""

    # ---- asking for a job ----------------------------------------------------------------------
    def add(
        self, job: str, model: str, digest: str, size: int, options: Mapping[str, Any], key: str | None,
        state: State = "waiting", callback: str = "",
    ) -> bool:  # fmt: skip
        """Accept a job, "held" until it is started or ready to be claimed; False where another has the key already.

        Parameters
        ----------
        job, model, digest, size, options, key, state
            As of :class:`store.job.Job`.
        callback : str
            Address that is called when the job is over; empty for none.

        Raises
        ------
        CommitUnknown
            Whether the job is kept is not known. All other errors mean that it is not.
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
            connection.execute(insert(pieces).values(job=job, number=SPLITTING, state="waiting", attempts=0))
            if callback:
                call = {"job": job, "url": callback, "state": "waiting", "attempts": 0, "due": now, "message": ""}
                connection.execute(insert(calls).values(call))
            try:
                transaction.commit()
            except SQLAlchemyError as error:
                connection.invalidate()  # nobody knows what state it is in, either
                raise CommitUnknown("The store fell silent while it was to keep a job.") from error
        return True

    def start(self, job: str, options: Mapping[str, Any]) -> bool:
        """Let a held job go, with these options; False where it is not held."""
        with self._engine().begin() as connection:
            change = {"state": "waiting", "options": json.dumps(dict(options))}
            held = update(jobs).where(jobs.c.id == job, jobs.c.state == "held").values(change)
            return connection.execute(held).rowcount == 1

    def cancel(self, job: str) -> bool:
        """Cancel a job that is not over; False where it is."""
        return self._end(job, "cancelled", "", ("held", *OPEN))

    # ---- working on it -------------------------------------------------------------------------
    def claim(self, lease: float, job: str | None = None) -> Piece | None:
        """Claim a piece that nobody holds, of that job or of any; None where there is none.

        Parameters
        ----------
        lease : float
            Seconds for which it is held unless it is renewed.
        job : str, optional
        """
        while candidates := self._claimable(job):
            for candidate in candidates:
                piece = self._take(candidate, lease)
                if piece is not None:
                    return piece
            # Others were quicker with all of these: there may be more
        return None

    def _claimable(self, job: str | None) -> Sequence[Any]:
        with self._engine().connect() as connection:
            wanted = [free(now_in(connection)), jobs.c.state.in_(OPEN), *([jobs.c.id == job] if job else [])]
            # The first free piece of each job, jobs in any order: a long one does not hold up the others
            first = (
                select(pieces.c.job, func.min(pieces.c.number).label("number"))
                .join(jobs, jobs.c.id == pieces.c.job)
                .where(*wanted)
                .group_by(pieces.c.job)
                .order_by(func.random())
                .limit(TRIED)
                .subquery()
            )
            same = and_(pieces.c.job == first.c.job, pieces.c.number == first.c.number)
            return connection.execute(select(pieces).join(first, same)).all()

    def _take(self, seen: Any, lease: float) -> Piece | None:
        if seen.attempts >= MOST_ATTEMPTS:
            self.fail(seen.job, DIED.format(attempts=seen.attempts))
            return None
        owner = uuid.uuid4().hex
        with self._engine().begin() as connection:
            now = now_in(connection)
            change = {"state": "running", "owner": owner, "lease": now + lease, "attempts": seen.attempts + 1}
            unchanged = and_(pieces.c.state == seen.state, pieces.c.attempts == seen.attempts)
            mine = update(pieces).where(_is(seen.job, seen.number), unchanged).values(change)
            if connection.execute(mine).rowcount != 1:
                return None
            started = {"state": "running", "started": func.coalesce(jobs.c.started, now)}
            connection.execute(update(jobs).where(jobs.c.id == seen.job, jobs.c.state.in_(OPEN)).values(started))
        return Piece(seen.job, seen.number, owner, seen.attempts + 1, seen.file)

    def renew(self, piece: Piece, lease: float) -> bool:
        """Hold a piece for longer; False where it is no longer one's own, or its job is over."""
        with self._engine().begin() as connection:
            still = select(jobs.c.id).where(jobs.c.id == piece.job, jobs.c.state.in_(OPEN)).exists()
            held = update(pieces).where(_held(piece), still).values(lease=now_in(connection) + lease)
            return connection.execute(held).rowcount == 1

    def add_pieces(self, piece: Piece, found: Iterable[tuple[int, int, str]]) -> bool:
        """Add pieces as the splitting finds them; those of an earlier, unfinished splitting stay.

        Parameters
        ----------
        piece : Piece
            The splitting, still one's own.
        found : iterable of (number, records, file)

        Returns
        -------
        bool
            False where the splitting is no longer one's own: then nothing was added.
        """
        with self._engine().begin() as connection:
            if connection.execute(update(pieces).where(_held(piece)).values(owner=piece.owner)).rowcount != 1:
                return False
            known = set(connection.scalars(select(pieces.c.number).where(pieces.c.job == piece.job)))
            new = [
                {
                    "job": piece.job,
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
                connection.execute(insert(pieces), new)
        return True

    def finish(
        self,
        piece: Piece,
        records: int,
        refused: int = 0,
        file: str | None = None,
        gaps: Mapping[str, int] | None = None,
        unread: Mapping[str, int] | None = None,
        about: Mapping[str, Any] | None = None,
    ) -> bool:
        """Record what a piece gave; False where it is no longer one's own, and then its file is of no use.

        Parameters
        ----------
        piece : Piece
        records, refused : int
        file : str, optional
        gaps, unread : mapping of str to int, optional
            By feature, records without its value, and values that were refused.
        about : mapping, optional
            JSON values that are put among the job's options: what the splitting found out of the file.
        """
        with self._engine().begin() as connection:
            done = {"state": "done", "owner": None, "lease": None, "records": records, "refused": refused, "file": file}
            told = {"gaps": dict(gaps or {}), "unread": dict(unread or {})}
            done |= {"gaps": json.dumps(told)} if gaps or unread else {}
            if connection.execute(update(pieces).where(_held(piece)).values(done)).rowcount != 1:
                return False
            if about:
                options = connection.scalar(select(jobs.c.options).where(jobs.c.id == piece.job))
                found = json.dumps({**json.loads(options or "{}"), **about})
                connection.execute(update(jobs).where(jobs.c.id == piece.job).values(options=found))
        self._close(piece.job)
        return True

    def release(self, piece: Piece) -> None:
        """Give a piece back at once, as when a worker is told to stop; it counts as no attempt."""
        with self._engine().begin() as connection:
            given_back = {"state": "waiting", "owner": None, "lease": None, "attempts": piece.attempts - 1}
            connection.execute(update(pieces).where(_held(piece)).values(given_back))

    def drop(self, piece: Piece, message: str) -> None:
        """Let go of a piece that went wrong, to be tried again: the attempt counts, and the last one ends the job."""
        if piece.attempts >= MOST_ATTEMPTS:
            self.fail(piece.job, message)
        with self._engine().begin() as connection:
            given_back = {"state": "waiting", "owner": None, "lease": None}
            connection.execute(update(pieces).where(_held(piece)).values(given_back))

    def fail(self, job: str, message: str) -> bool:
        """End a job that cannot be done; False where it is over already."""
        return self._end(job, "failed", message, OPEN)

    def _close(self, job: str) -> None:
        """The job is done when all its pieces are."""
        open_ones = select(pieces.c.number).where(pieces.c.job == job, pieces.c.state != "done").exists()
        with self._engine().begin() as connection:
            over = {"state": "done", "finished": now_in(connection)}
            connection.execute(update(jobs).where(jobs.c.id == job, jobs.c.state.in_(OPEN), ~open_ones).values(over))

    # ---- keeping house -------------------------------------------------------------------------
    def forget(self, job: str) -> bool:
        """Remove a job that is over or held, its pieces and its call; False where it runs, or is not there."""
        with self._engine().begin() as connection:
            gone = delete(jobs).where(jobs.c.id == job, jobs.c.state.in_(("held", *OVER)))
            if connection.execute(gone).rowcount != 1:
                return False
            connection.execute(delete(pieces).where(pieces.c.job == job))
            connection.execute(delete(calls).where(calls.c.job == job))
        return True

    # ---- below ---------------------------------------------------------------------------------
    def _end(self, job: str, state: State, message: str, while_in: Sequence[State]) -> bool:
        with self._engine().begin() as connection:
            over = {"state": state, "message": message, "finished": now_in(connection)}
            ended = update(jobs).where(jobs.c.id == job, jobs.c.state.in_(while_in)).values(over)
            return connection.execute(ended).rowcount == 1


def _is(job: str, number: int) -> Any:
    return and_(pieces.c.job == job, pieces.c.number == number)


def _held(piece: Piece) -> Any:
    return and_(_is(piece.job, piece.number), pieces.c.state == "running", pieces.c.owner == piece.owner)
