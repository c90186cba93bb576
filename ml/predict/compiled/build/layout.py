"""Layout of a matrix: symbolic columns as the parts that a program computes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ml.predict.compiled.columns.numbers import Number
from ml.predict.compiled.columns.stages import InputColumns, SelectedColumns, Stage, Staged, Stepped, with_stage
from ml.predict.compiled.columns.tables import LookUpTable, SparseTable
from ml.predict.compiled.columns.words import Words
from ml.predict.compiled.trace.symbolic_columns import CannotCompile, Coded, Group, Made, SymbolicColumn

FEW_COLUMNS, FEW_CELLS = 8, 10_000  # a table with more than both is kept sparse


def parts_of(columns: Sequence[SymbolicColumn]) -> tuple[InputColumns, ...]:
    """Parts that compute the columns: neighbours from one look-up or one group share a part."""
    parts: list[InputColumns] = []
    for together in _neighbours(columns):
        first = together[0]
        if isinstance(first, Coded):
            parts.append(_table([column for column in together if isinstance(column, Coded)]))
        elif isinstance(first, Made):
            parts.append(_staged([column for column in together if isinstance(column, Made)]))
        elif first.is_number:
            parts.append(Number(first.source, first.steps))
        else:
            raise CannotCompile(f"Feature {first.feature!r} reaches the classifier as text.")
    return tuple(parts)


def _neighbours(columns: Sequence[SymbolicColumn]) -> list[list[SymbolicColumn]]:
    groups: list[list[SymbolicColumn]] = []
    for column in columns:
        if groups and _together(groups[-1][0], column):
            groups[-1].append(column)
        else:
            groups.append([column])
    return groups


def _together(one: SymbolicColumn, other: SymbolicColumn) -> bool:
    if isinstance(one, Coded) and isinstance(other, Coded):
        return _same_look_up(one, other)
    if not (isinstance(one, Made) and isinstance(other, Made)) or one.group is not other.group:
        return False
    same_names = [name for name, _ in one.steps] == [name for name, _ in other.steps]
    return same_names and all(isinstance(step[1], float) or step in one.steps for step in other.steps)


def _staged(columns: Sequence[Made]) -> InputColumns:
    """Columns of one group: picked, and then through steps that have the same names for all of them."""
    group = columns[0].group
    part = _whole(group)
    stages: list[Stage] = []
    if [column.at for column in columns] != list(range(group.width)):
        stages.append(SelectedColumns(np.array([column.at for column in columns], dtype=np.int64)))
    for at, (name, constant) in enumerate(columns[0].steps):
        if isinstance(constant, float):
            constant = np.array([column.steps[at][1] for column in columns])
        stages.append(Stepped(name, constant))
    if not stages:
        return part
    return Staged((part,), tuple(stages)) if isinstance(part, Words) else Staged(part.parts, (*part.stages, *stages))


def _whole(group: Group) -> Words | Staged:
    if group.words is not None:
        return group.words
    if group.stage is None:
        raise TypeError("A group is made by a vocabulary or by a stage.")
    return with_stage(parts_of(group.given), group.stage)


def _same_look_up(one: Coded, other: Coded) -> bool:
    same_keys = one.keys is other.keys or one.keys == other.keys
    return one.source == other.source and same_keys and _refused(one) == _refused(other)


def _refused(column: Coded) -> tuple[int, ...]:
    refused = [position for position, value in column.others.items() if value is None]
    if column.usual is None:
        refused += [position for position in range(column.positions) if position not in column.others]
    return tuple(sorted(refused))


def _table(columns: Sequence[Coded]) -> LookUpTable | SparseTable:
    first = columns[0]
    if len(columns) > FEW_COLUMNS and first.positions * len(columns) > FEW_CELLS:
        return _sparse(columns)
    rows = tuple(_listed([column.at(position) for column in columns]) for position in range(first.positions))
    return LookUpTable(first.source, first.keys, rows)


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
