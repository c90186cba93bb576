"""Removal of entries of a model's folder: moved aside first, so that a reader sees all of it or nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from ml.lifecycle.history import NotWritten

REMOVING = ".removing-"


@contextlib.contextmanager
def taken_away(folder: Path, names: Sequence[str]) -> Iterator[None]:
    """Move entries of a folder aside, run the block, then delete them; put them back where it fails.

    Entries are moved in the given order: a pointer before the versions that it may name.
    """
    away = folder / f"{REMOVING}{uuid.uuid4().hex}"
    moved: list[str] = []
    try:
        try:
            away.mkdir()
            for name in names:
                os.replace(folder / name, away / name)
                moved.append(name)
        except OSError as error:
            message = f"{folder.name} cannot be removed: {error}."
            raise NotWritten(message, "Nothing was changed.") from None
        yield
    except BaseException:
        for name in reversed(moved):
            os.replace(away / name, folder / name)
        shutil.rmtree(away, ignore_errors=True)
        raise
    for left in folder.glob(f"{REMOVING}*"):  # also leftovers of removals that were killed
        shutil.rmtree(left, ignore_errors=True)
