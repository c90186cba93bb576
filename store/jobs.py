"""The table of jobs: the truth about work that outlives a request.

A job is cut into pieces. Whoever works claims a piece by a conditional update, holds it by a lease
that it renews, and may finish it only as its owner; a lease that ran out is claimed again, three
times at most. Times are the database's own, for the clocks of several machines differ.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, and_, case, delete, func, insert, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from store.job import OPEN, SPLITTING, Job, Piece, State
from store.tables import jobs, pieces

MOST_ATTEMPTS = 3
TRIED = 8  # pieces that one question for work tries to claim
DIED = "It was begun {attempts} times, and each time the process ended before it was done."
_NOW = {
    "postgresql": "extract(epoch from clock_timestamp())",
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
}


class JobTable:
    """Jobs and their pieces in the store.

    Parameters
    ----------
    engine : callable
        Gives the database, opened.
    """

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine

    # ---- asking for a job ----------------------------------------------------------------------
    def add(
        self, job: str, model: str, digest: str, size: int, options: Mapping[str, Any], key: str | None,
        state: State = "waiting",
    ) -> bool:  # fmt: skip
        """Accept a job, "held" until it is started or ready to be claimed; False where another has the key already."""
        row = {"id": job, "model": model, "state": state, "digest": digest, "size": size, "message": ""}
        try:
            with self._engine().begin() as connection:
                row |= {"options": json.dumps(dict(options)), "key": key, "created": self._now(connection)}
                connection.execute(insert(jobs).values(row))
                connection.execute(insert(pieces).values(job=job, number=SPLITTING, state="waiting", attempts=0))
        except IntegrityError:
            return False
        return True

    def start(self, job: str, options: Mapping[str, Any]) -> bool:
        """Let a held job go, with these options; False where it is not held."""
        with self._engine().begin() as connection:
            change = {"state": "waiting", "options": json.dumps(dict(options))}
            held = update(jobs).where(jobs.c.id == job, jobs.c.state == "held").values(change)
            return connection.execute(held).rowcount == 1

    def get(self, job: str) -> Job | None:
        """One job, or None."""
        return next(iter(self._read(jobs.c.id == job)), None)

    def by_key(self, key: str) -> Job | None:
        """The job that was sent under an idempotency key, or None."""
        return next(iter(self._read(jobs.c.key == key)), None)

    def of_model(self, name: str, most: int = 20) -> list[Job]:
        """The newest jobs of a model, of all its versions."""
        return self._read(jobs.c.model.like(f"{name}@%"), most)

    def cancel(self, job: str) -> bool:
        """Cancel a job that is not over; False where it is."""
        return self._end(job, "cancelled", "", ("held", *OPEN))

    def results(self, job: str) -> list[str]:
        """Files of the pieces that are done: the splitting's first, then those of the records in their order."""
        query = select(pieces.c.file).where(pieces.c.job == job, pieces.c.state == "done")
        with self._engine().connect() as connection:
            return [file for (file,) in connection.execute(query.order_by(pieces.c.number))]

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
            now = self._now(connection)
            free = or_(pieces.c.state == "waiting", and_(pieces.c.state == "running", pieces.c.lease < now))
            wanted = [free, jobs.c.state.in_(OPEN), *([jobs.c.id == job] if job else [])]
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
            now = self._now(connection)
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
            held = update(pieces).where(_held(piece), still).values(lease=self._now(connection) + lease)
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

    def numbers(self, job: str) -> set[int]:
        """Numbers of the pieces that a job has so far."""
        with self._engine().connect() as connection:
            return set(connection.scalars(select(pieces.c.number).where(pieces.c.job == job)))

    def finish(
        self,
        piece: Piece,
        records: int,
        refused: int = 0,
        file: str | None = None,
        gaps: Mapping[str, int] | None = None,
    ) -> bool:
        """Record what a piece gave; False where it is no longer one's own, and then its file is of no use."""
        with self._engine().begin() as connection:
            done = {"state": "done", "owner": None, "lease": None, "records": records, "refused": refused, "file": file}
            done |= {"gaps": json.dumps(dict(gaps))} if gaps else {}
            if connection.execute(update(pieces).where(_held(piece)).values(done)).rowcount != 1:
                return False
        self._close(piece.job)
        return True

    def release(self, piece: Piece) -> None:
        """Give a piece back at once, as when a worker is told to stop; it counts as no attempt."""
        with self._engine().begin() as connection:
            free = {"state": "waiting", "owner": None, "lease": None, "attempts": piece.attempts - 1}
            connection.execute(update(pieces).where(_held(piece)).values(free))

    def drop(self, piece: Piece, message: str) -> None:
        """Let go of a piece that went wrong, to be tried again: the attempt counts, and the last one ends the job."""
        if piece.attempts >= MOST_ATTEMPTS:
            self.fail(piece.job, message)
        with self._engine().begin() as connection:
            free = {"state": "waiting", "owner": None, "lease": None}
            connection.execute(update(pieces).where(_held(piece)).values(free))

    def fail(self, job: str, message: str) -> bool:
        """End a job that cannot be done; False where it is over already."""
        return self._end(job, "failed", message, OPEN)

    def _close(self, job: str) -> None:
        """The job is done when all its pieces are."""
        open_ones = select(pieces.c.number).where(pieces.c.job == job, pieces.c.state != "done").exists()
        with self._engine().begin() as connection:
            over = {"state": "done", "finished": self._now(connection)}
            connection.execute(update(jobs).where(jobs.c.id == job, jobs.c.state.in_(OPEN), ~open_ones).values(over))

    # ---- keeping house -------------------------------------------------------------------------
    def with_work(self, most: int = 100) -> list[str]:
        """Jobs that have a piece nobody holds."""
        with self._engine().connect() as connection:
            free = or_(
                pieces.c.state == "waiting",
                and_(pieces.c.state == "running", pieces.c.lease < self._now(connection)),
            )
            query = select(jobs.c.id).join(pieces, pieces.c.job == jobs.c.id)
            return list(connection.scalars(query.where(jobs.c.state.in_(OPEN), free).distinct().limit(most)))

    def open(self) -> int:
        """How many jobs are not over."""
        with self._engine().connect() as connection:
            query = select(func.count()).select_from(jobs).where(jobs.c.state.in_(OPEN))
            return connection.scalar(query) or 0

    def older(self, seconds: float, most: int = 100) -> list[str]:
        """Jobs that have been over, or held, for longer than that."""
        with self._engine().connect() as connection:
            long_ago = self._now(connection) - seconds
            left = and_(jobs.c.state == "held", jobs.c.created < long_ago)
            query = select(jobs.c.id).where(or_(jobs.c.finished < long_ago, left)).limit(most)
            return list(connection.scalars(query))

    def forget(self, job: str) -> None:
        """Remove a job and its pieces."""
        with self._engine().begin() as connection:
            connection.execute(delete(pieces).where(pieces.c.job == job))
            connection.execute(delete(jobs).where(jobs.c.id == job))

    # ---- below ---------------------------------------------------------------------------------
    def _end(self, job: str, state: State, message: str, while_in: Sequence[State]) -> bool:
        with self._engine().begin() as connection:
            over = {"state": state, "message": message, "finished": self._now(connection)}
            ended = update(jobs).where(jobs.c.id == job, jobs.c.state.in_(while_in)).values(over)
            return connection.execute(ended).rowcount == 1

    def _read(self, where: Any, most: int = 1) -> list[Job]:
        scored = and_(pieces.c.state == "done", pieces.c.number > SPLITTING)
        sums = (
            func.coalesce(func.sum(case((scored, pieces.c.records), else_=0)), 0).label("done"),
            func.coalesce(func.sum(case((scored, pieces.c.refused), else_=0)), 0).label("refused"),
            func.sum(case((and_(pieces.c.number == SPLITTING, pieces.c.state == "done"), pieces.c.records))).label(
                "total"
            ),
        )
        query = select(jobs, *sums).outerjoin(pieces, pieces.c.job == jobs.c.id).where(where).group_by(*jobs.c)
        with self._engine().connect() as connection:
            now = self._now(connection)
            rows = connection.execute(query.order_by(jobs.c.created.desc()).limit(most)).mappings().all()
            gaps = _gaps(connection, [row["id"] for row in rows])
        return [_job(row, now, gaps.get(row["id"], {})) for row in rows]

    def _now(self, connection: Connection) -> float:
        return float(connection.scalar(text(f"SELECT {_NOW[connection.dialect.name]}")) or 0.0)


def _is(job: str, number: int) -> Any:
    return and_(pieces.c.job == job, pieces.c.number == number)


def _held(piece: Piece) -> Any:
    return and_(_is(piece.job, piece.number), pieces.c.state == "running", pieces.c.owner == piece.owner)


def _gaps(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """For each job the gaps of its pieces, summed."""
    query = select(pieces.c.job, pieces.c.gaps).where(pieces.c.job.in_(ids), pieces.c.gaps.is_not(None))
    found: dict[str, Counter[str]] = {}
    for job, text_of_gaps in connection.execute(query):
        found.setdefault(job, Counter()).update(json.loads(text_of_gaps))
    return {job: dict(counted) for job, counted in found.items()}


def _job(row: Mapping[Any, Any], now: float, gaps: dict[str, int]) -> Job:
    total = row["total"]
    return Job(
        id=row["id"], model=row["model"], state=row["state"], options=json.loads(row["options"]),
        digest=row["digest"], size=row["size"], message=row["message"], created=row["created"],
        started=row["started"], finished=row["finished"], total=None if total is None else int(total),
        done=int(row["done"]), refused=int(row["refused"]), now=now, gaps=gaps,
    )  # fmt: skip
