"""A runner that the web service starts beside itself where there is no broker.

It works until nothing is left to do, and is started again by whoever sends or watches a job: a
runner that was killed is back before anybody notices, and nothing runs where nobody needs it.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)

LOCK = "runner.lock"
IDLE = 30.0  # seconds without work after which the runner ends
PAUSE = 0.5  # seconds between two looks for work


class LocalRunner:
    """Starts ``python -m jobs`` when there is work and no runner.

    Parameters
    ----------
    folder : Path
        Of the lock that the runner holds.
    home : Path
        The folder of the program.
    environ : mapping
        The environment of the runner: it has to work on the same store and files.
    """

    def __init__(self, folder: Path, home: Path, environ: Mapping[str, str]) -> None:
        self._lock_file, self._home, self._environ = folder / LOCK, home, dict(environ)
        self._guard = threading.Lock()
        self._started: subprocess.Popen[bytes] | None = None

    def wake(self, _job: str = "") -> None:
        """See to it that a runner works."""
        with self._guard:
            if self._started is not None and self._started.poll() is None:
                return
            if self._runs():
                return
            command = [sys.executable, "-m", "jobs", "--until-idle"]
            self._started = subprocess.Popen(  # noqa: S603
                command, cwd=self._home, env=self._environ, stdin=subprocess.DEVNULL
            )

    def _runs(self) -> bool:
        self._lock_file.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._lock_file)
        try:
            with lock.acquire(timeout=0):
                return False
        except Timeout:
            return True


def resume(database_url: str, folder: Path, home: Path, environ: Mapping[str, str]) -> None:
    """At the start of the service: go on with jobs that the last one left, if it left a database."""
    path = database_url.partition(":///")[2]
    if not database_url.startswith("sqlite:") or Path(path).is_file():
        LocalRunner(folder, home, environ).wake()


def run_until_idle(
    folder: Path, step: Callable[[], bool], stop: threading.Event, idle: float = IDLE,
    waited_for: Callable[[], bool] = lambda: False,
) -> bool:  # fmt: skip
    """Work under the lock until there is nothing to do for a while; False where another runner works.

    As long as `waited_for` gives True, such as while somebody is to be called again later, it stays.

    After the lock is given back there may be work that somebody left to this runner a moment ago,
    so there is a last look.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK)
    while not stop.is_set():
        try:
            with lock.acquire(timeout=0):
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
