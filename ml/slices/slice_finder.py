"""Slice finder: the segments with the largest errors, with p-values corrected for multiple testing.

Each part of each feature and each pair of parts of two features is tested. Under the null hypothesis
that no segment differs, the errors are exchangeable between records. The largest standardised excess
of any segment under each of many random permutations of the errors gives the null distribution
(permutation, single-step max statistic: Westfall & Young 1993, section 2.6). A segment's corrected
p-value is the share of permutations whose maximum is as large, so whatever the number and the overlap of
the segments, a model without any worse segment is said to have one in at most 5 % of all hold-outs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ml.data.array_types import Booleans, Floats
from ml.errors import NothingToShow
from ml.insights.permutation_importance import SMALLEST
from ml.metrics.evaluation import Answers, need_probabilities
from ml.runtime.budget import sample
from ml.slices.binning import Binning, bin_feature
from ml.slices.segments import acted, cut_off_used

if TYPE_CHECKING:
    from ml.bundle.bundle import Bundle

WRONG, LOSS = "wrong", "log_loss"
MOST_FOUND = 8
DEALS = 199
LEVEL = 0.05
SAME = 0.75  # shared records, of the smaller: two such segments are one finding
# Multiplications in each permutation: bounds the time to about a second.
MOST_WORK, FEWEST_ROWS, MOST_ROWS, MOST_FOR_PAIRS = 1e8, 2_000, 10_000, 400


@dataclass(frozen=True)
class WorstSegments:
    """The w worst segments, by rising p-value.

    Attributes
    ----------
    by : {"wrong", "log_loss"}
        Share of wrong decisions, or log-loss (probabilities at least 0.001 and at most 0.999).
    segment : list of str, length w
        In words.
    error, rest : list of float, length w
        Mean error in the segment, and in all other records.
    records : list of int, length w
    chance : list of float, length w
        p-value, corrected for all segments tested.
    found : int
        Number of segments beyond chance (p <= 0.05); they come first.
    whole : float
        Mean error of all records searched.
    looked_at, rows : int
        Segments tested (with enough records), and records searched.
    least : int
        Fewest records of a segment.
    cut_off : float or None
        Cut-off of the decisions where `by` is "wrong".
    """

    by: str
    segment: list[str]
    error: list[float]
    rest: list[float]
    records: list[int]
    chance: list[float]
    found: int
    whole: float
    looked_at: int
    rows: int
    least: int
    cut_off: float | None


def worst_segments(
    bundle: Bundle, answers: Answers, by: str, cut_off: float, least: float, deals: int = DEALS
) -> WorstSegments:
    """Search the hold-out for segments with more error than the rest.

    A large hold-out is searched in a random sample (at most 10,000 records, seeded), to bound the time.

    Parameters
    ----------
    bundle : Bundle
    answers : Answers
    by : {"wrong", "log_loss"}
    cut_off : float
    least : float
        Fewest records of a segment.
    deals : int
        Random permutations of the errors; the smallest p-value is 1 / (deals + 1).

    Raises
    ------
    NothingToShow
        When no part has that many records, or all records have the same error.
    NoProbabilities
    """
    errors = _errors(answers, by, cut_off)
    parts = [bin_feature(*column) for column in zip(bundle.schema.features, bundle.holdout.block, strict=True)]
    chosen = sample(len(errors), _most_rows(sum(each.count for each in parts)))
    labels = [feature.label for feature in bundle.schema.features]
    parts = [Binning(each.labels, each.place[chosen]) for each in parts]
    search = _SegmentSearch(parts, errors[chosen] - errors[chosen].mean(), int(max(least, 1)))
    if not search.enough.any():
        raise NothingToShow(
            f"No part of the hold-out has {int(least)} records and leaves as many.", "Ask for fewer records."
        )
    excess = search.excess(search.errors)
    listed = _different(search, excess)
    if not listed:
        raise NothingToShow(
            "The model errs nowhere more than elsewhere.",
            "Search with fewer records, by the other measure, or at another cut-off.",
        )
    top = search.largest(deals)
    chance = [float((1 + (top >= excess[at] - 1e-9).sum()) / (deals + 1)) for at in listed]
    masks = [search.mask(*at) for at in listed]
    held = errors[chosen]
    return WorstSegments(
        by=by,
        segment=[_words(search, labels, at) for at in listed],
        error=[float(held[mask].mean()) for mask in masks],
        rest=[float(held[~mask].mean()) for mask in masks],
        records=[int(mask.sum()) for mask in masks],
        chance=chance,
        found=sum(each <= LEVEL for each in chance),
        whole=float(held.mean()),
        looked_at=int(np.triu(search.enough).sum()),
        rows=len(chosen),
        least=int(max(least, 1)),
        cut_off=cut_off_used(answers, cut_off) if by == WRONG else None,
    )


class _SegmentSearch:
    """Indicator columns of all parts of all features, and sums of errors over segments.

    Entry (a, b) of an array is for the segment of part a and part b; (a, a) for part a alone.
    """

    def __init__(self, parts: Sequence[Binning], errors: np.ndarray, least: int) -> None:
        starts = np.cumsum([0, *(each.count for each in parts)])
        self.parts, self.starts = parts, starts
        self.owner = np.repeat(np.arange(len(parts)), [each.count for each in parts])
        self.ones: npt.NDArray[np.float32] = np.zeros((len(errors), starts[-1]), dtype=np.float32)
        for start, each in zip(starts, parts, strict=False):
            self.ones[np.arange(len(errors)), start + each.place] = 1.0
        self.errors = errors.astype(np.float32)
        size = self._sums(np.ones(len(errors), dtype=np.float32))
        rest, rows = len(errors) - size, len(errors)
        apart = self.owner[:, None] != self.owner[None, :]
        self.pairs = len(self.owner) <= MOST_FOR_PAIRS
        self.enough = (size >= least) & (rest >= least) & (np.eye(len(self.owner), dtype=bool) | (apart & self.pairs))
        # Standard deviation of a segment's sum under permutation (sampling without replacement).
        variance = float(np.mean(errors**2)) * rows / max(rows - 1, 1)
        self.spread = np.where(self.enough, np.sqrt(np.maximum(variance * size * rest / rows, 1e-30)), np.inf)

    def excess(self, errors: np.ndarray) -> np.ndarray:
        """Standardised sum of the errors in each segment; -inf with too few records."""
        return np.where(self.enough, self._sums(errors) / self.spread, -np.inf)

    def largest(self, deals: int) -> np.ndarray:
        """Null distribution: the largest excess of any segment under each random permutation of the errors."""
        rng = np.random.default_rng(0)
        return np.array([self.excess(rng.permutation(self.errors)).max() for _ in range(deals)])

    def mask(self, first: int, second: int) -> np.ndarray:
        """Mask of the records in a segment."""
        return (self.ones[:, first] > 0) & (self.ones[:, second] > 0)

    def _sums(self, values: np.ndarray) -> np.ndarray:
        sums: np.ndarray = self.ones.T @ (self.ones * values[:, None])
        return sums


def _errors(answers: Answers, by: str, cut_off: float) -> Floats:
    if by == WRONG:
        wrong: Booleans = acted(answers, cut_off) != answers.truth
        return wrong.astype(np.float64)
    probabilities = need_probabilities(answers.probabilities)
    given = np.where(answers.truth, probabilities, 1.0 - probabilities)
    logarithms: Floats = np.log(np.clip(given, SMALLEST, 1.0 - SMALLEST))
    return -logarithms


def _most_rows(columns: int) -> int:
    return int(np.clip(MOST_WORK / max(columns, 1) ** 2, FEWEST_ROWS, MOST_ROWS))


def _different(search: _SegmentSearch, excess: np.ndarray) -> list[tuple[int, int]]:
    """The segments with the largest excess, without near duplicates of one before."""
    above = np.triu(np.where(excess > 0, excess, 0.0))
    kept: list[tuple[int, int]] = []
    for flat in np.argsort(-above, axis=None, kind="stable")[: 40 * MOST_FOUND].tolist():
        at = divmod(flat, above.shape[1])
        if above[at] <= 0 or len(kept) == MOST_FOUND:
            break
        mask = search.mask(*at)
        if not any(_alike(mask, search.mask(*other)) for other in kept):
            kept.append(at)
    return kept


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((one & other).sum() >= SAME * min(one.sum(), other.sum()))


def _words(search: _SegmentSearch, labels: Sequence[str], at: tuple[int, int]) -> str:
    named = []
    for column in dict.fromkeys(at):
        feature = int(search.owner[column])
        named.append(f"{labels[feature]}: {search.parts[feature].labels[column - search.starts[feature]]}")
    return "; ".join(named)
