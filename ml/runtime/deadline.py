"""Deadlines of requests: a computation that takes longer goes on in a background thread, and the client polls.

An entrypoint sets the deadline (:func:`deadline`). Without one, results are computed in the caller's thread.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

from ml.context import holding
from ml.errors import LikelyError
from ml.translation import text

T = TypeVar("T")

ANSWER_DEADLINE = 8.0  # seconds that a request waits for a result; routers in front end one at 30
AT_ONCE = 2  # background tasks that run at a time; others, requests for scores above all, need the processor too
MOST_TASKS = 16  # background tasks, running or not yet fetched; beyond these a request computes its result itself

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)  # of time.monotonic
_may_overrun: ContextVar[bool] = ContextVar("may_overrun", default=True)


class StillWorking(LikelyError):
    """The result is still being computed."""

    code = "still_working"

    def __init__(self) -> None:
        super().__init__(
            text("This is still being worked out: there are many records."), text("It appears here by itself.")
        )


def deadline(seconds: float) -> AbstractContextManager[None]:
    """Wait at most so long for results that have to be computed; then StillWorking is raised.

    Of nested deadlines the earliest holds.
    """
    outer, until = _deadline.get(), time.monotonic() + seconds
    return holding(_deadline, until if outer is None else min(until, outer))


def is_late() -> bool:
    """True where the caller's deadline has passed; never without one."""
    until = _deadline.get()
    return until is not None and time.monotonic() > until


@contextmanager
def strict_deadline(seconds: float) -> Iterator[None]:
    """Like :func:`deadline`, for callers that can do without the result: never overruns, even with too many tasks."""
    with holding(_may_overrun, False), deadline(seconds):
        yield


class BackgroundTasks:
    """Computations in background threads, at most one per key: further callers wait for the same one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = threading.BoundedSemaphore(AT_ONCE)
        self._tasks: dict[str, _Task] = {}

    def ask(self, key: str, compute: Callable[[], Any]) -> Any:
        """Return or raise what `compute` does; StillWorking when the caller's deadline passes first."""
        until = _deadline.get()
        task = None if until is None else self._task(key, compute)
        if task is None and not _may_overrun.get():
            raise StillWorking
        if until is None or task is None:
            return compute()
        if not task.done.wait(max(0.0, until - time.monotonic())):
            raise StillWorking
        with self._lock:
            self._tasks.pop(key, None)
        return task.given()

    def _task(self, key: str, compute: Callable[[], Any]) -> _Task | None:
        """The task of that key, started if need be; None where there are too many."""
        most = MOST_TASKS if _may_overrun.get() else MOST_TASKS // 2  # strict callers leave workers free for others
        with self._lock:
            if key in self._tasks:
                return self._tasks[key]
            if len(self._tasks) >= most:
                for old in [each for each, task in self._tasks.items() if task.done.is_set()]:
                    del self._tasks[old]
            if len(self._tasks) >= most:
                return None
            task = self._tasks[key] = _Task(compute)
        # The thread has a context of its own, without a deadline: it waits for results that it needs in turn.
        threading.Thread(target=self._run, args=(task,), name=f"result {key[:60]}", daemon=True).start()
        return task

    def _run(self, task: _Task) -> None:
        with self._running:
            task.run()


class BestEffort:
    """Optional computations in background threads: at most `most` at once, each with a timeout."""

    def __init__(self, most: int) -> None:
        self._room = threading.BoundedSemaphore(most)

    def ask(self, seconds: float, compute: Callable[[], T]) -> T | None:
        """The result of `compute` within these seconds, else None. It runs in a copy of the caller's context."""
        if not self._room.acquire(blocking=False):
            return None
        context = copy_context()

        def run() -> T:
            try:
                return context.run(compute)
            finally:
                self._room.release()

        task = _Task(run)
        threading.Thread(target=task.run, name="best effort", daemon=True).start()
        return task.given() if task.done.wait(seconds) else None


class _Task:
    def __init__(self, compute: Callable[[], Any]) -> None:
        self.done = threading.Event()
        self._compute = compute
        self._found: Any = None
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._found = self._compute()
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self._error = error
        finally:
            self.done.set()

    def given(self) -> Any:
        if self._error is not None:
            raise self._error
        return self._found
