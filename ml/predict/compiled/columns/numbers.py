"""Columns that are the number of one feature after arithmetic steps, one by one and many at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, TypeVar

import numpy as np

from ml.data.columns import Block, size
from ml.data.schema import Row
from ml.predict.compiled.columns.steps import SIMPLE_ON_ARRAYS, OnArray, OnValue, Step, on_array, on_value

ALIKE = 32  # columns of the same steps from which they are computed at once: below, a loop answers one row sooner

Part = TypeVar("Part")


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
        return _through(array, self._array_chain)[:, np.newaxis]


class Numbers:
    """Columns of several features after the same steps, each with constants of its own: the same sums as one by one.

    Parameters
    ----------
    columns : sequence of Number
        All of the same names of steps, as :func:`grouped` finds them.
    """

    def __init__(self, columns: Sequence[Number]) -> None:
        self.width = len(columns)
        self._sources = [column.source for column in columns]
        constants = zip(*([constant for _, constant in column.steps] for column in columns), strict=True)
        self._chain = tuple(
            on_array((name, None if own[0] is None else np.array(own, dtype=np.float64)[:, np.newaxis]))
            for (name, _), own in zip(columns[0].steps, constants, strict=True)
        )

    def row(self, row: Row) -> np.ndarray:
        """The columns' values for one row, shape (width,)."""
        array = np.array([row[source] for source in self._sources], dtype=np.float64)  # None becomes NaN
        return _through(array[:, np.newaxis], self._chain)[:, 0]

    def block(self, block: Block) -> np.ndarray:
        """The columns for n rows, shape (n, width)."""
        array = np.empty((self.width, size(block)))
        for at, source in enumerate(self._sources):
            array[at] = block[source].astype(np.float64, copy=False)
        return _through(array, self._chain).T


def _through(array: np.ndarray, chain: Sequence[OnArray]) -> np.ndarray:
    if np.isinf(array).any():
        raise ValueError("Infinite values are not accepted.")
    for apply in chain:
        array = apply(array)
    return array


def grouped(parts: Sequence[Part]) -> tuple[Part | Numbers, ...]:
    """Parts, with each run of many numbers of the same simple steps as one part of the same columns."""
    found: list[Part | Numbers] = []
    for names, run in groupby(parts, _simple_steps):
        alike: list[Any] = list(run)
        found += alike if names is None or len(alike) < ALIKE else [Numbers(alike)]
    return tuple(found)


def _simple_steps(part: object) -> tuple[tuple[str, bool], ...] | None:
    """Names of a number's steps and whether each has a constant; None for any other part."""
    if not isinstance(part, Number) or not all(
        name in SIMPLE_ON_ARRAYS and isinstance(constant, (int, float, type(None))) for name, constant in part.steps
    ):
        return None
    return tuple((name, constant is None) for name, constant in part.steps)
