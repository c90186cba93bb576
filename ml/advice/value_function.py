"""The value function: the expected score of a record of which only some features are known.

For a record x of which the features K are known,

    v(K) = weighted mean, over background rows z, of f(x on K, z elsewhere)

with f the model's probabilities. All known: v is the model's own answer. Nothing known: v is the mean
answer over the background. In between the rows z count by how near they are to x on K, so that a blank is
filled with what it tends to be for records like this one (Aas, Jullum & Løland 2021); weights of 1 would
mix values that do not occur together (Štrumbelj & Kononenko 2014). Covert, Lundberg & Lee 2021 set both
side by side. The choice was measured: docs/decisions/0013-blanks.md.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from ml.advice.control_variates import own_controls
from ml.advice.kernel import MOST_ROWS, Kernel, Moves, Scale
from ml.advice.partial_score import PartialScore, partial_score
from ml.advice.sampling_budget import BUDGET, FIRST_SECONDS, budgets, listed_budget, quick_budget
from ml.bundle.bundle import BACKGROUND_ROWS, Bundle
from ml.data.array_types import Floats
from ml.data.columns import Block, column, size, take
from ml.data.schema import Row
from ml.metrics.evaluation import need_probabilities, no_probabilities

SCREENED_ROWS = 200
FEWEST_SCREENED = 20
SCREENED_VALUES = 10**8  # given to the model for it: of more than 700 features fewer rows are asked about
SEARCHED_VALUES = 3 * 10**8
TIMED_ROWS = 500
REMEMBERED = 8  # records whose scores and answers are kept for the next call


class ValueFunction:
    """Value function v(K) of one version: a cooperative game among its features. Immutable, so threads may share it.

    Parameters
    ----------
    rows : int or None
        Background rows to use at most; None uses up to 2,000.
    kernel : bool
        False weights all background rows alike (the interventional game).

    Attributes
    ----------
    background : Block of n records
        The rows that fill blanks, in a fixed random order.
    base : ndarray of float, shape (k,)
        v of nothing known: the mean answer over the background.
    answers : ndarray of float, shape (n, k)
        The model's answers to the background.
    used : ndarray of bool, shape (p,)
        False where the model ignores the feature: no answer changes when its background values are permuted. Of
        thousands of features some that are hardly used or not at all may count as used.
    scales : tuple of Scale, length p
        Distances and groups of each feature's values.
    budgets : tuple of int
        Predictions for the first explanation, and for sharper ones: fewer where the model is slow.
    controls : ndarray of float, shape (n, p, 2)
        Control variates of sampled contributions, see :func:`ml.advice.control_variates.own_controls`.

    Raises
    ------
    NoProbabilities
        When the estimator offers none.
    """

    def __init__(self, bundle: Bundle, rows: int | None = None, kernel: bool = True) -> None:
        if bundle.offers != "probabilities":
            raise no_probabilities()
        self.schema = bundle.schema
        self._predictor = bundle.predictor
        # Others at work on the machine do not make a compiled model slow; scikit-learn may compute in many threads
        self._clock = time.thread_time if bundle.compiled else time.perf_counter
        total = size(bundle.background)
        # Shuffled: a background may be sorted, and of rows at equal distance the first are used.
        order = np.random.default_rng(0).permutation(total)[: min(rows or BACKGROUND_ROWS, total)]
        self.background: Block = take(bundle.background, order)
        self.answers, seconds = self._timed(self.background)
        if seconds * BUDGET > FIRST_SECONDS:  # the first call may have been slow for other reasons
            seconds = min(seconds, self._timed(take(self.background, slice(0, TIMED_ROWS)))[1])
        self.budgets, self.quick_budget = budgets(seconds), quick_budget(seconds)
        self.listed_budget = listed_budget(seconds)
        self.base: np.ndarray = self.answers.mean(axis=0)
        self.used = self._used()
        self.scales = tuple(map(Scale, self.schema.features, self.background))
        self.controls = own_controls(self.scales, self.background, self.answers)
        self._kernel = Kernel(self.scales, self.answers, self.used) if kernel else None
        # Score, reasons, sweeps and counterfactuals of one record all need these.
        self._remembered_at = lru_cache(REMEMBERED)(self._partial_score_of)
        self._remembered_filled = lru_cache(REMEMBERED)(self._filled_by_all)

    def score(self, row: Row, known: Sequence[bool] | None = None) -> PartialScore:
        """Score of one record.

        Parameters
        ----------
        row : Row
            Typed values in schema order; a None is a blank.
        known : sequence of bool, length p, or None
            The known features; without it, those that are not None. A None that is known is a
            missing value, and the model gets it as such.

        Raises
        ------
        ValueError
            When the model refuses a value.
        """
        mask = (value is not None for value in row) if known is None else map(bool, known)
        return self._remembered_at(row, tuple(mask))

    def _partial_score_of(self, row: Row, known: tuple[bool, ...]) -> PartialScore:
        mask = np.array(known, dtype=bool)
        blank = tuple(np.flatnonzero(~mask).tolist())
        if not blank:
            value = self._row(row)
            return PartialScore(value, value, value, value[np.newaxis], np.ones(1), np.empty(0, dtype=np.intp), ())
        if len(blank) == len(mask):
            count = len(self.answers)
            return partial_score(self.answers, np.full(count, 1.0 / count), np.arange(count), blank)
        [(chosen, weights)] = self.weighed(row, mask[np.newaxis])
        answers = self.ask(self._filled(row, mask[np.newaxis], [chosen]))
        return partial_score(answers, weights, chosen, blank)

    def filled(self, row: Row, known: Sequence[bool]) -> np.ndarray:
        """Answers for the record with its blanks filled by each background row: shape (n, k), read-only."""
        return self._remembered_filled(row, tuple(map(bool, known)))

    def _filled_by_all(self, row: Row, known: tuple[bool, ...]) -> np.ndarray:
        count = len(self.answers)
        if all(known):
            return np.broadcast_to(self.score(row, known).value, (count, len(self.base)))
        answers = self.ask(self._filled(row, np.array([known]), [np.arange(count)]))
        answers.flags.writeable = False
        return answers

    def _row(self, row: Row) -> np.ndarray:
        return np.array(self._predictor.row(row)[1])

    def _timed(self, block: Block) -> tuple[np.ndarray, float]:
        """Answers, and seconds per record."""
        started = self._clock()
        answers = self.ask(block)
        return answers, (self._clock() - started) / max(len(answers), 1)

    def ask(self, block: Block) -> np.ndarray:
        """The model's answers to n records, shape (n, k)."""
        return need_probabilities(self._predictor.block(block).probabilities)

    def weighed(self, row: Row, coalitions: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each coalition the numbers of its background rows, and their weights, which sum to 1."""
        if self._kernel is not None:
            return self._kernel.weights(row, coalitions, MOST_ROWS)
        count = min(BACKGROUND_ROWS, len(self.answers))
        return [(np.arange(count), np.full(count, 1.0 / count))] * len(coalitions)

    def weighed_rows(self, rows: Sequence[Row], known: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """Like :meth:`weighed`, for m records, each with known features of its own: `known` has the shape (m, p)."""
        if self._kernel is not None:
            return self._kernel.weights_of(rows, known, MOST_ROWS)
        count = min(BACKGROUND_ROWS, len(self.answers))
        return [(np.arange(count), np.full(count, 1.0 / count))] * len(rows)

    def weights_after(self, row: Row, known: np.ndarray, moves: Sequence[Moves]) -> Floats:
        """Weights of the n background rows for one record after each of c changes, shape (c, n); lines sum to 1.

        A changed feature counts as known.
        """
        if self._kernel is not None:
            return self._kernel.weights_after(row, known, moves, MOST_ROWS)
        return np.full((len(moves), len(self.answers)), 1.0 / len(self.answers))

    def _used(self) -> np.ndarray:
        """Mask of the features whose permuted background values change any answer.

        A few rows show most of them. The others are permuted together in all rows, and by halves where that changes
        an answer; what is not told apart by then counts as used.
        """
        features, rows = len(self.background), len(self.answers)
        few = int(np.clip(SCREENED_VALUES // max(features, 1) ** 2, FEWEST_SCREENED, SCREENED_ROWS))
        some = take(self.background, slice(0, few))
        before = self.ask(some)  # of the same size: another may round differently
        used = np.array([self._changes(some, before, [at]) for at in range(features)], dtype=bool)
        left = [np.flatnonzero(~used)] if few < rows else []
        asks = SEARCHED_VALUES // max(features * rows, 1)
        before = self.ask(self.background) if left else before
        while left and asks > 0:
            together = left.pop(0)
            asks -= 1
            if not self._changes(self.background, before, together.tolist()):
                continue
            if len(together) == 1:
                used[together] = True
            else:
                left += np.array_split(together, 2)
        for together in left:
            used[together] = True
        return used

    def _changes(self, block: Block, before: np.ndarray, features: Sequence[int]) -> bool:
        """True when any answer changes if the block's values of these features are permuted."""
        changed = list(block)
        for at in features:
            order = np.random.default_rng((at, 2)).permutation(len(before))
            changed[at] = block[at][order]
        return not np.array_equal(before, self.ask(tuple(changed)))

    def _filled(self, row: Row, coalitions: np.ndarray, chosen: list[np.ndarray]) -> Block:
        """Copies of the record, the blanks of each coalition filled by its rows, one coalition after the other."""
        rows, own = np.concatenate(chosen), np.repeat(coalitions, [len(part) for part in chosen], axis=0)
        filled = []
        for feature, value, array, mine in zip(self.schema.features, row, self.background, own.T, strict=True):
            values = array[rows]
            if mine.any():
                values[mine] = column(feature, [value])[0]
            filled.append(values)
        return tuple(filled)
