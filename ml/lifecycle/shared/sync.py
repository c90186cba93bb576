"""Synchronisation of a machine with store and object storage: one of its processes does it for all."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from ml.errors import LikelyError
from ml.lifecycle.shared.eviction import evict, kept_ahead
from ml.lifecycle.shared.fetch import LOCKS, NotFetched, remove_abandoned
from ml.lifecycle.shared.shared_models import REPORTED, SharedModels, share
from ml.lifecycle.shared.state import StateStore
from ml.translation import translated

log = logging.getLogger(__name__)

EVERY = 0.25  # seconds between two looks into the store
PATIENCE = 8.0  # seconds for which a request waits for a version that is fetched
TURN = 20  # looks after which a busy process lets others lead
SOONEST, LATEST = 1.0, 5.0  # seconds until the storage is asked again, more after each failure
BROKEN = 30.0  # seconds until a version is fetched again that was not what it should be
CLEANED = 600.0  # seconds between two looks for versions that are damaged, and for those that nobody uses


class Sync:
    """Keeps the cache of a machine as the store says.

    Two threads in each process, of which those of one process in a machine work: one looks into the store and moves
    pointers, the other fetches, which may take long. Where the leading process ends another takes its place. A `busy`
    one, whose computations hold threads up, as those of jobs, leads where no other does.
    """

    def __init__(self, shared: SharedModels, *, busy: bool = False) -> None:
        self.shared, self._busy = shared, busy
        self._process = 0
        self._stop, self._wake = threading.Event(), threading.Event()
        self._next: dict[str, tuple[float, float]] = {}  # key: when it is tried again, seconds from then
        self._cleaned = 0.0
        self._reported: tuple[float, set[str]] = (0.0, set())

    def start(self) -> None:
        """Start the threads, once in each process: threads do not survive a fork."""
        if self._process == os.getpid():
            return
        self._process, self._stop, self._wake = os.getpid(), threading.Event(), threading.Event()
        self.shared.patience = PATIENCE
        for work in (self._lead, self._fetch):
            threading.Thread(target=work, args=(self._stop, self._wake), daemon=True, name="models").start()

    def stop(self) -> None:
        """Let the threads of this process end."""
        self._stop.set()
        self._wake.set()

    def catch_up(self) -> list[str]:
        """Read the state and fetch what is live and not here, or damaged, in this thread; what went wrong, in words."""
        try:
            self.shared.refresh()
            faults = []
        except OSError as error:
            faults = [f"What is live is not known anew: {error}. What was known last is used."]
        for key in [*self.shared.missing(), *self.shared.damaged()]:
            try:
                self.shared.fetch(*key.split("@", 1), again=True)
            except LikelyError as error:
                faults.append(str(error))
        return faults

    def faults(self) -> dict[str, str]:
        """Versions that every instance is to have and this one lacks, by key, and why; another one serves meanwhile."""
        faults, absent = self.shared.faults.all(), self.shared.absent()
        lacking = [key for key in self._wanted() if key.partition("@")[0] not in absent]
        return {key: str(translated(faults[key])) for key in lacking if key in faults}

    def none(self) -> str:
        """Reason why there are no models."""
        if self.shared.known().token:
            return "There is none in MODELS_URL: python -m ml add, train or upload brings one there."
        return "The store has not said yet which models there are."

    def _lead(self, stop: threading.Event, wake: threading.Event) -> None:
        lock = FileLock(_lock_of(self.shared.folder), thread_local=False)
        turn = 0
        while not stop.is_set():
            if self._busy and turn % TURN == 0:  # a busy process lets others lead: at first, and after every TURN looks
                lock.release()
                stop.wait(4 * EVERY)
            turn += 1
            if lock.is_locked or _acquired(lock):
                self._look()
                self._report()
                wake.set()
            stop.wait(EVERY)
        lock.release()

    def _look(self) -> None:
        try:
            if self.shared.store.token() != self.shared.known().token:
                self.shared.refresh()
                self._next.clear()
        except OSError:
            pass  # the store's circuit breaker has said so in the log
        except Exception:
            log.exception("The state of the models cannot be read")

    def _report(self) -> None:
        """Say now and then, and where it changed, which versions are here: whoever makes one live waits for that."""
        known = self.shared.known().models.items()
        here = {f"{name}@{each}" for name, model in known for each in model.versions if self.shared.has(name, each)}
        now = time.monotonic()
        if here == self._reported[1] and now - self._reported[0] < REPORTED:
            return
        with suppress(OSError):
            self.shared.store.report(self.shared.machine(), here)
            self._reported = (now, here)

    def _fetch(self, stop: threading.Event, wake: threading.Event) -> None:
        while wake.wait() and not stop.is_set():
            wake.clear()
            try:
                for key in [key for key in self._wanted() if time.monotonic() >= self._next.get(key, (0.0,))[0]]:
                    self._fetch_one(key)
                self._clean()
            except Exception:
                log.exception("Versions of models cannot be fetched")

    def _wanted(self) -> Iterator[str]:
        """Keys of versions that are to be here and are not: live ones first."""
        known = self.shared.known().models
        ahead = [f"{name}@{each}" for name, model in known.items() for each in kept_ahead(model)]
        for key in dict.fromkeys([*self.shared.missing(), *ahead]):
            if not self.shared.has(*key.split("@", 1)):
                yield key

    def _fetch_one(self, key: str) -> None:
        waited = self._next.get(key, (0.0, 0.0))[1]
        try:
            self.shared.fetch(*key.split("@", 1))
        except LikelyError as error:
            seconds = min(LATEST, max(SOONEST, 2 * waited)) if isinstance(error, NotFetched) else BROKEN
            if not waited:
                log.warning("%s It is tried again.", error)
            self._next[key] = (time.monotonic() + seconds, seconds)
        else:
            if self._next.pop(key, None):
                log.warning("%s is here now.", key)

    def _mend(self) -> None:
        """Fetch live versions again that are damaged on this disk: whoever has opened one before serves on."""
        for key in self.shared.damaged():
            log.warning("%s is damaged on this disk. It is fetched again.", key)
            try:
                self.shared.fetch(*key.split("@", 1), again=True)
            except LikelyError as error:
                log.warning("%s It is tried again.", error)

    def _clean(self) -> None:
        """Look from time to time for live versions that are damaged, and for versions that nobody uses.

        Not for the latter while the store is away: jobs may need them.
        """
        if time.monotonic() - self._cleaned < CLEANED and self._cleaned:
            return
        self._cleaned = time.monotonic()
        self._mend()
        remove_abandoned(self.shared.folder)
        try:
            needed = self.shared.store.needed() | self.shared.pinned
        except OSError:
            return
        for key in evict(self.shared.folder, self.shared.known(), needed):
            log.info("%s left the cache: nobody used it for a day.", key)


def open_shared(folder: Path, url: str, store: StateStore, pinned: str = "") -> Sync:
    """Let this process know a folder as the cache of shared models, and give what keeps it up to date.

    `url` is the address of the object storage; the model or key `pinned` then stays in the cache.
    """
    shared = SharedModels(folder, url, store, {pinned} if "@" in pinned else ())
    share(shared)
    return Sync(shared)


def _lock_of(folder: Path) -> Path:
    (folder / LOCKS).mkdir(parents=True, exist_ok=True)
    return folder / LOCKS / "leader"


def _acquired(lock: FileLock) -> bool:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    return True
