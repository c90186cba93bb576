"""Actions on versions of models as events of the audit log, read from the histories beside the models.

The command line and whatever else changes versions writes there, where no database may be at hand.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from ml.lifecycle.history import FILE, HistoryEntry, NotWritten, read_history
from store.accounts.account_records import AuditEvent

WHAT = {
    "train": "version trained",
    "add": "version added",
    "promote": "version promoted",
    "rollback": "version rolled back",
    "hold": "version held",
    "remove": "version removed",
}


def version_events(models: Path) -> list[AuditEvent]:
    """Events of all models, removed ones too; a history that cannot be read is an event that says so."""
    return [event for file in sorted(models.glob(f"*/{FILE}")) for event in _events(file.parent)]


def _events(folder: Path) -> list[AuditEvent]:
    try:
        history = read_history(folder)
    except NotWritten as error:
        return [AuditEvent("system", "history not read", folder.name, why=str(error))]
    return [_event(folder.name, entry) for entry in history.entries]


def _event(name: str, entry: HistoryEntry) -> AuditEvent:
    what = WHAT[entry.action] if entry.fingerprint else "model removed"
    about = f"{name}@{entry.fingerprint}" if entry.fingerprint else name
    goes_live = entry.action not in ("hold", "remove")
    after = entry.fingerprint if goes_live and entry.fingerprint else ""
    at = dt.datetime.fromisoformat(entry.time).timestamp()
    return AuditEvent(entry.by, what, about, entry.previous or "", after, entry.why, at=at)
