"""Look-ups of fitted encoders: the categories of a column's values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ml.data.array_types import native
from ml.predict.compiled.trace.symbolic_columns import CannotCompile, Coded, Made, Raw, SymbolicColumn, is_missing


@dataclass(frozen=True)
class CategoryLookup:
    """Categories of one column's values, as an encoder finds them."""

    feature: str
    source: int
    keys: tuple[Any, ...]
    """The listed values, as in :class:`Coded`."""
    by_category: list[list[int]]
    """Positions for each category."""
    unknown: list[int]
    refused: list[int]
    """Values that are no category, and values that an earlier step refuses."""

    def coded(self, usual: float, codes: Mapping[int, float], unknown: float | None) -> Coded:
        """The column that holds `codes` by number of category, `usual` elsewhere and `unknown` where there is none."""
        others: dict[int, float | None] = {
            position: code for category, code in codes.items() for position in self.by_category[category]
        }
        if unknown != usual:
            others |= dict.fromkeys(self.unknown, unknown)
        others |= dict.fromkeys(self.refused, None)
        return Coded(self.feature, self.source, self.keys, usual, others)


def looked_up(column: SymbolicColumn, categories: Sequence[Any]) -> CategoryLookup:
    """The look-up of a column's values among the categories of a fitted encoder."""
    if isinstance(column, Made):
        raise CannotCompile("An encoder looks up what was computed from several columns; that cannot be compiled.")
    number, missing = _numbered(column, categories)

    def which(value: Any) -> int | None:
        return missing if is_missing(value) else number.get(value)

    if isinstance(column, Coded):
        values = [column.at(position) for position in range(column.positions)]
        return _look_up(column, column.keys, [-1 if value is None else which(value) for value in values], categories)
    fills = [value for name, value in column.steps if name == "fill"]
    if len(fills) != len(column.steps):
        raise CannotCompile(f"Feature {column.feature!r} is encoded as a category after it was scaled.")
    gap = which(fills[0]) if fills else missing
    return _look_up(column, tuple(number), [*number.values(), gap, None], categories)


def _numbered(column: Raw | Coded, categories: Sequence[Any]) -> tuple[dict[Any, int], int | None]:
    """The number of each category, and the number of the category for gaps; None where no category stands for gaps."""
    number: dict[Any, int] = {}
    missing: int | None = None
    for at, category in enumerate(map(native, categories)):
        if not is_missing(category):
            number[category] = at
        elif category is not None or missing is None:
            missing = at
    if not all(isinstance(category, (str, int, float)) for category in number):
        raise CannotCompile(f"Feature {column.feature!r} has categories that are neither text nor numbers.")
    return number, missing


def _look_up(
    column: Raw | Coded, keys: tuple[Any, ...], numbers: list[int | None], categories: Sequence[Any]
) -> CategoryLookup:
    by_category: list[list[int]] = [[] for _ in categories]
    unknown: list[int] = []
    refused: list[int] = []
    for position, category in enumerate(numbers):
        (unknown if category is None else refused if category < 0 else by_category[category]).append(position)
    return CategoryLookup(column.feature, column.source, keys, by_category, unknown, refused)


def numbered(column: Raw, levels: Sequence[Any]) -> Coded:
    """A categorical column as codes of its levels, NaN for other values: the input of tree libraries."""
    codes = {at: float(at) for at in range(len(levels))}
    return looked_up(column, levels).coded(math.nan, codes, math.nan)
