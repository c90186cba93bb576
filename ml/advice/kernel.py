"""Kernel weights of background rows: the nearer to a record on its known features, the larger.

Every figure in this file is one rule for all models, chosen by measurement: docs/decisions/0013-blanks.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ml.data.array_types import Booleans, Floats, Positions
from ml.data.columns import column, gaps_of
from ml.data.feature import Feature, Value
from ml.data.schema import Row

Moves = dict[int, Value]  # position of a feature to its new value

MOST_ROWS = 500  # rows that count for one record: bounds the time of an answer
NEIGHBOURS = 10  # the bandwidth reaches at least to this neighbour
BANDWIDTH = 0.05  # and at least this share of the mean distance of two rows
SMALLEST_WEIGHT = 0.001  # of the largest: rows that count less are left out
LEAST_TELLING = 0.1  # of the most telling feature's weight: the weight of one that tells nothing by itself
GROUPS = 8  # of numbers, when answers are compared between groups of similar values
# Distances are whole multiples of this, so that their sums are exact in any order: the same features
# give the same weights whether they are asked alone or among others.
STEP = 2.0**-24


class Scale:
    """Squared distances between values of one feature: 0 for equal ones, about 1 for two at random.

    Numbers and dates are compared by their ranks in the background, so that neither units nor long
    tails matter; all else is equal or not. A missing value is equal to a missing value only.
    """

    def __init__(self, feature: Feature, values: np.ndarray) -> None:
        self._feature = feature
        self._values = values
        self._missing = gaps_of(values)
        self._sorted = np.sort(values[~self._missing]) if feature.is_ordered else None
        if self._sorted is None:
            # A code for each value in order of appearance; NaN is not equal to itself, None stands for it.
            keys = [None if gone else value for value, gone in zip(values.tolist(), self._missing, strict=True)]
            codes = {key: at for at, key in enumerate(dict.fromkeys(keys))}
            self._codes = np.array([codes[key] for key in keys], dtype=np.intp)
        else:
            self._ranks = self._rank(values)

    def _rank(self, values: np.ndarray) -> Floats:
        """Share of the background below the value, half of its equals counted: 0 to 1."""
        ordered: Any = self._sorted
        below = np.searchsorted(ordered, values, side="left")
        return (below + np.searchsorted(ordered, values, side="right")) / (2.0 * max(len(ordered), 1))

    def distances(self, values: Sequence[Value]) -> Floats:
        """Squared distance of every background row from each of m values: shape (m, n), 0 or more."""
        given = column(self._feature, values)[:, np.newaxis]
        missing: Booleans = np.array([value is None for value in values], dtype=bool)
        if self._sorted is None:
            distance: Floats = np.not_equal(self._values, given).astype(np.float64)
        else:  # Six times: the mean square between two shares at random is a sixth.
            distance = np.where(self._missing, 1.0, 6.0 * (self._ranks - self._rank(given)) ** 2)
        distance[missing] = ~self._missing
        return distance

    def groups(self, rows: Positions, weights: Floats) -> Positions:
        """Group background rows by similar values.

        At most 8 groups of about equal weight for numbers and dates, equal values always
        together; one group a value for all else; missing values are a group of their own.

        Parameters
        ----------
        rows : ndarray of int, shape (m,)
        weights : ndarray of float, shape (m,)

        Returns
        -------
        ndarray of int, shape (m,)
        """
        if self._sorted is None:
            return self._codes[rows]
        missing = self._missing[rows]
        present = np.where(missing, 0.0, weights)
        _, places = np.unique(self._ranks[rows], return_inverse=True)
        own = np.bincount(places, present)
        middle = (np.cumsum(own) - own / 2.0) / max(present.sum(), np.finfo(float).tiny)
        return np.where(missing, GROUPS, np.minimum(middle[places] * GROUPS, GROUPS - 1)).astype(np.intp)


class Kernel:
    """Distances and kernel weights of a background's rows.

    A feature counts by how much it tells of the model's answers by itself (its correlation ratio),
    so that what tells nothing does not scatter the neighbours.

    Parameters
    ----------
    scales : tuple of Scale, length p
    answers : ndarray of float, shape (n, k)
        The model's probabilities of the background.
    used : ndarray of bool, shape (p,)
        False for features that the model ignores: they tell nothing of it.
    """

    def __init__(self, scales: tuple[Scale, ...], answers: np.ndarray, used: np.ndarray) -> None:
        self._scales = scales
        count = len(answers)
        self._all = np.arange(count), np.full(count, 1.0 / count)
        telling = np.array([correlation_ratio(scale.groups(*self._all), answers) for scale in scales])
        self._telling: Floats = np.where(used, telling + LEAST_TELLING * max(LEAST_TELLING, telling.max()), 0.0)

    def weights(self, row: Row, coalitions: np.ndarray, most: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Background rows and their kernel weights, for a record of which only some features are known.

        Parameters
        ----------
        coalitions : ndarray of bool, shape (c, p)
            The known features of each set.
        most : int
            Rows to use at most for each set; where nothing known tells anything, all count alike.

        Returns
        -------
        list of c pairs (ndarray of int, ndarray of float), each of shape (m,)
            Numbers of the rows, and their weights, which sum to 1.
        """
        lines = self._distances(row, np.any(coalitions, axis=0))
        return self._weighed(coalitions.astype(np.float64) @ lines, coalitions, most)

    def weights_of(self, rows: Sequence[Row], known: np.ndarray, most: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Like :meth:`weights`, for many records, each with known features of its own.

        Parameters
        ----------
        rows : sequence of Row, length m
        known : ndarray of bool, shape (m, p)
        """
        distances = np.zeros((len(rows), len(self._all[0])))
        for at in range(known.shape[1]):
            own = np.flatnonzero(known[:, at])
            places: dict[Value, int] = {}
            numbers = [places.setdefault(rows[number][at], len(places)) for number in own.tolist()]
            if places:
                distances[own] += self._lines(at, list(places))[numbers]
        return self._weighed(distances, known, most)

    def weights_after(self, row: Row, known: np.ndarray, moves: Sequence[Moves], most: int) -> Floats:
        """Weights for one record after each of many changes, a column a background row: shape (c, n).

        Parameters
        ----------
        known : ndarray of bool, shape (p,)
            Known features of the record before a change.
        moves : sequence of dict, length c
            Position of a feature to its new value, which makes it known.
        """
        own = self._distances(row, known)
        coalitions = np.repeat(known[np.newaxis], len(moves), axis=0)
        distances = np.repeat(own.sum(axis=0)[np.newaxis], len(moves), axis=0)
        for at in {at for change in moves for at in change}:
            moved = [number for number, change in enumerate(moves) if at in change]
            coalitions[moved, at] = True
            places: dict[Value, int] = {}
            values = [places.setdefault(moves[number][at], len(places)) for number in moved]
            # Differences, new value less old one, are whole multiples of STEP, so sums of them are exact.
            distances[moved] += (self._lines(at, list(places)) - own[at])[values]
        rows, weights, tells = self._shares(distances, coalitions, most)
        result = np.zeros((len(moves), own.shape[1]))
        np.put_along_axis(result, rows, weights, axis=1)
        result[~tells] = self._all[1]
        return result

    def _weighed(self, distances: np.ndarray, coalitions: np.ndarray, most: int) -> list[tuple[np.ndarray, np.ndarray]]:
        shares = zip(*self._shares(distances, coalitions, most), strict=True)
        return [(rows[given > 0], given[given > 0]) if tells else self._all for rows, given, tells in shares]

    def _shares(self, distances: np.ndarray, coalitions: np.ndarray, most: int) -> tuple[Positions, Floats, Booleans]:
        """At most `most` rows for each coalition, their weights (sum 1), and whether its features tell rows apart."""
        rows = np.broadcast_to(np.arange(distances.shape[1]), distances.shape)
        if most < distances.shape[1]:
            # Ties are broken by row number, by less than one step: the selection must not depend on how a
            # machine sorts equal values.
            ordered = distances + rows * (STEP / (2 * distances.shape[1]))
            rows = np.argpartition(ordered, most - 1, axis=1)[:, :most]
            distances = np.take_along_axis(distances, rows, axis=1)
        widest = coalitions.astype(np.float64) @ self._telling
        weights = _kernel_weights(distances, widest)
        weights[weights < SMALLEST_WEIGHT] = 0.0
        return rows, weights / weights.sum(axis=1, keepdims=True), widest > 0

    def _distances(self, row: Row, wanted: Any) -> np.ndarray:
        """Squared distance of each background row from the record, a line for each feature: (p, n)."""
        lines = np.zeros((len(self._scales), len(self._all[0])))
        for at in np.flatnonzero(wanted).tolist():
            lines[at] = self._line(at, row[at])
        return lines

    def _line(self, at: int, value: Value) -> Floats:
        """Squared distance of each background row from one value of one feature: shape (n,)."""
        line: Floats = self._lines(at, [value])[0]
        return line

    def _lines(self, at: int, values: Sequence[Value]) -> Floats:
        """Squared distance of each background row from m values of one feature: shape (m, n)."""
        steps: Floats = np.round(self._scales[at].distances(values) * (self._telling[at] / STEP))
        return steps * STEP


def correlation_ratio(groups: np.ndarray, answers: np.ndarray) -> float:
    """Share of the answers' variance that lies between groups, mean over the outcomes: 0 to 1.

    Pearson's η², less what groups at random would have (Kelley's ε²).

    Parameters
    ----------
    groups : ndarray of int, shape (n,)
    answers : ndarray of float, shape (n, k)
    """
    counts = np.bincount(groups)
    around = answers - answers.mean(axis=0)
    sums = np.column_stack([np.bincount(groups, weights) for weights in around.T])
    between = (sums**2 / np.maximum(counts, 1)[:, np.newaxis]).sum(axis=0)
    total = (around**2).sum(axis=0)
    free = max(len(groups) - np.count_nonzero(counts), 1)
    share = 1.0 - (1.0 - between / np.where(total > 0, total, 1.0)) * (len(groups) - 1) / free
    return float(np.where(total > 0, np.maximum(share, 0.0), 0.0).mean())


def _kernel_weights(distances: Floats, widest: Floats) -> Floats:
    """Exponential kernel weights of shape (c, m); the nearest row's is 1.

    What is far from all rows alike (a category that none has) makes no row nearer: distances count
    from the nearest. `widest` is the mean distance of two rows, shape (c,).
    """
    apart: Floats = distances - distances.min(axis=1, keepdims=True)
    rank = min(NEIGHBOURS, max(apart.shape[1] // 4, 1)) - 1
    reach = np.partition(apart, rank, axis=1)[:, rank]
    bandwidth: Floats = np.maximum(np.maximum(reach, BANDWIDTH * widest), STEP)
    return np.exp(-apart / bandwidth[:, np.newaxis])
