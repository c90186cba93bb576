"""Permutation sampling of Shapley values, anytime: background rows are changed into the record value by value.

Each background row is walked in a random order of the features in which it differs, and in the reverse order
(Štrumbelj & Kononenko 2014, antithetic pairs). The walks stand in one fixed sequence, so that more of them make
an answer sharper and never another one. The mean over the rows walked so far is corrected for how their answers
differ from those of all rows (regression estimator; Deville & Särndal 1992, Särndal et al. 1992, chapter 6), and
its standard error is that of the residuals. docs/decisions/0032-reasons-that-grow-sharper.md has the figures.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np

from ml.advice.control_variates import controls, main_columns
from ml.data.array_types import Booleans, Floats, Positions

FEWEST_ROWS = 24  # walked, however small the budget
REPEATED = 8  # one row in so many is walked twice, for the variance between walks of one row
ROWS_FOR_A_CONTROL = 8
MOST_AT_ONCE = 20_000  # predictions asked for in one block
RANK = 1e-9
FEATURES_OF_A_BYTE = 8
PASSES = 4  # whose random numbers are kept: first walks and second ones of two passes

# Background rows (r,) and which features are the record's (r, p) to answers (r, k)
Ask = Callable[[np.ndarray, np.ndarray], np.ndarray]


class WalkSequence:
    """Sequence in which background rows are walked, and what is known of them: the same for every record.

    Parameters
    ----------
    starts : ndarray of float, shape (n, k)
        The answers for the background rows.
    own : ndarray of float, shape (n, p, 2)
        From :func:`ml.advice.control_variates.own_controls`.
    seed : int
        Seed of the random numbers: an edit changes the numbers, chance does not.
    """

    def __init__(self, starts: np.ndarray, own: np.ndarray, seed: int = 0) -> None:
        self.starts, self.own = starts, own
        self.main = main_columns(starts)
        self.order = spread_order(starts.sum(axis=1), seed)
        self.rank: Positions = np.argsort(np.argsort(starts[:, 0], kind="stable"))
        self.keys = lru_cache(PASSES)(lambda number: self._keys(seed, number))

    def _keys(self, seed: int, number: int) -> Floats:
        """Random numbers of one pass, shape (n, p): their ranks are the order of each row's features."""
        return np.random.default_rng((seed, number)).random(self.own.shape[:2])


class Walks:
    """Walks from the background to one record.

    Parameters
    ----------
    differs : ndarray of bool, shape (n, p)
        True where a background row differs from the record, among known features.
    ends : ndarray of float, shape (n, k)
        The answers for the background rows with all known values of the record.
    ask : callable
        Answers for background rows with some values of the record.

    Attributes
    ----------
    asked : int
        Predictions made so far.
    """

    def __init__(self, sequence: WalkSequence, differs: np.ndarray, ends: np.ndarray, ask: Ask) -> None:
        self._sequence, self._differs, self._ends, self._ask = sequence, differs, ends, ask
        self._starts, self._order = sequence.starts, sequence.order
        self._count: Positions = differs.sum(axis=1)
        self._controls: np.ndarray | None = None
        p, k = differs.shape[1], self._starts.shape[1]
        # Sums over the walks: of products of controls (p, q, q), of controls and shares (p, q, k), of squared shares.
        self._gram: Any = 0.0
        self._sums: Any = 0.0
        self._squares = np.zeros((p, k))
        self._differences, self._pairs, self._many = np.zeros((p, k)), 0, 0  # of rows walked twice, of three features
        self._at = 0  # in the sequence: row after row of the order, pass after pass
        self._lock = Lock()
        self.asked = 0

    def at(self, budget: int) -> tuple[np.ndarray, np.ndarray]:
        """Shapley values and their standard errors, both of shape (p, k), after about that many predictions in all."""
        with self._lock:
            self._advance(budget)
            return self._found()

    def _advance(self, budget: int) -> None:
        """Continue the walks; after the first pass only by whole passes."""
        rows, costs = len(self._order), self._cost()
        if self._at < rows:
            fit = int(np.searchsorted(np.cumsum(costs[self._at :]), budget - self.asked, side="right"))
            fit = max(fit, min(FEWEST_ROWS, rows) - self._at)
            self._walk(self._at, self._at + fit)
        total = int(costs.sum())
        while total and self._at >= rows and self.asked + total <= budget:
            self._walk(self._at, self._at + rows)

    def _found(self) -> tuple[np.ndarray, np.ndarray]:
        rows, walked = len(self._order), self._at
        q = 1 if walked >= rows else min(self._gram.shape[1], 1 + walked // ROWS_FOR_A_CONTROL)
        inverse = np.linalg.pinv(self._gram[:, :q, :q], rcond=RANK, hermitian=True)
        slopes = inverse @ self._sums[:, :q]
        rest = np.maximum(self._squares - (slopes * self._sums[:, :q]).sum(axis=1), 0.0) / max(walked - q, 1)
        within = np.minimum(self._within(), rest)
        # Variance between rows and between walks of one row; the first vanishes once all rows are walked.
        variance = inverse[:, :1, 0] * ((rest - within) * max(1.0 - walked / rows, 0.0) + within)
        return slopes[:, 0], np.sqrt(variance)

    def _within(self) -> np.ndarray:
        """Variance between walks of one row, mean over the rows: shape (p, k)."""
        if not self._many:
            return np.zeros_like(self._squares)
        if not self._pairs:
            return np.full_like(self._squares, np.inf)
        return self._differences / (2.0 * self._pairs) * (self._many / self._at)

    def _cost(self) -> Positions:
        """Predictions for each row of the order."""
        twice = 1 + self._repeated(np.arange(len(self._order)))
        steps: Positions = np.maximum(self._count[self._order] - 1, 0)
        return 2 * steps * twice

    def _repeated(self, at: Positions) -> Booleans:
        """True for the places whose rows are walked twice; for two features one walk has both orders already."""
        every = max(1, min(REPEATED, len(self._order) // FEWEST_ROWS))
        again: Booleans = at % every == 0
        return again & (self._count[self._order[at]] > 2)

    def _walk(self, start: int, stop: int) -> None:
        """Walk from `start` to `stop` of the sequence, all in one pass, in blocks."""
        step = max(1, MOST_AT_ONCE // (4 * max(int(self._count.max()) - 1, 1)))
        for first in range(start, stop, step):
            self._walk_block(np.arange(first, min(first + step, stop)))

    def _walk_block(self, places: np.ndarray) -> None:
        number, at = int(places[0]) // len(self._order), places % len(self._order)
        again = np.flatnonzero(self._repeated(at))
        rows = self._order[at]
        keys = np.concatenate([self._sequence.keys(2 * number)[rows], self._sequence.keys(2 * number + 1)[rows[again]]])
        shares = self._shares(np.concatenate([rows, rows[again]]), keys)
        once, twice = shares[: len(rows)], shares[len(rows) :]
        if len(again):
            self._differences += ((once[again] - twice) ** 2).sum(axis=0)
            once[again] = (once[again] + twice) / 2.0
        known = np.ascontiguousarray(self._columns()[rows].transpose(1, 2, 0))  # (p, q, r)
        self._gram = self._gram + known @ known.transpose(0, 2, 1)
        self._sums = self._sums + known @ once.transpose(1, 0, 2)
        self._squares += (once**2).sum(axis=0)
        self._pairs += len(again)
        self._many += int((self._count[rows] > 2).sum())
        self._at += len(at)

    def _columns(self) -> np.ndarray:
        if self._controls is None:
            self._controls = controls(self._sequence.own, self._sequence.main, self._ends, self._differs)
        return self._controls

    def _shares(self, rows: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """Gain of each feature on each row's walk to the record, mean of both orders: shape (r, p, k)."""
        differs, count = self._differs[rows], self._count[rows]
        rank = np.argsort(np.argsort(np.where(differs, keys, 2.0), axis=1), axis=1)
        steps = np.arange(1, max(int(count.max(initial=0)), 1))
        inside = steps < count[:, np.newaxis]
        which, step = np.nonzero(inside)
        step += 1
        forward = (rank[which] < step[:, np.newaxis]) & differs[which]
        backward = (rank[which] >= (count[which] - step)[:, np.newaxis]) & differs[which]
        answers = np.empty((0, self._starts.shape[1]))
        if len(which):
            answers = self._answers(np.concatenate([rows[which]] * 2), np.concatenate([forward, backward]))
            self.asked += len(answers)
        there = self._gains(rows, (which, step), answers[: len(which)], len(steps))
        back = self._gains(rows, (which, step), answers[len(which) :], len(steps))
        first = np.take_along_axis(there, np.minimum(rank, len(steps))[:, :, np.newaxis], axis=1)
        place = np.clip(count[:, np.newaxis] - 1 - rank, 0, len(steps))
        last = np.take_along_axis(back, place[:, :, np.newaxis], axis=1)
        return np.where(differs[:, :, np.newaxis], (first + last) / 2.0, 0.0)

    def _answers(self, rows: np.ndarray, taken: np.ndarray) -> np.ndarray:
        """Answers for background rows with the record's values where `taken` is True, bool of shape (r, p): (r, k).

        Few features make few coalitions: asked coalition by coalition, neighbouring rows go the same way through most
        trees, which a processor foresees. A forest of four features takes a quarter less time for all of it.
        """
        if taken.shape[1] > FEATURES_OF_A_BYTE:
            return self._ask(rows, taken)
        coalition = np.packbits(taken, axis=1)[:, 0].astype(int)
        order = np.argsort(coalition * len(self._order) + self._sequence.rank[rows])
        answers = np.empty((len(rows), self._starts.shape[1]))
        answers[order] = self._ask(rows[order], taken[order])
        return answers

    def _gains(
        self, rows: np.ndarray, where: tuple[np.ndarray, np.ndarray], answers: np.ndarray, most: int
    ) -> np.ndarray:
        """Differences of the answers from step to step: shape (r, most + 1, k)."""
        path = np.repeat(self._ends[rows][:, np.newaxis], most + 2, axis=1)
        path[:, 0] = self._starts[rows]
        path[where] = answers
        return np.diff(path, axis=1)


def spread_order(answers: np.ndarray, seed: int = 0) -> Positions:
    """Order of rows whose every prefix is spread evenly over the answers (van der Corput's sequence)."""
    rows = len(answers)
    bits = max(rows - 1, 1).bit_length()
    numbers = np.arange(2**bits)
    turned = np.zeros_like(numbers)
    for bit in range(bits):
        turned = turned * 2 + (numbers >> bit & 1)
    # The places of a larger power of two are taken where there are that many rows.
    places = turned[turned < rows] if rows > 1 else np.zeros(1, dtype=int)
    shift = int(np.random.default_rng((seed, 7)).integers(rows)) if seed else 0
    ranked = np.argsort(answers, kind="stable")
    spread: Positions = ranked[(places + shift) % rows]
    return spread
