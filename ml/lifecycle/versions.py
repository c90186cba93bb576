"""The other versions of a model: what stands beside the one that is asked about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ml.bundle.bundle import CREATED
from ml.errors import LikelyError
from ml.lifecycle.history import read_history
from ml.lifecycle.registry import FINGERPRINT
from ml.lifecycle.state import events_of, held, live_of
from ml.trust.verify import CARD

if TYPE_CHECKING:
    from ml.bundle.bundle import Bundle


@dataclass(frozen=True)
class Version:
    """One version: its fingerprint, when it was made (ISO text, or empty), and whether it is held: was never live."""

    fingerprint: str
    created: str
    held: bool = False

    @property
    def label(self) -> str:
        """What people read: "21 November 2026" would hide two of one day, so the minute is there."""
        return f"{self.created[:16].replace('T', ' ')} ({self.fingerprint})" if self.created else self.fingerprint

    @property
    def choice(self) -> str:
        """The same in a list to choose from. No result holds this: whether a version is held changes."""
        return f"{self.label}, held" if self.held else self.label


def version_of(folder: Path) -> Version:
    """The version in that folder; whether it is held is not looked up."""
    try:
        created = (folder / CREATED).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        created = ""
    return Version(folder.name, created)


def others(bundle: Bundle) -> list[Version]:
    """All other versions that lie beside a bundle, those that are held and never were live too; the newest first."""
    model = bundle.folder.parent
    folders = [path for path in model.iterdir() if FINGERPRINT.fullmatch(path.name) and (path / CARD).is_file()]
    kept = _held(model)
    found = [replace(version_of(path), held=path.name in kept) for path in folders if path.name != bundle.fingerprint]
    return sorted(found, key=lambda version: (version.created, version.fingerprint), reverse=True)


def _held(model: Path) -> set[str]:
    """Fingerprints in a model's folder that were made to be compared, and never were live."""
    try:
        return held(events_of(read_history(model).entries, live_of(model.parent, model.name)))
    except LikelyError:
        return set()


def same_holdout(one: Bundle, other: Bundle) -> bool:
    """Whether both versions were made with the very same hold-out."""
    mine, theirs = one.holdout, other.holdout
    same_rows = one.schema.names == other.schema.names and np.array_equal(mine.truth, theirs.truth)
    return same_rows and all(map(_same, mine.block, theirs.block))


def _same(mine: np.ndarray, theirs: np.ndarray) -> bool:
    gaps = mine.dtype != object and theirs.dtype != object
    return np.array_equal(mine, theirs, equal_nan=gaps)
