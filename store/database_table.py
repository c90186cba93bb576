"""Base of the tables: what opens the database, and its clock."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Engine, text

TRIED = 8  # candidates that one claim tries
_NOW = {
    "postgresql": "extract(epoch from clock_timestamp())",
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
}


class DatabaseTable:
    """A table of the store.

    Parameters
    ----------
    engine : callable
        Gives the opened database engine.
    """

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine


def now_in(connection: Connection) -> float:
    """The database's clock, in seconds since 1970."""
    return float(connection.scalar(text(f"SELECT {_NOW[connection.dialect.name]}")) or 0.0)
