"""Results of a model: one computation for page and API, cached by what has become known."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from auth.access import require
from auth.audit_log import AuditLog
from auth.caller import signed_in_as
from auth.permissions import Permission
from feedback.niced_process import MANY, RESULTS
from feedback.results.adoption_results import AdoptionResults
from feedback.results.analysts import analysts
from feedback.results.calibration_results import calibration_results, monitored_outcome_for
from feedback.results.ripe_decisions import HOUR, DecisionColumns, Question, columns_of, ripen_parts
from feedback.results.spaced_decisions import decisions_to_judge
from feedback.results.uplift_results import UpliftResults
from feedback.service import Feedback
from ml.decision.ripening_time import silence_of
from ml.errors import LikelyError
from ml.metrics.evaluation import no_probabilities
from ml.runtime.result_cache import Key
from ml.service import Bundle
from ml.translation import text, translated
from store.outcomes.alarm_records import Episode

REVISION = 2
LONGEST = 500  # characters of a reason


class UnknownEpisode(LikelyError):
    """There is no alarm of this id that goes on."""


class ModelResults:
    """Answers whether a model has been right, whether it has paid, and whether it is used."""

    def __init__(self, feedback: Feedback, clock: Callable[[], float] = time.time) -> None:
        self._feedback, self._service, self._clock = feedback, feedback.service, clock

    def of(self, model: str, outcome: str | None = None) -> dict[str, Any]:
        """The answers about an outcome as plain JSON.

        Parameters
        ----------
        model : str
            Name or key of a model. Whether it has been right is asked of that version, of a name of the live one; the
            others of all versions.
        outcome : str or None
            Name of the outcome; None is the positive one.

        Returns
        -------
        dict
            ``model``, ``outcome``, ``as_of``, ``records``, ``right``, ``paid`` and ``used``; see
            `calibration_results`, UpliftResults and AdoptionResults.

        Raises
        ------
        UnknownModel, BrokenModel, UnknownOutcome, NoProbabilities
        StoreUnavailable
        StillWorking
            Within a deadline, where it takes longer.
        """
        bundle, name, episode, known = self._subject(model, outcome)
        key: Key = (bundle.key, "results", REVISION, name, *known, *_episode_key(episode))
        results: dict[str, Any] = self._service.result(
            key, lambda: self._compute(bundle.key, name, episode), typed=True
        )
        return {**results, "right": _with_translated_bands(results["right"])}

    def analysts(self, model: str, outcome: str | None = None) -> dict[str, Any]:
        """Results for analysts: drift of inputs and estimated performance; parameters and errors as :meth:`of`."""
        bundle, name, _, known = self._subject(model, outcome)
        key: Key = (bundle.key, "results of analysts", REVISION, name, *known)
        results: dict[str, Any] = self._service.result(key, lambda: analysts(self._feedback, bundle, name), typed=True)
        return results

    def episodes(self, model: str) -> list[Episode]:
        """Episodes of the model in which the alarm went off, the latest first."""
        return self._feedback.store.outcomes.episodes.of(self._service.model(model).name)

    def acknowledge(self, model: str, episode: str, why: str) -> None:
        """End an alarm of a model: somebody knows of it. The question begins anew.

        Parameters
        ----------
        model : str
            Name or key of the model.
        why : str
            Measure taken, in words; at most 500 characters are kept.

        Raises
        ------
        UnknownModel, NotAllowed
        UnknownEpisode
            It is over already, or there is none of this id.
        StoreUnavailable
        """
        name = self._service.model(model).name
        require(Permission.CUT_OFFS, name)
        episodes, who = self._feedback.store.outcomes.episodes, signed_in_as()
        on = next((each for each in episodes.going_on(name).values() if each.id == episode), None)
        if on is None or on.alarmed is None or not episodes.end(episode, who, why[:LONGEST]):
            raise UnknownEpisode(text("This alarm is over already."), text("Open the page again to see how it stands."))
        episodes.begin(on.version, on.outcome)
        AuditLog(self._feedback.store).note("alarm acknowledged", f"{on.version} {on.outcome}", why=why)

    def _subject(self, model: str, outcome: str | None) -> tuple[Bundle, str, Episode | None, tuple[int, ...]]:
        """Version, outcome, the episode of its alarm, and how much is known by now."""
        bundle = self._service.model(model)
        if bundle.offers != "probabilities":
            raise no_probabilities()
        name = bundle.outcomes.positive if outcome is None else outcome
        bundle.outcomes.index(name)  # raises before an unknown outcome becomes part of a key
        tables = self._feedback.store.outcomes
        on = tables.episodes.going_on(bundle.name).get(monitored_outcome_for(bundle.outcomes, name))
        episode = on if on is not None and on.version == bundle.key else None
        counts = (tables.events.last(bundle.name), tables.decisions.count(bundle.name))
        known = (*map(_coarse, counts), tables.assignments.count(bundle.name), int(self._clock() // HOUR))
        return bundle, name, episode, known

    def _compute(self, version: str, outcome: str, episode: Episode | None) -> dict[str, Any]:
        niced = self._feedback.niced
        if niced is None or self._feedback.store.outcomes.decisions.count(version.partition("@")[0]) < MANY:
            return self.computed(version, outcome, episode)
        fields = asdict(episode) if episode is not None else None
        results: dict[str, Any] = niced.run(RESULTS, version=version, outcome=outcome, episode=fields)
        return results

    def computed(self, version: str, outcome: str, episode: Episode | None) -> dict[str, Any]:
        """The answers of :meth:`of` about a version, computed here and now; names of bands are in no language yet."""
        bundle = self._service.model(version)
        tables, now = self._feedback.store.outcomes, self._clock()
        question = Question(bundle.outcomes, outcome, bundle.card, now)
        use, groups, judged = AdoptionResults(question), UpliftResults(question), list[DecisionColumns]()
        for joined in self._feedback.came_by_record(bundle.name):
            judged.append(columns_of(decisions_to_judge(joined, question, bundle.key), question))
            use.add(joined)
        for assigned in tables.assignments.by_record(bundle.name):
            events = tables.events.about(bundle.name, {each.record for each in assigned}, named=True)
            amendments = self._feedback.amendments(bundle.name, events)
            groups.add(assigned, events, amendments)
            use.add_listed(assigned, events, amendments)
        of_version = ripen_parts(judged, question)
        ripe = of_version.ripe
        records = {
            "decisions": ripe.records,
            "counted": len(ripe.rows),
            "unripe": ripe.unripe,
            "unripe_share": ripe.unripe_share,
            "early": ripe.early,
            "unknown": ripe.unknown,
            "told": tables.events.count(bundle.name),
            "after": question.after,
            "silence": silence_of(bundle.card, outcome),
        }
        return {
            "model": bundle.key,
            "outcome": outcome,
            "as_of": now,
            "records": records,
            "right": calibration_results(of_version, question, episode),
            "paid": groups.result(),
            "used": use.result(),
        }


def _with_translated_bands(right: dict[str, Any]) -> dict[str, Any]:
    """The answer with the names of its bands in the reader's language: they are kept for all readers."""
    return {**right, "bands": [{**each, "label": translated(each["label"])} for each in right["bands"]]}


def _coarse(number: int) -> int:
    """A count rounded down by up to 0.5 %, for the cache key: a new one of very many does not make results stale."""
    return number - number % max(1, number // 200)


def _episode_key(episode: Episode | None) -> tuple[str, float]:
    """State of an episode on which the results depend; part of the key of the cache."""
    return ("", 0.0) if episode is None else (episode.id, episode.alarmed or 0.0)
