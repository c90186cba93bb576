"""The local runner: a worker process that the web service starts where there is no broker.

It exits when it is idle, and is started again when a job is sent or polled: a killed runner is replaced at
the next poll, and nothing runs without jobs.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from store.db import open_store

LOCK = "runner.lock"
STARTING = "runner.starting"  # held by who starts one, until that one holds its lock
STARTS = 30.0  # seconds after which another may be started beside one that holds no lock yet
LOOKED = 0.5  # seconds for which to wait for the lock: a process that tests it holds it for a moment
IDLE = 30.0  # idle seconds after which the runner exits
PAUSE = 0.5  # seconds between two polls for work


class LocalRunner:
    """Starts ``python -m jobs`` where no runner holds the lock in a folder.

    `home` is the folder of the program; `environ` names the same store and files.
    """

    def __init__(self, folder: Path, home: Path, environ: Mapping[str, str]) -> None:
        self._lock_file, self._home, self._environ = folder / LOCK, home, dict(environ)
        self._guard = threading.Lock()
        self._started: subprocess.Popen[bytes] | None = None

    def wake(self, _job: str = "") -> None:
        """Start a runner, unless one is running."""
        with self._guard:
            if self._started is not None and self._started.poll() is None:
                return
            if self._runs():
                return
            starting = FileLock(self._lock_file.with_name(STARTING), thread_local=False)
            try:
                starting.acquire(timeout=0)
            except Timeout:  # another worker of the service starts one: two would need twice the memory for a second
                return
            command = [sys.executable, "-m", "jobs", "--until-idle"]
            try:
                self._started = subprocess.Popen(  # noqa: S603
                    command, cwd=self._home, env=self._environ, stdin=subprocess.DEVNULL
                )
            except OSError:
                starting.release()
                raise
        threading.Thread(target=self._see_it_start, args=(self._started, starting), daemon=True).start()

    def _see_it_start(self, started: subprocess.Popen[bytes], starting: FileLock) -> None:
        """Let others start one when this one runs, has ended, or takes too long."""
        end = time.monotonic() + STARTS
        while started.poll() is None and not self._runs() and time.monotonic() < end:
            time.sleep(PAUSE / 5)
        starting.release()

    def _runs(self) -> bool:
        """True when a runner holds its lock; tested by a shared lock, so that two tests at once do not collide."""
        self._lock_file.parent.mkdir(parents=True, exist_ok=True)
        with self._lock_file.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False


def resume(database_url: str, folder: Path, home: Path, environ: Mapping[str, str]) -> None:
    """Resume unfinished jobs at the start of the service, if there is a database."""
    if open_store(database_url).exists:
        LocalRunner(folder, home, environ).wake()


def run_until_idle(
    folder: Path, step: Callable[[], bool], stop: threading.Event, idle: float = IDLE,
    waited_for: Callable[[], bool] = lambda: False,
) -> bool:  # fmt: skip
    """Work under the lock until idle for a while; False where another runner holds it.

    It stays as long as `waited_for` returns True, as while a webhook is to be retried.

    A job may be sent just before the lock is released, so there is a last poll after it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK)
    while not stop.is_set():
        try:
            with lock.acquire(timeout=LOOKED):
                _work(step, stop, idle, waited_for)
        except Timeout:
            return False
        if not (step() or waited_for()):
            return True
    return True


def _work(step: Callable[[], bool], stop: threading.Event, idle: float, waited_for: Callable[[], bool]) -> None:
    last = time.monotonic()
    while not stop.is_set() and time.monotonic() - last < idle:
        if step():
            last = time.monotonic()
            continue
        if waited_for():
            last = time.monotonic()
        stop.wait(PAUSE)
