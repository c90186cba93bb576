"""Data of the plots over the cut-off: confusion table, metrics by threshold, decision curve (net benefit)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.data.array_types import OptionalFloats
from ml.metrics.curves import reach
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
    """Precision, recall and the share acted on at m cut-offs, as in ``ml.metrics.threshold_table.ThresholdTable``.

    Attributes
    ----------
    cut_off, precision, recall, selected : list, length m
        None where nothing is acted on.
    best : float
        The cut-off with the highest F1; of several the lowest.
    best_f1, best_precision, best_recall, best_selected : float
        The measures at that cut-off.
    reach : float
        Where the probabilities end (``ml.metrics.curves.reach``).
    """

    cut_off: list[float]
    precision: OptionalFloats
    recall: OptionalFloats
    selected: OptionalFloats
    best: float
    best_f1: float
    best_precision: float
    best_recall: float
    best_selected: float
    reach: float


@dataclass(frozen=True)
class DecisionCurve:
    """Decision curve: net benefit at m cut-offs (Vickers & Elkin 2006), as in the threshold table.

    Attributes
    ----------
    cut_off, model, all_ : list, length m
        Net benefit a record of acting by the model, and on all; acting on none has 0. None at 1.
    rate : float
        Share of the records with the outcome: the net benefit of a perfect model.
    useful_from, useful_to : float or None
        The longest range of cut-offs at which the model beats acting on all and on none; None
        where there is none.
    reach : float
        Where the probabilities end (``ml.metrics.curves.reach``).
    """

    cut_off: list[float]
    model: OptionalFloats
    all_: OptionalFloats
    rate: float
    useful_from: float | None
    useful_to: float | None
    reach: float


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


def decision_curve(table: ThresholdTable) -> DecisionCurve:
    """Decision curve: net benefit of the model and of acting on all."""
    model, all_ = (np.array(table.columns[key], dtype=float) for key in ("net_benefit", "net_benefit_all"))
    first, last = _longest(model > np.maximum(all_, 0.0) + 1e-12, np.array(table.cut_off))
    return DecisionCurve(
        cut_off=table.cut_off,
        model=table.columns["net_benefit"],
        all_=table.columns["net_benefit_all"],
        rate=table.positive / (table.positive + table.negative),
        useful_from=first,
        useful_to=last,
        reach=_reach(table),
    )


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
