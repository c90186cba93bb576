"""Retention thread: purges every hour, in one process of all instances at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable

from jobs.retention.purge import purge, purge_temporary
from jobs.work.lease_renewal import on_duty
from jobs.work.periodic_thread import PeriodicThread
from store.db import Store
from store.files import Files

DUTY = "sweep"  # its name in the table of duties, which other releases know, too
HOUR = 3600.0
LEASE_SECONDS = 120.0  # seconds after which another process purges in the place of one that was killed
LOOK = 300.0  # seconds between two looks whether a purge is due


class RetentionThread:
    """Purges as long as its process runs; every process has one, so that no single process is needed for it.

    Parameters
    ----------
    days : float
        Days for which jobs that are over are kept.
    decision_days : float or None
        Days for which decisions and what came of them are kept; None for ever.
    beside : callable
        Cleans up what this machine keeps, at each look.
    """

    def __init__(
        self, store: Store, files: Files, days: float, decision_days: float | None,
        beside: Callable[[], object] = purge_temporary,
    ) -> None:  # fmt: skip
        self._store, self._files, self._days, self._beside = store, files, days, beside
        self._decision_days = decision_days
        self._thread = PeriodicThread("retention", self._look, "Old jobs could not be looked for", LOOK, first=0.0)

    def start(self, stop: threading.Event | None = None) -> None:
        """Look whether a purge is due in a thread, until told to stop."""
        self._thread.start(stop)

    def look(self) -> bool:
        """Purge if that is due; False where it is not, or the store or the files do not answer."""
        return bool(self._thread.call())

    def _look(self) -> bool:
        try:  # neither waits for the other: the store may be away, or this machine's disk
            return on_duty(self._store, DUTY, self._purge, LEASE_SECONDS, HOUR) is not None
        finally:
            self._beside()

    def _purge(self) -> bool:
        purge(self._store, self._files, self._days, self._decision_days)
        return True
