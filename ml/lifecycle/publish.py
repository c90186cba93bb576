"""Publish a freshly written version: move it beside the others of its model, and make it live or hold it."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from ml.errors import BrokenModel
from ml.lifecycle.actions import check_serves, hold, make_live
from ml.lifecycle.history import LOCK, by_whom, locked, stated_reason
from ml.lifecycle.removal import taken_away

HOLD = "hold"


def publish(
    folder: Path, models: Path, name: str, fingerprint: str, *, action: str = "add", by: str | None, why: str | None
) -> str:
    """Move a written version to its place, check it there and record it; one that does not serve is removed again.

    An existing version of the same fingerprint is kept, unless it is broken: then this one replaces it.

    Parameters
    ----------
    folder : Path
        The version, on the same file system as `models`.
    action : {"train", "add", "hold"}
        "hold" checks and records the version, and leaves the live one live.
    by, why : str or None
        See :func:`ml.lifecycle.actions.make_live`, whose errors this raises too.

    Returns
    -------
    str
        The model key.
    """
    by, why = by_whom(by), stated_reason(why)
    final = models / name / fingerprint
    with locked(final.parent):
        fresh = not final.exists() or _broken(models, name, fingerprint)
        if fresh:
            with taken_away(final.parent, [fingerprint] if final.exists() else []):
                os.replace(folder, final)
    try:
        if action == HOLD:
            hold(models, name, fingerprint, by=by, why=why)
        else:
            make_live(models, name, fingerprint, action=action, by=by, why=why)
    except Exception:
        if fresh:
            shutil.rmtree(final, ignore_errors=True)
            _leave_nothing(final.parent)
        raise
    return f"{name}@{fingerprint}"


def _broken(models: Path, name: str, fingerprint: str) -> bool:
    try:
        check_serves(models, name, fingerprint)
    except BrokenModel:
        return True
    return False


def _leave_nothing(folder: Path) -> None:
    """Remove the folder of a model that has no version."""
    with contextlib.suppress(OSError):
        if {path.name for path in folder.iterdir()} <= {LOCK}:
            (folder / LOCK).unlink(missing_ok=True)
            folder.rmdir()
