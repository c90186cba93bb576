"""Separation of both sides by their probabilities: score distribution and Kolmogorov-Smirnov statistic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.metrics.calibration import BINS
from ml.metrics.confusion_matrix import counts_by_cut_off
from ml.metrics.curves import reach, thin
from ml.metrics.evaluation import OneVsRest, need_probabilities


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


def score_distribution(answers: OneVsRest, outcome: str) -> ScoreDistribution:
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


def kolmogorov_smirnov(answers: OneVsRest, outcome: str) -> KolmogorovSmirnov:
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
