"""Look-up tables: columns determined by the value of one feature, such as one-hot or target encodings."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ml.data.columns import Block
from ml.data.schema import Row


class _Positions(dict[Any, int]):
    """Row of the table by value; what the table does not list is missing or unknown."""

    def __missing__(self, value: Any) -> int:
        return len(self) if value is None or value != value else len(self) + 1


@dataclass(frozen=True)
class _ByValue:
    """A table by the value of one feature: a missing and an unknown value have the two positions after its `keys`."""

    source: int
    keys: tuple[Any, ...]

    @cached_property
    def _positions(self) -> _Positions:
        return _Positions((key, at) for at, key in enumerate(self.keys))


@dataclass(frozen=True)
class LookUpTable(_ByValue):
    """Dense table: neighbouring columns determined by the value of one feature."""

    rows: tuple[tuple[float, ...] | None, ...]
    """Columns of each key, in the keys' order; then of a missing and of an unknown value. None stands for "the model
    refuses this value"."""

    @property
    def width(self) -> int:
        """Number of columns."""
        return max(len(row) for row in self.rows if row is not None)

    @cached_property
    def _array(self) -> np.ndarray:
        return np.array([row if row is not None else (math.nan,) * self.width for row in self.rows])

    @cached_property
    def _refused(self) -> tuple[int, ...]:
        return tuple(at for at, row in enumerate(self.rows) if row is None)

    def row(self, row: Row) -> tuple[float, ...]:
        """The columns' values for one row; ValueError when the model refuses the value."""
        columns = self.rows[self._positions[row[self.source]]]
        if columns is None:
            raise ValueError(f"The model does not accept the value {row[self.source]!r}.")
        return columns

    def block(self, block: Block) -> np.ndarray:
        """The columns for n rows, shape (n, width)."""
        return self._array.take(_positions_of(self._positions, self._refused, block[self.source]), axis=0)

    def folded(self, weights: np.ndarray) -> LookUpTable:
        """The table of what these columns add to k weighted sums; weights of shape (width, k)."""
        rows = tuple(None if row is None else tuple((np.array(row) @ weights).tolist()) for row in self.rows)
        return LookUpTable(self.source, self.keys, rows)


@dataclass(frozen=True)
class SparseTable(_ByValue):
    """Sparse table: many columns, few of which differ from `base` for a value: one-hot of thousands of levels."""

    base: np.ndarray
    """Default values of the columns. Shape (width,)."""
    starts: np.ndarray
    """Position i changes the columns ``columns[starts[i]:starts[i + 1]]`` to the same slice of `values`. Shape
    (len(keys) + 3,), int."""
    columns: np.ndarray
    values: np.ndarray
    refused: tuple[int, ...]
    """Positions that the model refuses."""

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.base)

    def row(self, row: Row) -> np.ndarray:
        """The columns' values for one row; ValueError when the model refuses the value."""
        at = self._positions[row[self.source]]
        if at in self.refused:
            raise ValueError(f"The model does not accept the value {row[self.source]!r}.")
        changed = slice(self.starts[at], self.starts[at + 1])
        values = self.base.copy()
        values[self.columns[changed]] = self.values[changed]
        return values

    def block(self, block: Block) -> np.ndarray:
        """The columns for n rows, shape (n, width)."""
        at = _positions_of(self._positions, self.refused, block[self.source])
        counts = self.starts[at + 1] - self.starts[at]
        which = np.repeat(self.starts[at] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
        which += np.arange(counts.sum())
        values = np.tile(self.base, (len(at), 1))
        values[np.repeat(np.arange(len(at)), counts), self.columns[which]] = self.values[which]
        return values

    def folded(self, weights: np.ndarray) -> LookUpTable:
        """The table of what these columns add to k weighted sums; weights of shape (width, k)."""
        changes = (self.values - self.base[self.columns])[:, np.newaxis] * weights[self.columns]
        total = np.zeros((len(self.starts) - 1, weights.shape[1]))
        np.add.at(total, np.repeat(np.arange(len(total)), np.diff(self.starts)), changes)
        rows = [tuple(row) for row in (total + self.base @ weights).tolist()]
        sums = tuple(None if at in self.refused else row for at, row in enumerate(rows))
        return LookUpTable(self.source, self.keys, sums)


def _positions_of(positions: _Positions, refused: Iterable[int], values: np.ndarray) -> np.ndarray:
    """Positions of n values in a table; ValueError when one of them is refused."""
    listed = values.tolist()
    at = np.fromiter(map(positions.__getitem__, listed), dtype=np.intp, count=len(listed))
    for position in refused:
        if (at == position).any():
            raise ValueError(f"The model does not accept the value {listed[int(np.argmax(at == position))]!r}.")
    return at
