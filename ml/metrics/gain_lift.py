"""Cumulative gain curve and lift by deciles of one outcome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.data.array_types import OptionalFloats
from ml.metrics.bootstrap import REPEATS, draw_counts, resampled_sums, score_bins
from ml.metrics.confusion_counts import ratio
from ml.metrics.confusion_matrix import CountsByCutOff, counts_by_cut_off
from ml.metrics.curves import thin
from ml.metrics.evaluation import OneVsRest
from ml.metrics.intervals import FEW, percentile_interval, wilson
from ml.metrics.threshold_table import table_cut_offs

TENTHS = np.arange(11) / 10


@dataclass(frozen=True)
class Gain:
    """Gain curve: share of the records with the outcome that is found, against the share acted on."""

    selected: list[float]
    found: list[float]
    """0 to 1, never falling, from (0, 0) to (1, 1), by falling probability. Length m <= 200."""
    low: list[float]
    high: list[float]
    """95 % interval of the share found at that share acted on. Length m."""
    cut_off: OptionalFloats
    """Falling; None where we act on none. Length m."""
    tenth_found: list[float]
    tenth_low: list[float]
    tenth_high: list[float]
    """Found when 10 %, 20 %, … 100 % are acted on, and its interval; records of equal probability in random order.
    Length 10."""
    rate: float
    """Share of the records with the outcome: a perfect order has found all at this share."""
    positive: float
    """Weight of the records with the outcome."""


@dataclass(frozen=True)
class Lift:
    """Lift: rate of the outcome among the records acted on, over its rate among all records."""

    tenth: list[float]
    """Lift of the first, second, … tenth by falling probability; records of equal probability are shared out. Their
    mean is 1. Length 10."""
    low: list[float]
    high: list[float]
    """95 % interval of each (Wilson 1927). Length 10."""
    selected: list[float]
    lift: list[float]
    lift_low: list[float]
    lift_high: list[float]
    """Share acted on, and the lift of all that is acted on with its 95 % interval; the last is 1. Length m <= 200."""
    rate: float
    """Share of the records with the outcome."""
    records: float
    """Weight of all records."""


def gain(answers: OneVsRest, outcome: str) -> Gain:
    """Gain curve of one outcome; NoProbabilities, OneOutcomeOnly."""
    table = counts_by_cut_off(answers, outcome)
    selected, found = _shares(table)
    drawn = thin(selected, found)
    low, high = found_interval(answers, table, np.concatenate([selected[drawn], TENTHS[1:]]))
    return Gain(
        selected=selected[drawn].tolist(),
        found=found[drawn].tolist(),
        low=low[:-10].tolist(),
        high=high[:-10].tolist(),
        cut_off=[None if np.isinf(value) else value for value in table.cut_off[drawn].tolist()],
        tenth_found=np.interp(TENTHS[1:], selected, found).tolist(),
        tenth_low=low[-10:].tolist(),
        tenth_high=high[-10:].tolist(),
        rate=table.positive / (table.positive + table.negative),
        positive=table.positive,
    )


def lift(answers: OneVsRest, outcome: str) -> Lift:
    """Lift of one outcome, by tenths and of all acted on; NoProbabilities, OneOutcomeOnly."""
    table = counts_by_cut_off(answers, outcome)
    records = table.positive + table.negative
    rate = table.positive / records
    selected, found = _shares(table)
    tenth = np.diff(np.interp(TENTHS, selected, found)) * 10
    worth = answers.weight.sum() / (answers.weight**2).sum()
    low, high = wilson(tenth / 10 * table.positive * worth, np.full(10, records / 10 * worth))
    drawn = 1 + thin(selected[1:], found[1:])
    ends = [
        np.nan_to_num(ratio(end, selected[drawn])).tolist() for end in found_interval(answers, table, selected[drawn])
    ]
    return Lift(
        tenth=tenth.tolist(),
        low=(low / rate).tolist(),
        high=(high / rate).tolist(),
        selected=selected[drawn].tolist(),
        lift=np.nan_to_num(ratio(found[drawn], selected[drawn])).tolist(),
        lift_low=ends[0],
        lift_high=ends[1],
        rate=rate,
        records=records,
    )


def found_interval(answers: OneVsRest, table: CountsByCutOff, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of the share found when these shares are acted on: two ends, shapes as `at`.

    Percentiles of the bootstrap, in which the cut-off of a share moves with the records; where fewer than 30 records
    with the outcome are found, or are not, Wilson's interval, as of every share
    (docs/decisions/0017-one-table-of-counts.md).
    """
    bins = score_bins(answers, table_cut_offs(table))
    heavy = resampled_sums(bins, draw_counts(bins, REPEATS), answers.weight)
    false, true = np.moveaxis(np.pad(np.cumsum(heavy[..., ::-1], axis=-1), ((0, 0), (0, 0), (1, 0))), 1, 0)
    acted, positive = false + true, np.maximum(true[:, -1:], 1e-300)
    pairs = zip(acted / acted[:, -1:], true / positive, strict=True)
    low, high = percentile_interval(np.stack([np.interp(at, *pair) for pair in pairs], axis=-1))
    whole = table.positive * answers.weight.sum() / (answers.weight**2).sum()
    hits = np.interp(at, *_shares(table)) * whole
    few = (np.minimum(hits, whole - hits) < FEW) & (at > 0) & (at < 1)
    below, above = wilson(hits, np.full(len(at), whole))
    return np.where(few, below, low), np.where(few, above, high)


def _shares(table: CountsByCutOff) -> tuple[np.ndarray, np.ndarray]:
    """Share acted on, and share found, at every cut-off at which they change."""
    acted = table.true_positive + table.false_positive
    return acted / (table.positive + table.negative), table.true_positive / table.positive
