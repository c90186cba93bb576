"""From typed values to the matrix that a classifier sees: numbers with arithmetic, and tables.

Every supported preprocessing step works on one feature at a time, so a whole pipeline of them is
a list of columns, each of which depends on one feature: a number goes through a few arithmetic
steps, a category has finitely many values and so is a table.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ml.blocks import Block, size
from ml.schema import Row

Step = tuple[str, float]

LARGEST_SINGLE = float(np.finfo(np.float32).max)
SAFE_TOTAL = 1e38


def _fill(value: float, constant: float) -> float:
    return constant if value != value else value


def _missing(value: float, _: float) -> float:
    return 1.0 if value != value else 0.0


def _at_least(value: float, low: float) -> float:
    return low if value < low else value


def _at_most(value: float, high: float) -> float:
    return high if value > high else value


ON_VALUES: dict[str, Callable[[float, float], float]] = {
    "fill": _fill,
    "missing": _missing,
    "subtract": operator.sub,
    "divide": operator.truediv,
    "multiply": operator.mul,
    "add": operator.add,
    "at_least": _at_least,
    "at_most": _at_most,
}

ON_ARRAYS: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "fill": lambda array, constant: np.where(np.isnan(array), constant, array),
    "missing": lambda array, _: np.isnan(array).astype(np.float64),
    "subtract": np.subtract,
    "divide": np.divide,
    "multiply": np.multiply,
    "add": np.add,
    "at_least": np.maximum,
    "at_most": np.minimum,
}


@dataclass(frozen=True)
class Number:
    """One column: the number of one feature after `steps`, NaN where it is missing."""

    source: int
    steps: tuple[Step, ...] = ()

    width = 1

    @cached_property
    def _chain(self) -> tuple[tuple[Callable[[float, float], float], float], ...]:
        return tuple((ON_VALUES[name], constant) for name, constant in self.steps)

    def row(self, row: Row) -> tuple[float, ...]:
        """The column's value for one row; ValueError when the value is not a finite number."""
        given: Any = row[self.source]
        value = math.nan if given is None else float(given)
        if value in (math.inf, -math.inf):
            raise ValueError("Infinite values are not accepted.")
        for apply, constant in self._chain:
            value = apply(value, constant)
        return (value,)

    def block(self, block: Block) -> np.ndarray:
        """The column for n rows, shape (n, 1)."""
        array = block[self.source].astype(np.float64)
        if np.isinf(array).any():
            raise ValueError("Infinite values are not accepted.")
        for name, constant in self.steps:
            array = ON_ARRAYS[name](array, constant)
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
        values = block[self.source].tolist()
        at = np.fromiter(map(self._positions.__getitem__, values), dtype=np.intp, count=len(values))
        for refused in self._refused:
            if (at == refused).any():
                raise ValueError(f"The model does not accept the value {values[int(np.argmax(at == refused))]!r}.")
        return self._array.take(at, axis=0)


@dataclass(frozen=True)
class Matrix:
    """All columns that one classifier sees.

    Attributes
    ----------
    parts : tuple of Number or Table
        The columns, from left to right.
    single : bool
        Round to single precision, as scikit-learn's trees do before they compare.
    missing : bool
        The classifier accepts NaN.
    """

    parts: tuple[Number | Table, ...]
    single: bool
    missing: bool

    @cached_property
    def width(self) -> int:
        """Number of columns."""
        return sum(part.width for part in self.parts)

    def row(self, row: Row) -> np.ndarray:
        """One row as float64 of shape (1, width)."""
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
        array = np.empty((size(block), self.width))
        at = 0
        for part in self.parts:
            array[:, at : at + part.width] = part.block(block)
            at += part.width
        return self._checked(array)

    def _rounded(self, array: np.ndarray) -> np.ndarray:
        return array.astype(np.float32).astype(np.float64) if self.single else array

    def _checked(self, array: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            array = self._rounded(array)
        if np.isinf(array).any():
            raise ValueError("A value is too large for this model.")
        if not self.missing and np.isnan(array).any():
            raise ValueError("This model needs every value; at least one is missing.")
        return array
