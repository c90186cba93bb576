"""Columns on their way from features to a classifier, as far as a compiler can follow them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ml.compiled.columns import Number, Part, SparseTable, Table
from ml.compiled.steps import ON_VALUES, Step
from ml.errors import LikelyError

FEW_COLUMNS, FEW_CELLS = 8, 10_000  # a table with more than both is kept sparse


class CannotCompile(LikelyError):
    """The estimator has a part that only scikit-learn itself can run. Not a fault: it serves then."""

    code = "cannot_compile"


@dataclass(frozen=True)
class Raw:
    """A feature on its way: a number after some arithmetic, or a text (with what fills its gaps)."""

    feature: str
    source: int
    is_number: bool
    steps: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, eq=False)
class Coded:
    """A feature that became a number by looking its value up; a value of None is "refused".

    Attributes
    ----------
    keys : tuple
        The listed values; positions ``len(keys)`` and ``len(keys) + 1`` stand for missing and unknown.
    usual : float or None
        What a position gives that is not in `others`. A one-hot column of thousands of levels stays small so.
    others : dict of position to float or None
    """

    feature: str
    source: int
    keys: tuple[Any, ...]
    usual: float | None
    others: dict[int, float | None]

    def at(self, position: int) -> float | None:
        """What a position gives."""
        return self.others.get(position, self.usual)

    @property
    def positions(self) -> int:
        """How many positions there are."""
        return len(self.keys) + 2


Column = Raw | Coded


def filled(column: Column, value: Any) -> Column:
    """The column with its gaps filled."""
    if isinstance(column, Coded) or column.is_number:
        return arithmetic(column, "fill", float(value))
    return replace(column, steps=column.steps or (("fill", native(value)),))


def indicator(column: Column) -> Column:
    """1 where the column is missing, else 0."""
    if isinstance(column, Coded) or column.is_number:
        return arithmetic(column, "missing", 0.0)
    return Coded(column.feature, column.source, (), 0.0, {} if column.steps else {0: 1.0})


def arithmetic(column: Column, name: str, constant: float) -> Column:
    """The column after one arithmetic step."""
    if isinstance(column, Coded):

        def done(value: float | None) -> float | None:
            return None if value is None else ON_VALUES[name](value, constant)

        others = {position: done(value) for position, value in column.others.items()}
        return replace(column, usual=done(column.usual), others=others)
    if not column.is_number:
        raise CannotCompile(f"Feature {column.feature!r} holds text where a number is needed.")
    return replace(column, steps=(*column.steps, (name, constant)))


@dataclass(frozen=True)
class LookUp:
    """A column whose value an encoder looks up among its categories.

    Attributes
    ----------
    keys : tuple
        The listed values, as in :class:`Coded`.
    found : list of positions by category
    unknown, refused : list of positions
        Those that are no category, and those that an earlier step refuses.
    """

    feature: str
    source: int
    keys: tuple[Any, ...]
    found: list[list[int]]
    unknown: list[int]
    refused: list[int]

    def coded(self, usual: float, codes: Mapping[int, float], unknown: float | None) -> Coded:
        """The column that holds `codes` by number of category, `usual` elsewhere and `unknown` where there is none."""
        others: dict[int, float | None] = {
            position: code for category, code in codes.items() for position in self.found[category]
        }
        if unknown != usual:
            others |= dict.fromkeys(self.unknown, unknown)
        others |= dict.fromkeys(self.refused, None)
        return Coded(self.feature, self.source, self.keys, usual, others)


def looked_up(column: Column, categories: Sequence[Any]) -> LookUp:
    """Where a fitted encoder finds a column's values among its categories."""
    number: dict[Any, int] = {}
    missing: int | None = None
    for at, category in enumerate(map(native, categories)):
        if not is_missing(category):
            number[category] = at
        elif category is not None or missing is None:
            missing = at
    if not all(isinstance(category, (str, int, float)) for category in number):
        raise CannotCompile(f"Feature {column.feature!r} has categories that are neither text nor numbers.")

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


def _look_up(column: Column, keys: tuple[Any, ...], numbers: list[int | None], categories: Sequence[Any]) -> LookUp:
    found: list[list[int]] = [[] for _ in categories]
    unknown: list[int] = []
    refused: list[int] = []
    for position, category in enumerate(numbers):
        (unknown if category is None else refused if category < 0 else found[category]).append(position)
    return LookUp(column.feature, column.source, keys, found, unknown, refused)


def parts_of(columns: Sequence[Column]) -> tuple[Part, ...]:
    """The columns as a program computes them: neighbours that one look-up decides share a table."""
    parts: list[Part] = []
    waiting: list[Coded] = []
    for column in columns:
        if waiting and not (isinstance(column, Coded) and _same_look_up(column, waiting[0])):
            parts.append(_table(waiting))
            waiting = []
        if isinstance(column, Coded):
            waiting.append(column)
        elif column.is_number:
            parts.append(Number(column.source, _steps(column)))
        else:
            raise CannotCompile(f"Feature {column.feature!r} reaches the classifier as text.")
    return (*parts, _table(waiting)) if waiting else tuple(parts)


def _steps(column: Raw) -> tuple[Step, ...]:
    return tuple((name, float(constant)) for name, constant in column.steps)


def _same_look_up(one: Coded, other: Coded) -> bool:
    same_keys = one.keys is other.keys or one.keys == other.keys
    return one.source == other.source and same_keys and _refused(one) == _refused(other)


def _refused(column: Coded) -> tuple[int, ...]:
    refused = [position for position, value in column.others.items() if value is None]
    if column.usual is None:
        refused += [position for position in range(column.positions) if position not in column.others]
    return tuple(sorted(refused))


def _table(columns: Sequence[Coded]) -> Table | SparseTable:
    first = columns[0]
    if len(columns) > FEW_COLUMNS and first.positions * len(columns) > FEW_CELLS:
        return _sparse(columns)
    rows = tuple(_listed([column.at(position) for column in columns]) for position in range(first.positions))
    return Table(first.source, first.keys, rows)


def _listed(values: list[float | None]) -> tuple[float, ...] | None:
    listed = tuple(value for value in values if value is not None)
    return listed if len(listed) == len(values) else None


def _sparse(columns: Sequence[Coded]) -> SparseTable:
    first = columns[0]
    changes: list[list[tuple[int, float]]] = [[] for _ in range(first.positions)]
    for at, column in enumerate(columns):
        for position, value in column.others.items():
            if value is not None:
                changes[position].append((at, value))
    starts = np.cumsum([0, *map(len, changes)])
    flat = [change for listed in changes for change in listed]
    base = np.array([column.usual if column.usual is not None else math.nan for column in columns])
    return SparseTable(
        first.source, first.keys, base, starts, np.array([at for at, _ in flat], dtype=np.int64),
        np.array([value for _, value in flat], dtype=np.float64), _refused(first),
    )  # fmt: skip


def native(value: Any) -> Any:
    """A numpy scalar as Python's own type."""
    return value.item() if isinstance(value, np.generic) else value


def is_missing(value: Any) -> bool:
    """None or NaN."""
    return value is None or (isinstance(value, float) and value != value)
