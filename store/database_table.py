"""Base class of the tables: reading and changing rows, keyset pagination, upserts, and the clock of the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Executable,
    Row,
    Select,
    Table,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite

from store.connection.deadline import long_statements
from store.errors import store_errors

AT_ONCE = 500  # rows, or ids, of one statement
PAGE = 2_000  # rows that are read at a time

WRITES = "likely_writes"  # execution option of a transaction that reads before it writes
_NOW = {
    "postgresql": "extract(epoch from clock_timestamp())",
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
}


class DatabaseTable:
    """A table of the store. Its methods raise StoreUnavailable where the database does not answer."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """A connection for reading, or for a transaction whose end the block decides."""
        with store_errors(), self._engine().connect() as connection:
            yield connection

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """A transaction: committed at the end of the block, rolled back by an error."""
        with store_errors(), self._engine().begin() as connection:
            yield connection

    @contextmanager
    def _read_then_write(self) -> Iterator[Connection]:
        """A transaction that reads before it writes.

        SQLite lets it wait for other writers at its beginning: it refuses at once to write on a snapshot that is no
        longer the latest.
        """
        with self._connection() as connection, connection.execution_options(**{WRITES: True}).begin():
            yield connection

    def _all(self, query: Executable) -> Sequence[Row[Any]]:
        with self._connection() as connection:
            return connection.execute(query).all()

    def _first(self, query: Executable) -> Row[Any] | None:
        with self._connection() as connection:
            return connection.execute(query).first()

    def _scalar(self, query: Executable) -> Any:
        """The first column of the first row; None where there is no row."""
        with self._connection() as connection:
            return connection.scalar(query)

    def _change(self, statement: Executable) -> int:
        """Execute one statement in a transaction; returns the number of rows that it changed."""
        with self._transaction() as connection:
            return connection.execute(statement).rowcount

    def _by_ids(self, column: Column[Any], ids: Sequence[str]) -> list[Row[Any]]:
        """Rows of a table whose column is one of these."""
        rows: list[Row[Any]] = []
        if ids:  # a connection that asks nothing would use up the circuit breaker's trial
            with self._connection() as connection:
                for some in batches(ids):
                    rows += connection.execute(select(column.table).where(column.in_(some)))
        return rows

    def _pages(self, query: Select[Any], order: tuple[Column[Any], ...]) -> Iterator[Sequence[Row[Any]]]:
        """Pages of a long result (keyset pagination), each read by a connection of its own.

        The query has no order; its rows have the columns of `order`, which are unique as a whole.
        """
        query = query.order_by(*order).limit(PAGE)
        page = query
        while True:
            with long_statements(), self._connection() as connection:
                rows = connection.execute(page).all()
            if rows:
                yield rows
            if len(rows) < PAGE:
                return
            page = query.where(tuple_(*order) > tuple_(*(rows[-1]._mapping[column] for column in order)))


def batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Consecutive parts of a sequence, each short enough for one statement."""
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that has ON CONFLICT clauses, which SQLAlchemy knows by dialect only."""
    statement: sqlite.Insert | postgresql.Insert
    statement = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    return statement


def clock(connection: Connection) -> ColumnElement[Any]:
    """The database's clock within a statement, in seconds since 1970."""
    return literal_column(_NOW[connection.dialect.name])


def now_in(connection: Connection) -> float:
    """The time by the database's clock, in seconds since 1970."""
    return float(connection.scalar(select(clock(connection))) or 0.0)
