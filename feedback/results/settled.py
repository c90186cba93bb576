"""Settled decisions: probabilities beside what came, with those that are unripe or unknown apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from feedback.joined import Came, Joined
from ml.data.array_types import Booleans, Floats
from ml.data.outcomes import Outcomes
from ml.decision.ripening_time import ripening_of, silence_of
from ml.monitoring.ripening import RipeOutcomes, ripen
from store.outcome_records import Decision

NOBODY_TOLD = float("nan")


@dataclass(frozen=True)
class Question:
    """One outcome of a model, and how it ripens.

    Attributes
    ----------
    outcomes : Outcomes
        All outcomes of the model.
    outcome : str
        Name of the one that is asked about.
    card : mapping
        The version's card, for ripening and silence.
    now : float
        Seconds since 1970: what became known later does not count.
    """

    outcomes: Outcomes
    outcome: str
    card: Mapping[str, Any]
    now: float

    @property
    def after(self) -> float | None:
        """Seconds after a decision in which the outcome may still come; None where the card does not say."""
        return ripening_of(self.card, self.outcome)


@dataclass(frozen=True)
class Settled:
    """Decisions with a probability of an outcome, and which of them count.

    Attributes
    ----------
    joined : tuple of Joined, length n
        In the order in which they were made.
    probability : ndarray of float, shape (n,)
    decided_at : ndarray of float, shape (n,)
    ripe : RipeOutcomes
        Of the n decisions.
    """

    joined: tuple[Joined, ...]
    probability: Floats
    decided_at: Floats
    ripe: RipeOutcomes

    @property
    def said(self) -> Floats:
        """Probabilities of those that count, in the order in which they began to count."""
        found: Floats = self.probability[self.ripe.rows]
        return found

    @property
    def came(self) -> Booleans:
        """Whether the outcome came with those that count, in the same order."""
        return self.ripe.came

    @property
    def when(self) -> Floats:
        """When those that count were decided, in the same order."""
        found: Floats = self.decided_at[self.ripe.rows]
        return found


def settle(joined: Iterable[Joined], question: Question, version: str | None = None) -> Settled:
    """Settle decisions of one outcome.

    Parameters
    ----------
    joined : iterable of Joined
        In the order in which they were made.
    question : Question
    version : str, optional
        Key of the version whose decisions count; all by default.

    Notes
    -----
    An outcome counts once: at the last decision about a record before it. An earlier one of which nothing was told is
    left out where the next was made while its outcome could still come, for silence about it tells nothing.
    """
    name, every = question.outcome, list(joined)
    again = repeated(every, question.after)
    found = tuple(
        each
        for each in every
        if not each.counted_at
        and (version is None or each.decision.model == version)
        and name in (each.decision.probabilities or {})
        and not (each.decision.id in again and told_of(each.came, question.outcomes, name) is None)
    )
    return ripened_of(found, question)


def ripened_of(found: tuple[Joined, ...], question: Question) -> Settled:
    """Decisions that have a probability of the outcome, with which of them count."""
    probability = np.array([(each.decision.probabilities or {})[question.outcome] for each in found], float)
    return Settled(found, probability, *ripened(found, question))


def repeated(joined: Sequence[Joined], after: float | None) -> set[str]:
    """Ids of decisions after which another one about the same record was made within a time."""
    found, last = set[str](), dict[str, Decision]()
    for each in (one.decision for one in joined if after is not None and one.decision.record):
        before = last.get(each.record)
        if before is not None and each.made < before.made + (after or 0.0):
            found.add(before.id)
        last[each.record] = each
    return found


def ripened(joined: Sequence[Joined], question: Question) -> tuple[Floats, RipeOutcomes]:
    """When decisions were made, and which of their outcomes count."""
    made = np.array([each.decision.made for each in joined], float)
    told = [told_of(each.came, question.outcomes, question.outcome) for each in joined]
    value, known, happened = (
        np.array([NOBODY_TOLD if each is None else getattr(each, name) for each in told], float)
        for name in ("value", "known", "happened")
    )
    after, silence = question.after, silence_of(question.card, question.outcome)
    if all(each is None for each in told):  # nobody tells of this model yet
        silence = "unknown"
    return made, ripen(made, value, known, question.now, after, silence, happened)


def told_of(came: Mapping[str, Came], outcomes: Outcomes, outcome: str) -> Came | None:
    """What was told of an outcome; of exclusive ones, what was told of the others tells of it too.

    Of two that contradict each other the one that became known last counts.
    """
    told = [came[outcome]] if outcome in came else []
    if outcomes.exclusive:
        others = [(name, each) for name, each in came.items() if name != outcome]
        told += [Came(0.0, each.happened, each.known, each.event) for _, each in others if each.value == 1]
        if len(outcomes.names) == 2:
            told += [Came(1.0, each.happened, each.known, each.event) for _, each in others if each.value == 0]
    return max(told, key=lambda each: each.known) if told else None
