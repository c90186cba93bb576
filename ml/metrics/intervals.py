"""Confidence intervals of 95 %: bootstrap percentiles, Wilson's for small counts, and those of skewed means.

The bootstrap of a share fails with few records: all of 15 correct would be "100 % to 100 %". There
Wilson's interval is used, also for measures computed from such shares (docs/decisions/0017-one-table-of-counts.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from ml.data.array_types import Floats
from ml.metrics.confusion_counts import ConfusionCounts, Share, ratio
from ml.metrics.registry import OF_COUNTS, Measure

LEVEL = 0.95
WIDTH = 1.959963984540054  # 97.5 % quantile of the normal distribution
FEWEST_OF_MEAN = 20  # effective records of a mean; chosen by simulation, docs/decisions/0018-money-segments-versions.md
FEW = 30  # records on one side of a share; chosen by simulation, docs/decisions/0017-one-table-of-counts.md

Ends = tuple[np.ndarray, np.ndarray]


def intervals_of(counts: ConfusionCounts, samples: ConfusionCounts, worth: float) -> dict[str, Ends]:
    """Interval of "selected" and of each measure of counts: two ends of shape (m,); NaN where undefined.

    Parameters
    ----------
    counts : ConfusionCounts
        As counted, shape (m, 1).
    samples : ConfusionCounts
        As resampled, shape (m, b).
    worth : float
        Effective records a unit of weight (Kish's effective sample size over the weight); 1 where
        all rows count 1.
    """
    selected = percentile_interval(ratio(samples.selected, samples.total))
    intervals = {"selected": _with_few(selected, (counts.selected, counts.total), worth, lambda share: share)}
    return intervals | {measure.key: _ends(measure, counts, samples, worth) for measure in OF_COUNTS}


def _ends(measure: Measure, counts: ConfusionCounts, samples: ConfusionCounts, worth: float) -> Ends:
    assert measure.of_counts is not None  # noqa: S101 - OF_COUNTS holds no other
    ends = percentile_interval(measure.of_counts(samples))
    if measure.part is not None:
        return _with_few(ends, measure.part(counts), worth, lambda share: measure.from_share(share, counts))
    if measure.key == "balanced_accuracy":
        return _balanced(ends, counts, worth)
    if measure.key == "net_benefit":
        return _net_benefit(ends, counts, worth)
    if measure.key == "mcc":  # without any error all resamplings are equal
        flawless = (counts.false_positive + counts.false_negative)[:, 0] == 0
        return np.where(flawless, np.nan, ends[0]), np.where(flawless, np.nan, ends[1])
    return ends


def _with_few(ends: Ends, part: Share, worth: float, from_share: Callable[[np.ndarray], np.ndarray]) -> Ends:
    """The bootstrap ends, replaced by Wilson's where fewer than 30 records are in the numerator or outside it."""
    hits, whole = (np.broadcast_to(side, part[1].shape) * worth for side in part)
    few = (np.minimum(hits, whole - hits) < FEW)[:, 0]
    low, high = (from_share(end)[:, 0] for end in wilson(hits, whole))
    undefined = whole[:, 0] == 0
    return tuple(  # type: ignore[return-value]
        np.where(undefined, np.nan, np.where(few, new, old)) for old, new in zip(ends, (low, high), strict=True)
    )


def _balanced(ends: Ends, counts: ConfusionCounts, worth: float) -> Ends:
    """The bootstrap ends; where one side has few records, the ends for a mean of two shares (Zou & Donner 2008)."""
    shares = ((counts.true_positive, counts.positive), (counts.true_negative, counts.negative))
    below: float | Floats
    above: float | Floats
    below, above, few = 0.0, 0.0, np.zeros(len(ends[0]), dtype=bool)
    for part, whole in shares:
        hits, all_ = part[:, 0] * worth, np.broadcast_to(whole, part.shape)[:, 0] * worth
        low, high = wilson(hits, all_)
        share = ratio(hits, all_)
        below, above = below + (share - low) ** 2, above + (high - share) ** 2
        few |= np.minimum(hits, all_ - hits) < FEW
    value = sum(ratio(*part)[:, 0] for part in shares) / 2
    return np.where(few, value - np.sqrt(below) / 2, ends[0]), np.where(few, value + np.sqrt(above) / 2, ends[1])


def _net_benefit(ends: Ends, counts: ConfusionCounts, worth: float) -> Ends:
    """The bootstrap ends; where hits or false alarms are few, the ends of :func:`contrast_interval`."""
    hits, alarms, all_ = (
        np.broadcast_to(side, counts.true_positive.shape)[:, 0] * worth
        for side in (counts.true_positive, counts.false_positive, counts.total)
    )
    odds = ratio(counts.cut_off, 1.0 - counts.cut_off)[:, 0]
    interval, few = contrast_interval(hits, alarms, all_, 1.0, odds), np.minimum(hits, alarms) < FEW
    return np.where(few, interval[0], ends[0]), np.where(few, interval[1], ends[1])


def percentile_interval(samples: np.ndarray, level: float = LEVEL) -> tuple[np.ndarray, np.ndarray]:
    """Percentile interval over the last axis, of the samples that are defined.

    Parameters
    ----------
    samples : ndarray of float, shape (..., b)
        NaN where a resampling leaves the measure undefined.

    Returns
    -------
    low, high : ndarray of float, shape (...)
        NaN where fewer than half of the samples are defined.
    """
    ordered = np.sort(samples, axis=-1)  # NaN at the end
    defined = samples.shape[-1] - np.isnan(ordered).sum(axis=-1)
    return _at(ordered, defined, (1 - level) / 2), _at(ordered, defined, (1 + level) / 2)


def _at(ordered: np.ndarray, defined: np.ndarray, share: float) -> np.ndarray:
    place = share * (defined - 1)  # negative where no sample is defined; the result is then NaN, whatever is taken
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, defined - 1)
    low, high = (np.take_along_axis(ordered, at[..., None], axis=-1)[..., 0] for at in (below, above))
    value = low + (high - low) * (place - below)
    return np.where(2 * defined >= ordered.shape[-1], value, np.nan)


def joint_width(count: int) -> float:
    """Half width, in standard errors, of `count` intervals that together hold all truths in 95 % (Šidák 1967)."""
    each = LEVEL ** (1 / max(count, 1))
    return NormalDist().inv_cdf((1 + each) / 2)


def wilson(part: ArrayLike, whole: ArrayLike, width: float = WIDTH) -> tuple[np.ndarray, np.ndarray]:
    """Wilson score interval of a share (Wilson 1927), at 95 % without `width`; 0 to 1 where the denominator is 0.

    Valid where the bootstrap is not: with few records, and at shares of 0 or 1
    (Brown, Cai & DasGupta 2001).
    """
    part, whole = np.asarray(part, float), np.asarray(whole, float)
    square = width**2
    middle = (part + square / 2) / (whole + square)
    inside = np.maximum(part * (whole - part) / np.maximum(whole, 1e-300), 0.0) + square / 4
    half = width * np.sqrt(inside) / (whole + square)
    low = np.where(part <= 0, 0.0, np.maximum(middle - half, 0.0))
    return low, np.where(part >= whole, 1.0, np.minimum(middle + half, 1.0))


def contrast_interval(
    more: np.ndarray, less: np.ndarray, whole: float | Floats, value: float | Floats, cost: float | Floats
) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of ``value * more / whole - cost * less / whole``; no record is of both kinds.

    From Wilson's intervals of both shares and their correlation in a multinomial sample ("MOVER": Zou & Donner 2008,
    Stat. Med. 27). Neither the bootstrap nor a normal interval has any width where nobody was counted.

    Parameters
    ----------
    more, less : ndarray of float, shape (m,)
        Effective records of each kind.
    whole : float or ndarray of float
        Effective records in all; above 0.
    value, cost : float or ndarray of float
        Weight of a record of each kind, not negative; NaN gives NaN.
    """
    one, other = more / whole, less / whole
    low, high = wilson(more, whole)
    other_low, other_high = wilson(less, whole)
    outside = (1 - one) * (1 - other)
    together = np.sqrt(np.divide(one * other, outside, out=np.ones_like(outside), where=outside > 0))
    middle = value * one - cost * other

    def half(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        first, second = value * first, cost * second
        found: np.ndarray = np.sqrt(first**2 + second**2 + 2 * together * first * second)
        return found

    return middle - half(one - low, other_high - other), middle + half(high - one, other - other_low)


def mean_interval(values: np.ndarray, weight: np.ndarray) -> tuple[float, float] | tuple[None, None]:
    """The 95 % interval of the mean of skewed values of 0 or more, such as losses; no end is below 0.

    The studentised mean is skewed too: without the few large values, mean and spread are too small.
    Hall (1992, "On the removal of skewness by transformation", J. R. Stat. Soc. B 54) removes the skewness
    by a cubic polynomial T + aT² + a²T³/3 + a/2 with a third of the skewness over the root of the number of
    values as a; it is inverted in closed form, at the quantile of Student's distribution. With weights, the
    values are those of the linearised mean.

    Parameters
    ----------
    values, weight : ndarray of float, shape (n,)

    Returns
    -------
    low, high : float, or None
        None with an effective sample size under 20 (Kish 1965), or where all values are equal.
    """
    rows, total = len(values), float(weight.sum())
    worth = total**2 / float((weight**2).sum()) if total else 0.0
    if worth < FEWEST_OF_MEAN:
        return None, None
    mean = float(np.average(values, weights=weight))
    apart = weight * (values - mean) * (rows / total)
    variance = float(np.mean(apart**2))
    if variance <= (1e-9 * mean) ** 2:
        return None, None
    error = math.sqrt(variance / (rows - 1))
    skew = float(np.mean(apart**3)) / variance**1.5 / (3 * math.sqrt(rows))
    skew = skew if abs(skew) > 1e-9 else 1e-9  # at 0 it is Student's interval, and the formula divides by 0
    wide = _student(worth - 1)
    below, above = ((np.cbrt(1 + 3 * skew * (end - skew / 2)) - 1) / skew for end in (wide, -wide))
    return max(mean - error * float(below), 0.0), mean - error * float(above)


def _student(freedom: float) -> float:
    """97.5 % quantile of Student's distribution (Abramowitz & Stegun 26.7.5); four digits from 10 degrees on."""
    z, n = WIDTH, freedom
    return (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    )
