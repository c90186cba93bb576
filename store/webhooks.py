"""Webhooks of finished jobs (``callback_url`` of the API, the table ``calls``): claimed by a lease, and retried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from store.database_table import DatabaseTable
from store.job import OVER
from store.lease import Lease
from store.tables import jobs, webhooks

WEBHOOK_LEASE = Lease(webhooks, while_in=webhooks.c.state == "waiting")
_JOB_IS_OVER = select(jobs.c.id).where(jobs.c.id == webhooks.c.job, jobs.c.state.in_(OVER)).exists()


@dataclass(frozen=True)
class ClaimedWebhook:
    """A call claimed by a worker: its job, URL, owner, and number of attempts that came to an end, with this one."""

    job: str
    url: str
    owner: str
    attempts: int


class WebhookTable(DatabaseTable):
    """The table of callbacks. One can be claimed as soon as its job is over, even if the worker that ended it died."""

    def claim(self, lease: float) -> ClaimedWebhook | None:
        """Claim a call that is due, for `lease` seconds; None where there is none."""
        taken = WEBHOOK_LEASE.claim_due(self._engine(), lease, _JOB_IS_OVER)
        return next((ClaimedWebhook(row.job, row.url, row.owner, row.attempts + 1) for row in taken), None)

    def renew(self, call: ClaimedWebhook, lease: float) -> bool:
        """Renew the lease of a call; False where it has another owner by now."""
        with self._transaction() as connection:
            return WEBHOOK_LEASE.renew(connection, call.owner, webhooks.c.job == call.job, seconds=lease)

    def delivered(self, call: ClaimedWebhook, status: int) -> bool:
        """Record a successful delivery."""
        return self._give_back(call, None, state="delivered", status=status, message="")

    def missed(self, call: ClaimedWebhook, status: int | None, message: str, pause: float | None) -> bool:
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
        return (
            self._first(select(webhooks.c.job).where(webhooks.c.state == "waiting", _JOB_IS_OVER).limit(1)) is not None
        )

    def _give_back(self, call: ClaimedWebhook, pause: float | None, **values: Any) -> bool:
        values["attempts"] = call.attempts
        with self._transaction() as connection:
            return WEBHOOK_LEASE.give_back(connection, call.owner, webhooks.c.job == call.job, pause=pause, **values)
