"""Columns on their way from features to a classifier, as far as a compiler can follow them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ml.errors import LikelyError
from ml.predict.compiled.columns.stages import Stage
from ml.predict.compiled.columns.steps import Step, on_value
from ml.predict.compiled.columns.words import Words


class CannotCompile(LikelyError):
    """The estimator has a part that only scikit-learn itself can run. Not a fault: it serves then."""

    code = "cannot_compile"


@dataclass(frozen=True)
class Raw:
    """A feature on its way: a number after some arithmetic, or a text (with what fills its gaps).

    `levels` are those of a column of the dtype "category", in their order.
    """

    feature: str
    source: int
    is_number: bool
    steps: tuple[Step, ...] = ()
    levels: tuple[Any, ...] = ()


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


@dataclass(frozen=True, eq=False)
class Group:
    """Columns that are computed together: the terms of a text, or what a stage makes of other columns."""

    width: int
    words: Words | None = None
    given: tuple[Column, ...] = ()
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


Column = Raw | Coded | Made


def sources_of(columns: Iterable[Column]) -> set[int]:
    """Positions of the features of which columns are made."""
    found: set[int] = set()
    groups: dict[int, Group] = {}
    for column in columns:
        if isinstance(column, Made):
            groups[id(column.group)] = column.group
        else:
            found.add(column.source)
    return found.union(*(sources_of(group.given) for group in groups.values()))


def filled(column: Column, value: Any) -> Column:
    """The column with its gaps filled."""
    if not isinstance(column, Raw) or column.is_number:
        if isinstance(value, str):
            raise CannotCompile(f"Gaps in numbers ({column.feature!r}) filled with a text cannot be compiled.")
        return arithmetic(column, "fill", float(value))
    return replace(column, steps=column.steps or (("fill", native(value)),))


def indicator(column: Column) -> Column:
    """1 where the column is missing, else 0."""
    if not isinstance(column, Raw) or column.is_number:
        return arithmetic(column, "missing", 0.0)
    return Coded(column.feature, column.source, (), 0.0, {} if column.steps else {0: 1.0})


def arithmetic(column: Column, name: str, constant: Any) -> Column:
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


def native(value: Any) -> Any:
    """A numpy scalar as Python's own type."""
    return value.item() if isinstance(value, np.generic) else value


def is_missing(value: Any) -> bool:
    """None or NaN."""
    return value is None or (isinstance(value, float) and value != value)
