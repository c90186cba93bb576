"""Trains the demo models that are missing, one after the other; a failure is recorded, and the next one is tried."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from filelock import Timeout

from ml.demo.status import LOOK, MAKING, OVER, QUICK_FIRST, DemoStatus, lock_of, write
from ml.errors import LikelyError
from ml.lifecycle.actions import make_live, remove_version
from ml.lifecycle.state import live_of
from ml.recipes import recipe
from ml.training.build import build_bundle

log = logging.getLogger("likely.demo")

WHY = "The service was started without models"


def make_all(models: Path, file: Path, wanted: Callable[[], bool] = lambda: True) -> bool:
    """Make what is missing, under the lock of the folder.

    Parameters
    ----------
    file : Path
        Gets the progress.
    wanted : callable
        Asked before each model whether anybody still waits for it.

    Returns
    -------
    bool
        False where another process makes them already; then nothing is done or said.
    """
    faults: dict[str, str] = {}
    try:
        with lock_of(models).acquire(timeout=LOOK):
            for name in QUICK_FIRST:
                if not wanted():
                    break
                write(file, DemoStatus(MAKING, QUICK_FIRST, name, faults))
                if fault := _make(models, name):
                    faults[name] = fault
    except Timeout:
        return False
    except OSError as error:
        faults[""] = f"The folder of models, {models}, cannot be written to: {error}."
        log.error("%s", faults[""])
    write(file, DemoStatus(OVER, QUICK_FIRST, None, faults))
    return True


def _make(models: Path, name: str) -> str | None:
    """Make one model where there is none; what went wrong, else None."""
    if live_of(models, name):
        return None
    log.info("Making the demo model %s", name)
    try:
        key = build_bundle(recipe(name)(None, log.debug), models, action="hold", why=WHY)
        fingerprint = key.partition("@")[2]
        theirs = live_of(models, name)  # somebody may have added one of that name in the meantime
        if theirs is None:
            make_live(models, name, fingerprint, action="train", why=WHY)
        elif theirs != fingerprint:
            remove_version(models, name, fingerprint, why="A model of that name was added in the meantime")
    except LikelyError as error:
        log.error("The demo model %s could not be made: %s", name, error)
        return str(error)
    except Exception as error:
        log.exception("The demo model %s could not be made.", name)
        return f"{type(error).__name__}: {error}"[:300]
    return None
