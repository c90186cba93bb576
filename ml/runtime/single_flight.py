"""Single-flight: of all threads and processes that want one result, one computes it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock


class SingleFlight:
    """One lock per key: between threads always, between processes where a folder for lock files is given.

    Processes on other machines are not held back: two of them may compute one result at the same
    time and write the same value, which costs time and changes nothing.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._guard = threading.Lock()
        self._locks: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def only_one(self, key: str) -> Iterator[None]:
        """Hold the lock of a key: others wait until it is released."""
        with ExitStack() as held:
            held.enter_context(self._between_threads(key))
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
                digest = hashlib.sha256(key.encode()).hexdigest()[:32]
                held.enter_context(FileLock(self._folder / f"{digest}.lock"))
            yield

    @contextmanager
    def _between_threads(self, key: str) -> Iterator[None]:
        with self._guard:
            lock, waiting = self._locks.get(key, (threading.Lock(), 0))
            self._locks[key] = (lock, waiting + 1)
        try:
            with lock:
                yield
        finally:
            with self._guard:
                lock, waiting = self._locks[key]
                self._locks[key] = (lock, waiting - 1)
                if waiting == 1:
                    del self._locks[key]
