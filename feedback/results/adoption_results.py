"""Is it used: what became of the calls that were listed, and whether people who disagreed with the model were right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from feedback.joined import Amendments, DecisionWithOutcomes, join
from feedback.results.ripe_decisions import (
    DecisionColumns,
    Question,
    columns_of,
    decisions_to_count,
    ripe_outcomes,
    together,
    told_of,
)
from feedback.results.spaced_decisions import with_outcomes_in_time
from feedback.results.uplift_results import decision_of
from ml.decision.cut_offs import DEFAULT
from ml.decision.decide import acts
from ml.monitoring.adoption import adoption
from ml.monitoring.overrides import overrides, overrides_by_reason
from store.outcome_records import CALL, JOB, Assignment, Event

DAYS = 7.0  # within which somebody who is listed is to be called


class AdoptionResults:
    """Adoption and overrides of a model, of all versions, none of it by person."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._decisions = self._noted = 0
        self._is_heard = False  # whether anybody ever told what came
        self._parts, self._said, self._reasons = list[DecisionColumns](), list[bool](), list[str]()
        self._shown, self._contacted, self._recorded = list[float](), list[float](), list[float]()

    def add(self, joined: Sequence[DecisionWithOutcomes]) -> None:
        """Add decisions with all about their records, in the order in which they were made."""
        by_people = [each for each in joined if each.decision.door != JOB]  # nobody reads a file's records one by one
        counted = columns_of(decisions_to_count(by_people, self._question), self._question)
        self._decisions += len(counted.ids)
        self._noted += int(counted.noted.sum())
        about = self._question.outcomes, self._question.outcome
        self._is_heard |= any(told_of(each.came, *about) is not None for each in joined if each.came)
        self._add_overrides(joined)

    def add_listed(
        self, assigned: Iterable[Assignment], reported: Iterable[Event], amendments: Amendments | None = None
    ) -> None:  # fmt: skip
        """Add assignments; parameters as of :meth:`feedback.results.uplift_results.UpliftResults.add`."""
        called = sorted((each for each in assigned if each.group == CALL and each.record), key=lambda each: each.made)
        events = (replace(each, decision="") for each in reported)
        for each in join([decision_of(each) for each in called], events, amendments):
            self._shown.append(each.decision.made)
            self._contacted.append(_first([event.happened for event in each.contacts], each))
            self._recorded.append(min((came.happened for came in each.came.values()), default=np.nan))

    def result(self) -> dict[str, Any]:
        """The answers as plain JSON.

        Returns
        -------
        dict
            ``decisions`` and ``noted`` (of how many somebody told anything; those of jobs are in neither), ``listed``
            (adoption of those who were to be called, None without lists) with ``weeks``, ``overrides`` of all and by
            ``reasons``.
        """
        every, by_reason = self._judged()
        return {
            "decisions": self._decisions,
            "noted": self._noted,
            "listed": self._listed(),
            "overrides": every,
            "reasons": by_reason,
        }

    def _listed(self) -> dict[str, Any] | None:
        if not self._shown:
            return None
        return asdict(adoption(self._shown, self._contacted, self._recorded, self._question.now, DAYS))

    # ---- overrides ---------------------------------------------------------------------------------
    def _add_overrides(self, joined: Sequence[DecisionWithOutcomes]) -> None:
        """Add each decision that somebody disagreed with, with what came in its own time.

        Whoever says the same of a record again while that time goes on says it once.
        """
        question, overridden, until = self._question, list[DecisionWithOutcomes](), dict[tuple[str, ...], float]()
        for each in with_outcomes_in_time(joined, question.after) if any(each.overrides for each in joined) else ():
            about = [one for one in each.overrides if (one.outcome or question.outcomes.positive) == question.outcome]
            if not about or each.counted_at or question.outcome not in (each.decision.probabilities or {}):
                continue
            made, record = each.decision.made, each.decision.record
            said = _said(each, about[-1], question.outcome)
            mark = (record, about[-1].by, about[-1].reason, str(said))
            if record and made < until.get(mark, made):
                continue
            until[mark] = made + (question.after or 0.0)
            overridden.append(each)
            self._said.append(said)
            self._reasons.append(about[-1].reason)
        self._parts.append(columns_of(overridden, question))

    def _judged(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Overrides whose outcome is ripe, judged together and by reason."""
        columns = together(self._parts)
        ripe = ripe_outcomes(columns, self._question, is_heard=self._is_heard)
        p, came = columns.probability[ripe.rows], ripe.came
        said, reasons = ([given[row] for row in ripe.rows.tolist()] for given in (self._said, self._reasons))
        return asdict(overrides(p, said, came)), [asdict(each) for each in overrides_by_reason(p, said, came, reasons)]


def _first(times: Sequence[float], each: DecisionWithOutcomes) -> float:
    """The first contact; who recorded what came of a call was in contact, too."""
    return min([*times, *(came.happened for came in each.came.values())], default=float("nan"))


def _said(joined: DecisionWithOutcomes, override: Event, outcome: str) -> bool:
    """Opinion of the person, whether the outcome comes; mere disagreement is the contrary of the decision."""
    if override.value is not None:
        return override.value == 1
    decision = joined.decision
    return not acts((decision.probabilities or {})[outcome], decision.cut_offs.get(outcome, DEFAULT))
