"""The keeper: a thread that sweeps every hour, in one process of all instances at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable

from jobs.kept.sweep import sweep, sweep_temporary
from jobs.work.lease_renewal import on_duty
from jobs.work.periodic_thread import PeriodicThread
from store.db import Store
from store.files import Files

DUTY = "sweep"
HOUR = 3600.0
LEASE_SECONDS = 120.0  # seconds after which another process sweeps in the place of one that was killed
LOOK = 300.0  # seconds between two looks whether a sweep is due


class Keeper:
    """Sweeps as long as its process runs; every process has one, so that no single process is needed for it.

    Parameters
    ----------
    days : float
        Days for which jobs that are over are kept.
    beside : callable
        Cleans up what this machine keeps, at each look.
    decision_days : float or None
        Days for which decisions and what came of them are kept; None for ever.
    """

    def __init__(
        self, store: Store, files: Files, days: float, beside: Callable[[], object] = sweep_temporary,
        decision_days: float | None = None,
    ) -> None:  # fmt: skip
        self._store, self._files, self._days, self._beside = store, files, days, beside
        self._decision_days = decision_days
        self._thread = PeriodicThread("keeper", self._look, "Old jobs could not be looked for", LOOK, first=0.0)

    def start(self, stop: threading.Event | None = None) -> None:
        """Look whether a sweep is due in a thread, until told to stop."""
        self._thread.start(stop)

    def look(self) -> bool:
        """Sweep if that is due; False where it is not, or the store or the files do not answer."""
        return bool(self._thread.call())

    def _look(self) -> bool:
        self._beside()
        return on_duty(self._store, DUTY, self._sweep, LEASE_SECONDS, HOUR) is not None

    def _sweep(self) -> bool:
        sweep(self._store, self._files, self._days, self._decision_days)
        return True
