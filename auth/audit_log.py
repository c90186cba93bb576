"""The audit log as the service writes it: with caller, request and time."""

from __future__ import annotations

import time
from collections.abc import Callable

from auth.caller import current_request
from store.account_records import AuditEvent
from store.db import Store

SYSTEM = "system"  # the command line, and the service itself
LONGEST = 500  # characters of a text


class AuditLog:
    """Appends to the audit log, in the name of the caller of the current request.

    Parameters
    ----------
    store : Store
    clock : callable
        Gives seconds since 1970.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store, self._clock = store, clock

    def note(
        self, what: str, about: str = "", *, before: str = "", after: str = "", why: str = "", who: str | None = None
    ) -> None:
        """Append an event; `who` is the caller of the current request where it is not given."""
        request = current_request()
        who = who or (request.caller.name if request else SYSTEM) or "stranger"
        about, before, after, why = (each[:LONGEST] for each in (about, before, after, why))
        asked = request.id if request else ""
        self._store.audit.append(AuditEvent(who, what, about, before, after, why, asked, self._clock()))

    def newest(self, most: int, before: int | None = None) -> list[AuditEvent]:
        """Events, the newest first; with `before` those of lower numbers."""
        return self._store.audit.newest(most, before)
