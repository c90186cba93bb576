"""Ripe (matured) decisions: probabilities beside what came, with those that are unripe or unknown apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedback.joined import DecisionWithOutcomes, ObservedOutcome
from ml.data.array_types import Booleans, Floats
from ml.data.outcomes import Outcomes
from ml.decision.ripening_time import ripening_of, silence_of
from ml.monitoring.ripening import RipeOutcomes, ripen
from store.outcome_records import Decision

NOBODY_TOLD = float("nan")
HOUR = 3600.0  # seconds after which results are computed anew: outcomes ripen without anything becoming known


@dataclass(frozen=True)
class Question:
    """One outcome of a model, and how it ripens."""

    outcomes: Outcomes
    """All outcomes of the model."""
    outcome: str
    """Name of the one that is asked about."""
    card: Mapping[str, Any]
    """The version's card, for ripening and silence."""
    now: float
    """Seconds since 1970: what became known later does not count."""

    @property
    def after(self) -> float | None:
        """Seconds after a decision in which the outcome may still come; None where the card names no time."""
        return ripening_of(self.card, self.outcome)


@dataclass(frozen=True)
class DecisionColumns:
    """Decisions as arrays, one a column, so that a million fit into memory."""

    ids: NDArray[np.bytes_]
    """Shape (n,), bytes."""
    probability: Floats
    """Probability of the outcome that is asked about; NaN where there is none. Shape (n,)."""
    made: Floats
    """Shape (n,)."""
    value: Floats
    known: Floats
    happened: Floats
    """Reported value of the outcome, time of the report, and time of the event; NaN where nobody reported. Shape
    (n,)."""
    noted: Booleans
    """Whether anybody told anything. Shape (n,)."""


def columns_of(joined: Sequence[DecisionWithOutcomes], question: Question) -> DecisionColumns:
    """Decisions as columns, in the same order."""
    name = question.outcome
    observed = [told_of(each.came, question.outcomes, name) if each.came else None for each in joined]
    return DecisionColumns(
        ids=np.array([each.decision.id for each in joined], "S"),
        probability=np.array([(each.decision.probabilities or {}).get(name, np.nan) for each in joined], float),
        made=np.array([each.decision.made for each in joined], float),
        value=np.array([NOBODY_TOLD if each is None else each.value for each in observed], float),
        known=np.array([NOBODY_TOLD if each is None else each.known for each in observed], float),
        happened=np.array([NOBODY_TOLD if each is None else each.happened for each in observed], float),
        noted=np.array([each.is_noted for each in joined], bool),
    )


def together(parts: Sequence[DecisionColumns]) -> DecisionColumns:
    """All parts as one, in their order."""
    whole = {
        each.name: np.concatenate([getattr(part, each.name) for part in parts]) if parts else np.empty(0, kind)
        for each, kind in zip(fields(DecisionColumns), ("S1", *[float] * 5, bool), strict=True)
    }
    return DecisionColumns(**whole)


@dataclass(frozen=True)
class RipeDecisions:
    """Decisions with a probability of one outcome, by time, and a mask of the ripe ones, which count."""

    columns: DecisionColumns
    """Columns of n decisions."""
    ripe: RipeOutcomes

    @property
    def said(self) -> Floats:
        """Predicted probabilities of the ripe decisions, in the order in which they became ripe."""
        return self.columns.probability[self.ripe.rows]

    @property
    def came(self) -> Booleans:
        """Outcomes of the decisions that count, in the same order: true where it came."""
        return self.ripe.came

    @property
    def when(self) -> Floats:
        """Times of the decisions that count, in the same order."""
        return self.columns.made[self.ripe.rows]


def ripen_parts(parts: Sequence[DecisionColumns], question: Question) -> RipeDecisions:
    """Tell the ripe ones of decisions that come in parts, each with all about some records."""
    whole = together(parts)
    order = np.lexsort((whole.ids, whole.made))
    columns = DecisionColumns(**{each.name: getattr(whole, each.name)[order] for each in fields(DecisionColumns)})
    return RipeDecisions(columns, ripe_outcomes(columns, question))


def decisions_to_count(
    joined: Sequence[DecisionWithOutcomes], question: Question, version: str | None = None
) -> tuple[DecisionWithOutcomes, ...]:
    """Decisions that may count, one for each outcome that came.

    Parameters
    ----------
    joined : sequence of DecisionWithOutcomes
        All about some records, in the order in which they were made.
    version : str, optional
        Key of the version whose decisions count; all by default.

    Notes
    -----
    An outcome counts once, at the last decision about its record before it. An earlier decision without a told outcome
    is left out where the next one was made within its ripening time: that nobody told of it says nothing.
    """
    name, again = question.outcome, repeated(joined, question.after)
    return tuple(
        each
        for each in joined
        if not each.counted_at
        and (version is None or each.decision.model == version)
        and name in (each.decision.probabilities or {})
        and not (each.decision.id in again and told_of(each.came, question.outcomes, name) is None)
    )


def repeated(joined: Sequence[DecisionWithOutcomes], after: float | None) -> set[str]:
    """Ids of decisions after which another one about the same record was made within a time."""
    ids, last = set[str](), dict[str, Decision]()
    for each in (one.decision for one in joined if after is not None and one.decision.record):
        before = last.get(each.record)
        if before is not None and each.made < before.made + (after or 0.0):
            ids.add(before.id)
        last[each.record] = each
    return ids


def ripe_outcomes(columns: DecisionColumns, question: Question, is_heard: bool | None = None) -> RipeOutcomes:
    """Outcomes of the ripe decisions.

    `is_heard` says whether anybody tells what comes of the model, without which silence means nothing; by default,
    whether anything was told of these.
    """
    is_heard = not bool(np.isnan(columns.value).all()) if is_heard is None else is_heard
    silence = silence_of(question.card, question.outcome) if is_heard else "unknown"
    given = columns.made, columns.value, columns.known, question.now
    return ripen(*given, question.after, silence, columns.happened)


def told_of(came: Mapping[str, ObservedOutcome], outcomes: Outcomes, outcome: str) -> ObservedOutcome | None:
    """Results that were told of an outcome; with exclusive outcomes, a result of another one counts as well.

    Of two that contradict each other the one that became known last counts.
    """
    observed = [came[outcome]] if outcome in came else []
    if outcomes.exclusive:
        others = [(name, each) for name, each in came.items() if name != outcome]
        observed += [
            ObservedOutcome(0.0, each.happened, each.known, each.event) for _, each in others if each.value == 1
        ]
        if len(outcomes.names) == 2:
            observed += [
                ObservedOutcome(1.0, each.happened, each.known, each.event) for _, each in others if each.value == 0
            ]
    return max(observed, key=lambda each: each.known) if observed else None
