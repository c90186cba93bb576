"""Duties: periodic tasks that one process of all instances does at a time (leader election by a lease)."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from store.database_table import DatabaseTable
from store.lease import Lease
from store.tables import duties

DUTY_LEASE = Lease(duties)


class DutyTable(DatabaseTable):
    """The table of duties."""

    def claim(self, name: str, lease: float) -> str | None:
        """Claim a duty; returns the owner's token, or None where it is not due, or another process has it."""
        owner = uuid.uuid4().hex
        with self._connection() as connection:  # most looks end here, without a write
            if connection.execute(
                select(duties.c.name).where(duties.c.name == name, DUTY_LEASE.live(connection))
            ).first():
                return None
        with self._transaction() as connection:
            return owner if DUTY_LEASE.claim_key(connection, {"name": name}, owner, lease) else None

    def renew(self, name: str, owner: str, lease: float) -> bool:
        """Renew the lease; False where another process has it by now."""
        with self._transaction() as connection:
            return DUTY_LEASE.renew(connection, owner, duties.c.name == name, seconds=lease)

    def done(self, name: str, owner: str, pause: float) -> bool:
        """Give a duty back that is done: it is due again in `pause` seconds. False where another process has it."""
        with self._transaction() as connection:
            return DUTY_LEASE.give_back(connection, owner, duties.c.name == name, pause=pause)
