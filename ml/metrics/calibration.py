"""Calibration (reliability diagram): said and observed shares in groups of similar probability."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from ml.metrics.confusion_matrix import counts_by_cut_off
from ml.metrics.curves import reach
from ml.metrics.evaluation import OneVsRest, need_probabilities
from ml.metrics.intervals import wilson
from ml.metrics.recalibration.check import CalibrationCheck, check_calibration

BINS = 25  # of a histogram of probabilities
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


def calibration(answers: OneVsRest, outcome: str) -> Calibration:
    """Calibration curve in groups of about equal size; errors NoProbabilities, OneOutcomeOnly."""
    counts_by_cut_off(answers, outcome)  # raises OneOutcomeOnly
    probabilities, weight = need_probabilities(answers.probabilities), answers.weight
    group = quantile_groups(probabilities, weight)
    heavy = np.bincount(group, weight)
    keep = heavy > 0
    heavy = heavy[keep]
    said = np.bincount(group, weight * probabilities)[keep] / heavy
    hits = np.bincount(group, weight * answers.truth)[keep]
    # Scales the weights so that they sum to Kish's effective sample size
    weight_factor = weight.sum() / (weight**2).sum()
    low, high = wilson(hits * weight_factor, heavy * weight_factor)
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
