"""Remembered faults of versions: the words of an error, not the exception, which would keep objects alive."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml.errors import LikelyError
from ml.trust import record

MINUTES = 5.0
Stamp = tuple[Any, ...]


@dataclass(frozen=True)
class Fault:
    """An error that is valid while the files are the same, for some minutes: a lack of memory may pass."""

    kind: type[LikelyError]
    message: str
    hint: str
    stamp: Stamp
    until: float

    @classmethod
    def of(cls, error: LikelyError, stamp: Stamp) -> Fault:
        """The fault for an error."""
        return cls(type(error), *error.kept, stamp, time.monotonic() + MINUTES * 60)

    def holds(self, stamp: Stamp) -> bool:
        """True while a retry would fail again."""
        return stamp == self.stamp and time.monotonic() < self.until

    def error(self) -> LikelyError:
        """A new error: raising one exception twice would grow its traceback."""
        return self.kind(self.message, self.hint)


def stamp_of(folder: Path) -> Stamp:
    """Stamp of the version's files and the operator's ``trust.json``: differs after a change of one of them."""
    try:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        seen = tuple((str(path), *_times(path)) for path in files)
    except OSError:
        seen = ()
    return seen, record.stamp(folder.parent.parent)


def _times(path: Path) -> tuple[int, int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ino
