"""Matrix of a classifier from typed values: numbers with arithmetic, tables, and other parts.

Most preprocessing steps work on one feature at a time, so a pipeline of them is a list of columns,
each of which depends on one feature: a number goes through a few arithmetic steps, a category has
finitely many values and so is a table. Numbers are in
``ml/predict/compiled/columns/numbers.py``, steps over several columns are in
``ml/predict/compiled/columns/stages.py``, texts in ``ml/predict/compiled/columns/words.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ml.data.columns import Block
from ml.data.schema import Row
from ml.predict.compiled.columns.numbers import Numbers, grouped
from ml.predict.compiled.columns.stages import InputColumns, Staged, peak_width_of, side_by_side
from ml.predict.compiled.columns.steps import NEEDED
from ml.predict.compiled.columns.tables import SparseTable
from ml.predict.compiled.columns.words import Words

LARGEST_SINGLE = float(np.finfo(np.float32).max)
SAFE_TOTAL = 1e38


@dataclass(frozen=True)
class Matrix:
    """All columns that one classifier sees."""

    parts: tuple[InputColumns, ...]
    """The columns, from left to right."""
    single: bool
    """Round to single precision, as scikit-learn's trees do before they compare."""
    missing: bool
    """The classifier accepts NaN."""
    guards: tuple[InputColumns, ...] = ()
    """Columns that a selection dropped: no input of the classifier, but they still may refuse a record."""

    @cached_property
    def width(self) -> int:
        """Number of columns."""
        return sum(part.width for part in self.parts)

    @cached_property
    def peak_width(self) -> int:
        """Largest number of values per row during the computation, for limits of memory."""
        return peak_width_of(self.parts) + peak_width_of(self.guards)

    @cached_property
    def _grouped(self) -> tuple[InputColumns, ...]:
        return grouped(self.parts)

    @cached_property
    def _grouped_guards(self) -> tuple[InputColumns, ...]:
        return grouped(self.guards)

    @cached_property
    def _wide(self) -> bool:
        return any(isinstance(part, (Numbers, SparseTable, Staged, Words)) for part in self._grouped)

    def row(self, row: Row) -> np.ndarray:
        """One row as float64 of shape (1, width)."""
        for guard in self._grouped_guards:
            guard.row(row)
        if self._wide:
            joined = np.concatenate([part.row(row) for part in self._grouped])
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
        for guard in self._grouped_guards:
            guard.block(block)
        return self._checked(side_by_side(self._grouped, block))

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
