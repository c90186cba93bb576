"""Eviction: which versions leave the cache of an instance; they stay in object storage, to be fetched again."""

from __future__ import annotations

import time
from collections.abc import Collection
from pathlib import Path

from ml.errors import LikelyError
from ml.lifecycle.history import live_order
from ml.lifecycle.model_folder import pointed, versions_in
from ml.lifecycle.removal import taken_away
from ml.lifecycle.shared.state import SharedModel, SharedState
from ml.lifecycle.state import events_of, held

UNUSED = 24 * 3600.0  # seconds without use after which an old version may leave


def kept_ahead(model: SharedModel) -> list[str]:
    """Fingerprints that every instance keeps: what is or goes live first, then what is held, or next in a rollback."""
    on_hold = held(events_of(model.history, model.live))
    earlier = [each for each in live_order(model.history, model.live) if each != model.live]
    wanted = [model.live, model.coming, *sorted(on_hold), *earlier[-1:]]
    return [each for each in dict.fromkeys(wanted) if each in model.versions and each is not None]


def evict(folder: Path, state: SharedState, needed: Collection[str]) -> list[str]:
    """Remove versions that nobody used for a day from the cache.

    Never one that is live, here or in the store, on hold, or next in a rollback; one that a job needs or a setting
    names (`needed`, model keys); or one that is not in the store: it may be about to be added.

    Returns
    -------
    list of str
        Keys of what was removed.
    """
    now = time.time()
    gone: list[str] = []
    for name, model in state.models.items():
        in_use = {*kept_ahead(model), pointed(folder, name)}
        old = [
            each
            for each in versions_in(folder / name)
            if each in model.versions
            and each not in in_use
            and f"{name}@{each}" not in needed
            and now - _last_use(folder / name / each) > UNUSED
        ]
        if old and _removed(folder / name, old):
            gone += [f"{name}@{each}" for each in old]
    return gone


def _last_use(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return float("inf")


def _removed(folder: Path, old: list[str]) -> bool:
    try:
        with taken_away(folder, old):
            return True
    except LikelyError:
        return False
