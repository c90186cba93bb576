"""Symbolic columns: how each column of a pipeline is computed from features."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ml.data.array_types import native
from ml.errors import LikelyError
from ml.predict.compiled.columns.stages import Stage
from ml.predict.compiled.columns.steps import Step, on_value
from ml.predict.compiled.columns.words import Words


class CannotCompile(LikelyError):
    """The estimator has a part that only scikit-learn can run. No fault: scikit-learn serves the version then."""

    code = "cannot_compile"


@dataclass(frozen=True)
class Raw:
    """A feature: a number after some arithmetic, or a text (with a filling for its gaps).

    `levels` are those of a column of the dtype "category", in their order.
    """

    feature: str
    source: int
    is_number: bool
    steps: tuple[Step, ...] = ()
    levels: tuple[Any, ...] = ()


@dataclass(frozen=True, eq=False)
class Coded:
    """A feature encoded as a number by look-up; a value of None is "refused"."""

    feature: str
    source: int
    keys: tuple[Any, ...]
    """The listed values; positions ``len(keys)`` and ``len(keys) + 1`` stand for missing and unknown."""
    usual: float | None
    """Value of positions that are not in `others`: keeps a one-hot column of thousands of levels small."""
    others: dict[int, float | None]

    def at(self, position: int) -> float | None:
        """Value of a position."""
        return self.others.get(position, self.usual)

    @property
    def positions(self) -> int:
        """Number of positions."""
        return len(self.keys) + 2


@dataclass(frozen=True, eq=False)
class Group:
    """Columns that are computed together: the terms of a text, or the output of a stage."""

    width: int
    words: Words | None = None
    given: tuple[SymbolicColumn, ...] = ()
    stage: Stage | None = None

    def columns(self) -> tuple[Made, ...]:
        """All columns, from left to right."""
        return tuple(Made(self, at) for at in range(self.width))


@dataclass(frozen=True, eq=False)
class Made:
    """One column of a group, after some steps."""

    group: Group
    at: int
    steps: tuple[Step, ...] = ()

    feature = "computed from several"
    is_number = True


SymbolicColumn = Raw | Coded | Made


def sources_of(columns: Iterable[SymbolicColumn]) -> set[int]:
    """Positions of the features of which columns are made."""
    sources: set[int] = set()
    groups: dict[int, Group] = {}
    for column in columns:
        if isinstance(column, Made):
            groups[id(column.group)] = column.group
        else:
            sources.add(column.source)
    return sources.union(*(sources_of(group.given) for group in groups.values()))


def filled(column: SymbolicColumn, value: Any) -> SymbolicColumn:
    """The column with its gaps filled."""
    if not isinstance(column, Raw) or column.is_number:
        if isinstance(value, str):
            raise CannotCompile(f"Gaps in numbers ({column.feature!r}) filled with a text cannot be compiled.")
        return arithmetic(column, "fill", float(value))
    return replace(column, steps=column.steps or (("fill", native(value)),))


def indicator(column: SymbolicColumn) -> SymbolicColumn:
    """1 where the column is missing, else 0."""
    if not isinstance(column, Raw) or column.is_number:
        return arithmetic(column, "missing", 0.0)
    return Coded(column.feature, column.source, (), 0.0, {} if column.steps else {0: 1.0})


def arithmetic(column: SymbolicColumn, name: str, constant: Any) -> SymbolicColumn:
    """The column after one step of ``ml/predict/compiled/columns/steps.py``."""
    if isinstance(column, Coded):
        apply = on_value((name, constant))

        def done(value: float | None) -> float | None:
            try:
                return None if value is None else apply(value)
            except ValueError:
                return None

        others = {position: done(value) for position, value in column.others.items()}
        return replace(column, usual=done(column.usual), others=others)
    if not column.is_number:
        raise CannotCompile(f"Feature {column.feature!r} holds text where a number is needed.")
    return replace(column, steps=(*column.steps, (name, constant)))


def is_missing(value: Any) -> bool:
    """None or NaN."""
    return value is None or (isinstance(value, float) and value != value)
