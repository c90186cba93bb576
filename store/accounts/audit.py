"""The audit log: who did what, append-only."""

from __future__ import annotations

from sqlalchemy import insert, select

from store.accounts.account_records import AuditEvent
from store.database_table import DatabaseTable
from store.tables import audit


class AuditTable(DatabaseTable):
    """The table of the audit log: it can be appended to and read, nothing else."""

    def append(self, event: AuditEvent) -> None:
        """Append an event; the database numbers it."""
        row = {name: value for name, value in vars(event).items() if name != "number"}
        self._change(insert(audit).values(row))

    def newest(self, most: int, before: int | None = None) -> list[AuditEvent]:
        """Events, the newest first; with `before` those of lower numbers."""
        query = select(audit).order_by(audit.c.number.desc()).limit(most)
        query = query if before is None else query.where(audit.c.number < before)
        return [AuditEvent(**row._mapping) for row in self._all(query)]
