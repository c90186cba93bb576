"""How groups of records fare against each other: who is acted on, who is found, and who is rightly called.

Compared are rates, nothing else: why they differ, and whether they may, no figure of this kind says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ml.errors import NothingToShow
from ml.evaluation import Answers
from ml.four import Four, Part, precision, ratio, recall
from ml.intervals import WIDTH
from ml.segments import Column, fours, listed, parts_by, used

if TYPE_CHECKING:
    from ml.bundle import Bundle

FOUR_FIFTHS = 0.8  # Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4 D (1978)


def selection(four: Four) -> Part:
    """Acted on, of all."""
    return four.selected, four.total


RATES = {"selection": selection, "recall": recall, "precision": precision}


@dataclass(frozen=True)
class Groups:
    """Rates of s groups, and each as a ratio to that of the largest group.

    Attributes
    ----------
    feature : str
        What people call the feature.
    groups : list of str, length s
    records : list of float, length s
    reference : int
        Position of the largest group.
    rate : dict of str to list of float or None, length s
        "selection": share acted on; "recall": share acted on of those with the outcome; "precision":
        share with the outcome of those acted on. None where nothing is counted.
    counted : dict of str to list of float, length s
        Of how many records each rate is a share.
    ratio, low, high : dict of str to list of float or None, length s
        Rate over that of the reference, and its 95 % interval; 1 and no interval for the reference
        itself, None where a rate is missing or that of the reference is 0. Without an interval where
        a rate is 0.
    cut_off : float or None
        From where we act; None where the model's labels decide.
    """

    feature: str
    groups: list[str]
    records: list[float]
    reference: int
    rate: dict[str, Column]
    counted: dict[str, list[float]]
    ratio: dict[str, Column]
    low: dict[str, Column]
    high: dict[str, Column]
    cut_off: float | None


def groups(bundle: Bundle, answers: Answers, feature: str, cut_off: float) -> Groups:
    """Compare the parts of a feature.

    Raises
    ------
    NothingToShow
        When all records are in one group.
    """
    parts = parts_by(bundle, feature)
    label = bundle.schema.feature(feature).label
    if parts.count < 2:
        raise NothingToShow(f"All records of the hold-out are alike in {label}.", "Choose another feature.")
    four = fours(answers, parts, cut_off)
    reference = int(np.argmax(four.total))
    counted = {key: tuple(side[:, 0] for side in part(four)) for key, part in RATES.items()}
    ratios = {key: ratios_of(hits, whole, reference) for key, (hits, whole) in counted.items()}
    return Groups(
        feature=label,
        groups=parts.labels,
        records=four.total[:, 0].tolist(),
        reference=reference,
        rate={key: listed(ratio(hits, whole)) for key, (hits, whole) in counted.items()},
        counted={key: whole.tolist() for key, (_, whole) in counted.items()},
        ratio={key: listed(value) for key, (value, _, _) in ratios.items()},
        low={key: listed(low) for key, (_, low, _) in ratios.items()},
        high={key: listed(high) for key, (_, _, high) in ratios.items()},
        cut_off=used(answers, cut_off),
    )


def ratios_of(hits: np.ndarray, whole: np.ndarray, reference: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ratio of each share to that of the reference, with its 95 % interval by the log method (Katz et al. 1978).

    The logarithm of the ratio of two independent shares a/m and b/n has about the variance
    1/a - 1/m + 1/b - 1/n.

    Parameters
    ----------
    hits, whole : ndarray of float, shape (s,)
        What is counted, and of how many.
    reference : int

    Returns
    -------
    value, low, high : ndarray of float, shape (s,)
        NaN as :class:`Groups` has None.
    """
    share = ratio(hits, whole)
    value = ratio(share, np.full(share.shape, share[reference] if share[reference] > 0 else np.nan))
    one = ratio(np.ones_like(hits), hits) - ratio(np.ones_like(whole), whole)
    spread = WIDTH * np.sqrt(np.maximum(one + one[reference], 0.0))
    known = (hits > 0) & (np.arange(len(hits)) != reference)
    low, high = (np.where(known, value * np.exp(sign * spread), np.nan) for sign in (-1.0, 1.0))
    return value, low, high
