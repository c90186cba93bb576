"""The bootstrap, by score bins instead of rows: a million records cost what a thousand do.

A measure at m cut-offs depends only on the number of records between neighbouring cut-offs, with and
without the outcome. Drawing n records with replacement is the same as drawing these numbers from one
multinomial distribution (Efron & Tibshirani 1993, chapter 6), so this is exactly the bootstrap of rows.
Values that differ within a bin (weights, losses) are drawn with the mean and variance of the bin.
Seeded: the same version gives the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.data.array_types import Floats
from ml.decision.decide import cut_offs_reached
from ml.metrics.evaluation import OneVsRest, need_probabilities

REPEATS = 1_000


@dataclass(frozen=True)
class ScoreBins:
    """Score bins: n records by probability, between m cut-offs, without (0) and with (1) the outcome."""

    cut_off: np.ndarray
    """Rising; the first is 0. Shape (m,), float."""
    place: np.ndarray
    """Bin of each record, of 2(m + 1): m + 1 without the outcome, then as many with it. Bin j of either side holds the
    records on which exactly the first j cut-offs act. Shape (n,), int."""
    weight: np.ndarray
    """Shape (n,), float."""

    def sums(self, values: Floats) -> Floats:
        """Sum of a value over the records of each bin: shape (2, m + 1)."""
        size = len(self.cut_off) + 1
        sums = np.bincount(self.place, values, minlength=2 * size).astype(np.float64, copy=False)
        return sums.reshape(2, size)


def score_bins(answers: OneVsRest, cut_off: np.ndarray) -> ScoreBins:
    """Sort the records into bins; NoProbabilities where there are none."""
    probabilities = need_probabilities(answers.probabilities)
    reached = cut_offs_reached(probabilities, cut_off)
    return ScoreBins(cut_off, reached + answers.truth * (len(cut_off) + 1), answers.weight)


def draw_counts(bins: ScoreBins, repeats: int = REPEATS) -> npt.NDArray[np.int64]:
    """Number of records of each bin in each bootstrap resampling: int, shape (repeats, 2, m + 1)."""
    rows = bins.sums(np.ones(len(bins.place)))
    filled = np.flatnonzero(rows)
    drawn = np.zeros((repeats, rows.size), dtype=np.int64)
    share = rows.ravel()[filled] / len(bins.place)
    drawn[:, filled] = np.random.default_rng(0).multinomial(len(bins.place), share, size=repeats)
    return drawn.reshape(repeats, *rows.shape)


def resampled_sums(bins: ScoreBins, drawn: npt.NDArray[np.int64], values: Floats, seed: int = 1) -> Floats:
    """Sum of a value over each resampled bin: float, shape as `drawn`.

    The sum over N records drawn from a bin has N times the bin's mean and N times its variance;
    where the records of a bin differ, it is drawn from the normal distribution with these.
    """
    rows: Floats = np.maximum(bins.sums(np.ones(len(values))), 1.0)
    mean = bins.sums(values) / rows
    variance = np.maximum(bins.sums(values**2) / rows - mean**2, 0.0)
    variance[variance < 1e-12 * mean**2] = 0.0  # what rounding leaves of equal values
    sums = drawn * mean
    if variance.any():
        sums += np.sqrt(drawn * variance) * np.random.default_rng(seed).standard_normal(drawn.shape)
        low, high = values.min(), values.max()
        np.maximum(sums, drawn * low, out=sums)
        np.minimum(sums, drawn * high, out=sums)
    return sums


def acted_on(sums: np.ndarray) -> np.ndarray:
    """Sums over all records at or above each cut-off, shape (..., m), from sums over bins, (..., m + 1)."""
    return np.cumsum(sums[..., :0:-1], axis=-1)[..., ::-1]


def left_alone(sums: np.ndarray) -> np.ndarray:
    """Sums over all records below each cut-off, shape (..., m), from sums over bins, (..., m + 1)."""
    # Summed, not subtracted from the total: an empty side is exactly 0 with weights too.
    return np.cumsum(sums[..., :-1], axis=-1)
