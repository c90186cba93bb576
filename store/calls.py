"""Callbacks (webhooks) of finished jobs: claimed by a lease, like chunks, and retried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from store.database_table import DatabaseTable
from store.job import OVER
from store.lease import Lease
from store.tables import calls, jobs

LEASE = Lease(calls, while_in=calls.c.state == "waiting")
_JOB_IS_OVER = select(jobs.c.id).where(jobs.c.id == calls.c.job, jobs.c.state.in_(OVER)).exists()


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
        taken = LEASE.claim_due(self._engine(), lease, _JOB_IS_OVER)
        return next((ClaimedCall(row.job, row.url, row.owner, row.attempts) for row in taken), None)

    def renew(self, call: ClaimedCall, lease: float) -> bool:
        """Renew the lease of a call; False where it has another owner by now."""
        with self._transaction() as connection:
            return LEASE.renew(connection, call.owner, calls.c.job == call.job, seconds=lease)

    def delivered(self, call: ClaimedCall, status: int) -> bool:
        """Record a successful delivery."""
        return self._give_back(call, None, state="delivered", status=status, message="")

    def missed(self, call: ClaimedCall, status: int | None, message: str, pause: float | None) -> bool:
        """Record a failed attempt.

        Parameters
        ----------
        status : int or None
            HTTP code of the answer, where one came.
        pause : float or None
            Seconds until it is tried again; None for never.
        """
        state = "failed" if pause is None else "waiting"
        return self._give_back(call, pause, state=state, status=status, message=message)

    def waiting(self) -> bool:
        """True while a call is outstanding, now or later."""
        return self._first(select(calls.c.job).where(calls.c.state == "waiting", _JOB_IS_OVER).limit(1)) is not None

    def _give_back(self, call: ClaimedCall, pause: float | None, **values: Any) -> bool:
        with self._transaction() as connection:
            return LEASE.give_back(connection, call.owner, calls.c.job == call.job, pause=pause, **values)
