"""Lift: what calling brought, as the difference between those assigned to be called and those kept back by chance.

Groups are as assigned: whoever was to be called and was not reached counts as called, since who is reached is no matter
of chance (intention to treat). Several campaigns are strata: the difference of each counts by its calls, so that the
whole is the mean effect on those called, whatever share each campaign kept back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ml.data.array_types import Floats
from ml.decision.payoff import Payoff
from ml.metrics.intervals import wilson
from ml.metrics.smallest_effect import smallest_effect

PRIOR = 2.0  # records that draw each campaign's share to the mean of all
UNEQUAL = 1.5  # what a record may count beside one of the mean, up to which the weighted mean is hardly skewed


@dataclass(frozen=True)
class Arms:
    """One campaign: ripe outcomes of those assigned to be called, and of its control group.

    Attributes
    ----------
    called, bought : int
        Assigned to be called, and how many of these bought.
    """

    called: int
    bought: int
    control: int
    control_bought: int


@dataclass(frozen=True)
class CampaignLift:
    """Lift of calling, over campaigns that have both groups.

    Attributes
    ----------
    left_out : int
        Calls of campaigns without a control group, of which nothing can be said.
    share : float or None
        Share of the called who bought; None where nothing can be said.
    control_share : float or None
        Share that would have bought without a call: of the control groups, weighted by the calls of their campaigns.
    difference, low, high : float or None
        Share less control share, -1 to 1, and its 95 % interval.
    won, won_low, won_high : float or None
        Buyers won: the difference times the calls.
    smallest : float or None
        Smallest difference that groups of these sizes find in four of five cases, at 5 % on two sides; None where none.
    told_apart : bool
        Whether the interval excludes 0.
    """

    called: int
    bought: int
    control: int
    control_bought: int
    left_out: int
    share: float | None = None
    control_share: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    won: float | None = None
    won_low: float | None = None
    won_high: float | None = None
    smallest: float | None = None
    told_apart: bool = False


@dataclass(frozen=True)
class Money:
    """Money that calling brought, with its 95 % interval; None where nothing can be said.

    Attributes
    ----------
    realised, low, high : float or None
        Buyers won times the value of one, less the cost of the calls that are compared.
    value, cost : float
        Money that one more buyer brings, and cost of one call.
    forecast, forecast_low, forecast_high : float or None
        What was forecast of these calls, where somebody says so.
    """

    realised: float | None
    low: float | None
    high: float | None
    value: float
    cost: float
    forecast: float | None = None
    forecast_low: float | None = None
    forecast_high: float | None = None


def lift(campaigns: Sequence[Arms]) -> CampaignLift:
    """Difference of the shares that bought, with its interval.

    The interval is Newcombe's hybrid of Wilson's intervals (1998, Stat. Med. 17, method 10). Over several campaigns
    each side is a weighted mean of shares. Its interval is Wilson's at the effective number of records p (1 - p) /
    variance (Korn & Graubard 1998, Surv. Methodol. 24), the variance that of shares drawn to their mean by two
    records, for a control group of which nobody bought would vary by nothing. Where a record of one group counts more
    than 1.5 times one of the mean, the few large weights make the mean skewed, and each end is the farther of that
    and of the one combined from each group's interval (MOVER: Zou, Huang & Zhang 2009, Comput. Stat. Data Anal. 53).
    Chosen by simulation: docs/decisions/0061-statistics-of-results.md.
    """
    used = [arms for arms in campaigns if arms.called and arms.control]
    left_out = sum(arms.called for arms in campaigns) - sum(arms.called for arms in used)
    table = np.array([(arms.called, arms.bought, arms.control, arms.control_bought) for arms in used], float)
    called, bought, control, control_bought = table.reshape(-1, 4).T
    counted = CampaignLift(
        int(called.sum()), int(bought.sum()), int(control.sum()), int(control_bought.sum()), left_out
    )
    if not used:
        return counted
    weight = called / called.sum()
    share, low, high = _weighted(bought, called, weight)
    other, other_low, other_high = _weighted(control_bought, control, weight)
    difference = share - other
    below = float(np.hypot(share - low, other_high - other))
    above = float(np.hypot(high - share, other - other_low))
    ends = max(difference - below, -1.0), min(difference + above, 1.0)
    rows = float(called.sum())
    return replace(
        counted,
        share=share,
        control_share=other,
        difference=difference,
        low=ends[0],
        high=ends[1],
        won=difference * rows,
        won_low=ends[0] * rows,
        won_high=ends[1] * rows,
        smallest=smallest_effect(share, rows, 1.0 / float((weight**2 / control).sum())),
        told_apart=not ends[0] <= 0 <= ends[1],
    )


def _weighted(hits: Floats, rows: Floats, weight: Floats) -> tuple[float, float, float]:
    """Weighted mean of independent shares, and its 95 % interval; Wilson's where there is one of them."""
    shares, unit = hits / rows, weight / rows
    mean = min(float(weight @ shares), 1.0)  # weights may sum to one and a rounding more
    shrunk = (hits + PRIOR * mean) / (rows + PRIOR)
    variance = float((unit * weight) @ (shrunk * (1 - shrunk)))
    worth = mean * (1 - mean) / variance if variance else 1 / float((unit * weight).sum())
    low, high = wilson(mean * worth, worth)
    if unit.max() * rows.sum() <= UNEQUAL:
        return mean, float(low), float(high)
    each_low, each_high = wilson(hits, rows)
    below, above = (float(np.linalg.norm(weight * apart)) for apart in (shares - each_low, each_high - shares))
    return mean, min(float(low), mean - below), max(float(high), mean + above)


def money_realised(
    found: CampaignLift, value: float, cost: float, forecast: tuple[float, float, float] | None = None
) -> Money:
    """Money of the buyers won, less the calls.

    Parameters
    ----------
    value : float
        Money that one more buyer brings, 0 or more.
    cost : float
        Cost of one call.
    forecast : tuple of float or None
        Money that was forecast of the same calls, and its interval. It is of all who buy of those called; those who
        would have bought without a call are in it, and not in what was realised.
    """
    spent = found.called * cost
    ends = (None if won is None else won * value - spent for won in (found.won, found.won_low, found.won_high))
    realised, low, high = ends
    return Money(realised, low, high, value, cost, *(forecast or ()))


def value_of_buyer(payoff: Payoff) -> tuple[float, float]:
    """Value of one more buyer, and cost of one call, by the card's payoff.

    A call brings TP - call where somebody buys and FP - call where not, TP - FP more for a buyer. A buyer who was not
    called is worth that too: what such a one would have bought is not lost by not calling, as the table of decisions
    (``ml/decision/payoff.py``) has it, which asks who is a buyer and not who becomes one.
    """
    return payoff.true_positive - payoff.false_positive, payoff.call - payoff.false_positive
