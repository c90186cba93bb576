"""The cache of an instance: a folder of models as any other, in which the shared state is written down.

Whoever serves looks at its pointers only. So what was last known serves while store and storage are away, and all
processes of a machine, which share the folder, switch at once.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ml.files.write.atomic_output import atomic_output
from ml.lifecycle import history
from ml.lifecycle.model_folder import POINTER, versions_in
from ml.lifecycle.removal import taken_away
from ml.lifecycle.shared.state import SharedModel, SharedState
from ml.trust.record import replace_all

STATE = ".shared.json"


def read_state(folder: Path) -> SharedState:
    """The state that was last written down; an empty one where there is none, or none that can be read."""
    try:
        return SharedState.from_json(json.loads((folder / STATE).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return SharedState()


def write_state(folder: Path, before: SharedState, now: SharedState) -> None:
    """Write a state to the cache: permissions, then each model's history and live pointer; delete removed versions.

    The pointer of a model, and its history, stay as they are until its live version is here. Models that the store
    does not know are left alone: it may have been emptied.
    """
    replace_all(folder, {name: model.trusted for name, model in now.models.items()})
    for name, model in now.models.items():
        _write_model(folder / name, before.of(name), model)
    _write(folder / STATE, json.dumps(now.to_json(), ensure_ascii=False).encode())


def is_here(folder: Path, name: str, fingerprint: str) -> bool:
    """True where a version is in the cache: complete, for it is moved there in one step."""
    return (folder / name / fingerprint).is_dir()


def _write_model(folder: Path, before: SharedModel, now: SharedModel) -> None:
    if now.live is None or is_here(folder.parent, folder.name, now.live):
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / history.FILE, b"".join(map(history.line_of, now.history)))
        if now.live is None:
            (folder / POINTER).unlink(missing_ok=True)
        else:
            _write(folder / POINTER, f"{now.live}\n".encode("ascii"))
    removed = {*before.versions} - {*now.versions}
    if gone := [each for each in versions_in(folder) if each in removed]:
        with taken_away(folder, gone):
            pass


def _write(path: Path, data: bytes) -> None:
    """Write a file in one step, unless it holds that already: another file is what processes look for."""
    try:
        if path.read_bytes() == data:
            return
    except OSError:
        pass
    with atomic_output(path) as file:
        file.write(data)


class Faults:
    """Failed downloads, in words for all readers, shared by the processes of a machine: a small file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / ".faults.json"
        self._read: tuple[Any, dict[str, str]] = (None, {})

    def all(self) -> dict[str, str]:
        """Words by model key."""
        try:
            stat = self._file.stat()
            stamp = (stat.st_ino, stat.st_mtime_ns)
            if self._read[0] != stamp:
                self._read = (stamp, dict(json.loads(self._file.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError):
            self._read = (None, {})
        return self._read[1]

    def set(self, key: str, words: str | None) -> None:
        """Record a fault, or with None that there is none."""
        now = dict(self.all())
        if now.get(key) == words:
            return
        if words is None:
            del now[key]
        else:
            now[key] = words
        _write(self._file, json.dumps(now).encode())
