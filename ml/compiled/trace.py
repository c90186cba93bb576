"""Follow the features through fitted preprocessing steps, column by column.

The result says, for each column that a classifier sees, from which feature it comes and how.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)

from ml.compiled.symbols import CannotCompile, Column, Raw, arithmetic, filled, indicator, is_missing, looked_up
from ml.schema import Feature, Schema


@dataclass
class Traced:
    """Columns after some steps.

    Attributes
    ----------
    columns : tuple of Column
    names : tuple of str or None
        By which a ColumnTransformer may ask for them; None once they are lost.
    sparse : bool
        scikit-learn holds them in a sparse matrix: its trees then refuse gaps.
    """

    columns: tuple[Column, ...]
    names: tuple[str, ...] | None = None
    sparse: bool = False


def features_of(schema: Schema) -> Traced:
    """The raw columns of a schema."""
    return Traced(tuple(Raw(f.name, at, _is_number(f)) for at, f in enumerate(schema.features)), schema.names)


def _is_number(feature: Feature) -> bool:
    return feature.kind in ("number", "integer", "boolean") or feature.dtype.startswith(
        ("int", "uint", "float", "bool")
    )


def trace(step: Any, given: Traced, used: list[str]) -> Traced:
    """Columns after a fitted transformer; words for what it does are added to `used`."""
    if step is None or (isinstance(step, str) and step == "passthrough"):
        return given
    follow = STEPS.get(type(step))
    if follow is None:
        raise CannotCompile(f"{type(step).__name__} is a preprocessing step that cannot be compiled.")
    return follow(step, given, used)


def _pipeline(step: Pipeline, given: Traced, used: list[str]) -> Traced:
    for _, inner in step.steps:
        given = trace(inner, given, used)
    return given


def _by_column(step: ColumnTransformer, given: Traced, used: list[str]) -> Traced:
    made: tuple[Column, ...] = ()
    for _, inner, wanted in step.transformers_:
        if isinstance(inner, str) and inner == "drop":
            continue
        chosen = tuple(given.columns[at] for at in _chosen(wanted, given))
        if chosen:
            made += trace(inner, Traced(chosen, sparse=given.sparse), used).columns
    return Traced(made, sparse=bool(step.sparse_output_))


def _chosen(wanted: Any, given: Traced) -> list[int]:
    if callable(wanted):
        raise CannotCompile("A ColumnTransformer that chooses its columns with a function cannot be compiled.")
    if isinstance(wanted, slice):
        if any(isinstance(end, str) for end in (wanted.start, wanted.stop)):
            raise CannotCompile("A ColumnTransformer that chooses a slice of names cannot be compiled.")
        return list(range(len(given.columns))[wanted])
    listed: list[Any] = [wanted] if np.isscalar(wanted) else list(wanted)
    if listed and all(isinstance(item, (bool, np.bool_)) for item in listed):
        return [at for at, item in enumerate(listed) if item]
    if any(isinstance(item, str) for item in listed):
        if given.names is None:
            raise CannotCompile("A ColumnTransformer asks by name for columns that have lost their names.")
        return [given.names.index(item) for item in listed]
    return [range(len(given.columns))[int(item)] for item in listed]


def _impute(step: SimpleImputer, given: Traced, used: list[str]) -> Traced:
    _note(used, "impute")
    if not is_missing(step.missing_values) or step.missing_values is None:
        raise CannotCompile(f"SimpleImputer with missing_values={step.missing_values!r} cannot be compiled.")
    if any(is_missing(value) for value in step.statistics_):
        raise CannotCompile("SimpleImputer met a column without any value in training; it cannot be compiled.")
    made = tuple(filled(column, value) for column, value in zip(given.columns, step.statistics_, strict=True))
    if not step.add_indicator:
        return replace(given, columns=made)
    return Traced(made + tuple(indicator(given.columns[at]) for at in step.indicator_.features_), sparse=given.sparse)


def _each(given: Traced, name: str, constants: Sequence[float] | None) -> Traced:
    if constants is None:
        return given
    columns = zip(given.columns, constants, strict=True)
    return replace(given, columns=tuple(arithmetic(column, name, float(constant)) for column, constant in columns))


def _standard(step: StandardScaler, given: Traced, used: list[str]) -> Traced:
    _note(used, "scale")
    given = _each(given, "subtract", step.mean_ if step.with_mean else None)
    return _each(given, "divide", step.scale_ if step.with_std else None)


def _robust(step: RobustScaler, given: Traced, used: list[str]) -> Traced:
    _note(used, "scale")
    given = _each(given, "subtract", step.center_ if step.with_centering else None)
    return _each(given, "divide", step.scale_ if step.with_scaling else None)


def _min_max(step: MinMaxScaler, given: Traced, used: list[str]) -> Traced:
    _note(used, "scale")
    given = _each(_each(given, "multiply", step.scale_), "add", step.min_)
    if not step.clip:
        return given
    low, high = step.feature_range
    count = len(given.columns)
    return _each(_each(given, "at_least", [low] * count), "at_most", [high] * count)


def _one_hot(step: OneHotEncoder, given: Traced, used: list[str]) -> Traced:
    _note(used, "one-hot")
    _no_rare_group(step)
    drops = [None] * len(given.columns) if step.drop_idx_ is None else list(step.drop_idx_)
    made: list[Column] = []
    for column, categories, drop in zip(given.columns, step.categories_, drops, strict=True):
        found = looked_up(column, categories)
        unknown = None if step.handle_unknown == "error" else 0.0
        made += [found.coded(0.0, {at: 1.0}, unknown) for at in range(len(categories)) if drop is None or at != drop]
    return Traced(tuple(made), sparse=bool(step.sparse_output))


def _ordinal(step: OrdinalEncoder, given: Traced, used: list[str]) -> Traced:
    _note(used, "ordinal")
    _no_rare_group(step)
    unknown = None if step.handle_unknown == "error" else float(step.unknown_value)
    made: list[Column] = []
    for column, categories in zip(given.columns, step.categories_, strict=True):
        gap = float(step.encoded_missing_value)
        codes = {at: gap if is_missing(category) else float(at) for at, category in enumerate(categories)}
        made.append(looked_up(column, categories).coded(math.nan, codes, unknown))
    return Traced(tuple(made), given.names)


def _no_rare_group(step: Any) -> None:
    if getattr(step, "_infrequent_enabled", False):
        raise CannotCompile(f"{type(step).__name__} with a group of infrequent categories cannot be compiled.")


def _untouched(step: FunctionTransformer, given: Traced, _: list[str]) -> Traced:
    if step.func is not None:
        raise CannotCompile("FunctionTransformer calls a Python function, which cannot be compiled.")
    return given


STEPS: dict[type, Callable[[Any, Traced, list[str]], Traced]] = {
    Pipeline: _pipeline,
    ColumnTransformer: _by_column,
    SimpleImputer: _impute,
    StandardScaler: _standard,
    MinMaxScaler: _min_max,
    RobustScaler: _robust,
    OneHotEncoder: _one_hot,
    OrdinalEncoder: _ordinal,
    FunctionTransformer: _untouched,
}


def _note(used: list[str], word: str) -> None:
    if word not in used:
        used.append(word)
