"""Forecast of a call list: expected buyers and profit, each with an interval of 95 %.

The interval carries chance and how far the model's probabilities hold (``ml/campaign/chances.py``): buyers are expected
by the probabilities as the hold-out corrects them, and the model's own number stands beside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.campaign.chances import Chances, Verdict, list_chances, own_chances
from ml.campaign.pick import CodedColumn, PickedCalls
from ml.campaign.wish import Wish
from ml.decision.decide import acts
from ml.decision.worth import loses, slope
from ml.metrics.smallest_effect import smallest_effect


@dataclass(frozen=True)
class Forecast:
    """Forecast of a list. Records kept back as control are not called; they count in `chosen` and `control` only.

    Attributes
    ----------
    chosen, control, calls : int
        Records on the list; kept back; acted on.
    buyers, buyers_low, buyers_high : float
        Expected, and the interval of 95 %; corrected by the hold-out.
    cost, profit, profit_low, profit_high : float
        Money.
        Profit is the worth of the calls: what they bring rather than making none of them; corrected likewise.
    buyers_model, profit_model : float
        Both by the model's own probabilities, by which the list is ranked.
    verdict : {"too_much", "too_little", "held", "too_few"}
        Whether the model's own number of buyers holds.
    losing : int
        Calls that are expected to lose.
    loss : float
        Money that these calls lose in all, 0 or more.
    losing_corrected : int
        Calls that are expected to lose by the corrected probabilities.
    smallest_effect : float or None
        Smallest fall of the share of buyers from calls to control group that a test would find.
    by_chance : float
        Buyers among as many picked blindly.
    lowest : float or None
        Lowest probability on the list.
    groups : tuple of (str, int, float)
        Value of the column, records chosen, buyers expected among those called.
    outcomes : tuple of (str, int, float)
        Outcome, records chosen, buyers expected among those called.
    """

    chosen: int
    control: int
    calls: int
    buyers: float
    buyers_low: float
    buyers_high: float
    cost: float
    profit: float
    profit_low: float
    profit_high: float
    buyers_model: float
    profit_model: float
    verdict: Verdict
    losing: int
    loss: float
    losing_corrected: int
    smallest_effect: float | None
    by_chance: float
    lowest: float | None
    groups: tuple[tuple[str, int, float], ...]
    outcomes: tuple[tuple[str, int, float], ...]


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
    found = zip(names, chosen.tolist(), buyers.tolist(), strict=True)
    return tuple((name, count, expected) for name, count, expected in found if count)
