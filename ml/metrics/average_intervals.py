"""Intervals of measures averaged over outcomes, which are computed from the same records.

Measures of labels have them by the bootstrap, by groups of rows with equal truths and labels; measures of probabilities
by influence functions. The influence of a record is the derivative of a measure in the record's weight, times the
number of records: the measure varies like the mean of the influences (Hampel 1974; Efron & Tibshirani 1993, chapter
21), and an average of measures like the average of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ml.data.array_types import Floats
from ml.metrics.bootstrap import REPEATS
from ml.metrics.confusion_counts import ratio
from ml.metrics.evaluation import Evaluation
from ml.metrics.intervals import WIDTH, percentile_interval

MOST_CELLS = 4_000_000  # resamplings times kinds of rows: bounds memory where many outcomes are independent

AREAS = ("roc_auc", "average_precision")

Ends = dict[str, tuple[float, float]]


def ends_of_averages(evaluation: Evaluation, used: np.ndarray, repeats: int = REPEATS) -> tuple[Ends, Ends]:
    """95 % intervals of the macro and of the weighted average of precision, recall and F1.

    Rows with the same truths and labels are one kind: the number of each kind in a resampling is
    one multinomial draw, so the cost does not grow with the rows. Rows of one kind count with their
    mean weight.

    Parameters
    ----------
    used : ndarray of bool, shape (k,)
        The outcomes that are averaged.

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
    macro = {key: _percentiles(values.mean(axis=1)) for key, values in each.items()}
    weighted = {
        key: _percentiles(ratio((values * positive).sum(axis=1), positive.sum(axis=1))) for key, values in each.items()
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


def _percentiles(samples: np.ndarray) -> tuple[float, float]:
    low, high = percentile_interval(samples)
    return float(low), float(high)


def influence_of_area(truth: np.ndarray, given: np.ndarray, weight: Floats, value: float) -> Floats:
    """Influence of each record on the ROC AUC, from its placement (DeLong et al. 1988): shape (n,)."""
    _, place = np.unique(-given, return_inverse=True)
    true, false = (np.bincount(place, weight * side) for side in (truth, ~truth))
    below = false.sum() - np.cumsum(false) + false / 2  # of the other side, ordered rightly, ties half
    above = np.cumsum(true) - true / 2
    placed = np.where(truth, (below / false.sum())[place], (above / true.sum())[place])
    side = np.where(truth, true.sum(), false.sum())
    influence: Floats = (placed - value) * float(weight.sum()) / side
    return influence


def influence_of_average_precision(truth: np.ndarray, given: np.ndarray, weight: Floats, value: float) -> Floats:
    """Influence of each record on the average precision: shape (n,).

    The average precision is the mean, over the records with the outcome, of the precision P at their probabilities. A
    record changes it by its own P, and by (truth - P) / N in each P at or below its probability, where N is the weight
    of the records acted on there.
    """
    _, place = np.unique(-given, return_inverse=True)
    true = np.bincount(place, weight * truth)
    acted = np.cumsum(np.bincount(place, weight))
    precision = np.cumsum(true) / acted
    below = [np.cumsum((true * part / acted)[::-1])[::-1] for part in (np.ones(len(acted)), precision)]
    others = truth * below[0][place] - below[1][place]
    positive = float(true.sum())
    return (truth * (precision[place] - value) + others) * (float(weight.sum()) / positive)


def ends_of_means(
    values: Mapping[str, Sequence[float]], influences: Mapping[str, Floats], shares: Floats, weight: Floats
) -> Ends:
    """95 % intervals of averages over k outcomes: those of areas on the logit scale, of losses on the log scale.

    Parameters
    ----------
    values : mapping of str to k numbers
        The measures of each outcome.
    influences : mapping of str to ndarray, shape (n, k)
    shares : ndarray, shape (k,) or (n, k)
        Weight of each outcome in the average; where it depends on the records, of one row a record (its
        truths), and the average is by support.
    weight : ndarray of float, shape (n,)
    """
    support = np.average(shares, axis=0, weights=weight) if shares.ndim == 2 else shares
    ends = {}
    for key, given in influences.items():
        each = np.array(values[key])
        mean = float(each @ support / support.sum())
        moved = given @ support + shares @ (each - mean)  # the latter is 0 for shares of their own
        error = float(np.sqrt(np.sum((weight * moved) ** 2))) / float(weight.sum() * support.sum())
        ends[key] = _ends(mean, error, key in AREAS)
    return ends


def _ends(mean: float, error: float, area: bool) -> tuple[float, float]:
    """The interval of a number in (0, 1), or of one above 0, by the delta method on its logit or logarithm."""
    if not error or mean <= 0 or (area and mean >= 1):
        return mean, mean
    if not area:
        return mean * float(np.exp(-WIDTH * error / mean)), mean * float(np.exp(WIDTH * error / mean))
    logit, wide = np.log(mean / (1 - mean)), WIDTH * error / (mean * (1 - mean))
    low, high = (float(1 / (1 + np.exp(-end))) for end in (logit - wide, logit + wide))
    return low, high
