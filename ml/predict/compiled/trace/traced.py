"""State of tracing: symbolic columns between two steps of a pipeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.predict.compiled.trace.symbolic_columns import Raw, SymbolicColumn, arithmetic


@dataclass
class Traced:
    """Columns after some steps."""

    columns: tuple[SymbolicColumn, ...]
    names: tuple[str, ...] | None = None
    """For selection by name in a ColumnTransformer; None once they are lost."""
    sparse: bool = False
    """scikit-learn holds them in a sparse matrix: its trees then refuse gaps."""
    series: bool = False
    """A single column as a Series, as vectorizers of text take it."""
    guards: tuple[SymbolicColumn, ...] = ()
    """Columns that a selection dropped: they still may refuse a record."""


def features_of(schema: Schema, container: str) -> Traced:
    """The raw columns of a schema, as the estimator gets them: a frame, an array or one series."""
    columns = tuple(Raw(f.name, at, _is_number(f), levels=_levels(f)) for at, f in enumerate(schema.features))
    return Traced(columns, schema.names if container == "frame" else None, series=container == "series")


def _levels(feature: Feature) -> tuple[Any, ...]:
    return tuple(choice.value for choice in feature.choices) if feature.dtype == "category" else ()


def _is_number(feature: Feature) -> bool:
    return feature.in_floats or feature.dtype.startswith(("int", "uint", "float", "bool"))


def each(given: Traced, name: str, constants: Sequence[Any] | None) -> Traced:
    """Every column after a step with a constant of its own; unchanged without constants."""
    if constants is None:
        return given
    columns = zip(given.columns, constants, strict=True)
    return replace(given, columns=tuple(arithmetic(column, name, constant) for column, constant in columns))


def alike(given: Traced, name: str, constant: Any = 0.0) -> Traced:
    """Every column after the same step."""
    return replace(given, columns=tuple(arithmetic(column, name, constant) for column in given.columns))


def needed(given: Traced, step: Any) -> Traced:
    """The columns as a step sees them that refuses gaps, unless it says that it accepts them."""
    return given if step.__sklearn_tags__().input_tags.allow_nan else alike(given, "needed")


def floats(values: Any) -> list[float]:
    """An array as a list of numbers."""
    return [float(value) for value in values]


def note(used: list[str], word: str) -> None:
    """Remember a word for the description of the program."""
    if word not in used:
        used.append(word)


Follow = Callable[[Any, Traced, list[str]], Traced]
