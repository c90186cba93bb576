"""Stages: steps over several columns at once, such as projections, products, norms.

A column that depends on several features is no table and no chain of steps. It is one of those that
a :class:`Staged` part makes: other parts side by side as an array, and that array through stages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from ml.data.array_types import Floats
from ml.data.columns import Block, size
from ml.data.schema import Row
from ml.predict.compiled.columns.numbers import grouped
from ml.predict.compiled.columns.steps import NEEDED, OnArray, on_array


class InputColumns(Protocol):
    """Computes columns of the classifier's input: any kind of :mod:`ml.predict.compiled.columns.columns`."""

    @property
    def width(self) -> int:
        """Number of columns."""

    def row(self, row: Row) -> Sequence[float] | np.ndarray:
        """The values of one row, shape (width,)."""

    def block(self, block: Block) -> np.ndarray:
        """The values of n rows, shape (n, width)."""


@dataclass(frozen=True)
class Affine:
    """Weighted sums: ``array @ weights.T + offset`` (principal components, say)."""

    weights: Floats
    offset: Floats

    def width(self, _: int) -> int:
        """Number of columns made."""
        return len(self.weights)

    def apply(self, array: Floats) -> Floats:
        """(n, width) to (n, sums)."""
        return array @ self.weights.T + self.offset


@dataclass(frozen=True)
class Products:
    """Products of columns; `factors` of shape (products, degree) counts columns from 1, and 0 is no factor."""

    factors: np.ndarray

    def width(self, _: int) -> int:
        """Number of columns made."""
        return len(self.factors)

    def apply(self, array: np.ndarray) -> np.ndarray:
        """(n, width) to (n, products)."""
        padded = np.concatenate([np.ones((len(array), 1)), array], axis=1)
        made = padded[:, self.factors[:, 0]] if self.factors.shape[1] else np.ones((len(array), len(self.factors)))
        for at in range(1, self.factors.shape[1]):
            made = made * padded[:, self.factors[:, at]]
        return made


@dataclass(frozen=True)
class Normalised:
    """Each row divided by its norm: "l1", "l2" or "max"."""

    norm: str

    def width(self, given: int) -> int:
        """Number of columns made."""
        return given

    def apply(self, array: Floats) -> Floats:
        """Same shape."""
        norms: Floats
        if self.norm == "l2":
            norms = np.sqrt((array * array).sum(axis=1))
        else:
            large = np.abs(array)
            norms = large.sum(axis=1) if self.norm == "l1" else large.max(axis=1)
        norms[norms == 0] = 1.0
        return array / norms[:, np.newaxis]


@dataclass(frozen=True)
class SelectedColumns:
    """Some of the columns."""

    columns: np.ndarray

    def width(self, _: int) -> int:
        """Number of columns made."""
        return len(self.columns)

    def apply(self, array: np.ndarray) -> np.ndarray:
        """(n, width) to (n, selected)."""
        return array[:, self.columns]


@dataclass(frozen=True)
class Stepped:
    """One step of :mod:`ml.predict.compiled.columns.steps` for every column, a constant for each or one for all."""

    name: str
    constant: Any

    def width(self, given: int) -> int:
        """Number of columns made."""
        return given

    @cached_property
    def _apply(self) -> OnArray:
        return on_array((self.name, self.constant))

    def apply(self, array: np.ndarray) -> np.ndarray:
        """Same shape."""
        if isinstance(self.constant, (np.ndarray, float)):
            return self._apply(array)
        return np.column_stack([self._apply(column) for column in array.T])


Stage = Affine | Products | Normalised | SelectedColumns | Stepped


@dataclass(frozen=True)
class Staged:
    """Columns that stages make of those of other parts, each of which must have a value."""

    parts: tuple[InputColumns, ...]
    stages: tuple[Stage, ...]

    @cached_property
    def width(self) -> int:
        """Number of columns."""
        width = sum(part.width for part in self.parts)
        for stage in self.stages:
            width = stage.width(width)
        return width

    @cached_property
    def peak_width(self) -> int:
        """Largest number of values per row during the computation."""
        widths = [peak_width_of(self.parts)]
        for stage in self.stages:
            widths.append(stage.width(widths[-1] if len(widths) > 1 else sum(part.width for part in self.parts)))
        return max(widths)

    @cached_property
    def _grouped(self) -> tuple[InputColumns, ...]:
        return grouped(self.parts)

    def row(self, row: Row) -> Floats:
        """The columns' values for one row."""
        made: Floats = self._through(np.concatenate([part.row(row) for part in self._grouped])[np.newaxis])[0]
        return made

    def block(self, block: Block) -> np.ndarray:
        """The columns for n rows, shape (n, width)."""
        return self._through(side_by_side(self._grouped, block))

    def folded(self, weights: np.ndarray) -> InputColumns | None:
        """The part with the weights multiplied in, where the columns are picked from one that can fold; else None."""
        picks = self.stages[0]
        if len(self.stages) > 1 or not isinstance(picks, SelectedColumns) or len(self.parts) > 1:
            return None
        whole = np.zeros((self.parts[0].width, weights.shape[1]))
        whole[picks.columns] = weights
        inner = self.parts[0]
        return inner.folded(whole) if hasattr(inner, "folded") else None

    def _through(self, array: Floats) -> Floats:
        if np.isnan(array).any():
            raise ValueError(NEEDED)
        for stage in self.stages:
            array = stage.apply(array)
        return array


def peak_width_of(parts: Sequence[InputColumns]) -> int:
    """Largest number of values per row of these parts."""
    return sum(part.peak_width if isinstance(part, Staged) else part.width for part in parts)


def side_by_side(parts: Sequence[InputColumns], block: Block) -> np.ndarray:
    """All columns of some parts for n rows, shape (n, width)."""
    array = np.empty((size(block), sum(part.width for part in parts)))
    at = 0
    for part in parts:
        array[:, at : at + part.width] = part.block(block)
        at += part.width
    return array


def worked_in(parts: Sequence[InputColumns], weights: np.ndarray) -> tuple[tuple[InputColumns, ...], np.ndarray]:
    """Parts and weights that give the same weighted sums; weights of shape (k, width).

    The weights of a wide part are multiplied into it where it can fold: k columns instead of thousands.
    """
    inputs: list[InputColumns] = []
    left: list[np.ndarray] = []
    at = 0
    for part in parts:
        own = weights[:, at : at + part.width]
        at += part.width
        folded = part.folded(own.T) if part.width > len(weights) and hasattr(part, "folded") else None
        inputs.append(part if folded is None else folded)
        left.append(own if folded is None else np.eye(len(weights)))
    return tuple(inputs), np.concatenate(left, axis=1) if left else weights


def with_stage(parts: tuple[InputColumns, ...], stage: Stage) -> Staged:
    """Parts through one more stage."""
    if isinstance(stage, Affine):
        parts, weights = worked_in(parts, stage.weights)
        stage = replace(stage, weights=weights)
    return Staged(parts, (stage,))
