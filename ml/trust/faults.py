"""Remember what is wrong with a version: its words, not the exception, which would hold what was in memory."""

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
    """An error that holds while the files are the same, for some minutes: a shortage of memory may pass."""

    kind: type[LikelyError]
    message: str
    hint: str
    stamp: Stamp
    until: float

    @classmethod
    def of(cls, error: LikelyError, stamp: Stamp) -> Fault:
        """What is to be said again."""
        return cls(type(error), error.message, error.hint, stamp, time.monotonic() + MINUTES * 60)

    def holds(self, stamp: Stamp) -> bool:
        """Whether trying again would be in vain."""
        return stamp == self.stamp and time.monotonic() < self.until

    def error(self) -> LikelyError:
        """The error, fresh: raising one exception twice would grow its traceback."""
        return self.kind(self.message, self.hint)


def stamp_of(folder: Path) -> Stamp:
    """What changes when a file of the version, or the operator's file beside the models, is written."""
    try:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        seen = tuple((str(path), *_times(path)) for path in files)
    except OSError:
        seen = ()
    return seen, record.stamp(folder.parent.parent)


def _times(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino
