"""Shared models: versions in object storage, what is live in the store, and a folder of this machine as their cache.

A folder of models is one of these once :func:`share` was called for it; all that changes the folder asks
:func:`shared_of`, whichever door it came through.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from ml.errors import BrokenModel, LikelyError
from ml.lifecycle.model_folder import pointed, versions_in
from ml.lifecycle.shared.cache import STATE, Faults, is_here, read_state, write_state
from ml.lifecycle.shared.fetch import LOCKS, NotFetched, fetch_version, is_damaged
from ml.lifecycle.shared.object_storage import ObjectStorage
from ml.lifecycle.shared.state import SharedState, StateStore
from ml.translation import ALL_READERS, serialize_messages, text, translated, use_language

LOCK_TIMEOUT = 60.0  # s; what is done under the lock takes milliseconds, and an answer of the store
MACHINE = ".machine"
REPORTED = 2.0  # seconds between two reports of a machine that serves
ASKED_EVERY = 1.0  # s between two looks into the store for versions that nobody knows: clients may name any


class SharedModels:
    """The models that all instances share, as one machine sees them.

    Parameters
    ----------
    folder : Path
        The cache; all processes of the machine share it.
    url : str
        Address of the object storage.
    pinned : collection of str
        Model keys that stay in the cache whatever happens.
    patience : float or None
        Seconds for which who asks for a version waits until it is fetched; None as long as it takes.
    """

    def __init__(
        self, folder: Path, url: str, store: StateStore, pinned: Collection[str] = (), patience: float | None = None
    ) -> None:
        self.folder, self.store, self.pinned, self.patience = Path(folder), store, frozenset(pinned), patience
        self.storage, self.faults = ObjectStorage(url), Faults(self.folder)
        self._read: tuple[object, SharedState] = (None, SharedState())
        self._asked = 0.0
        self._fetching: dict[str, _Fetching] = {}
        self._guard = threading.Lock()

    def known(self) -> SharedState:
        """The state that this machine knows."""
        try:
            stat = (self.folder / STATE).stat()
        except OSError:
            return SharedState()
        stamp = (stat.st_ino, stat.st_mtime_ns)
        if self._read[0] != stamp:
            self._read = (stamp, read_state(self.folder))
        return self._read[1]

    def versions(self, name: str) -> list[str]:
        """Fingerprints of a model's versions: those of the store, and those of this machine; sorted."""
        return sorted({*self.known().of(name).versions, *versions_in(self.folder / name)})

    def absent(self) -> dict[str, str]:
        """Models of which no version is here yet, by name, and why."""
        faults, reasons = self.faults.all(), {}
        for name, model in self.known().models.items():
            if model.live is not None and pointed(self.folder, name) is None:
                key = f"{name}@{model.live}"
                fault = translated(faults[key]) if key in faults else ""
                reasons[name] = str(fault) or text("{key} is being fetched from the object storage.", key=key)
        return reasons

    def missing(self) -> list[str]:
        """Keys of live versions that are not here yet."""
        models = self.known().models.items()
        lives = [(name, model.live) for name, model in models if model.live is not None]
        return [f"{name}@{live}" for name, live in lives if not self.has(name, live)]

    def has(self, name: str, fingerprint: str) -> bool:
        """True where a version is in the cache."""
        return is_here(self.folder, name, fingerprint)

    def machine(self) -> str:
        """Id of this machine among those that serve, made once and kept in the cache."""
        file = self.folder / MACHINE
        try:
            return file.read_text(encoding="ascii")
        except OSError:
            with self._alone(), suppress(FileExistsError), file.open("x", encoding="ascii") as new:
                new.write(uuid.uuid4().hex)
            return file.read_text(encoding="ascii")

    def refresh(self) -> SharedState:
        """Read the state from the store and write it down here; OSError where the store is away."""
        with self._alone():
            now = SharedState.from_json(self.store.read())
            write_state(self.folder, read_state(self.folder), now)
        return now

    def settle(self) -> None:
        """Write the known state down again, after versions have come."""
        with self._alone():
            known = read_state(self.folder)
            write_state(self.folder, known, known)

    def damaged(self) -> list[str]:
        """Keys of live versions that are here and not what their manifest says."""
        models = self.known().models.items()
        lives = [(name, model.live) for name, model in models if model.live is not None and self.has(name, model.live)]
        return [f"{name}@{live}" for name, live in lives if is_damaged(self.folder / name / live, name)]

    def fetch(self, name: str, fingerprint: str, *, again: bool = False) -> None:
        """Fetch a version that the store knows, unless it is here; where it is live, it goes live here.

        With `again` one that is here and damaged is fetched, too.

        Raises
        ------
        NotFetched, BrokenModel
        """
        key, record = f"{name}@{fingerprint}", self.known().of(name).versions.get(fingerprint)
        if record is None:
            return
        with use_language(ALL_READERS):
            try:
                fetch_version(self.storage, self.folder, name, fingerprint, record, again=again)
            except LikelyError as error:
                message, hint = error.kept
                self._note(
                    key, serialize_messages(text("{message} {hint}", message=message, hint=hint) if hint else message)
                )
                raise
        self._note(key, None)
        if self.known().of(name).live == fingerprint != pointed(self.folder, name):
            self.settle()

    def need(self, name: str, fingerprint: str) -> None:
        """Have a version here that somebody asks for by its key, where the store knows it.

        Raises
        ------
        NotFetched, BrokenModel
        """
        if fingerprint not in self.known().of(name).versions and time.monotonic() - self._asked > ASKED_EVERY:
            self._asked = time.monotonic()
            with suppress(OSError):
                self.refresh()
        if fingerprint not in self.known().of(name).versions:
            return
        if self.patience is None:
            self.fetch(name, fingerprint)
            return
        with self._guard:  # one thread for each version, however many ask while a storage stands still
            fetching = self._fetching.get(key := f"{name}@{fingerprint}")
            if fetching is None or not fetching.is_alive():
                fetching = self._fetching[key] = _Fetching(self, name, fingerprint)
                fetching.start()
        fetching.join(self.patience)
        if fetching.failed is not None:
            raise type(fetching.failed)(*fetching.failed.kept)
        if fetching.is_alive():
            what = text("{key} is being fetched from the object storage.", key=key)
            raise NotFetched(what, text("Ask again in a moment."))

    def note_use(self, name: str, fingerprint: str) -> None:
        """Note that a version was asked for by its key: it stays in the cache for a day."""
        with suppress(OSError):  # a file system that cannot be written to keeps what it has
            os.utime(self.folder / name / fingerprint)

    def _note(self, key: str, words: str | None) -> None:
        with suppress(OSError), self._alone():
            self.faults.set(key, words)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The lock under which the folder is written to, between threads and processes; OSError where it is held."""
        (self.folder / LOCKS).mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / LOCKS / "state", timeout=LOCK_TIMEOUT)
        try:
            lock.acquire()
        except Timeout as error:
            raise OSError("another process has been writing to the cache for a minute") from error
        try:
            yield
        finally:
            lock.release()


class _Fetching(threading.Thread):
    """A version that is being fetched while somebody waits for it."""

    def __init__(self, shared: SharedModels, name: str, fingerprint: str) -> None:
        super().__init__(daemon=True, name="models")
        self._told = shared, name, fingerprint
        self.failed: BrokenModel | None = None

    def run(self) -> None:
        """Fetch."""
        shared, name, fingerprint = self._told
        try:
            shared.fetch(name, fingerprint)
        except BrokenModel as error:
            self.failed = error


_SHARED: dict[Path, SharedModels] = {}


def share(shared: SharedModels) -> None:
    """Let everything in this process that works on the folder know that it is a cache of shared models."""
    _SHARED[shared.folder.absolute()] = shared


def shared_of(folder: Path) -> SharedModels | None:
    """The shared models whose cache a folder is; None for a folder of models of its own."""
    return _SHARED.get(Path(folder).absolute()) if _SHARED else None
