"""Duties that one process of all instances sees to at a time, claimed by a lease."""

from __future__ import annotations

import uuid

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from store.database_table import DatabaseTable, clock
from store.tables import duties


class DutyTable(DatabaseTable):
    """The table of duties."""

    def claim(self, name: str, lease: float) -> str | None:
        """Claim a duty that is due; returns its owner, or None where it is not due, or another process is at it."""
        owner = uuid.uuid4().hex
        self._add(name)
        with self._engine().begin() as connection:
            now = clock(connection)
            mine = update(duties).where(duties.c.name == name, duties.c.due <= now)
            claimed = connection.execute(mine.values(owner=owner, due=now + lease)).rowcount == 1
        return owner if claimed else None

    def renew(self, name: str, owner: str, lease: float) -> bool:
        """Renew the lease; False where another process has it by now."""
        return self._due(name, owner, lease)

    def done(self, name: str, owner: str, pause: float) -> bool:
        """Give a duty back that is done: it is due again in `pause` seconds. False where another process has it."""
        return self._due(name, owner, pause)

    def _add(self, name: str) -> None:
        with self._engine().connect() as connection:
            if connection.execute(duties.select().where(duties.c.name == name)).first() is not None:
                return
        try:
            with self._engine().begin() as connection:
                connection.execute(insert(duties).values(name=name, due=0.0))
        except IntegrityError:
            pass  # another process was quicker

    def _due(self, name: str, owner: str, seconds: float) -> bool:
        with self._engine().begin() as connection:
            mine = update(duties).where(duties.c.name == name, duties.c.owner == owner)
            return connection.execute(mine.values(due=clock(connection) + seconds)).rowcount == 1
