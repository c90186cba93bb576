"""Smallest effect that two groups of given sizes can show: the difference of two shares that a test finds."""

from __future__ import annotations

import math

from ml.metrics.intervals import WIDTH

POWER = 0.8416212335729143  # 80 % quantile of the normal distribution
CLOSE = 1e-9


def smallest_effect(share: float, calls: float, control: float) -> float | None:
    """Smallest fall of a share, from calls to control group, that a test of two proportions finds.

    With a power of 80 % and a level of 5 % on two sides, without correction for continuity (Fleiss, Levin & Paik
    2003, section 4.2, for unequal samples):

        z(0.975) · sqrt(p (1 - p) (1/n + 1/m)) + z(0.8) · sqrt(p1 (1 - p1) / n + p2 (1 - p2) / m) = p1 - p2

    Parameters
    ----------
    share : float
        p1, expected of the calls; p is the mean of both shares over all records.
    calls, control : float
        n and m; effective numbers where several groups are weighted.

    Returns
    -------
    float or None
        p1 - p2, above 0 to `share`; None where even a control group in which nobody buys would not be found.
    """
    if not calls or not control or not _found(share, share, calls, control):
        return None
    low, high = 0.0, share
    while high - low > CLOSE:
        middle = (low + high) / 2
        low, high = (low, middle) if _found(middle, share, calls, control) else (middle, high)
    return high


def _found(fall: float, share: float, calls: float, control: float) -> bool:
    other = share - fall
    mean = (calls * share + control * other) / (calls + control)
    under_null = math.sqrt(mean * (1 - mean) * (1 / calls + 1 / control))
    as_it_is = math.sqrt(share * (1 - share) / calls + other * (1 - other) / control)
    return fall > 0 and WIDTH * under_null + POWER * as_it_is <= fall
