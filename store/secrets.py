"""Secrets that the first instance makes and all instances of one database share."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from store.database_table import DatabaseTable
from store.errors import store_errors
from store.tables import secrets


class SecretTable(DatabaseTable):
    """The table of secrets."""

    def get(self, name: str, make: Callable[[], str]) -> str:
        """The secret of that name, made where there is none; of two that make one at once, the first one's counts."""
        asked = select(secrets.c.value).where(secrets.c.name == name)
        with store_errors():
            with self._engine().connect() as connection:
                found: str | None = connection.scalar(asked)
            if found is not None:
                return found
            try:
                with self._engine().begin() as connection:
                    connection.execute(insert(secrets).values(name=name, value=make()))
            except IntegrityError:
                pass  # another instance was quicker
            with self._engine().connect() as connection:
                return str(connection.scalar(asked))
