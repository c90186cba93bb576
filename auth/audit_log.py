"""The audit log as the service writes it: with caller, request and time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from auth.caller import current_request, current_request_id
from store.accounts.account_records import AuditEvent
from store.db import Store

SYSTEM = "system"  # the command line, and the service itself
LONGEST = 500  # characters of a text


class AuditLog:
    """Appends to the audit log, in the name of the caller of the current request.

    Parameters
    ----------
    clock : callable
        Gives seconds since 1970.
    elsewhere : callable
        Gives events that are kept elsewhere: actions on versions.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], float] = time.time,
        elsewhere: Callable[[], list[AuditEvent]] = list,
    ) -> None:
        self._store, self._clock, self._elsewhere = store, clock, elsewhere

    def note(
        self, what: str, about: str = "", *, before: str = "", after: str = "", why: str = "", who: str | None = None
    ) -> None:
        """Append an event; `who` is the caller of the current request where it is not given."""
        request = current_request()
        who = who or (request.caller.name if request else SYSTEM) or "stranger"
        about, before, after, why = (each[:LONGEST] for each in (about, before, after, why))
        request_id = current_request_id()
        self._store.audit.append(AuditEvent(who, what, about, before, after, why, request_id, self._clock()))

    def page(self, most: int, before: int | None = None) -> tuple[list[AuditEvent], int | None]:
        """A page of events, newest first; events of other sources are merged in by time.

        Parameters
        ----------
        most : int
            Number of this log's own events.
        before : int, optional
            The page begins after the event of that number.

        Returns
        -------
        int or None
            `before` of the next page; None for the last page.
        """
        limit = self._store.audit.newest(1, before + 1) if before is not None else []
        own = self._store.audit.newest(most, before)
        older = own[-1].number if len(own) == most else None
        newest = limit[0].at if limit else math.inf
        oldest = own[-1].at if older is not None else -math.inf
        others = [event for event in self._elsewhere() if oldest < event.at <= newest]
        return sorted([*own, *others], key=lambda event: (event.at, event.number), reverse=True), older
