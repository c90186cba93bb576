"""A request that does not wait for ever: what takes long goes on behind it, and it comes again to ask.

A door says how long it waits (``patient``). Where nobody says, what is asked for is computed at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

from ml.errors import LikelyError

T = TypeVar("T")

MOST = 16  # works behind requests, running or not yet fetched; beyond these a request waits as long as it takes

_until: ContextVar[float | None] = ContextVar("until", default=None)  # of time.monotonic
_insists: ContextVar[bool] = ContextVar("insists", default=True)


class StillWorking(LikelyError):
    """It is being computed, and is not there yet."""

    code = "still_working"

    def __init__(self) -> None:
        super().__init__("This is still being worked out: there are many records.", "It appears here by itself.")


@contextmanager
def patient(seconds: float) -> Iterator[None]:
    """Within this, wait at most so long for results that have to be computed; then StillWorking is raised.

    Whoever is called by somebody with less patience has no more of it.
    """
    outer, until = _until.get(), time.monotonic() + seconds
    before = _until.set(until if outer is None else min(until, outer))
    try:
        yield
    finally:
        _until.reset(before)


@contextmanager
def glancing(seconds: float) -> Iterator[None]:
    """As :func:`patient`, for who can do without: never waits longer, however much is being worked on."""
    before = _insists.set(False)
    try:
        with patient(seconds):
            yield
    finally:
        _insists.reset(before)


class Desk:
    """Works by key, each begun once: whoever asks for it meanwhile waits for the same one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._works: dict[str, _Work] = {}

    def ask(self, key: str, compute: Callable[[], Any]) -> Any:
        """What `compute` gives or raises; StillWorking where the asker's patience ends before that."""
        until = _until.get()
        work = None if until is None else self._work(key, compute)
        if work is None and not _insists.get():
            raise StillWorking
        if until is None or work is None:
            return compute()
        if not work.done.wait(max(0.0, until - time.monotonic())):
            raise StillWorking
        with self._lock:
            self._works.pop(key, None)
        return work.given()

    def _work(self, key: str, compute: Callable[[], Any]) -> _Work | None:
        """The work of that key, begun if need be; None where too many are there."""
        most = MOST if _insists.get() else MOST // 2  # who only glances leaves room
        with self._lock:
            if key in self._works:
                return self._works[key]
            if len(self._works) >= most:
                for old in [each for each, work in self._works.items() if work.done.is_set()]:
                    del self._works[old]
            if len(self._works) >= most:
                return None
            work = self._works[key] = _Work(compute)
        # A thread of its own context: what it asks for in turn it waits for.
        threading.Thread(target=work.run, name=f"result {key[:60]}", daemon=True).start()
        return work


class Aside:
    """Work that a request can do without: a few at once, each waited for so long, whatever it waits for itself.

    Parameters
    ----------
    most : int
        At once; beyond these nothing is begun.
    """

    def __init__(self, most: int) -> None:
        self._room = threading.BoundedSemaphore(most)

    def ask(self, seconds: float, compute: Callable[[], T]) -> T | None:
        """What `compute` gives within these seconds, else None. It sees what the asker's context holds."""
        if not self._room.acquire(blocking=False):
            return None
        context = copy_context()

        def run() -> T:
            try:
                return context.run(compute)
            finally:
                self._room.release()

        work = _Work(run)
        threading.Thread(target=work.run, name="aside", daemon=True).start()
        return work.given() if work.done.wait(seconds) else None


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
