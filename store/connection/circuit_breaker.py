"""Circuit breaker: after a failure a backend is left alone for a while, so that an outage costs one wait, not many."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

# Called with a backend and whether it is left alone, at each failure and at its end: what shows it to operators
OBSERVERS: set[Callable[[str, bool], object]] = set()
COOL_OFF = 5.0  # seconds between two trials of a backend that does not answer


class CircuitBreaker:
    """Says whether a backend may be asked, from how the last calls went. Thread-safe.

    Closed while calls succeed. A failure opens it: for `cool_off` seconds nothing is asked, then one caller tries
    (half-open) while the others are still refused. One line in the log says that the backend went away, one that it
    is back.

    Parameters
    ----------
    name : str
        Name of the backend, as the log begins its lines with: "The store".
    cool_off : float
        Seconds.
    clock : callable
        Gives seconds that never go back.
    backend : str
        Name of the backend in one word, for observers; they are told nothing where it is empty.
    """

    def __init__(
        self,
        name: str,
        log: logging.Logger,
        cool_off: float = COOL_OFF,
        clock: Callable[[], float] = time.monotonic,
        backend: str = "",
    ) -> None:
        self._name, self._log, self._backend = name, log, backend
        self._cool_off, self._clock = cool_off, clock
        self._lock = threading.Lock()
        self._down_since: float | None = None
        self._next_trial = 0.0

    @property
    def is_open(self) -> bool:
        """True from a failure to the next success."""
        return self._down_since is not None

    def allows(self) -> bool:
        """True where the backend may be asked now; of those who come after the cool-off, one."""
        if self._down_since is None:
            return True
        with self._lock:
            now = self._clock()
            if self._down_since is None:
                return True
            if now < self._next_trial:
                return False
            self._next_trial = now + self._cool_off
            return True

    def failed(self, error: BaseException) -> None:
        """A call got no answer."""
        with self._lock:
            now = self._clock()
            self._next_trial = now + self._cool_off
            if self._down_since is None:
                self._down_since = now
                words = "%s does not answer; it is asked again every %.0f seconds: %s"
                reason = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
                self._log.warning(words, self._name, self._cool_off, reason)
            self._tell(True)

    def succeeded(self) -> None:
        """A call was answered."""
        if self._down_since is None:
            return
        with self._lock:
            if self._down_since is not None:
                seconds = self._clock() - self._down_since
                self._log.warning("%s answers again, after %.0f seconds.", self._name, seconds)
                self._down_since = None
                self._tell(False)

    def _tell(self, is_open: bool) -> None:
        for observe in OBSERVERS if self._backend else ():
            observe(self._backend, is_open)
