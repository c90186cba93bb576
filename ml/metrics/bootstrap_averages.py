"""Bootstrap intervals of the averages over outcomes, by groups of rows with equal truths and labels."""

from __future__ import annotations

import numpy as np

from ml.metrics.confusion_counts import ratio
from ml.metrics.evaluation import Evaluation
from ml.metrics.intervals import percentile_interval

REPEATS = 1_000
MOST_CELLS = 4_000_000  # resamplings times kinds of rows: bounds memory where many outcomes are independent

Ends = dict[str, tuple[float, float]]


def ends_of_averages(evaluation: Evaluation, used: np.ndarray, repeats: int = REPEATS) -> tuple[Ends, Ends]:
    """95 % intervals of the macro and of the weighted average of precision, recall and F1.

    Rows with the same truths and labels are one kind: the number of each kind in a resampling is
    one multinomial draw, so the cost does not grow with the rows. Rows of one kind count with their
    mean weight.

    Parameters
    ----------
    evaluation : Evaluation
    used : ndarray of bool, shape (k,)
        The outcomes that are averaged.
    repeats : int

    Returns
    -------
    macro, weighted : dict of str to (low, high)
    """
    truth, labels = evaluation.truth[:, used], evaluation.labels[:, used]
    both = np.hstack([truth, labels])
    # Packed into bytes first: sorting a million rows bit by bit would take seconds.
    _, first, place, rows = np.unique(_packed(both), return_index=True, return_inverse=True, return_counts=True)
    kinds, weight = both[first], np.bincount(place, evaluation.weight) / rows
    repeats = max(50, min(repeats, MOST_CELLS // len(kinds)))
    drawn = np.random.default_rng(0).multinomial(len(truth), rows / len(truth), size=repeats) * weight
    true, said = np.hsplit(kinds.astype(np.float64), 2)
    hits, positive, called = drawn @ (true * said), drawn @ true, drawn @ said
    each = {
        "precision": np.nan_to_num(ratio(hits, called)),
        "recall": np.nan_to_num(ratio(hits, positive)),
        "f1": np.nan_to_num(ratio(2 * hits, called + positive)),
    }
    macro = {key: _ends(values.mean(axis=1)) for key, values in each.items()}
    weighted = {
        key: _ends(ratio((values * positive).sum(axis=1), positive.sum(axis=1))) for key, values in each.items()
    }
    return macro, weighted


def _packed(rows: np.ndarray) -> np.ndarray:
    """One value a row, equal where rows are: shape (n,)."""
    packed = np.packbits(rows, axis=1)
    if packed.shape[1] > 8:
        return np.unique(packed, axis=0, return_inverse=True)[1].ravel()
    wide = np.zeros((len(rows), 8), dtype=np.uint8)
    wide[:, : packed.shape[1]] = packed
    return wide.view(np.uint64)[:, 0]


def _ends(samples: np.ndarray) -> tuple[float, float]:
    low, high = percentile_interval(samples)
    return float(low), float(high)
