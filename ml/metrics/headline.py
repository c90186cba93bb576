"""Headline measures that need no cut-off (ROC AUC, average precision, Brier, log-loss); averages over outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ml.data.array_types import Floats, OptionalFloats
from ml.metrics.average_intervals import (
    ends_of_averages,
    ends_of_means,
    influence_of_area,
    influence_of_average_precision,
)
from ml.metrics.bootstrap import REPEATS, ScoreBins, draw_counts, resampled_sums, score_bins
from ml.metrics.confusion_counts import ConfusionCounts
from ml.metrics.confusion_matrix import counts_by_cut_off
from ml.metrics.curves import average_precision_of, roc_auc
from ml.metrics.evaluation import Evaluation, OneVsRest, need_probabilities
from ml.metrics.intervals import percentile_interval
from ml.metrics.registry import MEASURES, OF_COUNTS, OF_PROBABILITIES, measure_of
from ml.metrics.threshold_table import table_cut_offs

__all__ = ["MEASURES", "Averages", "Headline", "averages", "headline"]

AVERAGED = ("precision", "recall", "f1")
SMALLEST = float(np.finfo(np.float64).eps)  # as scikit-learn: a probability of 0 costs 36, not infinity


@dataclass(frozen=True)
class Headline:
    """Measures of the probabilities of one outcome, by key of ``ml.metrics.registry.OF_PROBABILITIES``."""

    value: dict[str, float]
    low: dict[str, float | None]
    high: dict[str, float | None]
    """`low`, `high`: 95 % bootstrap interval over the records; None where the value is perfect."""
    trivial: dict[str, float | None]
    """Value of a model that predicts the base rate for every record."""
    positive: float
    negative: float
    """Weight of the records with and without the outcome; both above 0."""


@dataclass(frozen=True)
class Averages:
    """Measures of each of k outcomes, one against the rest, by the estimator's own labels."""

    outcomes: list[str]
    """Names. Length k."""
    support: list[float]
    """Weight of the records with each outcome. Length k."""
    each: dict[str, OptionalFloats]
    """By key of the measure: precision, recall and F1 of the estimator's own labels (0 where it never gives one, as
    scikit-learn's), and, where there are probabilities, those of ``OF_PROBABILITIES``. None where the hold-out has no
    record with, or none without, it. Length k."""
    macro: dict[str, float] = field(default_factory=dict)
    weighted: dict[str, float] = field(default_factory=dict)
    """Mean over the outcomes where it is defined: each alike, or by support."""
    macro_low: dict[str, float] = field(default_factory=dict)
    macro_high: dict[str, float] = field(default_factory=dict)
    weighted_low: dict[str, float] = field(default_factory=dict)
    weighted_high: dict[str, float] = field(default_factory=dict)
    """95 % interval of the averages: by the bootstrap of precision, recall and F1, by influence functions of the
    others; none where the average is perfect."""
    right: float = 0.0
    """Share of the records in which every label is right."""


def headline(answers: OneVsRest, outcome: str = "the outcome", repeats: int = REPEATS) -> Headline:
    """ROC AUC, average precision, Brier score and log-loss from all records, with intervals.

    The bootstrap is that of ``ml/metrics/bootstrap.py``. The areas of the resamplings are computed by bins,
    with the records of a bin as ties; the interval uses only their differences to the binned area
    of the hold-out itself.

    Raises
    ------
    NoProbabilities
    OneOutcomeOnly
        When all rows, or none, have the outcome.
    """
    table = counts_by_cut_off(answers, outcome)
    rate = table.positive / (table.positive + table.negative)
    value = point_values(answers, outcome)
    bins = score_bins(answers, table_cut_offs(table))
    drawn = draw_counts(bins, repeats)
    samples = _samples(bins, drawn, answers, value)
    ends = {key: _end_values(key, value[key], sample) for key, sample in samples.items()}
    return Headline(
        value=value,
        low={key: low for key, (low, _) in ends.items()},
        high={key: high for key, (_, high) in ends.items()},
        trivial={measure.key: measure.trivial(rate) for measure in OF_PROBABILITIES},
        positive=table.positive,
        negative=table.negative,
    )


def point_values(answers: OneVsRest, outcome: str = "the outcome") -> dict[str, float]:
    """Headline measures without intervals; errors as :func:`headline`."""
    table = counts_by_cut_off(answers, outcome)
    squares, surprises = losses(answers)
    return {
        "roc_auc": roc_auc(table),
        "average_precision": average_precision_of(table),
        "brier": float(np.average(squares, weights=answers.weight)),
        "log_loss": float(np.average(surprises, weights=answers.weight)),
    }


def losses(answers: OneVsRest) -> tuple[np.ndarray, np.ndarray]:
    """Brier loss (squared error, Brier 1950) and log-loss of each record."""
    probabilities = need_probabilities(answers.probabilities)
    given = np.where(answers.truth, probabilities, 1.0 - probabilities)
    return (1.0 - given) ** 2, -np.log(np.clip(given, SMALLEST, 1.0 - SMALLEST))


def averages(evaluation: Evaluation) -> Averages:
    """Each outcome's measures, and their macro and weighted averages."""
    names = list(evaluation.outcomes.names)
    rows = [_one(evaluation.of(name)) for name in names]
    support = [float(evaluation.weight[evaluation.truth[:, at]].sum()) for at in range(len(names))]
    keys = list(dict.fromkeys(key for row in rows for key in row))
    each = {key: [row.get(key) for row in rows] for key in keys}
    right = (evaluation.truth == evaluation.labels).all(axis=1)
    used = np.array([bool(row) for row in rows])
    macro, weighted = ends_of_averages(evaluation, used) if used.any() else ({}, {})
    if used.any() and evaluation.probabilities is not None:
        macro |= _ends_of_headlines(evaluation, used, each, by_support=False)
        weighted |= _ends_of_headlines(evaluation, used, each, by_support=True)
    return Averages(
        outcomes=names,
        support=support,
        each=each,
        macro={key: _mean(values, [1.0] * len(names)) for key, values in each.items()},
        weighted={key: _mean(values, support) for key, values in each.items()},
        macro_low={key: low for key, (low, _) in macro.items()},
        macro_high={key: high for key, (_, high) in macro.items()},
        weighted_low={key: low for key, (low, _) in weighted.items()},
        weighted_high={key: high for key, (_, high) in weighted.items()},
        right=float(np.average(right, weights=evaluation.weight)),
    )


def _one(answers: OneVsRest) -> dict[str, float | None]:
    if not answers.weight[answers.truth].sum() or not answers.weight[~answers.truth].sum():
        return {}
    counts = counts_of_labels(answers)
    own = {measure.key: float(measure.of_counts(counts)) for measure in OF_COUNTS if measure.of_counts}
    values: dict[str, float | None] = {key: float(np.nan_to_num(own[key])) for key in AVERAGED}
    if answers.probabilities is not None:
        values.update(point_values(answers))
    return values


def _ends_of_headlines(
    evaluation: Evaluation, used: np.ndarray, each: dict[str, OptionalFloats], by_support: bool
) -> dict[str, tuple[float, float]]:
    """95 % intervals of the averages of the measures of probabilities, without those that are perfect."""
    at = np.flatnonzero(used).tolist()
    values = {measure.key: [float(each[measure.key][k] or 0.0) for k in at] for measure in OF_PROBABILITIES}
    columns: dict[str, list[Floats]] = {key: [] for key in values}
    for place, k in enumerate(at):
        answers = evaluation.of(evaluation.outcomes.names[k])
        now = {key: listed[place] for key, listed in values.items()}
        for key, column in _influences(answers, now).items():
            columns[key].append(column)
    shares = evaluation.truth[:, used].astype(np.float64) if by_support else np.ones(len(at))
    stacked = {key: np.column_stack(listed) for key, listed in columns.items()}
    ends = ends_of_means(values, stacked, shares, evaluation.weight)
    return {key: (low, high) for key, (low, high) in ends.items() if low < high}


def _influences(answers: OneVsRest, now: dict[str, float]) -> dict[str, Floats]:
    """Influence of each record on each measure of probabilities: shape (n,) each."""
    squares, surprises = losses(answers)
    given = answers.truth, need_probabilities(answers.probabilities), answers.weight
    return {
        "roc_auc": influence_of_area(*given, now["roc_auc"]),
        "average_precision": influence_of_average_precision(*given, now["average_precision"]),
        "brier": squares - now["brier"],
        "log_loss": surprises - now["log_loss"],
    }


def counts_of_labels(answers: OneVsRest) -> ConfusionCounts:
    """Confusion counts of the estimator's own labels; 0-dimensional, at no cut-off (NaN)."""
    truth, labels, weight = answers.truth, answers.labels, answers.weight

    def of(side: np.ndarray) -> np.ndarray:
        return np.asarray(weight[side].sum())

    return ConfusionCounts(
        of(truth & labels), of(~truth & labels), of(truth & ~labels), of(~truth & ~labels), np.asarray(np.nan)
    )


def _mean(values: Sequence[float | None], weights: Sequence[float]) -> float:
    known = [(value, weight) for value, weight in zip(values, weights, strict=True) if value is not None]
    return sum(value * weight for value, weight in known) / sum(weight for _, weight in known)


def _samples(bins: ScoreBins, drawn: np.ndarray, answers: OneVsRest, value: dict[str, float]) -> dict[str, np.ndarray]:
    """Each headline measure in each bootstrap resampling, shape (b,)."""
    weight = answers.weight
    heavy = resampled_sums(bins, drawn, weight)
    total = heavy.sum(axis=(1, 2))
    squares, surprises = losses(answers)
    counted = bins.sums(weight)[None]
    return {
        "roc_auc": value["roc_auc"] + binned_auc(heavy) - binned_auc(counted),
        "average_precision": value["average_precision"] + binned_ap(heavy) - binned_ap(counted),
        "brier": resampled_sums(bins, drawn, squares * weight, 2).sum(axis=(1, 2)) / total,
        "log_loss": resampled_sums(bins, drawn, surprises * weight, 3).sum(axis=(1, 2)) / total,
    }


def binned_auc(heavy: Floats) -> Floats:
    """ROC AUC from sums over bins, shape (b, 2, c); pairs within one bin count half."""
    false, true = heavy[:, 0], heavy[:, 1]
    below = np.cumsum(false, axis=1) - false / 2
    pairs: Floats = false.sum(axis=1) * true.sum(axis=1)
    ordered: Floats = (true * below).sum(axis=1)
    area: Floats = np.divide(ordered, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
    return area


def binned_ap(heavy: Floats) -> Floats:
    """Average precision from sums over bins, shape (b, 2, c); each bin is one cut-off."""
    false, true = heavy[:, 0, ::-1], heavy[:, 1, ::-1]
    hits = np.cumsum(true, axis=1)
    reached = hits + np.cumsum(false, axis=1)
    precision = np.divide(hits, reached, out=np.zeros(hits.shape), where=reached > 0)
    positive: Floats = true.sum(axis=1)
    summed: Floats = (true * precision).sum(axis=1)
    mean: Floats = np.divide(summed, positive, out=np.full(len(positive), np.nan), where=positive > 0)
    return mean


def _end_values(key: str, value: float, sample: np.ndarray) -> tuple[float | None, float | None]:
    best = 1.0 if measure_of(key).better == "high" else 0.0
    if value == best:
        return None, None
    low, high = (float(np.clip(end, 0.0, 1.0 if best else np.inf)) for end in percentile_interval(sample))
    return None if np.isnan(low) else low, None if np.isnan(high) else high
