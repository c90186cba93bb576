"""The audit log: who did what, append-only."""

from __future__ import annotations

from sqlalchemy import insert, select

from store.accounts.account_records import AuditEvent
from store.database_table import DatabaseTable
from store.errors import store_errors
from store.tables import audit


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
