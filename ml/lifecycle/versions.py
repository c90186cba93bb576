"""Other versions of a bundle's model, for comparisons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ml.bundle.bundle import Bundle, created
from ml.errors import LikelyError
from ml.lifecycle.history import read_history
from ml.lifecycle.model_folder import versions_in
from ml.lifecycle.state import events_of, held, live_of
from ml.translation import text
from ml.trust.verify import CARD


@dataclass(frozen=True)
class Version:
    """One version: fingerprint, time of creation (ISO text, or empty), and whether it is on hold (never live)."""

    fingerprint: str
    created: str
    held: bool = False

    @property
    def label(self) -> str:
        """Label for display, to the minute: two versions may be of one day."""
        return f"{self.created[:16].replace('T', ' ')} ({self.fingerprint})" if self.created else self.fingerprint

    @property
    def choice(self) -> str:
        """Label in a list of choices. Not for cached results: a hold may end."""
        return text("{version}, held", version=self.label) if self.held else self.label


def version_of(folder: Path) -> Version:
    """The version in a folder, without a look at its hold."""
    return Version(folder.name, created(folder))


def others(bundle: Bundle) -> list[Version]:
    """All other versions beside a bundle, those on hold included; the newest first."""
    model = bundle.folder.parent
    folders = [model / name for name in versions_in(model) if name != bundle.fingerprint]
    on_hold = _held(model)
    versions = [replace(version_of(path), held=path.name in on_hold) for path in folders if (path / CARD).is_file()]
    return sorted(versions, key=lambda version: (version.created, version.fingerprint), reverse=True)


def _held(model: Path) -> set[str]:
    """Fingerprints in a model's folder that are on hold."""
    try:
        return held(events_of(read_history(model).entries, live_of(model.parent, model.name)))
    except LikelyError:
        return set()


def same_holdout(one: Bundle, other: Bundle) -> bool:
    """True when both versions have the same hold-out."""
    mine, theirs = one.holdout, other.holdout
    same_rows = one.schema.names == other.schema.names and np.array_equal(mine.truth, theirs.truth)
    return same_rows and all(map(_same, mine.block, theirs.block))


def _same(mine: np.ndarray, theirs: np.ndarray) -> bool:
    gaps = mine.dtype != object and theirs.dtype != object
    return np.array_equal(mine, theirs, equal_nan=gaps)
