"""Callbacks (webhooks) of finished jobs: claimed by a lease, like chunks, and retried."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select, update

from store.database_table import TRIED, DatabaseTable, now_in
from store.job import OVER
from store.tables import calls, jobs


@dataclass(frozen=True)
class ClaimedCall:
    """A call claimed by a worker: its job, URL, owner, and number of attempts including this one."""

    job: str
    url: str
    owner: str
    attempts: int


class CallTable(DatabaseTable):
    """The table of callbacks. One can be claimed as soon as its job is over, even if the worker that ended it died."""

    def claim(self, lease: float) -> ClaimedCall | None:
        """Claim a call that is due, for `lease` seconds; None where there is none."""
        with self._engine().connect() as connection:
            due = and_(_open(), calls.c.due <= now_in(connection))
            query = select(calls.c.job, calls.c.url, calls.c.attempts).join(jobs, jobs.c.id == calls.c.job).where(due)
            seen = connection.execute(query.order_by(calls.c.due).limit(TRIED)).all()
        return next(filter(None, (self._take(call, lease) for call in seen)), None)

    def _take(self, seen: Any, lease: float) -> ClaimedCall | None:
        owner = uuid.uuid4().hex
        with self._engine().begin() as connection:
            now = now_in(connection)
            unchanged = and_(calls.c.job == seen.job, calls.c.state == "waiting", calls.c.attempts == seen.attempts)
            change = {"owner": owner, "attempts": seen.attempts + 1, "due": now + lease}
            mine = update(calls).where(unchanged, calls.c.due <= now).values(change)
            if connection.execute(mine).rowcount != 1:
                return None
        return ClaimedCall(seen.job, seen.url, owner, seen.attempts + 1)

    def renew(self, call: ClaimedCall, lease: float) -> bool:
        """Renew the lease of a call; False where it has another owner by now."""
        return self._change(call, lambda connection: {"due": now_in(connection) + lease})

    def delivered(self, call: ClaimedCall, status: int) -> bool:
        """Record a successful delivery."""
        return self._change(call, lambda _: {"state": "delivered", "status": status, "message": "", "owner": None})

    def missed(self, call: ClaimedCall, status: int | None, message: str, pause: float | None) -> bool:
        """Record a failed attempt.

        Parameters
        ----------
        call : ClaimedCall
        status : int or None
            HTTP code of the answer, where one came.
        message : str
        pause : float or None
            Seconds until it is tried again; None for never.
        """

        def change(connection: Connection) -> dict[str, Any]:
            again = {"state": "failed"} if pause is None else {"due": now_in(connection) + pause}
            return {"status": status, "message": message, "owner": None, **again}

        return self._change(call, change)

    def waiting(self) -> bool:
        """True while a call is outstanding, now or later."""
        with self._engine().connect() as connection:
            query = select(calls.c.job).join(jobs, jobs.c.id == calls.c.job).where(_open()).limit(1)
            return connection.scalar(query) is not None

    def _change(self, call: ClaimedCall, change: Callable[[Connection], dict[str, Any]]) -> bool:
        with self._engine().begin() as connection:
            mine = and_(calls.c.job == call.job, calls.c.owner == call.owner, calls.c.state == "waiting")
            return connection.execute(update(calls).where(mine).values(change(connection))).rowcount == 1


def _open() -> Any:
    return and_(calls.c.state == "waiting", jobs.c.state.in_(OVER))
