"""Calibration (reliability diagram), score distributions, and the Kolmogorov-Smirnov separation."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from ml.metrics.confusion_matrix import counts_by_cut_off
from ml.metrics.curves import reach, thin
from ml.metrics.evaluation import OneVsRest, need_probabilities
from ml.metrics.intervals import wilson
from ml.metrics.recalibration.check import CalibrationCheck, check_calibration

BINS = 25
GROUPS = 10
LEAST_ROWS = 15  # of a group: a share of fewer is too uncertain


@dataclass(frozen=True)
class Calibration(CalibrationCheck):
    """Calibration curve: share of records with the outcome in groups of similar probability; and the check of all.

    Attributes
    ----------
    p_value, expected, actual, intercept, slope, error, and the ends of their intervals
        See :class:`CalibrationCheck`; the error is that of these groups.
    """

    said: list[float]
    came: list[float]
    """Mean probability of each group, rising, and the share of its records with the outcome. Length g <= 10."""
    low: list[float]
    high: list[float]
    """95 % interval of that share, each for itself (Wilson 1927): of ten true groups one lies beside it in four of ten
    hold-outs. Whether the probabilities hold is what `p_value` says. Length g."""
    records: list[float]
    """Weight of the group's records. Length g."""
    edges: list[float]
    """Edges of the histogram's bins, from 0 to the end of the probabilities (``ml.metrics.curves.reach``). Length
    26."""
    spread: list[float]
    """Share of all records in each bin; the last holds its end too. Length 25."""
    mean_said: float
    mean_came: float
    """Over all records."""


@dataclass(frozen=True)
class ScoreDistribution:
    """Score distribution: histograms of the probabilities with and without the outcome."""

    start: list[float]
    end: list[float]
    """Limits of each bin, from 0 to where the probabilities end; the last holds its end too. Length 25."""
    positive: list[float]
    negative: list[float]
    """Share of the records with, and without, the outcome in each bin; each sums to 1. Length 25."""
    median_positive: float
    median_negative: float
    """Half of the records of that side (by weight) have at most this probability."""


@dataclass(frozen=True)
class KolmogorovSmirnov:
    """Cumulative shares of both sides by cut-off, and their largest distance (Kolmogorov-Smirnov)."""

    cut_off: list[float]
    """Rising from 0 to 1. Between two of them the shares are those of the later. Length m <= 203."""
    positive_below: list[float]
    negative_below: list[float]
    """Share of the records with, and without, the outcome whose probability is below it. Length m."""
    distance: float
    """Kolmogorov-Smirnov statistic: the largest difference, second less first, over all cut-offs, 0 to 1."""
    best: float
    """The cut-off at which that is."""
    best_positive: float
    best_negative: float
    """The shares there."""
    reach: float
    """Where the probabilities end (``ml.metrics.curves.reach``)."""


def calibration(answers: OneVsRest, outcome: str = "the outcome") -> Calibration:
    """Calibration curve in groups of about equal size; errors NoProbabilities, OneOutcomeOnly."""
    counts_by_cut_off(answers, outcome)  # raises OneOutcomeOnly
    probabilities, weight = need_probabilities(answers.probabilities), answers.weight
    group = quantile_groups(probabilities, weight)
    heavy = np.bincount(group, weight)
    keep = heavy > 0
    heavy = heavy[keep]
    said = np.bincount(group, weight * probabilities)[keep] / heavy
    hits = np.bincount(group, weight * answers.truth)[keep]
    worth = weight.sum() / (weight**2).sum()
    low, high = wilson(hits * worth, heavy * worth)
    spread, edges = np.histogram(probabilities, BINS, (0, reach(probabilities)), weights=weight)
    return Calibration(
        **asdict(check_calibration(answers, group)),
        said=said.tolist(),
        came=(hits / heavy).tolist(),
        low=low.tolist(),
        high=high.tolist(),
        records=heavy.tolist(),
        edges=edges.tolist(),
        spread=(spread / weight.sum()).tolist(),
        mean_said=float(np.average(probabilities, weights=weight)),
        mean_came=float(np.average(answers.truth, weights=weight)),
    )


def quantile_groups(probabilities: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Quantile group of each record, 0 to at most 9, rising with the probability, of 15 records or more if possible."""
    most = int(np.clip(len(probabilities) // LEAST_ROWS, 1, GROUPS))
    order = np.argsort(probabilities, kind="stable")
    reached = np.cumsum(weight[order])
    targets = np.arange(1, most) / most * reached[-1]
    starts = probabilities[order][np.searchsorted(reached, targets, side="right")]
    # A group starts at a probability that occurs, so equal probabilities stay in one group.
    return np.searchsorted(np.unique(starts), probabilities, side="right")


def score_distribution(answers: OneVsRest, outcome: str = "the outcome") -> ScoreDistribution:
    """Histograms of the probabilities with and without the outcome; NoProbabilities, OneOutcomeOnly."""
    table = counts_by_cut_off(answers, outcome)
    probabilities = need_probabilities(answers.probabilities)
    sides = answers.truth, ~answers.truth
    edges = np.linspace(0, reach(probabilities), BINS + 1)
    with_it, without = (np.histogram(probabilities[side], edges, weights=answers.weight[side])[0] for side in sides)
    return ScoreDistribution(
        start=edges[:-1].tolist(),
        end=edges[1:].tolist(),
        positive=(with_it / table.positive).tolist(),
        negative=(without / table.negative).tolist(),
        median_positive=_median(probabilities[answers.truth], answers.weight[answers.truth]),
        median_negative=_median(probabilities[~answers.truth], answers.weight[~answers.truth]),
    )


def kolmogorov_smirnov(answers: OneVsRest, outcome: str = "the outcome") -> KolmogorovSmirnov:
    """Cumulative shares of both sides and the KS statistic; NoProbabilities, OneOutcomeOnly."""
    table = counts_by_cut_off(answers, outcome)
    missed, spared = 1 - table.true_positive / table.positive, 1 - table.false_positive / table.negative
    best = 1 + int(np.argmax((spared - missed)[1:]))  # without the first: acting on none
    drawn = np.union1d(thin(spared, missed), best)[::-1]
    drawn = drawn[drawn > 0]
    cut_off = table.cut_off[drawn]
    below = np.column_stack([missed, spared])[drawn]
    # The share below 0 is 0; below 1 it is that of all records but those at exactly 1.
    if cut_off[-1] < 1:
        cut_off, below = np.append(cut_off, 1.0), np.vstack([below, [1.0, 1.0]])
    if cut_off[0] > 0:
        cut_off, below = np.append(0.0, cut_off), np.vstack([[0.0, 0.0], below])
    return KolmogorovSmirnov(
        cut_off=cut_off.tolist(),
        positive_below=below.T[0].tolist(),
        negative_below=below.T[1].tolist(),
        distance=float(max(0.0, spared[best] - missed[best])),
        best=float(table.cut_off[best]),
        best_positive=float(missed[best]),
        best_negative=float(spared[best]),
        reach=reach(table.cut_off[1:]),
    )


def _median(values: np.ndarray, weight: np.ndarray) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])
