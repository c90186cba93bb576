"""Slice finder: the segments with more error than the model itself expects there, corrected for how many there are.

Each part of each feature and each pair of parts of two features is tested. Some records are harder to tell apart than
others, and a good model knows: at a probability of 40 % it expects to be wrong in 40 of 100 decisions. So the errors of
a segment are compared with those expected by the probabilities, recalibrated as a whole
(``ml/metrics/recalibration/line.py``): a model that is too sure everywhere is not said to be so in one place. Under
the null hypothesis that these are right everywhere, truths are drawn from them, and the largest standardised excess of
any segment in each draw gives the null distribution (parametric bootstrap, single-step max statistic: Westfall & Young
1993, section 2.6). A segment's corrected p-value is the share of draws whose maximum is as large: whatever the number
and the overlap of the segments, a model without any worse segment is said to have one in at most 5 % of hold-outs.

A model that gives labels only expects nothing. There the null hypothesis is that errors are equally frequent
everywhere, and its distribution comes from random permutations of the errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.bundle.bundle import Bundle
from ml.data.array_types import Floats
from ml.errors import NothingToShow
from ml.metrics.evaluation import OneVsRest
from ml.runtime.budget import sample
from ml.slices.binning import Binning, bin_feature
from ml.slices.expected_errors import WRONG, Errors, expected_errors
from ml.slices.segments import cut_off_used
from ml.translation import text

MOST_FOUND = 8
DEALS = 199
LEVEL = 0.05
SAME = 0.75  # shared records, of the smaller: two such segments are one finding
# Multiplications in each draw: bounds the time to about a second. Of more parts than the last no pairs are tested.
MOST_WORK, FEWEST_ROWS, MOST_ROWS, MOST_FOR_PAIRS = 1e8, 2_000, 10_000, 400


@dataclass(frozen=True)
class WorstSegments:
    """The w worst segments, by rising p-value."""

    by: str
    """Share of wrong decisions, or log-loss (probabilities at least 0.001 and at most 0.999). One of "wrong" and
    "log_loss"."""
    segment: list[str]
    """In words. Length w."""
    parts: list[list[str]]
    """The same, each part by itself. Length w."""
    error: list[float]
    expected: list[float]
    rest: list[float]
    """Mean error in the segment, the one that the model itself expects there, and that in all other records. Length
    w."""
    records: list[int]
    """Length w."""
    chance: list[float]
    """p-value, corrected for all segments tested. Length w."""
    found: int
    """Number of segments beyond chance (p <= 0.05); they come first."""
    whole: float
    """Mean error of all records searched."""
    looked_at: int
    rows: int
    """Segments tested (with enough records), and records searched."""
    least: int
    """Fewest records of a segment."""
    cut_off: float | None
    """Cut-off of the decisions where `by` is "wrong"."""
    own: bool
    """Whether the model's own probabilities say what is expected; False: the mean of all records, of a model with
    labels only."""


def worst_segments(
    bundle: Bundle, answers: OneVsRest, by: str, cut_off: float, least: float, deals: int = DEALS
) -> WorstSegments:
    """Search the hold-out for segments with more error than expected.

    A large hold-out is searched in a random sample (at most 10,000 records, seeded), to bound the time.

    Parameters
    ----------
    by : {"wrong", "log_loss"}
    least : float
        Fewest records of a segment.
    deals : int
        Draws from the null hypothesis; the smallest p-value is 1 / (deals + 1).

    Raises
    ------
    NothingToShow
        When no part has that many records, or nowhere are more errors than expected.
    NoProbabilities
    """
    parts = [bin_feature(*column) for column in zip(bundle.schema.features, bundle.holdout.block, strict=True)]
    most = np.clip(MOST_WORK / max(sum(each.count for each in parts), 1) ** 2, FEWEST_ROWS, MOST_ROWS)
    chosen = sample(len(answers.truth), int(most))
    labels = [feature.label for feature in bundle.schema.features]
    parts = [Binning(each.labels, each.place[chosen]) for each in parts]
    errors = expected_errors(answers, by, cut_off).of(chosen)
    search = _SegmentSearch(parts, errors, int(max(least, 1)))
    if not search.enough.any():
        raise NothingToShow(
            text("No part of the hold-out has {n} records and leaves as many.", n=int(least)),
            text("Ask for fewer records."),
        )
    excess = search.excess(errors.held - errors.expected)
    listed = _different(search, excess)
    if not listed:
        raise NothingToShow(
            text("The model errs nowhere more than it expects."),
            text("Search with fewer records, by the other measure, or at another cut-off."),
        )
    top = search.largest(deals)
    chance = [float((1 + (top >= excess.flat[place] - 1e-9).sum()) / (deals + 1)) for place in listed]
    segments = [search.segment(place) for place in listed]
    masks = [search.mask(place) for place in listed]
    held = errors.held
    return WorstSegments(
        by=by,
        segment=["; ".join(_words(search, labels, at)) for at in segments],
        parts=[_words(search, labels, at) for at in segments],
        error=[float(held[mask].mean()) for mask in masks],
        expected=[float(errors.expected[mask].mean()) for mask in masks],
        rest=[float(held[~mask].mean()) for mask in masks],
        records=[int(mask.sum()) for mask in masks],
        chance=chance,
        found=sum(each <= LEVEL for each in chance),
        whole=float(held.mean()),
        looked_at=int(search.once(search.enough).sum()),
        rows=len(chosen),
        least=int(max(least, 1)),
        cut_off=cut_off_used(answers, cut_off) if by == WRONG else None,
        own=errors.having is not None,
    )


class _SegmentSearch:
    """Indicator columns of all parts of all features, and sums of errors over segments.

    Entry (a, b) of an array is for the segment of part a and part b; (a, a) for part a alone. Without pairs,
    of thousands of parts, entry a is for part a alone.
    """

    def __init__(self, parts: Sequence[Binning], errors: Errors, least: int) -> None:
        starts, rows = np.cumsum([0, *(each.count for each in parts)]), len(errors.held)
        self.parts, self.starts, self.errors = parts, starts, errors
        self.owner = np.repeat(np.arange(len(parts)), [each.count for each in parts])
        self.ones: npt.NDArray[np.float32] = np.zeros((rows, starts[-1]), dtype=np.float32)
        for start, each in zip(starts, parts, strict=False):
            self.ones[np.arange(rows), start + each.place] = 1.0
        self.pairs = len(self.owner) <= MOST_FOR_PAIRS
        size = self._sums(np.ones(rows))
        rest = rows - size
        self.enough = (size >= least) & (rest >= least)
        if self.pairs:
            apart = self.owner[:, None] != self.owner[None, :]
            self.enough &= np.eye(len(self.owner), dtype=bool) | apart
        # Variance of a segment's sum: of independent records, or of a sample drawn without replacement.
        variance = self._sums(errors.variance)
        if errors.having is None:
            variance = variance * rest / max(rows - 1, 1)
        self.spread = np.where(self.enough, np.sqrt(np.maximum(variance, 1e-30)), np.inf)

    def excess(self, errors: Floats) -> Floats:
        """Standardised sum of the errors less the expected ones in each segment; -inf with too few records."""
        return np.where(self.enough, self._sums(errors) / self.spread, -np.inf)

    def largest(self, deals: int) -> Floats:
        """Null distribution: the largest excess of any segment in each draw."""
        rng = np.random.default_rng(0)
        return np.array([self.excess(self.errors.draw(rng)).max() for _ in range(deals)])

    def once(self, entries: np.ndarray) -> np.ndarray:
        """The entries with those of each pair of parts once; the others are 0."""
        return np.triu(entries) if self.pairs else entries

    def segment(self, place: int) -> tuple[int, int]:
        """Both parts of the segment at a place of a flat array; of a part alone twice that part."""
        return divmod(place, len(self.owner)) if self.pairs else (place, place)

    def mask(self, place: int) -> np.ndarray:
        """Mask of the records in a segment."""
        first, second = self.segment(place)
        return (self.ones[:, first] > 0) & (self.ones[:, second] > 0)

    def _sums(self, values: Floats) -> Floats:
        given = values.astype(np.float32)
        other: npt.NDArray[Any] = self.ones * given[:, None] if self.pairs else given
        sums: Floats = self.ones.T @ other
        return sums


def _different(search: _SegmentSearch, excess: np.ndarray) -> list[int]:
    """Places of the segments with the largest excess, without near duplicates of one before."""
    above = search.once(np.where(excess > 0, excess, 0.0)).ravel()
    chosen: list[int] = []
    for place in np.argsort(-above, kind="stable")[: 40 * MOST_FOUND].tolist():
        if above[place] <= 0 or len(chosen) == MOST_FOUND:
            break
        mask = search.mask(place)
        if not any(_alike(mask, search.mask(other)) for other in chosen):
            chosen.append(place)
    return chosen


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((one & other).sum() >= SAME * min(one.sum(), other.sum()))


def _words(search: _SegmentSearch, labels: Sequence[str], at: tuple[int, int]) -> list[str]:
    named = []
    for column in dict.fromkeys(at):
        feature = int(search.owner[column])
        value = search.parts[feature].labels[column - search.starts[feature]]
        named.append(text("{feature}: {value}", feature=labels[feature], value=value))
    return named
