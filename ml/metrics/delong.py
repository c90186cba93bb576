"""DeLong's method: placement values of records, and from these the interval of the ROC AUC."""

from __future__ import annotations

import numpy as np

from ml.metrics.intervals import WIDTH


def placements(truth: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Placement value of each record: share of the other side's records that it is ordered rightly against, ties half.

    The mean over either side is the ROC AUC.
    """
    ranks = np.empty(len(truth))
    for side in (True, False):
        rivals = np.sort(probabilities[truth != side])
        ours = probabilities[truth == side]
        below = (np.searchsorted(rivals, ours, "left") + np.searchsorted(rivals, ours, "right")) / 2 / len(rivals)
        ranks[truth == side] = below if side else 1.0 - below
    return ranks


def auc_interval(truth: np.ndarray, probabilities: np.ndarray) -> tuple[float, float | None, float | None]:
    """ROC AUC with its 95 % interval by DeLong, without resampling; every record counts alike.

    The variance is that of the placements (DeLong, DeLong & Clarke-Pearson 1988); the interval is
    symmetric on the logit scale and so stays within 0 and 1 (Pepe 2003, section 5.2).

    Parameters
    ----------
    truth : ndarray of bool, shape (n,)
        With both sides in it.
    probabilities : ndarray of float, shape (n,)

    Returns
    -------
    value, low, high : float or None
        No interval where no pair is in the wrong order, all are, or a side has one record.
    """
    placed = placements(truth, probabilities)
    value, sides = float(placed[truth].mean()), (placed[truth], placed[~truth])
    if min(map(len, sides)) < 2 or not 0 < value < 1:
        return value, None, None
    spread = float(np.sqrt(sum(side.var(ddof=1) / len(side) for side in sides))) * WIDTH / (value * (1 - value))
    odds = value / (1 - value)
    low, high = (odds * np.exp(sign * spread) for sign in (-1.0, 1.0))
    return value, float(low / (1 + low)), float(high / (1 + high))
