"""Ranking of outcomes: which to offer first, by the worth of acting or by probability."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ml.data.outcomes import Outcomes
from ml.decision.payoff import payoffs_of
from ml.decision.worth import worth

By = Literal["", "probability"]
LOOKED_OVER = 12  # exclusive outcomes that keep their order


@dataclass(frozen=True)
class Ranking:
    """Order of independent outcomes for a person."""

    declined: Collection[str] = ()
    """Names that the customer does not want: they come last."""
    by: By = ""
    """Empty for the worth of acting, where every outcome has a payoff."""


def worths_of(card: Mapping[str, Any], outcomes: Outcomes, probabilities: Sequence[float]) -> tuple[float, ...] | None:
    """Worth of acting on each independent outcome; None where outcomes are exclusive or one has no payoff."""
    payoffs = None if outcomes.exclusive else payoffs_of(card, outcomes.names)
    if payoffs is None:
        return None
    return tuple(worth(payoff, p) for payoff, p in zip(payoffs, probabilities, strict=True))


def ranked(
    card: Mapping[str, Any], outcomes: Outcomes, probabilities: Sequence[float], ranking: Ranking | None = None
) -> list[int]:
    """Columns of the outcomes, the best first.

    Independent outcomes are ranked by the worth of acting where each has a payoff and the ranking is not by
    probability, else by probability; declined ones come last. Exclusive outcomes keep the schema's order, so that the
    eye finds them again, unless there are too many to look over.
    """
    ranking = ranking or Ranking()
    columns = range(len(outcomes))
    if outcomes.exclusive and len(outcomes) <= LOOKED_OVER:
        return list(columns)
    worths = None if ranking.by == "probability" else worths_of(card, outcomes, probabilities)
    gains = worths or probabilities
    return sorted(columns, key=lambda at: (outcomes.names[at] in ranking.declined, -gains[at]))
