"""Writes and reads backups of the store: one snapshot while the service runs, one transaction when it comes back."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import IO, Any, Protocol

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from store.backup.contents import OF_A_START, from_json, tables, to_json
from store.connection.deadline import long_statements
from store.connection.migration_steps import STEPS
from store.errors import is_unavailable, store_errors
from store.model_tables import model_state

FETCHED, BATCH = 500, 500  # rows


class NotRestored(ValueError):
    """A backup cannot be restored; nothing was changed."""


class Archive(Protocol):
    """Storage of the lines of tables, by name."""

    def write(self, name: str) -> IO[bytes]:
        """A new part."""

    def read(self, name: str) -> IO[bytes]:
        """A part; KeyError where there is none."""


class StoreBackup:
    """Backups of one database."""

    step = len(STEPS)

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine

    def dump(self, archive: Archive, *, with_secrets: bool) -> dict[str, int]:
        """Write all tables as they are at one moment; rows by table. StoreUnavailable where the database is away."""
        rows: dict[str, int] = {}
        with store_errors(), long_statements(), self._engine().connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            for table in tables(with_secrets=with_secrets):
                with archive.write(_part(table)) as lines:
                    rows[table.name] = _dump(connection, table, lines)
        return rows

    def has_rows(self) -> list[str]:
        """Tables that hold something that a start does not make by itself."""
        with store_errors(), self._engine().connect() as connection:
            return [
                table.name
                for table in tables(with_secrets=True)
                if table.name not in OF_A_START and connection.execute(select(table).limit(1)).first() is not None
            ]

    def load(self, archive: Archive, rows: Mapping[str, int]) -> None:
        """Replace what the store holds by a backup: all of it, or nothing.

        Parameters
        ----------
        rows : mapping
            Rows by table, as :meth:`dump` gave them.

        Raises
        ------
        NotRestored
            The backup is torn, or the database does not take a row of it.
        StoreUnavailable
        """
        known = {table.name: table for table in tables(with_secrets=True)}
        if strange := sorted(set(rows) - set(known)):
            raise NotRestored(f"It holds tables that this release does not know: {', '.join(strange)}.")
        try:
            with long_statements(), self._engine().begin() as connection:
                for table in known.values():
                    connection.execute(delete(table))
                for name, expected in rows.items():
                    _load(connection, known[name], archive, expected)
                _renew(connection)
        except SQLAlchemyError as error:
            if is_unavailable(error):
                with store_errors():
                    raise
            why = str(getattr(error, "orig", error)).partition("\n")[0][:300]
            raise NotRestored(f"The database does not take it: {why}") from None


def _part(table: Table) -> str:
    return f"store/{table.name}.jsonl"


def _dump(connection: Connection, table: Table, lines: IO[bytes]) -> int:
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=FETCHED)
    count = 0
    for row in connection.execute(query).mappings():
        lines.write(json.dumps(to_json(dict(row)), ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        count += 1
    return count


def _load(connection: Connection, table: Table, archive: Archive, expected: int) -> None:
    count = 0
    try:
        with archive.read(_part(table)) as lines:
            rows = _rows(table, lines)
            while batch := list(islice(rows, BATCH)):
                connection.execute(_insert(connection, table), batch)
                count += len(batch)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise NotRestored(f"The part of the table {table.name} cannot be read: {str(error)[:200]}.") from None
    if count != expected:
        raise NotRestored(f"The table {table.name} has {count:,} rows instead of {expected:,}: the file is torn.")
    _count_on(connection, table)


def _rows(table: Table, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        yield from_json(table, json.loads(line.decode("utf-8", "surrogatepass")))


def _insert(connection: Connection, table: Table) -> Any:
    """An insert that also writes keys which PostgreSQL counts up itself."""
    if connection.dialect.name != "postgresql":
        return insert(table)
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(column.name) for column in table.c)
    values = ", ".join(f":{column.name}" for column in table.c)
    return text(f"INSERT INTO {quote(table.name)} ({columns}) OVERRIDING SYSTEM VALUE VALUES ({values})")  # noqa: S608


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL go on counting after the highest key; SQLite does by itself."""
    (key, *more) = table.primary_key.columns
    if connection.dialect.name != "postgresql" or more:
        return
    names = {"table": table.name, "column": key.name}
    sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), names)
    highest = connection.scalar(select(func.max(key)))
    if sequence and highest is not None:
        connection.execute(text("SELECT setval(:sequence, :highest)"), {"sequence": sequence, "highest": highest})


def _renew(connection: Connection) -> None:
    """Tell instances that what they share of their models has changed."""
    connection.execute(delete(model_state))
    connection.execute(insert(model_state).values(id=1, token=uuid.uuid4().hex))
