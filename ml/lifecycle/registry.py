"""Registry of models: the live version of each; loads each version once per process."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ml.bundle.bundle import Bundle
from ml.errors import BrokenModel, InvalidData, LikelyError, UnknownModel
from ml.files.write.atomic_output import atomic_output
from ml.lifecycle.history import removed_on
from ml.lifecycle.model_folder import FINGERPRINT, NAME, POINTER, versions_in
from ml.lifecycle.shared.shared_models import SharedModels, shared_of
from ml.runtime import memory
from ml.translation import text
from ml.trust.faults import Fault, stamp_of

NOTED_EVERY = 3600.0  # seconds
RESERVED = {
    "gallery", "api", "assets", "static", "healthz", "readyz", "predict", "score", "v1", "v2", "ping", "invocations",
    "version", "live",
}  # fmt: skip


class Registry:
    """The models below one folder: ``<folder>/<name>/<fingerprint>/`` and ``<folder>/<name>/live``.

    The pointer is looked at on every question, so all processes see a new version at once, and read
    when it was swapped; a bundle is read at its first use and kept as long as its folder is there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._bundles: dict[str, Bundle] = {}
        self._live: dict[str, tuple[tuple[int, int, int], str]] = {}
        self._faults: dict[str, Fault] = {}
        self._lock = threading.Lock()
        self._shared = shared_of(self.folder)
        self._used: dict[str, float] = {}

    def names(self) -> tuple[str, ...]:
        """Names of all models that have a live version, broken ones included, sorted."""
        self._forget_removed()
        if not self.folder.is_dir():
            return ()
        names = {path.parent.name for path in self.folder.glob(f"*/{POINTER}")}
        return tuple(sorted(names if self._shared is None else names | self._shared.absent().keys()))

    def live(self, name: str) -> str:
        """Model key of the live version; UnknownModel where there is none, BrokenModel where it is gone."""
        if NAME.fullmatch(name):
            with contextlib.suppress(OSError):
                return self._pointed(name)
            if self._shared is not None and (why := self._shared.absent().get(name)):
                raise BrokenModel(why)
        known = ", ".join(self.names()) or "none yet: run python -m ml train"
        raise UnknownModel(self._absent(name), text("Known models: {known}.", known=known))

    def _pointed(self, name: str) -> str:
        """The key in the pointer. A swapped pointer is another file, seen by its inode.

        A version that is added or removed changes the folder's time; removed ones are dropped then.
        """
        stat = os.stat(f"{self.folder}/{name}/{POINTER}")  # noqa: PTH116 - each request comes by, and a Path costs more
        around = os.stat(f"{self.folder}/{name}")  # noqa: PTH116
        stamp = (stat.st_ino, stat.st_mtime_ns, around.st_mtime_ns)
        known = self._live.get(name)
        if known is None or known[0] != stamp:
            self._forget_removed()
            known = (stamp, f"{name}@{self._named(name)}")
            self._live[name] = known
        return known[1]

    def _named(self, name: str) -> str:
        """The fingerprint in the pointer; BrokenModel where it names no version that is there."""
        folder = self.folder / name
        text = (folder / POINTER).read_text(encoding="utf-8", errors="replace").strip()
        if not FINGERPRINT.fullmatch(text) or not (folder / text).is_dir():
            there = ", ".join(versions_in(folder)) or "none; add the model again"
            hint = f"Write one that is there into it: {there}."
            raise BrokenModel(f"{name}: the file {POINTER!r} names {text[:40]!r}, which is no version here.", hint)
        return text

    def load(self, name_or_key: str) -> Bundle:
        """The bundle of a model's live version, or of the very version that a key names.

        Raises
        ------
        UnknownModel, BrokenModel
        """
        named = "@" in name_or_key
        key = name_or_key if named else self.live(name_or_key)
        bundle = self._bundles.get(key)
        if named and self._shared is not None:
            self._note_use(self._shared, key)
        if bundle is not None and named and not os.path.isdir(bundle.folder):  # noqa: PTH112 - as for the pointer
            bundle = None
            self._forget_removed()
        return bundle if bundle is not None else self._read(key)

    def _note_use(self, shared: SharedModels, key: str) -> None:
        """Keep a version that is asked for by its key in the cache; noted once an hour."""
        now = time.monotonic()
        if now - self._used.get(key, -NOTED_EVERY) >= NOTED_EVERY and key in self._bundles:
            self._used[key] = now
            shared.note_use(*key.split("@", 1))

    def _forget_removed(self) -> None:
        """Drop the versions whose folder is gone, and all results made from them."""
        gone = [key for key, bundle in list(self._bundles.items()) if not bundle.folder.is_dir()]
        for key in gone:
            self._bundles.pop(key, None)
        if gone:
            memory.give_back(collect=True)  # the value function of a removed version is a reference cycle

    def _absent(self, name: str) -> str:
        """Message for a name without a live version."""
        if NAME.fullmatch(name):
            folder = self.folder / name
            if versions_in(folder):
                return text(
                    "No version of the model {name} is live; {command} shows what is there.",
                    name=repr(name),
                    command=f"python -m ml versions {name}",
                )
            when = removed_on(folder)
            if when:
                return text("The model {name} was removed on {when}.", name=repr(name), when=when)
        return text("There is no model {name}.", name=repr(name[:80]))

    def _read(self, key: str) -> Bundle:
        name, _, fingerprint = key.partition("@")
        if not (NAME.fullmatch(name) and FINGERPRINT.fullmatch(fingerprint)):
            raise UnknownModel(
                text("{key} is not a model key.", key=repr(key[:80])), text("A key looks like iris@3f9a1c2b.")
            )
        folder = self.folder / name / fingerprint
        if self._shared is not None and not folder.is_dir():
            self._shared.need(name, fingerprint)
        with self._lock:
            if key not in self._bundles:
                if not folder.is_dir():
                    when = removed_on(folder.parent, fingerprint)
                    what = text("There is no version {key}.", key=repr(key))
                    if when:
                        what = text("{key} was removed on {when}.", key=key, when=when)
                    raise UnknownModel(what, text("The live version is served without @."))
                self._bundles[key] = self._opened(key, folder)
            return self._bundles[key]

    def _opened(self, key: str, folder: Path) -> Bundle:
        """The bundle; a fault is remembered, so that its files are not read again for each request."""
        stamp, fault = stamp_of(folder), self._faults.get(key)
        if fault is not None and fault.holds(stamp):
            raise fault.error()
        try:
            bundle = Bundle(folder.parent.name, folder)
        except LikelyError as error:
            self._faults[key] = Fault.of(error, stamp)
            raise
        self._faults.pop(key, None)
        return bundle


def check_name(name: str) -> str:
    """The name, if a model may bear it; InvalidData otherwise."""
    if not NAME.fullmatch(name) or name in RESERVED:
        hint = f"Use lower-case letters, digits and hyphens; not {', '.join(sorted(RESERVED))}."
        raise InvalidData(f"A model cannot be called {name!r}.", hint)
    return name


def set_live(folder: Path, name: str, fingerprint: str, before: Callable[[], object] = lambda: None) -> None:
    """Swap the pointer atomically: a reader sees the old version or the new one, never neither.

    `before` is called when all that may fail is done but the swap; what it raises leaves the pointer as it was. Whoever
    makes a version live calls :func:`ml.lifecycle.actions.make_live`, which writes the history with it.
    """
    with atomic_output(folder / name / POINTER) as file:
        file.write(f"{fingerprint}\n".encode("ascii"))
        file.flush()  # fails here when the disk is full, before the pointer is swapped
        before()
