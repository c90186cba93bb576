"""The watch: a thread that looks at the outcomes of all models every few minutes, in one process of all instances."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict

from feedback.niced_process import MANY, WATCH
from feedback.results.calibration_results import alarm_state, monitored_outcomes
from feedback.results.ripe_decisions import HOUR, DecisionColumns, Question, columns_of, ripen_parts
from feedback.results.spaced_decisions import decisions_to_judge
from feedback.service import Feedback
from jobs.work.lease_renewal import on_duty
from jobs.work.periodic_thread import PeriodicThread
from ml.errors import LikelyError
from ml.service import Bundle
from store.errors import is_unavailable
from store.outcomes.alarm_records import PROMOTED, REMOVED, Episode

log = logging.getLogger(__name__)

DUTY = "calibration"
LEASE_SECONDS = 300.0  # seconds after which another process watches in the place of one that was killed
PAUSE = 120.0  # seconds between two looks
FIRST = 5.0  # seconds until the first
EACH = 0.001  # seconds between two looks for each decision: 20 times what reading it takes


class Watch:
    """Watches the calibration of live versions for as long as its process runs.

    Parameters
    ----------
    channels : sequence of {"webhook", "email"}
        By which alerts are sent.
    clock : callable
        Gives seconds since 1970.
    """

    def __init__(
        self, feedback: Feedback, channels: Sequence[str] = (), clock: Callable[[], float] = time.time
    ) -> None:  # fmt: skip
        self._feedback, self._channels, self._clock = feedback, tuple(channels), clock
        self._tables, self._registry = feedback.store.outcomes, feedback.service.registry
        failure = "The watch over outcomes could not look"
        self._thread = PeriodicThread("watch", self._look, failure, PAUSE, first=FIRST)

    def start(self) -> None:
        """Look in a thread for as long as this process runs."""
        self._thread.start()

    def look(self) -> bool:
        """Look at all models if that is due; False where it is not, or the store does not answer."""
        return bool(self._thread.call())

    def _look(self) -> bool:
        return on_duty(self._feedback.store, DUTY, self._look_at_all, LEASE_SECONDS, PAUSE) is not None

    def _look_at_all(self) -> bool:
        names = self._registry.names()
        for name in names:
            self._try(name)
        self._end_removed(names)
        return True

    def _end_removed(self, names: Sequence[str]) -> None:
        """End the episodes of models that are gone; where none is left, the folder may be away, and nothing ends."""
        for name in self._tables.episodes.states().keys() - set(names) if names else ():
            for episode in self._tables.episodes.going_on(name).values():
                self._tables.episodes.end(episode.id, "", REMOVED)

    def _try(self, name: str) -> None:
        """Look at one model; whatever goes wrong with it, the others are looked at."""
        try:
            for outcome in self.look_at(name):
                log.warning(
                    "The probabilities of %s for %s are off: what comes is not what they say. See its Results page.",
                    self._registry.live(name), outcome,
                )  # fmt: skip
        except Exception as error:
            if is_unavailable(error):
                raise
            log.exception("The watch over outcomes could not look at the model %s.", name)

    def look_at(self, name: str) -> Sequence[str]:
        """Look at the outcomes of one model and say which went off; a version that does not serve is left out."""
        seen = self._tables.events.last(name)
        if not seen:  # nobody tells what came
            return ()
        try:
            bundle = self._registry.load(name)
        except LikelyError:
            return ()
        size = self._tables.decisions.count(name)
        due = [each for each in self._episodes(bundle) if self._is_due(each, seen, size)]
        if not due:
            return ()
        if self._feedback.niced is not None and size >= MANY:
            outcomes: Sequence[str] = self._feedback.niced.run(WATCH, model=name, channels=self._channels)
            return outcomes
        return self._judge(bundle, due, seen)

    def _judge(self, bundle: Bundle, due: Sequence[Episode], seen: int) -> Sequence[str]:
        now, off = self._clock(), list[str]()
        questions = [Question(bundle.outcomes, each.outcome, bundle.card, now) for each in due]
        parts: list[list[DecisionColumns]] = [[] for _ in due]
        for joined in self._feedback.came_by_record(bundle.name):
            for question, some in zip(questions, parts, strict=True):
                some.append(columns_of(decisions_to_judge(joined, question, bundle.key), question))
        for episode, question, some in zip(due, questions, parts, strict=True):
            state = alarm_state(ripen_parts(some, question), bundle.outcomes, episode)
            self._tables.episodes.advance(episode.id, json.dumps(asdict(state.evidence)), seen)
            alarmed, since = state.evidence.alarmed_at, state.verdict.since
            if alarmed is not None and self._tables.episodes.go_off(episode.id, alarmed, since, self._channels):
                off.append(episode.outcome)
        return off

    def _episodes(self, bundle: Bundle) -> list[Episode]:
        """Episodes of the live version; episodes of other versions are ended."""
        names = monitored_outcomes(bundle.outcomes) if bundle.offers == "probabilities" else ()
        on = self._tables.episodes.going_on(bundle.name)
        for outcome, episode in on.items():
            if episode.version != bundle.key or outcome not in names:
                self._tables.episodes.end(episode.id, "", PROMOTED)
        kept = {name: each for name, each in on.items() if each.version == bundle.key}
        return [kept.get(name) or self._tables.episodes.begin(bundle.key, name) for name in names]

    def _is_due(self, episode: Episode, seen: int, size: int) -> bool:
        """True where something became known, or may have ripened, and the alarm has not gone off.

        With many decisions it is looked at less often: all of them are read.
        """
        if episode.alarmed is not None or episode.checked is None:
            return episode.alarmed is None
        since = self._clock() - episode.checked
        return since > HOUR or (episode.seen != seen and since > min(size * EACH, HOUR))
