"""The audit log: who did what, append-only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select

from store.database_table import DatabaseTable
from store.errors import store_errors
from store.tables import audit


@dataclass(frozen=True)
class AuditEvent:
    """One event of the audit log; it holds no values of records.

    Attributes
    ----------
    who : str
        Name of a person or a key.
    what : str
        What was done: "cut-off changed", "signed in".
    about : str
        What it was done to: a model, a person, a key, a job.
    before, after : str
        Value before and after a change.
    why : str
        The reason that was given.
    request : str
        Id of the request.
    at : float
        Seconds since 1970.
    number : int
        Its place in the log, from 1.
    """

    who: str
    what: str
    about: str = ""
    before: str = ""
    after: str = ""
    why: str = ""
    request: str = ""
    at: float = 0.0
    number: int = 0


class AuditTable(DatabaseTable):
    """The table of the audit log: it can be appended to and read, nothing else."""

    def append(self, event: AuditEvent) -> None:
        """Append an event; the database numbers it."""
        row = {name: value for name, value in vars(event).items() if name != "number"}
        with store_errors(), self._engine().begin() as connection:
            connection.execute(insert(audit).values(row))

    def newest(self, most: int, before: int | None = None) -> list[AuditEvent]:
        """Events, the newest first; with `before` those of lower numbers."""
        asked = select(audit).order_by(audit.c.number.desc()).limit(most)
        if before is not None:
            asked = asked.where(audit.c.number < before)
        columns = list(AuditEvent.__dataclass_fields__)
        with store_errors(), self._engine().connect() as connection:
            return [AuditEvent(*(getattr(row, name) for name in columns)) for row in connection.execute(asked)]
