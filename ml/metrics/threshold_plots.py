"""Data of the plots over the cut-off: confusion table, metrics by threshold, decision curve (net benefit)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.data.array_types import OptionalFloats
from ml.metrics.curves import reach
from ml.metrics.intervals import contrast_interval
from ml.metrics.threshold_table import ThresholdTable


@dataclass(frozen=True)
class ConfusionTable:
    """Confusion counts at m cut-offs, as in ``ml.metrics.threshold_table.ThresholdTable``."""

    cut_off: list[float]
    true_positive: list[float]
    false_positive: list[float]
    false_negative: list[float]
    true_negative: list[float]


@dataclass(frozen=True)
class MetricsByThreshold:
    """Precision, recall and the share acted on at m cut-offs, as in ``ml.metrics.threshold_table.ThresholdTable``."""

    cut_off: list[float]
    precision: OptionalFloats
    recall: OptionalFloats
    selected: OptionalFloats
    """None where nothing is acted on. Length m."""
    best: float
    """The cut-off with the highest F1; of several the lowest."""
    best_f1: float
    best_precision: float
    best_recall: float
    best_selected: float
    """The measures at that cut-off."""
    reach: float
    """Where the probabilities end (``ml.metrics.curves.reach``)."""


@dataclass(frozen=True)
class DecisionCurve:
    """Decision curve: net benefit at m cut-offs (Vickers & Elkin 2006), as in the threshold table."""

    cut_off: list[float]
    model: OptionalFloats
    low: OptionalFloats
    high: OptionalFloats
    """`low`, `high`: 95 % interval of the model's. Length m."""
    all_: OptionalFloats
    """`cut_off`, `model`, `all_`: net benefit a record of acting by the model, and on all; acting on none has 0. None
    at 1. Length m."""
    rate: float
    """Share of the records with the outcome: the net benefit of a perfect model."""
    useful_from: float | None
    useful_to: float | None
    """The longest range of cut-offs at which the model beats acting on all and on none; None where there is none."""
    sure_from: float | None
    sure_to: float | None
    """The longest range at which the lower ends of both differences' 95 % intervals are above 0, each cut-off taken by
    itself; None where there is none."""
    reach: float
    """Where the probabilities end (``ml.metrics.curves.reach``)."""


def confusion_table(table: ThresholdTable) -> ConfusionTable:
    """The 2 x 2 confusion table at every cut-off."""
    names = ("true_positive", "false_positive", "false_negative", "true_negative")
    return ConfusionTable(table.cut_off, *(_known(table.columns[name]) for name in names))


def metrics_by_threshold(table: ThresholdTable) -> MetricsByThreshold:
    """Precision, recall and share acted on by cut-off, and the cut-off with the highest F1."""
    best = int(np.argmax(np.array(table.columns["f1"], dtype=float)))
    at = {key: float(table.columns[key][best] or 0.0) for key in ("f1", "precision", "recall", "selected")}
    return MetricsByThreshold(
        cut_off=table.cut_off,
        precision=table.columns["precision"],
        recall=table.columns["recall"],
        selected=table.columns["selected"],
        best=table.cut_off[best],
        best_f1=at["f1"],
        best_precision=at["precision"],
        best_recall=at["recall"],
        best_selected=at["selected"],
        reach=_reach(table),
    )


def decision_curve(table: ThresholdTable, records: float | None = None) -> DecisionCurve:
    """Decision curve: net benefit of the model and of acting on all.

    `records` is the effective sample size (Kish 1965); None where all records count 1.
    """
    model, all_ = (np.array(table.columns[key], dtype=float) for key in ("net_benefit", "net_benefit_all"))
    more = model > np.maximum(all_, 0.0) + 1e-12
    first, last = _longest(more, np.array(table.cut_off))
    beyond = _beyond_chance(table, records or table.positive + table.negative)
    sure_from, sure_to = _longest(more & beyond, np.array(table.cut_off))
    return DecisionCurve(
        cut_off=table.cut_off,
        model=table.columns["net_benefit"],
        low=table.low["net_benefit"],
        high=table.high["net_benefit"],
        all_=table.columns["net_benefit_all"],
        rate=table.positive / (table.positive + table.negative),
        useful_from=first,
        useful_to=last,
        sure_from=sure_from,
        sure_to=sure_to,
        reach=_reach(table),
    )


def _beyond_chance(table: ThresholdTable, records: float) -> np.ndarray:
    """Mask of cut-offs at which the net benefit exceeds that of acting on none and on all, beyond chance: (m,).

    Either difference is a mean over the records. Beside none a hit counts 1 and a false alarm minus the odds of the
    cut-off; beside all a miss counts -1 and a record that is rightly left alone the odds.
    """
    names = ("true_positive", "false_positive", "false_negative", "true_negative")
    worth = records / (table.positive + table.negative)
    hits, alarms, misses, left = (np.array(_known(table.columns[name])) * worth for name in names)
    cut_off = np.array(table.cut_off)
    odds = np.divide(cut_off, 1.0 - cut_off, out=np.full(len(cut_off), np.nan), where=cut_off < 1)
    beside_none, _ = contrast_interval(hits, alarms, records, 1.0, odds)
    beside_all, _ = contrast_interval(left, misses, records, odds, 1.0)
    beyond: np.ndarray = np.minimum(beside_none, beside_all) > 0  # False for NaN
    return beyond


def _longest(true: np.ndarray, at: np.ndarray) -> tuple[float | None, float | None]:
    """First and last position of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], true, [False]]).astype(int)))
    runs = [(at[start], at[end - 1]) for start, end in edges.reshape(-1, 2).tolist()]
    if not runs:
        return None, None
    first, last = max(runs, key=lambda run: run[1] - run[0])
    return float(first), float(last)


def _reach(table: ThresholdTable) -> float:
    acted = [cut for cut, share in zip(table.cut_off, table.columns["selected"], strict=True) if share]
    return reach(np.array(acted))


def _known(column: OptionalFloats) -> list[float]:
    return [value or 0.0 for value in column]
