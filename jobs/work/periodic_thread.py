"""Periodic threads: daemon threads that call a function every few seconds for as long as their process runs."""

from __future__ import annotations

import logging
import os
import random
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from store.errors import is_unavailable

log = logging.getLogger(__name__)

JITTER = 0.1  # share by which a pause is longer or shorter, so that many processes do not call at the same moment
Result = TypeVar("Result")


class PeriodicThread(Generic[Result]):
    """Calls a function every few seconds; an error does not end it.

    Of an outage the first error is logged, in a line that begins with `failure`; none is where the database does not
    answer, which is in the log already. Where `work` returns True there may be more to do: then it is called again at
    once. Seconds before the first call (`first`) and after an error are `pause` by default.
    """

    def __init__(
        self, name: str, work: Callable[[], Result], failure: str, pause: float, first: float | None = None,
        pause_after_error: float | None = None,
    ) -> None:  # fmt: skip
        self._name, self._work, self._failure, self._pause = name, work, failure, pause
        self._first = pause if first is None else first
        self._pause_after_error = pause if pause_after_error is None else pause_after_error
        self._stops: dict[int, threading.Event] = {}  # by process: threads do not survive a fork
        self._fault: str | None = None

    def start(self, stop: threading.Event | None = None) -> None:
        """Start the thread, once in each process; it ends when the event is set."""
        mine = threading.Event() if stop is None else stop
        process = os.getpid()
        if process not in self._stops and self._stops.setdefault(process, mine) is mine:
            threading.Thread(target=self._run, args=(mine,), daemon=True, name=self._name).start()

    def stop(self) -> None:
        """Let the thread of this process end after its current call."""
        if os.getpid() in self._stops:
            self._stops[os.getpid()].set()

    def call(self) -> Result | None:
        """Call the function now, in this thread; None after an error."""
        try:
            result = self._work()
        except Exception as error:  # noqa: BLE001 - a database or a disk that is away for a moment must not end the thread
            fault = type(error).__name__
            if fault != self._fault and not is_unavailable(error):
                log.warning("%s: %s", self._failure, fault)
            self._fault = fault
            return None
        self._fault = None
        return result

    def _run(self, stop: threading.Event) -> None:
        pause = self._first
        while not stop.wait(pause * random.uniform(1 - JITTER, 1 + JITTER)):  # noqa: S311 - nothing secret
            again = self.call() is True
            usual = self._pause if self._fault is None else self._pause_after_error
            pause = 0.0 if again else usual
