"""Forecast of a call list: expected buyers and profit, each with an interval.

A record buys with the probability that the model gives it, independently of the others. The number of buyers is
then Poisson-binomial: its quantiles are exact up to 2,000 calls and those of the normal distribution
beyond (Hong 2013). This is chance alone; that the probabilities themselves may be off is another matter,
which the hold-out shows (:func:`expected_and_actual`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.campaign.pick import Groups, Picked
from ml.campaign.wish import Wish
from ml.decision.worth import loses, slope
from ml.metrics.intervals import LEVEL, WIDTH

EXACT = 2_000


@dataclass(frozen=True)
class Forecast:
    """Forecast of a list. Records kept back as control are not called; they count in `chosen` and `control` only.

    Attributes
    ----------
    chosen, control, calls : int
        Records on the list; kept back; acted on.
    buyers, buyers_low, buyers_high : float
        Expected, and the interval of 95 %.
    cost, profit, profit_low, profit_high : float
        Money.
        Profit is the worth of the calls: what they bring rather than making none of them.
    losing : int
        Calls that are expected to lose.
    loss : float
        What these lose in all, money, 0 or more.
    by_chance : float
        Buyers among as many picked blindly.
    lowest : float or None
        Lowest probability on the list.
    groups : tuple of (str, int, float)
        Value of the column, records chosen, buyers expected among those called.
    outcomes : tuple of (str, int, float)
        The same by what is offered.
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
    losing: int
    loss: float
    by_chance: float
    lowest: float | None
    groups: tuple[tuple[str, int, float], ...]
    outcomes: tuple[tuple[str, int, float], ...]


def forecast(probabilities: np.ndarray, picked: Picked, wish: Wish, groups: Groups | None = None) -> Forecast:
    """Forecast of a list; `probabilities` as :func:`ml.campaign.pick.pick` takes them."""
    called = ~picked.control
    p, gain = picked.probability[called], picked.gain[called]
    rise = np.array([slope(payoff) for payoff in wish.payoffs])[picked.outcome[called]]
    low, high = buyers_between(p)
    profit = float(gain.sum())
    if len(set(rise.tolist())) == 1:  # the profit follows the number of buyers
        fixed = profit - float(p.sum()) * float(rise[0])
        ends = sorted(fixed + end * float(rise[0]) for end in (low, high))
    else:
        spread = WIDTH * float(np.sqrt((rise**2) @ (p * (1.0 - p))))
        ends = [profit - spread, profit + spread]
    lost = gain[loses(gain)] if wish.in_money else gain[:0]
    blind = np.array([_mean(column) for column in probabilities.T])[picked.outcome[called]]
    return Forecast(
        chosen=len(picked.rows),
        control=int(picked.control.sum()),
        calls=len(p),
        buyers=float(p.sum()),
        buyers_low=low,
        buyers_high=high,
        cost=wish.cost * len(p),
        profit=profit,
        profit_low=ends[0],
        profit_high=ends[1],
        losing=len(lost),
        loss=-float(lost.sum()),
        by_chance=float(blind.sum()),
        lowest=float(picked.probability.min()) if len(picked.rows) else None,
        groups=_by(groups.values, groups.codes[picked.rows], picked) if groups else (),
        outcomes=_by(wish.outcomes, picked.outcome, picked),
    )


def buyers_between(p: np.ndarray, level: float = LEVEL) -> tuple[float, float]:
    """Central interval of the number of buyers (Poisson-binomial), when each buys with its own p.

    Parameters
    ----------
    p : ndarray of float, shape (m,)
        Each 0 to 1.

    Returns
    -------
    (float, float)
        0 to m.
    """
    if len(p) > EXACT:
        mean, spread = float(p.sum()), WIDTH * float(np.sqrt(p @ (1.0 - p)))
        return max(0.0, mean - spread), min(float(len(p)), mean + spread)
    chance = np.ones(1)
    for each in p:
        chance = np.append(chance, 0.0) * (1.0 - each) + np.append(0.0, chance) * each
    below = np.cumsum(chance)
    tail = (1.0 - level) / 2.0
    most = len(chance) - 1
    low, high = (float(min(int(np.searchsorted(below, end - 1e-12)), most)) for end in (tail, 1.0 - tail))
    return low, high


def expected_and_actual(
    truth: np.ndarray, probabilities: np.ndarray, weight: np.ndarray, lowest: float
) -> tuple[float, float]:
    """Expected and actual number of the outcome among hold-out records with at least a probability."""
    chosen = probabilities >= lowest
    return float(weight[chosen] @ probabilities[chosen]), float(weight[chosen] @ truth[chosen])


def _mean(column: np.ndarray) -> float:
    there = column[np.isfinite(column)]
    return float(there.mean()) if len(there) else 0.0


def _by(names: tuple[str, ...], codes: np.ndarray, picked: Picked) -> tuple[tuple[str, int, float], ...]:
    chosen = np.bincount(codes, minlength=len(names))
    buyers = np.bincount(codes, np.where(picked.control, 0.0, picked.probability), minlength=len(names))
    found = zip(names, chosen.tolist(), buyers.tolist(), strict=True)
    return tuple((name, count, expected) for name, count, expected in found if count)
