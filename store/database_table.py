"""Base of the tables: what opens the database, its clock, and the metadata of all tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, MetaData, literal_column, select

metadata = MetaData()

WRITES = "likely_writes"  # execution option of a transaction that reads before it writes
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

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction that reads before it writes.

        SQLite lets it wait for other writers at its beginning: on a state that is no longer the last it would refuse
        to write, at once.
        """
        with self._engine().connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            yield connection


def clock(connection: Connection) -> ColumnElement[Any]:
    """The database's clock within a statement, in seconds since 1970."""
    return literal_column(_NOW[connection.dialect.name])


def now_in(connection: Connection) -> float:
    """The time by the database's clock, in seconds since 1970."""
    return float(connection.scalar(select(clock(connection))) or 0.0)
