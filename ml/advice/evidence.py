"""Evidence for a score: true outcomes of hold-out records with similar scores, nearest neighbours, outliers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.bundle.bundle import Bundle
from ml.data.array_types import Booleans
from ml.data.columns import Block, as_floats, column, rows_of, size, take
from ml.data.feature import Feature
from ml.data.schema import Row
from ml.metrics.evaluation import evaluation_of, need_probabilities
from ml.metrics.intervals import wilson
from ml.runtime.memo import Memo

SHARE, FEWEST = 0.1, 50  # of the hold-out, and at least so many records, are "scored about like this"
ALIKE = 0.1  # ... if their scores differ by no more than this
FEW = 30  # fewer similar records than this are too few to go by
NEIGHBOURS = 5
LEFT_OUT = 500  # background rows whose distance to their nearest other row is measured
UNLIKE = 0.99  # quantile of those distances beyond which a record is unlike anything in training
STANDS_OUT = 0.25  # share of the distance from which a feature is named


@dataclass(frozen=True)
class Evidence:
    """True outcomes of the hold-out records with scores similar to this one."""

    similar: int
    had: int
    """Their number, and how many of them had the outcome."""
    low: float
    high: float
    """Wilson's 95 % interval for that share; 0 and 1 when there are none."""
    lowest: float
    highest: float
    """The range of their scores; the score itself when there are none."""
    few: bool
    """True when they are fewer than 30: too few to go by."""


@dataclass(frozen=True)
class Neighbour:
    """A nearest neighbour of the record in the hold-out, with its true outcomes."""

    number: int
    """Row of the record in the hold-out, from 0."""
    row: Row
    distance: float
    """0 for equal known values; plus about 1 for each feature that differs by most of its range."""
    had: tuple[str, ...]
    """Names of its true outcomes."""


@dataclass(frozen=True)
class Unlike:
    """Outlier: a record that is unlike anything in training."""

    distance: float
    limit: float
    """From its nearest training record, and the 99 % quantile of that distance among training records."""
    features: tuple[str, ...]
    """Names of the features that make the distance, the strongest first."""


def evidence(bundle: Bundle, outcome: str, probability: float, without: int | None = None) -> Evidence:
    """Share of the hold-out records with similar scores that had the outcome.

    These are the tenth of the hold-out (or 50 records, if that is more) whose scores are nearest, and
    those as near as the last of them; but none whose score is more than 10 points away. `without` is the row
    of the hold-out that is the record itself, which is left out.

    Raises
    ------
    UnknownOutcome, NoProbabilities
    """
    answers = evaluation_of(bundle).of(outcome)
    others = np.arange(len(answers.truth)) != without
    scores, truth = need_probabilities(answers.probabilities)[others], answers.truth[others]
    apart = np.abs(scores - probability)
    if not len(apart):
        return Evidence(0, 0, 0.0, 1.0, probability, probability, few=True)
    count = min(max(FEWEST, math.ceil(SHARE * len(apart))), len(apart))
    # A hair more than the last, so that equal scores are in or out together however they were rounded.
    reach = min(float(np.partition(apart, count - 1)[count - 1]), ALIKE) + 1e-12
    near = apart <= reach
    similar, had = int(near.sum()), int(truth[near].sum())
    low, high = map(float, wilson(had, similar))
    ends = (float(scores[near].min()), float(scores[near].max())) if similar else (probability, probability)
    return Evidence(similar, had, low, high, *ends, similar < FEW)


def neighbours(bundle: Bundle, row: Row, without: int | None = None) -> tuple[Neighbour, ...]:
    """The hold-out records nearest to this one in its known features, with their true outcomes.

    Parameters
    ----------
    row : Row
        A None is a blank. Empty result when nothing is known.
    without : int, optional
        Row of the hold-out that is the record itself.
    """
    features = _known(row)
    if not features.size:
        return ()
    block, truth = bundle.holdout.block, bundle.holdout.truth
    apart = _apart(_space(bundle).scales, bundle.schema.features, block, row, features).sum(axis=0)
    nearest = [at for at in np.argsort(apart, kind="stable").tolist() if at != without][:NEIGHBOURS]
    names = np.array(bundle.outcomes.names)
    rows = rows_of(bundle.schema, take(block, nearest))
    return tuple(
        Neighbour(at, own, float(apart[at]), tuple(names[truth[at]].tolist()))
        for at, own in zip(nearest, rows, strict=True)
    )


def unlike(bundle: Bundle, row: Row) -> Unlike | None:
    """Warning when a record is an outlier: further from its nearest training record than 99 % of these from theirs.

    Blanks add no distance, so they can only suppress the warning.
    """
    features = _known(row)
    space = _space(bundle)
    if not features.size or not math.isfinite(space.limit):
        return None
    apart = _apart(space.scales, bundle.schema.features, bundle.background, row, features)
    nearest = int(np.argmin(apart.sum(axis=0)))
    distance = float(apart[:, nearest].sum())
    if distance <= space.limit:
        return None
    names = [bundle.schema.names[at] for at in features]
    strongest = np.argsort(-apart[:, nearest], kind="stable").tolist()
    return Unlike(
        distance, space.limit, tuple(names[at] for at in strongest if apart[at, nearest] > STANDS_OUT * distance)
    )


@dataclass(frozen=True)
class _Space:
    """Distances of one version: a scale per feature, shape (p,), and the limit beyond which a record is an outlier."""

    scales: np.ndarray
    limit: float


@Memo
def _space(bundle: Bundle) -> _Space:
    block, features = bundle.background, bundle.schema.features
    scales = np.array([_scale(feature, array) for feature, array in zip(features, block, strict=True)])
    count = size(block)
    if count < 2:
        return _Space(scales, math.inf)
    chosen = np.random.default_rng(0).permutation(count)[:LEFT_OUT]
    everything = np.arange(len(features))
    nearest = []
    for at, row in zip(chosen.tolist(), rows_of(bundle.schema, take(block, chosen)), strict=True):
        apart = _apart(scales, features, block, row, everything).sum(axis=0)
        apart[at] = math.inf
        nearest.append(apart.min())
    return _Space(scales, float(np.quantile(nearest, UNLIKE)))


def _known(row: Row) -> np.ndarray:
    return np.flatnonzero([value is not None for value in row])


def _scale(feature: Feature, array: np.ndarray) -> float:
    """Scale of a number: the range of its middle 90 %, in days for dates; 1 for other kinds.

    Gower 1971 divides by the whole range, which a single outlier determines.
    """
    if not feature.is_ordered:
        return 1.0
    numbers = _numbers(array)
    numbers = numbers[~np.isnan(numbers)]
    if not len(numbers):
        return 1.0
    low, high = np.quantile(numbers, [0.05, 0.95])
    return float(high - low) or float(np.ptp(numbers)) or 1.0


def _apart(scales: np.ndarray, features: Sequence[Feature], block: Block, row: Row, wanted: np.ndarray) -> np.ndarray:
    """Distance of each of n records from the row in each wanted feature: shape (len(wanted), n).

    Numbers: the difference as a share of the feature's scale, not capped.
    All else: 0 when equal, 1 when not. A missing value is equal to a missing one and 1 from all others; from a
    number that is further than that from every known one, as far as the nearest of these.
    """
    lines = np.empty((len(wanted), size(block)))
    for line, at in zip(lines, wanted.tolist(), strict=True):
        feature, array = features[at], block[at]
        given = column(feature, [row[at]])
        if feature.is_ordered:
            apart = np.abs(_numbers(array) - _numbers(given)) / scales[at]
            missing = np.isnan(apart)  # on either side
            if missing.all():
                apart = np.where(np.isnan(_numbers(array)) & np.isnan(_numbers(given)), 0.0, 1.0)
            elif missing.any():  # an extreme value must not be near all rows without one
                apart[missing] = max(1.0, float(np.nanmin(apart)))
            line[:] = apart
        else:
            line[:] = _unequal(array, given)
    return lines


def _unequal(array: np.ndarray, given: np.ndarray) -> Booleans:
    unequal: Booleans = array != given[0]
    if array.dtype == object:
        return unequal
    both_missing: Booleans = np.isnan(array) & np.isnan(given)
    return unequal & ~both_missing


def _numbers(array: np.ndarray) -> np.ndarray:
    """Numbers as they are, dates as days with their fraction."""
    return as_floats(array) / 86_400 if array.dtype.kind == "M" else array
