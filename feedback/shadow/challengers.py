"""Challengers: chosen and stopped with a reason, which the audit log keeps, and how they do."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from auth.audit_log import AuditLog
from auth.caller import current_request
from auth.versions.changes import checked_reason
from feedback.errors import BadChallenger
from feedback.results.ripe_decisions import HOUR, DecisionColumns, Question, columns_of, ripen_parts
from feedback.results.spaced_decisions import decisions_to_judge
from feedback.service import Feedback
from ml.lifecycle.state import live_of
from ml.locale import percent
from ml.monitoring.shadow_judgement import judge_shadow
from ml.service import Bundle
from ml.translation import text
from store.outcomes.shadow import ShadowTable
from store.outcomes.shadow_records import Challenger, ShadowCounts

SHARES = (0.05, 0.1, 0.2, 0.5, 1.0)  # that the page offers
REVISION = 1


@dataclass(frozen=True)
class State:
    """The challenger of a model, and how it does apart from what it says."""

    challenger: Challenger
    counts: ShadowCounts


class Challengers:
    """The challengers of all models."""

    def __init__(self, feedback: Feedback, audit: AuditLog, clock: Callable[[], float] = time.time) -> None:
        self._feedback, self._audit, self._clock = feedback, audit, clock
        self._service = feedback.service

    @property
    def _table(self) -> ShadowTable:
        return self._feedback.store.outcomes.shadow

    def choose(self, key: str, share: float, reason: str, by: str = "") -> Challenger:
        """Have a version asked beside the live one of its model, for a share of its decisions from now on.

        Parameters
        ----------
        share : float
            Above 0, at most 1.
        by : str
            Who; the caller of the request by default.

        Raises
        ------
        UnknownModel, BrokenModel, UntrustedModel
        BadChallenger
            It is the live one, gives no probabilities, shares no outcome with the live one, or the values of decisions
            are not kept.
        NoReason
        StoreUnavailable
        """
        why = checked_reason(reason)
        if not 0 < share <= 1:
            raise BadChallenger(
                text("The share {share} came; accepted: above 0 % and at most 100 %.", share=f"{share:g}")
            )
        if self._feedback.sealer is None:
            raise BadChallenger(
                text("A challenger cannot be asked: the values of decisions are not kept."),
                text("DECISION_VALUES=encrypted keeps them."),
            )
        bundle = self._service.opened(key)
        live = self._service.opened(bundle.name)
        if live.key == bundle.key:
            raise BadChallenger(text("{key} is the live version itself.", key=bundle.key))
        if not compared(live, bundle):
            raise BadChallenger(
                text(
                    "{key} cannot be compared with the live version: no probabilities of the same outcomes.",
                    key=bundle.key,
                )
            )
        challenger = Challenger(bundle.name, bundle.key, share, by=by or _caller(), why=why)
        before = self._table.choose(challenger)
        self._audit.note(
            "challenger chosen", bundle.name, before=_words(before), after=_words(challenger), why=why, who=by or None
        )  # fmt: skip
        return self._table.challengers()[bundle.name]

    def stop(self, model: str, reason: str, by: str = "") -> Challenger:
        """Ask the challenger of a model no more; errors as of :meth:`choose`, BadChallenger where there is none."""
        why = checked_reason(reason)
        self._service.allow(model)
        before = self._table.stop(model)
        if before is None:
            raise BadChallenger(text("The model {model} has no challenger.", model=repr(model[:80])))
        self._audit.note("challenger stopped", model, before=_words(before), why=why, who=by or None)
        return before

    def state(self, model: str) -> State | None:
        """The challenger of a model; None where it has none, or where that one is live by now."""
        challenger = self._table.challengers().get(model)
        if challenger is None or challenger.version == f"{model}@{live_of(self._service.registry.folder, model)}":
            return None
        return State(challenger, self._table.counts(challenger.version))

    def judged(self, state: State) -> dict[str, Any]:
        """Realised losses of challenger and live version on the decisions that both answered.

        Returns
        -------
        dict
            By outcome the fields of :class:`ml.monitoring.shadow_judgement.ShadowJudgement`, as plain JSON.

        Raises
        ------
        UnknownModel, BrokenModel, StoreUnavailable
        StillWorking
            Within a deadline, where it takes longer.
        """
        chosen = state.challenger
        live = self._service.model(chosen.model)
        known = self._feedback.store.outcomes.events.last(chosen.model), state.counts.answered
        key = (live.key, "shadow", REVISION, chosen.version, chosen.since, *known, int(self._clock() // HOUR))
        judgement: dict[str, Any] = self._service.result(key, lambda: self._compute(live, chosen), typed=True)
        return judgement

    def _compute(self, live: Bundle, chosen: Challenger) -> dict[str, Any]:
        said = self._table.answers(chosen.version)
        names, now, judgements = compared(live, self._service.registry.load(chosen.version)), self._clock(), {}
        questions = {name: Question(live.outcomes, name, live.card, now) for name in names}
        answered = {name: {number for number, each in said.items() if name in each} for name in names}
        parts: dict[str, list[DecisionColumns]] = {name: [] for name in names}
        for joined in self._feedback.came_by_record(chosen.model, since=chosen.since):
            for name in names:
                some = decisions_to_judge(joined, questions[name], live.key, answered[name])
                parts[name].append(columns_of(some, questions[name]))
        for outcome in names:
            judged = ripen_parts(parts[outcome], questions[outcome])
            ids = [each.decode() for each in judged.columns.ids[judged.ripe.rows]]
            other = np.array([said[each][outcome] for each in ids], float)
            judgements[outcome] = asdict(judge_shadow(judged.said, other, judged.came))
        return judgements


def compared(live: Bundle, challenger: Bundle) -> tuple[str, ...]:
    """Outcomes of which both give probabilities; of two that exclude each other the positive one stands for both."""
    if live.offers != "probabilities" or challenger.offers != "probabilities":
        return ()
    shared = tuple(name for name in live.outcomes.names if name in challenger.outcomes.names)
    if live.outcomes.exclusive and len(live.outcomes.names) == 2 and live.outcomes.positive in shared:
        return (live.outcomes.positive,)
    return shared


def _words(of: Challenger | None) -> str:
    return "" if of is None else f"{of.version}, {percent(f'{100 * of.share:g}')}"


def _caller() -> str:
    request = current_request()
    return request.caller.name if request else ""
