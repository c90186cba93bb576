"""Columns on their way from features to a classifier, as far as a compiler can follow them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ml.compiled.columns import ON_VALUES, Number, Step, Table
from ml.errors import LikelyError


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


@dataclass(frozen=True)
class Coded:
    """A feature that became a number by looking its value up; None is "refused"."""

    feature: str
    source: int
    keys: tuple[Any, ...]
    values: tuple[float | None, ...]


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
    return Coded(column.feature, column.source, (), (0.0 if column.steps else 1.0, 0.0))


def arithmetic(column: Column, name: str, constant: float) -> Column:
    """The column after one arithmetic step."""
    if isinstance(column, Coded):
        done = tuple(None if value is None else ON_VALUES[name](value, constant) for value in column.values)
        return replace(column, values=done)
    if not column.is_number:
        raise CannotCompile(f"Feature {column.feature!r} holds text where a number is needed.")
    return replace(column, steps=(*column.steps, (name, constant)))


def encoded(column: Column, categories: Sequence[Any], codes: Sequence[float], unknown: float | None) -> Coded:
    """A column after looking its value up among the categories of a fitted encoder."""
    known = {native(category): code for category, code in zip(categories, codes, strict=True)}
    listed = {category: code for category, code in known.items() if not is_missing(category)}
    if not all(isinstance(category, (str, int, float)) for category in listed):
        raise CannotCompile(f"Feature {column.feature!r} has categories that are neither text nor numbers.")
    nan = [code for category, code in known.items() if is_missing(category) and category is not None]
    missing = nan[0] if nan else unknown

    def code(value: Any) -> float | None:
        return missing if is_missing(value) else listed.get(value, unknown)

    if isinstance(column, Coded):
        return replace(column, values=tuple(None if value is None else code(value) for value in column.values))
    fills = [value for name, value in column.steps if name == "fill"]
    if len(fills) != len(column.steps):
        raise CannotCompile(f"Feature {column.feature!r} is encoded as a category after it was scaled.")
    gap = code(fills[0]) if fills else missing
    return Coded(column.feature, column.source, tuple(listed), (*listed.values(), gap, unknown))


def parts_of(columns: Sequence[Column]) -> tuple[Number | Table, ...]:
    """The columns as a program computes them: neighbours that one look-up decides share a table."""
    parts: list[Number | Table] = []
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
    refused = [value is None for value in one.values] == [value is None for value in other.values]
    return one.source == other.source and one.keys == other.keys and refused


def _table(columns: Sequence[Coded]) -> Table:
    rows = tuple(
        None if None in values else values for values in zip(*(column.values for column in columns), strict=True)
    )
    return Table(columns[0].source, columns[0].keys, rows)


def native(value: Any) -> Any:
    """A numpy scalar as Python's own type."""
    return value.item() if isinstance(value, np.generic) else value


def is_missing(value: Any) -> bool:
    """None or NaN."""
    return value is None or (isinstance(value, float) and value != value)
