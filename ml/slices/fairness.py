"""Group fairness: selection rate, recall and precision of groups as ratios to a reference group.

Only rates are compared; no figure of this kind says why they differ, or whether they may.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ml.bundle.bundle import Bundle
from ml.data.array_types import OptionalFloats
from ml.errors import NothingToShow
from ml.metrics.confusion_counts import ConfusionCounts, Share, precision, ratio, recall
from ml.metrics.evaluation import OneVsRest
from ml.metrics.intervals import WIDTH, joint_width, wilson
from ml.metrics.recalibration.check import kept_promises
from ml.slices.segments import binning_of, counts_by_part, cut_off_used, enough_records, plain_numbers
from ml.translation import text

FOUR_FIFTHS = 0.8  # Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4 D (1978)


def selection(counts: ConfusionCounts) -> Share:
    """Selection rate: records acted on, of all."""
    return counts.selected, counts.total


RATES = {"selection": selection, "recall": recall, "precision": precision}


@dataclass(frozen=True)
class GroupFairness:
    """Rates of s groups, and their ratios to the group with the highest selection rate."""

    feature: str
    """Label of the feature."""
    groups: list[str]
    """Length s."""
    records: list[float]
    """Length s."""
    reference: int
    """Position of the group that the others are compared with, see :func:`reference_of`."""
    least: float
    """A group with fewer records is the reference only where no other is acted on."""
    rate: dict[str, OptionalFloats]
    """"selection": share acted on; "recall": share acted on of those with the outcome; "precision": share with the
    outcome of those acted on. None where nothing is counted. Length s."""
    counted: dict[str, list[float]]
    """Records in the denominator of each rate. Length s."""
    ratio: dict[str, OptionalFloats]
    low: dict[str, OptionalFloats]
    high: dict[str, OptionalFloats]
    """Rate over that of the reference, and its interval: of all pairs of groups together they hold the true ratios in
    95 % (Šidák 1967). 1 and no interval for the reference itself, None where a rate is missing or that of the reference
    is 0. Length s."""
    cut_off: float | None
    """From where we act; None where the model's labels decide."""
    said: list[float] = field(default_factory=list)
    came: list[float] = field(default_factory=list)
    """Share with the outcome that the probabilities announce, and that came; empty without probabilities. Length s."""
    gap_low: list[float] = field(default_factory=list)
    gap_high: list[float] = field(default_factory=list)
    """Interval of came less said: of all parts together they hold in 95 % (``kept_promises``). Length s."""


def group_fairness(bundle: Bundle, answers: OneVsRest, feature: str, cut_off: float) -> GroupFairness:
    """Compare the rates of the parts of a feature.

    Raises
    ------
    NothingToShow
        When all records are in one group.
    """
    parts = binning_of(bundle, feature)
    label = bundle.schema.feature(feature).label
    if parts.count < 2:
        raise NothingToShow(
            text("All records of the hold-out are alike in {feature}.", feature=label), text("Choose another feature.")
        )
    counts = counts_by_part(answers, parts, cut_off)
    least = enough_records(counts.total.sum())
    reference = reference_of(counts.selected[:, 0], counts.total[:, 0], least)
    counted = {key: tuple(side[:, 0] for side in part(counts)) for key, part in RATES.items()}
    width = joint_width(pairs_of(parts.count))
    ratios = {key: ratios_of(hits, whole, reference, width) for key, (hits, whole) in counted.items()}
    return GroupFairness(
        feature=label,
        groups=parts.labels,
        records=counts.total[:, 0].tolist(),
        reference=reference,
        least=least,
        rate={key: plain_numbers(ratio(hits, whole)) for key, (hits, whole) in counted.items()},
        counted={key: whole.tolist() for key, (_, whole) in counted.items()},
        ratio={key: plain_numbers(value) for key, (value, _, _) in ratios.items()},
        low={key: plain_numbers(low) for key, (_, low, _) in ratios.items()},
        high={key: plain_numbers(high) for key, (_, _, high) in ratios.items()},
        cut_off=cut_off_used(answers, cut_off),
        **kept_promises(answers, parts.place),
    )


def pairs_of(groups: int) -> int:
    """Comparisons to correct for: every pair, since the reference is the highest of all and not chosen beforehand."""
    return groups * (groups - 1) // 2


def reference_of(selected: np.ndarray, records: np.ndarray, least: float) -> int:
    """Position of the reference group: the one with the highest selection rate.

    By the four-fifths rule (29 CFR 1607.4 D): "the rate for the group with the highest rate". A
    group of few records may have it by chance, so groups with enough records come first; of equal rates
    the one with the most records. It is the reference of the other rates too.

    Parameters
    ----------
    selected, records : ndarray of float, shape (s,)
        Records acted on, and all records.
    least : float
        Records from which a group is preferred.

    Returns
    -------
    reference : int
        A group that is acted on, wherever there is one.
    """
    share = np.nan_to_num(ratio(selected, records))
    acted = share > 0
    pool = acted & (records >= least) if (acted & (records >= least)).any() else acted | ~acted.any()
    return int(max(np.flatnonzero(pool), key=lambda at: (share[at], records[at])))


def ratios_of(
    hits: np.ndarray, whole: np.ndarray, reference: int, width: float = WIDTH
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ratio of each share to that of the reference, with its interval.

    By the log method (Katz et al. 1978): the logarithm of the ratio of two independent shares a/m and
    b/n has about the variance 1/a - 1/m + 1/b - 1/n. A share of none or of all has no such variance;
    there the interval is :func:`between`.

    Parameters
    ----------
    hits, whole : ndarray of float, shape (s,)
        Numerators and denominators.
    width : float
        Half width of an interval in standard errors; without it each holds 95 % for itself.

    Returns
    -------
    value, low, high : ndarray of float, shape (s,)
        NaN as :class:`GroupFairness` has None.
    """
    share = ratio(hits, whole)
    value = ratio(share, np.full(share.shape, share[reference] if share[reference] > 0 else np.nan))
    one = ratio(np.ones_like(hits), hits) - ratio(np.ones_like(whole), whole)
    spread = width * np.sqrt(np.maximum(one + one[reference], 0.0))
    extreme = (hits <= 0) | (hits >= whole)
    blind = extreme | extreme[reference]
    logs = (value * np.exp(sign * spread) for sign in (-1.0, 1.0))
    known = ~np.isnan(value) & (np.arange(len(hits)) != reference)
    ends = zip(between(hits, whole, reference, width), logs, strict=True)
    low, high = (np.where(known, np.where(blind, shares, log), np.nan) for shares, log in ends)
    return value, low, high


def between(hits: np.ndarray, whole: np.ndarray, reference: int, width: float = WIDTH) -> tuple[np.ndarray, np.ndarray]:
    """Interval of the ratio of each share to that of the reference, from Wilson's intervals of the two.

    With l and u the ends of the intervals of the shares p and q, the low end is
    (pq - sqrt((pq)^2 - l_p (2p - l_p) u_q (2q - u_q))) / (u_q (2q - u_q)), the high end the same with u_p,
    l_q and a plus: MOVER-R of Donner & Zou (2012), recommended by Fagerland, Lydersen & Laake (2015),
    "Recommended confidence intervals for two independent binomial proportions", for shares of 0 too:
    there it is 0 to u_p / sqrt(l_q (2q - l_q)).

    Returns
    -------
    low, high : ndarray of float, shape (s,)
        NaN where the share of the reference is 0 or one is missing.
    """
    p, (below, above) = ratio(hits, whole), wilson(hits, whole, width)
    q = p[reference] if p[reference] > 0 else np.nan
    both, floor, ceiling = p * q, below[reference], above[reference]
    part, whole_ = below * (2 * p - below), ceiling * (2 * q - ceiling)
    # The formula above times its conjugate: no division by a difference that is nearly 0.
    low = ratio(part, both + np.sqrt(np.maximum(both**2 - part * whole_, 0.0)))
    part, whole_ = above * (2 * p - above), floor * (2 * q - floor)
    high = (both + np.sqrt(np.maximum(both**2 - part * whole_, 0.0))) / whole_
    return np.where(hits > 0, low, np.where(np.isnan(both), np.nan, 0.0)), high
