"""Forecast of a call list: expected buyers and profit, each with an interval of 95 %.

The interval carries chance and how far the model's probabilities hold (``ml/campaign/chances.py``): buyers are expected
by the probabilities as the hold-out corrects them, and the model's own number stands beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from ml.campaign.chances import Chances, Verdict, list_chances, own_chances
from ml.campaign.pick import CodedColumn, PickedCalls
from ml.campaign.wish import Wish
from ml.data.describe_fields import Described
from ml.data.validation.field_types import Count, Money, Probability
from ml.decision.decide import acts
from ml.decision.worth import loses, slope
from ml.metrics.smallest_effect import smallest_effect


@dataclass(frozen=True)
class ExpectedResult(Described):
    """Expected result of a list in numbers; low and high are the ends of intervals of 95 %."""

    calls: Count
    """Number of calls."""
    control: Count
    """Number of records that are kept back at random, to compare with."""
    chosen: Count
    """Number of records on the list: calls and records kept back."""
    buyers: float
    """Expected number of buyers among the calls."""
    buyers_low: float
    """Lower end of the interval of the buyers."""
    buyers_high: float
    """Upper end of the interval of the buyers."""
    cost: Money
    """Cost of the calls."""
    profit: Money
    """Expected worth of the calls: money that they bring rather than making none of them."""
    profit_low: Money
    """Lower end of the interval of the profit."""
    profit_high: Money
    """Upper end of the interval of the profit."""
    buyers_model: Annotated[float, Field(ge=0)]
    """Number of buyers expected by the model's own probabilities, by which the list is ranked."""
    profit_model: Money
    """Profit expected by the model's own probabilities: the sum of `expected_value` over the calls of the list."""
    verdict: Verdict
    """Check of the model's own number on the hold-out: it promises too much or too little, it held, or there are too
    few records to say."""
    losing: Count
    """Number of calls that are expected to lose money; 0 unless `losses` allows them."""
    loss: Annotated[float, Field(ge=0)]
    """Money that these calls are expected to lose in all."""
    lowest: Probability | None
    """Least probability on the list; null where the list is empty."""
    by_chance: float
    """Expected number of buyers among as many calls made at random."""
    smallest_effect: Annotated[float | None, Field(ge=0, le=1)]
    """Smallest difference between the shares of buyers of calls and control group that a test finds (power 80 %,
    level 5 %); null where there is no control group, or none would be found."""


@dataclass(frozen=True)
class Forecast(ExpectedResult):
    """Forecast of a list. Records kept back as control are not called; they count in `chosen` and `control` only."""

    losing_corrected: int
    """Calls that are expected to lose by the corrected probabilities."""
    groups: tuple[tuple[str, int, float], ...]
    """Value of the column, records chosen, buyers expected among those called."""
    outcomes: tuple[tuple[str, int, float], ...]
    """Outcome, records chosen, buyers expected among those called."""


def forecast(
    probabilities: np.ndarray,
    picked: PickedCalls,
    wish: Wish,
    groups: CodedColumn | None = None,
    chances: Chances | None = None,
) -> Forecast:
    """Forecast of a list.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n, o)
        As :func:`ml.campaign.pick.pick` takes them.
    groups : CodedColumn or None
        Groups of the wish's column.
    chances : Chances or None
        Correction by the hold-out for the wish's outcomes; without it the model's own probabilities count.
    """
    chances = chances or own_chances(len(wish.outcomes))
    called = ~picked.control
    p, gain, outcome = picked.probability[called], picked.gain[called], picked.outcome[called]
    listed = chances.of_list(picked.probability, picked.outcome)
    corrected = listed.corrected(picked.probability, picked.outcome)
    slopes = np.array([slope(payoff) for payoff in wish.payoffs])
    brings = list_chances(listed, p, outcome, slopes)
    fixed = float(gain.sum() - slopes[outcome] @ p)  # of no buyer
    lost = gain[loses(gain)] if wish.in_money else gain[:0]
    losing = loses(gain + slopes[outcome] * (corrected[called] - p)) if wish.in_money else lost
    blind = np.array([_mean(chances.share(at, column)) for at, column in enumerate(probabilities.T)])[outcome]
    control = int(picked.control.sum())
    return Forecast(
        chosen=len(picked.rows),
        control=control,
        calls=len(p),
        buyers=brings.buyers,
        buyers_low=brings.low,
        buyers_high=brings.high,
        cost=wish.cost * len(p),
        profit=fixed + brings.total,
        profit_low=fixed + brings.total_low,
        profit_high=fixed + brings.total_high,
        buyers_model=brings.own,
        profit_model=float(gain.sum()),
        verdict=brings.verdict,
        losing=len(lost),
        loss=-float(lost.sum()),
        losing_corrected=int(losing.sum()),
        smallest_effect=smallest_effect(brings.buyers / len(p), len(p), control) if len(p) else None,
        by_chance=float(blind.sum()),
        lowest=float(picked.probability.min()) if len(picked.rows) else None,
        groups=_by(groups.values, groups.codes[picked.rows], corrected, picked.control) if groups else (),
        outcomes=_by(wish.outcomes, picked.outcome, corrected, picked.control),
    )


def expected_and_actual(
    truth: np.ndarray, probabilities: np.ndarray, weight: np.ndarray, lowest: float
) -> tuple[float, float]:
    """Expected and actual number of the outcome among hold-out records with at least a probability."""
    chosen = acts(probabilities, lowest)
    return float(weight[chosen] @ probabilities[chosen]), float(weight[chosen] @ truth[chosen])


def _mean(column: np.ndarray) -> float:
    there = column[np.isfinite(column)]
    return float(there.mean()) if len(there) else 0.0


def _by(
    names: tuple[str, ...], codes: np.ndarray, probability: np.ndarray, control: np.ndarray
) -> tuple[tuple[str, int, float], ...]:
    chosen = np.bincount(codes, minlength=len(names))
    buyers = np.bincount(codes, np.where(control, 0.0, probability), minlength=len(names))
    counts = zip(names, chosen.tolist(), buyers.tolist(), strict=True)
    return tuple((name, count, expected) for name, count, expected in counts if count)
