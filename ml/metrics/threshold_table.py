"""Threshold table: confusion counts and measures of one outcome at every cut-off.

Every number of the Performance page that depends on the cut-off is read from this table, so no
two places can differ, and moving the cut-off needs no computation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ml.data.array_types import OptionalFloats
from ml.metrics.bootstrap import REPEATS, ScoreBins, acted_on, draw_counts, left_alone, resampled_sums, score_bins
from ml.metrics.confusion_counts import ConfusionCounts, ratio
from ml.metrics.confusion_matrix import CountsByCutOff, counts_by_cut_off
from ml.metrics.curves import normal_deviates, thin
from ml.metrics.evaluation import EvaluatedVersion, OneVsRest, evaluation_of
from ml.metrics.intervals import intervals_of
from ml.metrics.registry import OF_COUNTS
from ml.runtime.memo import memo

REVISION = 2  # raised when a field or its meaning changes: part of the cache key of a table
MOST_OCCURRING = 250
AT_ONCE = 64  # cut-offs whose resamplings are measured together: all would take 56 MB

Columns = dict[str, OptionalFloats]
Result = Callable[[tuple[Any, ...], Callable[[], Any]], Any]


@dataclass(frozen=True)
class ThresholdTable:
    """Threshold table: exact counts and measures at m cut-offs; at cut-off c we act on probabilities >= c."""

    cut_off: list[float]
    """Rising from 0 to 1: every whole percent, probabilities that occur (all where they are few, so that a rare outcome
    is resolved), and the extra ones requested. Length m."""
    columns: Columns
    """"true_positive", "false_positive", "false_negative", "true_negative" (weight of records), "selected" (share acted
    on), every measure of counts (``ml.metrics.registry.OF_COUNTS``), the net benefit of acting on all
    ("net_benefit_all"), and the rates of errors as normal deviates ("false_positive_deviate", "false_negative_deviate",
    rates kept within 0.001 and 0.999). None where undefined. Length m."""
    low: Columns
    high: Columns
    """95 % interval of "selected" and each measure: bootstrap of the records, and the interval of Wilson where a share
    counts fewer than 30 records on one side. None where undefined. Length m."""
    trivial: dict[str, float | None]
    """Values of a model without skill (``ml.metrics.registry.Measure.trivial``)."""
    positive: float
    negative: float
    """Weight of the records with and without the outcome; both above 0."""

    def at(self, cut_off: float) -> int:
        """Row of the nearest cut-off; of two equally near the lower."""
        return int(np.argmin(np.abs(np.array(self.cut_off) - cut_off)))


def threshold_table(
    answers: OneVsRest, outcome: str = "the outcome", extra: Sequence[float] = (), repeats: int = REPEATS
) -> ThresholdTable:
    """Build the threshold table from predictions and truth.

    Parameters
    ----------
    outcome : str
        Label of the outcome, for the error's text.
    extra : sequence of float
        Cut-offs that must be among the rows: 0 to 1; others are left out.
    repeats : int
        Resamplings for the intervals; 0 gives none (all None).

    Raises
    ------
    NoProbabilities
    OneOutcomeOnly
        When all rows, or none, have the outcome.
    """
    table = counts_by_cut_off(answers, outcome)
    cut_off = table_cut_offs(table, extra)
    bins = score_bins(answers, cut_off)
    weight = bins.sums(answers.weight)
    counts = _counts_at(weight[None], cut_off)
    low, high = _ends(bins, answers.weight, counts, repeats)
    rate = table.positive / (table.positive + table.negative)
    return ThresholdTable(
        cut_off=cut_off.tolist(),
        columns=_columns(counts),
        low=low,
        high=high,
        trivial={measure.key: measure.trivial(rate) for measure in OF_COUNTS},
        positive=table.positive,
        negative=table.negative,
    )


def table_cut_offs(table: CountsByCutOff, extra: Sequence[float] = ()) -> np.ndarray:
    """The cut-offs of the table: rising, from 0 to 1, at most 351 plus the extra ones.

    Probabilities that occur are taken at equal steps along the ROC curve, so half of them follow
    the records with the outcome, however rare.
    """
    drawn = thin(table.false_positive, table.true_positive, MOST_OCCURRING)  # each over its own range
    occurring = table.cut_off[drawn]
    requested = np.array(list(extra), dtype=np.float64)
    every = np.concatenate([np.arange(101) / 100, occurring, requested])
    return np.unique(every[(every >= 0) & (every <= 1)])


def threshold_table_of(
    bundle: EvaluatedVersion, outcome: str, extra: Sequence[float] = (), result: Result | None = None
) -> ThresholdTable:
    """The threshold table of one outcome of a version, memoized beside the bundle; errors as :func:`threshold_table`.

    With `result`, :meth:`ml.service.Service.result`, the table is also cached for other processes.
    """
    key = outcome, tuple(sorted(set(map(float, extra))))
    if result is not None and _made.known(bundle, *key) is None:
        # computes once among all processes; may raise at its deadline
        return _made.keep(_shared(bundle, *key, result), bundle, *key)
    return _made(bundle, *key)


@memo(most=40)  # bounded: extra cut-offs come from outside and must not fill the memory
def _made(bundle: EvaluatedVersion, outcome: str, extra: tuple[float, ...]) -> ThresholdTable:
    return threshold_table(evaluation_of(bundle).of(outcome), bundle.outcomes[outcome].label, extra)


def _shared(bundle: EvaluatedVersion, outcome: str, extra: tuple[float, ...], result: Result) -> ThresholdTable:
    key = (bundle.key, "threshold table", REVISION, outcome, *extra)
    return ThresholdTable(**result(key, lambda: asdict(_made(bundle, outcome, extra))))


def _counts_at(sums: np.ndarray, cut_off: np.ndarray) -> ConfusionCounts:
    """Confusion counts, shape (m, b), from sums over bins, shape (b, 2, m + 1)."""
    return _confusion_counts(acted_on(sums), left_alone(sums), cut_off)


def _confusion_counts(acted: np.ndarray, left: np.ndarray, cut_off: np.ndarray) -> ConfusionCounts:
    """Confusion counts, shape (m, b), from sums over the records that are acted on and left alone, (b, 2, m)."""
    acted, left = (np.ascontiguousarray(np.moveaxis(side, 0, -1)) for side in (acted, left))
    return ConfusionCounts(acted[1], acted[0], left[1], left[0], cut_off[:, None])


def _ends(bins: ScoreBins, weight: np.ndarray, counts: ConfusionCounts, repeats: int) -> tuple[Columns, Columns]:
    """Low and high ends of the intervals of "selected" and of each measure."""
    if not repeats:
        empty: Columns = {key: [None] * len(bins.cut_off) for key in ("selected", *(each.key for each in OF_COUNTS))}
        return empty, empty
    drawn, worth = resampled_sums(bins, draw_counts(bins, repeats), weight), float(weight.sum() / (weight**2).sum())
    acted, left = acted_on(drawn), left_alone(drawn)
    del drawn
    low: Columns = {}
    high: Columns = {}
    for rows in (slice(at, at + AT_ONCE) for at in range(0, len(bins.cut_off), AT_ONCE)):
        cut_off = bins.cut_off[rows]
        samples = _confusion_counts(acted[..., rows], left[..., rows], cut_off)
        for key, ends in intervals_of(counts.rows(rows), samples, worth).items():
            for side, end in zip((low, high), ends, strict=True):
                side.setdefault(key, []).extend(_listed(end))
    return low, high


def _columns(counts: ConfusionCounts) -> Columns:
    names = ("true_positive", "false_positive", "false_negative", "true_negative")
    columns = {name: getattr(counts, name) for name in names}
    columns["selected"] = ratio(counts.selected, counts.total)
    columns |= {measure.key: measure.of_counts(counts) for measure in OF_COUNTS if measure.of_counts}
    odds = ratio(counts.cut_off, 1.0 - counts.cut_off)
    columns["net_benefit_all"] = (counts.positive - counts.negative * odds) / counts.total
    for rate in ("false_positive", "false_negative"):
        columns[f"{rate}_deviate"] = normal_deviates(columns[f"{rate}_rate"])
    return {key: _listed(values) for key, values in columns.items()}


def _listed(values: np.ndarray) -> OptionalFloats:
    """The values as a list, one a cut-off, None where undefined."""
    flat = np.broadcast_to(values, (len(values), 1))[:, 0] if values.ndim == 2 else values
    return [value if np.isfinite(value) else None for value in flat.tolist()]
