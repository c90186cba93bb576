"""Progress of training the demo models: a file that the training process writes and the service's processes read."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from ml.files.write.atomic_output import atomic_output
from ml.recipes import RECIPES
from ml.translation import mark, text

QUICK_FIRST = tuple(reversed(RECIPES))  # so that something serves soon
STARTING, MAKING, OVER = "starting", "making", "over"
STARTUP_SECONDS = 120.0  # until the training process reports; it has libraries to import
LOOK = 2.0
_LOCK = Path(".demo") / "lock"
_UNFINISHED = mark("It ended before it was done: the log says why.")


@dataclass(frozen=True)
class DemoStatus:
    """Progress of training the demo models."""

    state: str
    """One of "starting", "making" and "over"."""
    names: tuple[str, ...] = ()
    """The models to be made, in their order."""
    now: str | None = None
    """The one that is being made."""
    faults: Mapping[str, str] = field(default_factory=dict)
    """Why a model could not be made, by name; under the empty name, why none could."""
    since: float = 0.0
    """When this was written, in seconds since 1970."""

    @property
    def goes_on(self) -> bool:
        """True when more models are to come."""
        return self.state != OVER

    def sentence(self) -> str:
        """The progress as a service without models shows it."""
        if self.goes_on:
            said = text("There is none yet: the demo models are being made.")
            return f"{said} {text('{model} is being made.', model=self.now)}" if self.now else said
        why = [f"{name}: {_fault(fault)}" if name else _fault(fault) for name, fault in self.faults.items()]
        return " ".join([text("There is none: the demo models could not be made."), *why])


def _fault(words: str) -> str:
    return text(_UNFINISHED) if words == _UNFINISHED else words


def lock_of(models: Path) -> FileLock:
    """The lock that the one maker for a folder of models holds; beside the models, so that instances share it.

    Who looks whether it is held holds it for that moment: a maker waits `LOOK` seconds for it.
    """
    place = models / _LOCK
    place.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(place)


def is_made_now(models: Path) -> bool:
    """True when a process trains models for this folder."""
    if not (models / _LOCK).is_file():
        return False
    try:
        with lock_of(models).acquire(timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # not to be written to: nobody can make anything there
        return False


def write(file: Path, making: DemoStatus) -> None:
    """Write the progress atomically: readers see the old or the new."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with atomic_output(file) as output:
        output.write(json.dumps(asdict(making) | {"since": time.time()}).encode())


def read(file: Path, models: Path) -> DemoStatus | None:
    """The progress; None where nothing was begun. A training process that died is reported as failed."""
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        making = DemoStatus(**(stored | {"names": tuple(stored["names"])}))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if not making.goes_on or is_made_now(models):
        return making
    if making.state == STARTING and time.time() - making.since < STARTUP_SECONDS:
        return making
    return DemoStatus(OVER, making.names, None, {**making.faults, making.now or "": _UNFINISHED}, making.since)
