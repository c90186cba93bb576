"""Contents of a backup of the store: all tables, except those that are named here with their reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import DateTime, Table

from store import tables as _  # noqa: F401 - its tables
from store.metadata import metadata

# Transient state, which running processes write anew
LEFT_OUT = {
    "likely_migrations": "the step of the database stands in the head of the backup",
    "duties": "which process sees to what",
    "model_instances": "which machines serve",
    "model_state": "tells instances that something has changed, which a restore does",
}
# Credentials: these let somebody in without a password or a key, or sign in the service's name; left out by default
CREDENTIALS = ("secrets", "sessions", "invitations")
# A service that has only started has rows in these
OF_A_START = ("secrets",)


def tables(*, with_secrets: bool) -> Iterator[Table]:
    """The tables of a backup, each in the order in which it is written."""
    for table in metadata.sorted_tables:
        if table.name not in LEFT_OUT and (with_secrets or table.name not in CREDENTIALS):
            yield table


def to_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON values; times with their zone, for SQLite gives them without."""
    return {name: _time(value) if isinstance(value, dt.datetime) else value for name, value in row.items()}


def from_json(table: Table, read: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of :func:`to_json`; ValueError where a row has other columns than the table."""
    if set(read) != set(table.c.keys()):
        raise ValueError(f"a row of {table.name} has the columns {', '.join(read)}")
    times = {column.name for column in table.c if isinstance(column.type, DateTime)}
    return {
        name: dt.datetime.fromisoformat(read[name]) if name in times and read[name] else read[name] for name in read
    }


def _time(value: dt.datetime) -> str:
    return value.replace(tzinfo=value.tzinfo or dt.UTC).astimezone(dt.UTC).isoformat()
