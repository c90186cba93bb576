"""Secrets that the first instance makes and all instances of one database share."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from store.database_table import DatabaseTable, upsert
from store.tables import secrets


class SecretTable(DatabaseTable):
    """The table of secrets."""

    def get(self, name: str, make: Callable[[], str]) -> str:
        """The secret of that name, made where there is none; of two that make one at once, the first one's counts."""
        query = select(secrets.c.value).where(secrets.c.name == name)
        value = self._scalar(query)
        if value is None:
            with self._transaction() as connection:
                connection.execute(upsert(connection, secrets).values(name=name, value=make()).on_conflict_do_nothing())
            value = self._scalar(query)
        return str(value)
