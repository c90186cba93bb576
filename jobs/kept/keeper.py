"""The keeper: a thread that sweeps every hour, in one process of all instances at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from jobs.kept.sweep import sweep, sweep_temporary
from jobs.work.lease_renewal import heartbeat
from store.db import Store
from store.errors import is_unavailable
from store.files import Files

log = logging.getLogger(__name__)

DUTY = "sweep"
HOUR = 3600.0
LEASE = 120.0  # seconds after which another process sweeps in the place of one that was killed
LOOK = 300.0  # seconds between two looks whether a sweep is due


class Keeper:
    """Sweeps for as long as its process runs, so that each process that runs sees to it.

    Parameters
    ----------
    store : Store
    files : Files
    days : float
        Days for which jobs that are over are kept.
    is_there : callable
        False while there is no database: none is made for this.
    beside : callable
        Cleans up what this machine keeps, at each look.
    decision_days : float or None
        Days for which decisions and what came of them are kept; None for ever.
    """

    def __init__(
        self, store: Store, files: Files, days: float, is_there: Callable[[], bool] = lambda: True,
        beside: Callable[[], object] = sweep_temporary, decision_days: float | None = None,
    ) -> None:  # fmt: skip
        self._store, self._files, self._days, self._is_there, self._beside = store, files, days, is_there, beside
        self._decision_days = decision_days

    def start(self, stop: threading.Event, first: float = 0.0) -> None:
        """Look whether a sweep is due in a thread, the first time after so many seconds, until told to stop."""
        threading.Thread(target=self._run, args=(stop, first), daemon=True, name="keeper").start()

    def _run(self, stop: threading.Event, pause: float) -> None:
        while not stop.wait(pause):
            self.look()
            pause = LOOK

    def look(self) -> bool:
        """Sweep if that is due; False where it is not, or the store or the files do not answer."""
        try:
            self._beside()
            return self._is_there() and self._sweep()
        except Exception as error:  # noqa: BLE001 - a database or a place that is away for a moment
            if not is_unavailable(error):  # that is in the log already
                log.warning("Old jobs could not be looked for: %s", type(error).__name__)
        return False

    def _sweep(self) -> bool:
        owner = self._store.duties.claim(DUTY, LEASE)
        if owner is None:
            return False
        with heartbeat(lambda: self._store.duties.renew(DUTY, owner, LEASE), LEASE, "the sweep"):
            sweep(self._store, self._files, self._days, self._decision_days)
        self._store.duties.done(DUTY, owner, HOUR)
        return True
