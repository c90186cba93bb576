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
from ml.data.describe_fields import Described
from ml.data.validation.field_types import Count, Number, Share
from ml.decision.payoff import Payoff
from ml.metrics.intervals import wilson
from ml.metrics.smallest_effect import smallest_effect

PRIOR = 2.0  # records that draw each campaign's share to the mean of all
UNEQUAL = 1.5  # what a record may count beside one of the mean, up to which the weighted mean is hardly skewed


@dataclass(frozen=True)
class Arms:
    """One campaign: ripe outcomes of those assigned to be called, and of its control group."""

    called: int
    bought: int
    """Assigned to be called, and how many of these bought."""
    control: int
    control_bought: int


@dataclass(frozen=True)
class CampaignLift(Described):
    """Lift of calling: records to be called compared with those kept back at random, with intervals of 95 %."""

    called: Count
    """Number of records to be called that are compared."""
    bought: Count
    """Number of called records that bought."""
    control: Count
    """Number of records in the control groups."""
    control_bought: Count
    """Number of records in the control groups that bought."""
    left_out: Count
    """Number of called records that are not compared: their lists have no control group."""
    share: Share
    """Share of the called records that bought; null where nothing can be said."""
    control_share: Share  # of the control groups, weighted by the calls of their campaigns
    """Share that would have bought without a call, by the control groups; null where nothing can be said."""
    difference: Number
    """Share less control share, -1 to 1; null where nothing can be said."""
    low: Number
    """Lower end of the interval of the difference."""
    high: Number
    """Upper end of the interval of the difference."""
    won: Number
    """Buyers won by calling: the difference times the calls."""
    won_low: Number
    """Lower end of the interval of the buyers won."""
    won_high: Number
    """Upper end of the interval of the buyers won."""
    smallest: Number  # at 5 % on two sides
    """Smallest difference that groups of these sizes detect with a power of 80 %; null where there is none."""
    told_apart: bool
    """True where the interval of the difference excludes 0."""


@dataclass(frozen=True)
class Money(Described):
    """Money of the calls that are compared, with intervals of 95 %."""

    realised: Number
    """Money won by calling: by buyers who would not have bought otherwise, less the cost of the calls."""
    low: Number
    """Lower end of the interval of the money won."""
    high: Number
    """Upper end of the interval of the money won."""
    value: float
    """Money that one more buyer brings."""
    cost: float
    """Cost of one call."""
    forecast: Number
    """Money that these calls were forecast to bring: by all buyers, less the cost of the calls."""
    forecast_low: Number
    """Lower end of the interval of the forecast."""
    forecast_high: Number
    """Upper end of the interval of the forecast."""
    brought: float
    """Money brought by all who bought of those called, less the cost of the calls."""


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
        int(called.sum()), int(bought.sum()), int(control.sum()), int(control_bought.sum()), left_out,
        share=None, control_share=None, difference=None, low=None, high=None, won=None, won_low=None, won_high=None,
        smallest=None, told_apart=False,
    )  # fmt: skip
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


def money_realised(lift: CampaignLift, value: float, cost: float, forecast: tuple[float, float, float]) -> Money:
    """Money of the buyers won, at a `value` of one more, less the calls.

    The forecast, with its interval, is of all who buy of those called; those who would have bought without a call are
    in it, and not in what was realised.
    """
    spent = lift.called * cost
    ends = (None if won is None else won * value - spent for won in (lift.won, lift.won_low, lift.won_high))
    realised, low, high = ends
    return Money(realised, low, high, value, cost, *forecast, brought=lift.bought * value - spent)


def value_of_buyer(payoff: Payoff) -> tuple[float, float]:
    """Value of one more buyer, and cost of one call, by the card's payoff.

    A call brings TP - call where somebody buys and FP - call where not, TP - FP more for a buyer. A buyer who was not
    called is worth that too: what such a one would have bought is not lost by not calling, as the table of decisions
    (``ml/decision/payoff.py``) has it, which asks who is a buyer and not who becomes one.
    """
    return payoff.true_positive - payoff.false_positive, payoff.call - payoff.false_positive
