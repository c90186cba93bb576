"""The runner: a thread of one process of each machine that asks challengers what waits for them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from feedback.sealing import Sealer
from feedback.service import Feedback
from feedback.shadow.asker import Asker, NoAnswer
from jobs.work.periodic_thread import PeriodicThread
from ml.errors import LikelyError
from ml.lifecycle.shared.shared_models import shared_of
from store.db import Store
from store.outcomes.shadow_records import ShadowAnswer, Waiting

PAUSE = 2.0  # seconds between two looks while nothing waits
AT_ONCE = 20  # decisions of a claim
LEASE_SECONDS = 900.0  # seconds, more than they may take
LONGEST_REST = 120.0  # seconds until a challenger is asked again that ended its process or stood still, more after each
EXPIRE_EVERY, GIVEN_UP = 600.0, 86_400.0  # seconds between two times; after which nobody asks any more
GONE = "The values of the record are gone."


class ShadowRunner:
    """Asks challengers for as long as its process runs; one process of the machine holds the lock of a file."""

    def __init__(self, store: Store, sealer: Sealer, asker: Asker, models: Path, lock: Path) -> None:
        self._store, self._sealer, self._asker = store, sealer, asker
        self._models, self._lock = models, FileLock(lock, thread_local=False)
        self._rests: dict[str, tuple[float, float]] = {}  # challenger: seconds, and until when
        self._expired_at = float("-inf")

    def start(self) -> None:
        """Ask in a thread for as long as this process runs."""
        PeriodicThread("shadow", self._look, "Challengers could not be asked", PAUSE).start()

    def _look(self) -> bool:
        try:
            if not self._lock.is_locked:
                self._lock.acquire(timeout=0)
        except (Timeout, OSError):  # another process of this machine asks
            return False
        return self.step()

    def step(self) -> bool:
        """Ask what waits, some of it; False where nothing does, but for challengers that rest."""
        if not self._store.exists:
            return False
        shadow = self._store.outcomes.shadow
        if not shadow.challengers():
            self._asker.stop()
            return False
        self._sweep()
        resting = {each for each, (_, until) in self._rests.items() if time.monotonic() < until}
        answers, claimed = [], shadow.claim(AT_ONCE, LEASE_SECONDS, without=resting)
        for at, waiting in enumerate(claimed):
            answer, is_well = self._answer(waiting)
            answers.append(answer)
            if not is_well:
                shadow.give_back(claimed[at + 1 :])
                seconds = min(LONGEST_REST, 2 * self._rests.get(waiting.challenger, (0.5, 0.0))[0])
                self._rests[waiting.challenger] = (seconds, time.monotonic() + seconds)
                break
            self._rests.pop(waiting.challenger, None)
        shadow.answer(answers)
        return bool(claimed)

    def _answer(self, waiting: Waiting) -> tuple[ShadowAnswer, bool]:
        """The answer, and False where the process is gone."""
        about = waiting.decision, waiting.challenger
        record = self._sealer.open(waiting.sealed, waiting.decision)
        if record is None:
            return ShadowAnswer(*about, error=GONE), True
        try:
            for key in (waiting.live, waiting.challenger):
                self._have(key)
            answer = self._asker.ask(waiting.live, waiting.challenger, record, waiting.probabilities)
        except NoAnswer as error:
            return ShadowAnswer(*about, error=str(error)), False
        except LikelyError as error:
            return ShadowAnswer(*about, error=str(error)), True
        return ShadowAnswer(*about, **_answer_fields(answer)), True

    def _have(self, key: str) -> None:
        """Have a version in this machine's cache, where all instances share their models."""
        shared = shared_of(self._models)
        if shared is not None:
            name, _, fingerprint = key.partition("@")
            if not shared.has(name, fingerprint):
                shared.need(name, fingerprint)
            shared.note_use(name, fingerprint)

    def _sweep(self) -> None:
        if time.monotonic() - self._expired_at > EXPIRE_EVERY:
            self._expired_at = time.monotonic()
            self._store.outcomes.shadow.expire(GIVEN_UP)


def _answer_fields(answer: dict[str, Any]) -> dict[str, Any]:
    """Fields of an answer from the challenger's process, checked: its code may have written anything."""
    probabilities = answer.get("probabilities")
    if not isinstance(probabilities, dict):
        return {"error": str(answer.get("error", ""))[:200] or "It said nothing."}
    return {
        "probabilities": {str(name): min(1.0, max(0.0, float(each))) for name, each in probabilities.items()},
        "seconds": float(answer["seconds"]),
        "beside": float(answer["beside"]),
    }


def begin_shadow(feedback: Feedback, var: Path, environ: Mapping[str, str]) -> None:
    """Begin to ask challengers in a thread of this process; not where the values of decisions are not kept.

    Their own process has this environment, in which there are no secrets.
    """
    if feedback.sealer is None:
        return
    models, lock = feedback.service.registry.folder, var / "locks" / "shadow"
    lock.parent.mkdir(parents=True, exist_ok=True)
    ShadowRunner(feedback.store, feedback.sealer, Asker(models, environ=environ), models, lock).start()
