"""Profit curve: profit on the hold-out at every cut-off, and the cut-off with the highest profit.

Profit is a linear function of the confusion counts (``ml/decision/payoff.py``), so it is read from the
threshold table like every other number that depends on the cut-off.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import partial
from typing import Any

import numpy as np

from ml.data.array_types import Floats, OptionalFloats
from ml.decision.payoff import Payoff
from ml.metrics.bootstrap import REPEATS, acted_on, draw_counts, resampled_sums, score_bins
from ml.metrics.confusion_counts import ConfusionCounts
from ml.metrics.confusion_matrix import CountsByCutOff, counts_by_cut_off
from ml.metrics.evaluation import OneVsRest
from ml.metrics.intervals import percentile_interval
from ml.metrics.optimism import optimism
from ml.metrics.threshold_table import table_cut_offs

PER = 1_000  # records: profits are comparable between hold-outs of any size

# Without a stated payoff: hits less false alarms, a readable number that nobody mistakes for money.
NEUTRAL = Payoff(true_positive=1.0, false_positive=-1.0)


@dataclass(frozen=True)
class CutOffLimits:
    """Limits on a cut-off: capacity and recall."""

    most_calls: float | None = None
    """Most records to act on, of 1,000."""
    least_recall: float | None = None
    """Share of the records with the outcome that must be acted on, 0 to 1."""


@dataclass(frozen=True)
class ProfitCurve:
    """Profit curve at m cut-offs; all money is for 1,000 records like those of the hold-out."""

    cut_off: list[float]
    """Rising: the rows of the threshold table (``ml/metrics/threshold_table.py``), and the best one. Length m."""
    profit: list[float]
    low: list[float]
    high: list[float]
    """Value of all decisions less the cost of all calls, and its 95 % bootstrap interval. Length m."""
    selected: list[float]
    recall: list[float]
    """Share acted on, and share of the records with the outcome that is acted on. Length m."""
    behind: OptionalFloats
    behind_low: OptionalFloats
    behind_high: OptionalFloats
    """Profit lost against the best cut-off, with the 95 % interval of the paired bootstrap (the best cut-off held
    fixed). None where no cut-off keeps to the limits; below 0 where a cut-off beyond the limits brings more. Length
    m."""
    best: int | None
    """Row of the cut-off with the highest profit within the limits; of equal ones the highest cut-off. The best of all
    cut-offs, not only of those listed. None where none keeps to them."""
    best_low: float | None
    best_high: float | None
    """95 % interval of the best cut-off: percentiles over the resamplings."""
    luck: float | None
    """Optimism of the best profit, from choosing the cut-off on the same records
    (:func:`ml.metrics.optimism.optimism`)."""
    most_reached: float | None
    calls_needed: float | None
    """Where the limits contradict each other: the largest recall within the calls, and the fewest calls of 1,000 that
    reach the recall."""
    payoff: dict[str, Any]
    """The fields of ``ml.decision.payoff.Payoff``."""
    stated: bool
    """False where no payoff is stated, and :data:`NEUTRAL` is counted."""
    most_calls: float | None
    least_recall: float | None
    """The limits."""
    records: float
    """Weight of the hold-out."""


def payoff_total(payoff: Payoff, counts: ConfusionCounts) -> Floats:
    """Value of the decisions less the cost of the calls, in money; shape as the counts."""
    return (
        counts.true_positive * (payoff.true_positive - payoff.call)
        + counts.false_positive * (payoff.false_positive - payoff.call)
        + counts.false_negative * payoff.false_negative
        + counts.true_negative * payoff.true_negative
    )


def profits(payoff: Payoff, columns: Mapping[str, list[Any]]) -> list[float]:
    """Profit for 1,000 records in each row of a threshold table: ``profits(payoff, table.columns)``."""
    counted = {
        name: np.array(columns[name], float)
        for name in ("true_positive", "false_positive", "false_negative", "true_negative")
    }
    counts = ConfusionCounts(**counted, cut_off=np.full(1, np.nan))
    brought: list[float] = (payoff_total(payoff, counts) * PER / counts.total).tolist()
    return brought


def profit_curve(answers: OneVsRest, payoff: Payoff, outcome: str, limits: CutOffLimits | None = None) -> ProfitCurve:
    """Profit at every cut-off with bootstrap intervals, and the best cut-off within the limits.

    Raises
    ------
    NoProbabilities
    OneOutcomeOnly
        When all rows of the hold-out, or none, have the outcome.
    """
    limits, table = limits or CutOffLimits(), counts_by_cut_off(answers, outcome)
    best = highest_profit_cut_off(table, payoff, limits)
    grid = table_cut_offs(table, () if best is None else (best,))
    bins = score_bins(answers, grid)
    counts = _counts_at(bins.sums(answers.weight), grid)
    drawn = _counts_at(resampled_sums(bins, draw_counts(bins, REPEATS), answers.weight), grid)
    profit, samples = payoff_total(payoff, counts) * PER / counts.total, payoff_total(payoff, drawn) * PER / drawn.total
    low, high = percentile_interval(samples.T)
    at = None if best is None else int(np.searchsorted(grid, best))
    around = _around(at, grid, profit, np.where(_allowed(drawn, limits), samples, -np.inf), samples)
    return ProfitCurve(
        cut_off=grid.tolist(),
        profit=profit.tolist(),
        low=low.tolist(),
        high=high.tolist(),
        selected=(counts.selected / counts.total).tolist(),
        recall=(counts.true_positive / counts.positive).tolist(),
        best=at,
        **around,
        luck=None if best is None else optimism(answers, best, partial(_profit_and_allowed, payoff, limits)),
        **_contradiction(table, limits, at),
        payoff=asdict(payoff),
        stated=any(getattr(payoff, row.name) != getattr(NEUTRAL, row.name) for row in fields(Payoff)),
        most_calls=limits.most_calls,
        least_recall=limits.least_recall,
        records=table.positive + table.negative,
    )


def highest_profit_cut_off(table: CountsByCutOff, payoff: Payoff, limits: CutOffLimits) -> float | None:
    """The cut-off with the highest profit within the limits; None where no cut-off keeps to them.

    All cut-offs down to the next lower probability decide alike; the roundest of them is returned.
    """
    falling = np.append(table.cut_off[1:], -np.inf)  # the next lower probability
    acting_on_none = table.cut_off[1] < 1  # else cut-off 1 acts on the records at 1
    counts = ConfusionCounts(
        table.true_positive,
        table.false_positive,
        table.positive - table.true_positive,
        table.negative - table.false_positive,
        table.cut_off,
    )
    allowed = _allowed(counts, limits)
    allowed[0] &= acting_on_none
    if not allowed.any():
        return None
    best = int(np.argmax(np.where(allowed, payoff_total(payoff, counts), -np.inf)))  # the first: the highest cut-off
    return roundest(float(falling[best]), min(float(table.cut_off[best]), 1.0))


def roundest(above: float, most: float) -> float:
    """The number with the fewest decimals in (above, most], within 0 and 1."""
    for digits in range(2, 16):
        number: float = math.floor(most * 10**digits) / 10**digits
        if max(above, -1.0) < number <= most:
            return number
    return most


def _counts_at(sums: np.ndarray, grid: np.ndarray) -> ConfusionCounts:
    """Confusion counts at the cut-offs, shape (..., m), from sums over bins, shape (..., 2, m + 1)."""
    reached, total = acted_on(sums), sums.sum(axis=-1, keepdims=True)
    (false, true), (negative, positive) = (np.moveaxis(part, -2, 0) for part in (reached, total))
    return ConfusionCounts(true, false, np.maximum(positive - true, 0.0), np.maximum(negative - false, 0.0), grid)


def _allowed(counts: ConfusionCounts, limits: CutOffLimits) -> np.ndarray:
    """Mask of the cut-offs that keep to the limits, with a tolerance for rounding."""
    allowed = np.ones(counts.true_positive.shape, dtype=bool)
    if limits.most_calls is not None:
        allowed &= counts.selected <= limits.most_calls * counts.total / PER * (1 + 1e-12)
    if limits.least_recall is not None:
        allowed &= counts.true_positive >= limits.least_recall * counts.positive * (1 - 1e-12)
    return allowed


def _profit_and_allowed(payoff: Payoff, limits: CutOffLimits, sums: Floats, grid: Floats) -> tuple[Floats, np.ndarray]:
    counts = _counts_at(sums, grid)
    return payoff_total(payoff, counts) * PER / counts.total, _allowed(counts, limits)


def _around(
    at: int | None, grid: np.ndarray, profit: np.ndarray, allowed: np.ndarray, samples: np.ndarray
) -> dict[str, Any]:
    """Spread of the resamplings, shape (b, m), around the best cut-off; `allowed` is -inf beyond the limits."""
    nothing: OptionalFloats = [None] * len(grid)
    if at is None:
        names = ("best_low", "best_high")
        return {"behind": nothing, "behind_low": nothing, "behind_high": nothing} | dict.fromkeys(names)
    possible = np.isfinite(allowed).any(axis=1)
    chosen = allowed.shape[1] - 1 - np.argmax(allowed[:, ::-1], axis=1)  # of equal ones the highest
    low, high = percentile_interval(np.where(possible, grid[chosen], np.nan))
    behind_low, behind_high = percentile_interval((samples[:, [at]] - samples).T)
    return {
        "behind": (profit[at] - profit).tolist(),
        "behind_low": behind_low.tolist(),
        "behind_high": behind_high.tolist(),
        "best_low": None if np.isnan(low) else min(float(low), float(grid[at])),
        "best_high": None if np.isnan(high) else max(float(high), float(grid[at])),
    }


def _contradiction(table: CountsByCutOff, limits: CutOffLimits, at: int | None) -> dict[str, Any]:
    if at is not None:
        return {"most_reached": None, "calls_needed": None}
    selected = (table.true_positive + table.false_positive) * PER / (table.positive + table.negative)
    recall = table.true_positive / table.positive
    within = selected <= (math.inf if limits.most_calls is None else limits.most_calls) * (1 + 1e-12)
    enough = recall >= (limits.least_recall or 0.0) * (1 - 1e-12)
    return {"most_reached": float(recall[within].max()), "calls_needed": float(selected[enough].min())}
