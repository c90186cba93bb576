"""A request that does not wait for ever: what takes long goes on behind it, and it comes again to ask.

A door says how long it waits (``patient``). Where nobody says, what is asked for is computed at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ml.errors import LikelyError

MOST = 16  # works behind requests, running or not yet fetched; beyond these a request waits as long as it takes

_seconds: ContextVar[float | None] = ContextVar("seconds", default=None)


class StillWorking(LikelyError):
    """It is being computed, and is not there yet."""

    code = "still_working"

    def __init__(self) -> None:
        super().__init__("This is still being worked out: there are many records.", "It appears here by itself.")


@contextmanager
def patient(seconds: float) -> Iterator[None]:
    """Within this, wait at most so long for a result that has to be computed; then StillWorking is raised."""
    before = _seconds.set(seconds)
    try:
        yield
    finally:
        _seconds.reset(before)


class Desk:
    """Works by key, each begun once: whoever asks for it meanwhile waits for the same one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._works: dict[str, _Work] = {}

    def ask(self, key: str, compute: Callable[[], Any]) -> Any:
        """What `compute` gives or raises; StillWorking where the asker's patience ends before that."""
        seconds = _seconds.get()
        work = None if seconds is None else self._work(key, compute)
        if work is None:
            return compute()
        if not work.done.wait(seconds):
            raise StillWorking
        with self._lock:
            self._works.pop(key, None)
        return work.given()

    def _work(self, key: str, compute: Callable[[], Any]) -> _Work | None:
        """The work of that key, begun if need be; None where too many are there."""
        with self._lock:
            if key in self._works:
                return self._works[key]
            if len(self._works) >= MOST:
                for old in [each for each, work in self._works.items() if work.done.is_set()]:
                    del self._works[old]
            if len(self._works) >= MOST:
                return None
            work = self._works[key] = _Work(compute)
        # A thread of its own context: what it asks for in turn it waits for.
        threading.Thread(target=work.run, name=f"result {key[:60]}", daemon=True).start()
        return work


class _Work:
    def __init__(self, compute: Callable[[], Any]) -> None:
        self.done = threading.Event()
        self._compute = compute
        self._found: Any = None
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._found = self._compute()
        except BaseException as error:  # noqa: BLE001 - whoever asked gets it
            self._error = error
        finally:
            self.done.set()

    def given(self) -> Any:
        if self._error is not None:
            raise self._error
        return self._found
