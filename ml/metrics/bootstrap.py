"""The bootstrap, by bins instead of rows: a million records cost what a thousand do.

Whatever is computed at m cut-offs changes only with the number of records between neighbouring
cut-offs, with and without the outcome. Drawing n records with replacement is the same as drawing
these numbers from one multinomial distribution (Efron & Tibshirani 1993, chapter 6), so it is
exactly the bootstrap of rows. What differs within a cell (weights, losses) has the mean and the
spread of the cell's records. Seeded: the same version gives the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.data.array_types import Floats
from ml.metrics.evaluation import Answers, need_probabilities

REPEATS = 1_000


@dataclass(frozen=True)
class ScoreBins:
    """n records sorted into bins between m cut-offs, without (0) and with (1) the outcome.

    Attributes
    ----------
    cut_off : ndarray of float, shape (m,)
        Rising; the first is 0.
    place : ndarray of int, shape (n,)
        Cell of each record, of 2(m + 1): m + 1 without the outcome, then as many with it. The cell
        j of either side holds the records on which exactly the first j cut-offs act.
    weight : ndarray of float, shape (n,)
    """

    cut_off: np.ndarray
    place: np.ndarray
    weight: np.ndarray

    def sums(self, values: Floats) -> Floats:
        """Sum of a value of each record over each cell: shape (2, m + 1)."""
        size = len(self.cut_off) + 1
        sums = np.bincount(self.place, values, minlength=2 * size).astype(np.float64, copy=False)
        return sums.reshape(2, size)


def score_bins(answers: Answers, cut_off: np.ndarray) -> ScoreBins:
    """Sort the records into bins; NoProbabilities where there are none."""
    probabilities = need_probabilities(answers.probabilities)
    above = np.searchsorted(cut_off, probabilities, side="right")
    return ScoreBins(cut_off, above + answers.truth * (len(cut_off) + 1), answers.weight)


def draw_counts(bins: ScoreBins, repeats: int = REPEATS, seed: int = 0) -> npt.NDArray[np.int64]:
    """How many records of each cell come in each resampling: int, shape (repeats, 2, m + 1)."""
    rows = bins.sums(np.ones(len(bins.place)))
    filled = np.flatnonzero(rows)
    total = len(bins.place)
    drawn = np.zeros((repeats, rows.size), dtype=np.int64)
    share = rows.ravel()[filled] / total
    drawn[:, filled] = np.random.default_rng(seed).multinomial(total, share, size=repeats)
    return drawn.reshape(repeats, *rows.shape)


def resampled_sums(bins: ScoreBins, drawn: npt.NDArray[np.int64], values: Floats, seed: int = 1) -> Floats:
    """Sum of a value over each resampled cell: float, shape as `drawn`.

    The sum of N records drawn from a cell has N times the cell's mean and N times its variance;
    where records of a cell differ it is drawn from the normal distribution of these.
    """
    rows: Floats = np.maximum(bins.sums(np.ones(len(values))), 1.0)
    mean = bins.sums(values) / rows
    variance = np.maximum(bins.sums(values**2) / rows - mean**2, 0.0)
    variance[variance < 1e-12 * mean**2] = 0.0  # what rounding leaves of equal values
    sums = drawn * mean
    if variance.any():
        sums += np.sqrt(drawn * variance) * np.random.default_rng(seed).standard_normal(drawn.shape)
        low, high = values.min(), values.max()
        np.clip(sums, drawn * low, drawn * high, out=sums)
    return sums


def acted_on(sums: np.ndarray) -> np.ndarray:
    """From sums over bins, shape (..., m + 1), to sums over all that a cut-off acts on: (..., m)."""
    return np.cumsum(sums[..., :0:-1], axis=-1)[..., ::-1]


def left_alone(sums: np.ndarray) -> np.ndarray:
    """From sums over bins, shape (..., m + 1), to sums over all that a cut-off does not act on: (..., m)."""
    # Summed up, not taken from the total: what is nothing is exactly 0 with weights too.
    return np.cumsum(sums[..., :-1], axis=-1)
