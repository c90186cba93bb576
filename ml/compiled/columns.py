"""From typed values to the matrix that a classifier sees: numbers with arithmetic, tables, and the rest.

Most preprocessing steps work on one feature at a time, so a pipeline of them is a list of columns,
each of which depends on one feature: a number goes through a few arithmetic steps, a category has
finitely many values and so is a table. What looks at several columns at once is in
``ml/compiled/stages.py``, what reads a text in ``ml/compiled/words.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ml.blocks import Block
from ml.compiled.stages import Staged, cells_of, side_by_side
from ml.compiled.steps import NEEDED, OnArray, OnValue, Step, on_array, on_value
from ml.compiled.words import Words
from ml.schema import Row

LARGEST_SINGLE = float(np.finfo(np.float32).max)
SAFE_TOTAL = 1e38


@dataclass(frozen=True)
class Number:
    """One column: the number of one feature after `steps`, NaN where it is missing."""

    source: int
    steps: tuple[Step, ...] = ()

    width = 1

    @cached_property
    def _chain(self) -> tuple[OnValue, ...]:
        return tuple(map(on_value, self.steps))

    @cached_property
    def _array_chain(self) -> tuple[OnArray, ...]:
        return tuple(map(on_array, self.steps))

    def row(self, row: Row) -> tuple[float, ...]:
        """The column's value for one row; ValueError when the value is not a finite number."""
        given: Any = row[self.source]
        value = math.nan if given is None else float(given)
        if value in (math.inf, -math.inf):
            raise ValueError("Infinite values are not accepted.")
        for apply in self._chain:
            value = apply(value)
        return (value,)

    def block(self, block: Block) -> np.ndarray:
        """The column for n rows, shape (n, 1)."""
        array = block[self.source].astype(np.float64)
        if np.isinf(array).any():
            raise ValueError("Infinite values are not accepted.")
        for apply in self._array_chain:
            array = apply(array)
        return array[:, np.newaxis]


class _Positions(dict[Any, int]):
    """Row of the table by value; what the table does not list is missing or unknown."""

    def __missing__(self, value: Any) -> int:
        return len(self) if value is None or value != value else len(self) + 1


@dataclass(frozen=True)
class Table:
    """Neighbouring columns that one feature decides by looking its value up.

    Attributes
    ----------
    keys : tuple
        The listed values.
    rows : tuple of tuple of float
        What each key gives, in the keys' order; then what a missing and what an unknown value
        gives. None stands for "the model refuses this value".
    """

    source: int
    keys: tuple[Any, ...]
    rows: tuple[tuple[float, ...] | None, ...]

    @property
    def width(self) -> int:
        """Number of columns."""
        return max(len(row) for row in self.rows if row is not None)

    @cached_property
    def _positions(self) -> _Positions:
        return _Positions((key, at) for at, key in enumerate(self.keys))

    @cached_property
    def _array(self) -> np.ndarray:
        return np.array([row if row is not None else (math.nan,) * self.width for row in self.rows])

    @cached_property
    def _refused(self) -> tuple[int, ...]:
        return tuple(at for at, row in enumerate(self.rows) if row is None)

    def row(self, row: Row) -> tuple[float, ...]:
        """The columns' values for one row; ValueError when the model refuses the value."""
        found = self.rows[self._positions[row[self.source]]]
        if found is None:
            raise ValueError(f"The model does not accept the value {row[self.source]!r}.")
        return found

    def block(self, block: Block) -> np.ndarray:
        """The columns for n rows, shape (n, width)."""
        return self._array.take(_positions_of(self._positions, self._refused, block[self.source]), axis=0)

    def folded(self, weights: np.ndarray) -> Table:
        """The table of what these columns add to k weighted sums; weights of shape (width, k)."""
        rows = tuple(None if row is None else tuple((np.array(row) @ weights).tolist()) for row in self.rows)
        return Table(self.source, self.keys, rows)


@dataclass(frozen=True)
class SparseTable:
    """A table of many columns, of which each value of the feature changes a few: one-hot of thousands of levels.

    Attributes
    ----------
    keys : tuple
        The listed values; a missing and an unknown value have the next two positions.
    base : ndarray of shape (width,)
        What the columns hold where nothing else is said.
    starts : ndarray of int, shape (len(keys) + 3,)
        Position i changes the columns ``columns[starts[i]:starts[i + 1]]`` to the same slice of `values`.
    columns, values : ndarray
    refused : tuple of int
        Positions that the model refuses.
    """

    source: int
    keys: tuple[Any, ...]
    base: np.ndarray
    starts: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    refused: tuple[int, ...]

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.base)

    @cached_property
    def _positions(self) -> _Positions:
        return _Positions((key, at) for at, key in enumerate(self.keys))

    def row(self, row: Row) -> np.ndarray:
        """The columns' values for one row; ValueError when the model refuses the value."""
        at = self._positions[row[self.source]]
        if at in self.refused:
            raise ValueError(f"The model does not accept the value {row[self.source]!r}.")
        changed = slice(self.starts[at], self.starts[at + 1])
        made = self.base.copy()
        made[self.columns[changed]] = self.values[changed]
        return made

    def block(self, block: Block) -> np.ndarray:
        """The columns for n rows, shape (n, width)."""
        at = _positions_of(self._positions, self.refused, block[self.source])
        counts = self.starts[at + 1] - self.starts[at]
        which = np.repeat(self.starts[at] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
        which += np.arange(counts.sum())
        made = np.tile(self.base, (len(at), 1))
        made[np.repeat(np.arange(len(at)), counts), self.columns[which]] = self.values[which]
        return made

    def folded(self, weights: np.ndarray) -> Table:
        """The table of what these columns add to k weighted sums; weights of shape (width, k)."""
        changes = (self.values - self.base[self.columns])[:, np.newaxis] * weights[self.columns]
        total = np.zeros((len(self.starts) - 1, weights.shape[1]))
        np.add.at(total, np.repeat(np.arange(len(total)), np.diff(self.starts)), changes)
        rows = [tuple(row) for row in (total + self.base @ weights).tolist()]
        return Table(self.source, self.keys, tuple(None if at in self.refused else row for at, row in enumerate(rows)))


def _positions_of(positions: _Positions, refused: Iterable[int], values: np.ndarray) -> np.ndarray:
    """Positions of n values in a table; ValueError when one of them is refused."""
    listed = values.tolist()
    at = np.fromiter(map(positions.__getitem__, listed), dtype=np.intp, count=len(listed))
    for position in refused:
        if (at == position).any():
            raise ValueError(f"The model does not accept the value {listed[int(np.argmax(at == position))]!r}.")
    return at


Part = Number | Table | SparseTable | Staged | Words


@dataclass(frozen=True)
class Matrix:
    """All columns that one classifier sees.

    Attributes
    ----------
    parts : tuple of Part
        The columns, from left to right.
    single : bool
        Round to single precision, as scikit-learn's trees do before they compare.
    missing : bool
        The classifier accepts NaN.
    guards : tuple of Part
        Columns that a step looked at and left out: the classifier does not see them, but they may refuse.
    """

    parts: tuple[Part, ...]
    single: bool
    missing: bool
    guards: tuple[Part, ...] = ()

    @cached_property
    def width(self) -> int:
        """Number of columns."""
        return sum(part.width for part in self.parts)

    @cached_property
    def cells(self) -> int:
        """How many numbers a row takes at most on its way."""
        return cells_of(self.parts) + cells_of(self.guards)

    @cached_property
    def _wide(self) -> bool:
        return any(isinstance(part, (SparseTable, Staged, Words)) for part in self.parts)

    def row(self, row: Row) -> np.ndarray:
        """One row as float64 of shape (1, width)."""
        for guard in self.guards:
            guard.row(row)
        if self._wide:
            joined = np.concatenate([part.row(row) for part in self.parts])
            return self._checked(joined[np.newaxis])
        values: list[float] = []
        for part in self.parts:
            values += part.row(row)
        array = np.array(values)[np.newaxis]
        # A sum is finite and small only when every value is finite: the common case costs one test.
        # Values of opposite sign could cancel, so single precision is checked for overflow itself.
        total = math.fsum(map(abs, values))
        return self._rounded(array) if total < SAFE_TOTAL else self._checked(array)

    def block(self, block: Block) -> np.ndarray:
        """N rows as float64 of shape (n, width)."""
        for guard in self.guards:
            guard.block(block)
        return self._checked(side_by_side(self.parts, block))

    def _rounded(self, array: np.ndarray) -> np.ndarray:
        return array.astype(np.float32).astype(np.float64) if self.single else array

    def _checked(self, array: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            array = self._rounded(array)
        if np.isinf(array).any():
            raise ValueError("A value is too large for this model.")
        if not self.missing and np.isnan(array).any():
            raise ValueError(NEEDED)
        return array
