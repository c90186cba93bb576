"""The other versions of a model: what stands beside the one that is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ml.bundle import CARD, CREATED
from ml.registry import FINGERPRINT

if TYPE_CHECKING:
    from ml.bundle import Bundle


@dataclass(frozen=True)
class Version:
    """One version: its fingerprint, and when it was made (ISO text, or empty)."""

    fingerprint: str
    created: str

    @property
    def label(self) -> str:
        """What people read: "21 November 2026" would hide two of one day, so the minute is there."""
        return f"{self.created[:16].replace('T', ' ')} ({self.fingerprint})" if self.created else self.fingerprint


def version_of(folder: Path) -> Version:
    """The version in that folder."""
    try:
        created = (folder / CREATED).read_text(encoding="utf-8").strip()
    except OSError:
        created = ""
    return Version(folder.name, created)


def others(bundle: Bundle) -> list[Version]:
    """All other versions that lie beside a bundle, the newest first."""
    beside = bundle.folder.parent.iterdir()
    folders = [path for path in beside if FINGERPRINT.fullmatch(path.name) and (path / CARD).is_file()]
    found = [version_of(path) for path in folders if path.name != bundle.fingerprint]
    return sorted(found, key=lambda version: (version.created, version.fingerprint), reverse=True)


def same_holdout(one: Bundle, other: Bundle) -> bool:
    """Whether both versions were made with the very same hold-out."""
    mine, theirs = one.holdout, other.holdout
    same_rows = one.schema.names == other.schema.names and np.array_equal(mine.truth, theirs.truth)
    return same_rows and all(map(_same, mine.block, theirs.block))


def _same(mine: np.ndarray, theirs: np.ndarray) -> bool:
    gaps = mine.dtype != object and theirs.dtype != object
    return np.array_equal(mine, theirs, equal_nan=gaps)
