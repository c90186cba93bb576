"""Versions that a worker does not have, or cannot open: for a while their jobs are left to other workers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger(__name__)

PAUSE = 10.0  # seconds until a worker looks again whether it has the version by now
VERSION_PATIENCE = 300.0  # seconds without progress of anybody after which a job fails: a rolling deploy takes minutes


@dataclass
class _Missing:
    since: float
    met: float
    progress: int


class MissingVersions:
    """The versions that one worker lacks, and since when.

    Parameters
    ----------
    patience : float
        Seconds; 0 where there can be no other worker.
    clock : callable
        Gives seconds that never go back.
    """

    def __init__(self, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience, self._clock = patience, clock
        self._known: dict[str, _Missing] = {}

    def skipped(self) -> set[str]:
        """Keys of the versions whose jobs this worker does not claim now."""
        now = self._clock()
        return {model for model, missing in self._known.items() if now < missing.met + PAUSE}

    def waits(self) -> bool:
        """True shortly after a job was left to others: whoever ended now would not see whether it has to fail it."""
        now = self._clock()
        return any(now < missing.met + 2 * PAUSE for missing in self._known.values())

    def report(self, model: str, progress: int, why: str) -> bool:
        """Report that a chunk of a version that is missing was claimed; True where its job has to fail now.

        `progress` counts the done chunks of this version's jobs: where it changes, somebody has the version. The log
        says `why` once.
        """
        if not self._patience:
            return True
        now = self._clock()
        known = self._known.get(model)
        if known is None:
            known = self._known[model] = _Missing(now, now, progress)
            log.warning("Jobs of %s are left to other workers, for up to %.0f s: %s", model, self._patience, why)
        elif progress != known.progress or now - known.met > self._patience:
            known.since, known.progress = now, progress
        known.met = now
        return now - known.since >= self._patience

    def forget(self, model: str) -> None:
        """Forget a version, which is there by now."""
        self._known.pop(model, None)
