"""Infers a schema from training data."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from ml.data.constraints import read_constraints
from ml.data.feature import Choice, Feature, Kind, text_of
from ml.data.labels import label_of
from ml.data.schema import Schema
from ml.data.value_words import quote
from ml.errors import InvalidData
from ml.training.columns.column_kinds import kind_of, kind_of_dtype
from ml.training.columns.column_shapes import SHAPES, dtype_of
from ml.training.columns.column_types import check_levels
from ml.training.columns.one_hot import one_hot_of, starting
from ml.training.describe import check_described

QUANTITY = {"unit", "step", "low", "high"}  # where somebody says one of these, values are amounts


def infer_schema(
    frame: pd.DataFrame,
    described: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    record_id: str | None = None,
    optional: bool | Collection[str] = (),
    constraints: Sequence[object] = (),
    levels: Mapping[str, Sequence[Any]] | None = None,
) -> Schema:
    """The schema of the columns that an estimator was fitted on.

    Parameters
    ----------
    frame : DataFrame, shape (n, p)
        Training rows: the features in the estimator's order, no truth, no record id.
    described : mapping of column name to Feature fields
        Description beyond the data (label, unit, help, hard limits, …); wins over what was inferred.
    record_id : str, optional
        Name of the column that names a record.
    optional : bool or collection of str
        Columns that the estimator can do without; True for every one.
    constraints : sequence of str
        Constraint between two features, as in "down_payment <= price".
    levels : mapping of column name to sequence, optional
        Categories that the estimator's encoders know: such columns are categories, with these choices too.

    Raises
    ------
    InvalidData
        When a column of `described` is not in the frame, the frame has no columns or rows, or a constraint is none.
    """
    described = described or {}
    strangers = set(described) - set(map(str, frame.columns))
    if strangers or frame.empty:
        raise InvalidData(f"The data has no column {sorted(strangers)}." if strangers else "The data is empty.")
    free = set(map(str, frame)) if optional is True else set(optional or ())
    features = [
        _feature(
            str(name), frame[name], dict(described.get(str(name), {})), str(name) not in free, (levels or {}).get(name)
        )
        for name in frame
    ]
    _refuse_shared_names(features, record_id)
    groups = one_hot_of(frame, features, [record_id] if record_id else [])
    return Schema(starting(features, groups), record_id, read_constraints(constraints, features), groups)


def _refuse_shared_names(features: Collection[Feature], record_id: str | None) -> None:
    names = [name for feature in features for name in {feature.name, *feature.aliases}]
    twice = sorted(name for name, count in Counter([*names, record_id]).items() if count > 1 and name)
    if twice:
        raise InvalidData(
            f"More than one column answers to {', '.join(twice)}.", "Names, aliases and the record id are each for one."
        )


def _feature(
    name: str, series: pd.Series, given: dict[str, Any], required: bool, levels: Sequence[Any] | None
) -> Feature:
    known = series.dropna()
    if known.empty:
        return _without_values(name, series, given)
    choices = _choices(given.pop("choices", None), known)
    kind: Kind = given.pop("kind", None) or ("category" if choices else kind_of(known, levels))
    if kind not in SHAPES:
        raise InvalidData(f"{name!r} is described with the kind {kind!r}.", f"Known: {', '.join(SHAPES)}.")
    inferred: dict[str, Any] = {"name": name, "label": label_of(name), "kind": kind, "required": required}
    inferred |= dtype_of(series) | {"spaces": kind in ("category", "text") and _has_spaces(known)}
    try:
        inferred |= SHAPES[kind](known)
    except (ValueError, TypeError, AttributeError):
        example = quote(known.iloc[0])
        raise InvalidData(f"{name!r} is described as {kind}, and its values are not: {example}.") from None
    if kind in ("category", "text") and series.notna().all() and "" in known.unique().tolist():
        inferred["blank"] = ""  # training filled its gaps with it, whatever else the estimator takes for one
    if kind == "category" and levels:
        check_levels(levels, name)
        inferred["choices"] = _with_levels(inferred["choices"], levels)
    if choices:
        inferred["choices"] = choices
    if QUANTITY & set(given):
        inferred["codes"] = ()
    _refuse_one_label_for_two(name, inferred.get("choices", ()))
    _refuse_unknown_fields(name, given)
    feature = dataclasses.replace(Feature(**inferred), **{key: _as_tuple(value) for key, value in given.items()})
    check_described(feature, given)
    return feature


def _without_values(name: str, series: pd.Series, given: Mapping[str, Any]) -> Feature:
    """A column without any value in training: hidden, and filled with the gap that the estimator knows."""
    fields = dtype_of(series)
    choices = tuple(Choice(level, text_of(level)) for level in fields.get("levels", ()))
    own = {key: _as_tuple(given[key]) for key in ("label", "help", "group", "missing") if key in given}
    _refuse_unknown_fields(name, given)
    kind = kind_of_dtype(series)
    return Feature(
        **{"name": name, "label": label_of(name), "kind": kind, "choices": choices, **fields, **own}, hidden=True
    )


def _with_levels(choices: Sequence[Choice], levels: Sequence[Any]) -> tuple[Choice, ...]:
    """Choices, with levels that an encoder knows and no row contains."""
    shown = {text_of(choice.value) for choice in choices}
    return (*choices, *(Choice(level, text_of(level)) for level in levels if text_of(level) not in shown))


def _has_spaces(known: pd.Series) -> bool:
    """True when a text consists of spaces only."""
    return any(isinstance(text, str) and text.isspace() for text in known.unique().tolist())


def _refuse_one_label_for_two(name: str, choices: Collection[Choice]) -> None:
    """Refuse values that differ by spaces only or share a label: they could not be told apart when they are sent."""
    counted = Counter(choice.label.strip() for choice in choices)
    twice = [label for label, count in counted.items() if count > 1]
    if twice:
        raise InvalidData(
            f"More than one value of {name!r} is called {', '.join(map(quote, twice))}.",
            "Give each its own label, or make them one value before the estimator is fitted.",
        )


def _refuse_unknown_fields(name: str, given: Mapping[str, Any]) -> None:
    fields = {field.name for field in dataclasses.fields(Feature)} - {"name", "codes"}
    strangers = sorted(set(given) - fields)
    if strangers:
        raise InvalidData(f"{name!r} is described by {', '.join(strangers)}.", f"Known: {', '.join(sorted(fields))}.")


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _choices(given: Any, known: pd.Series) -> tuple[Choice, ...]:
    """Choices as described, with the values that the data have: a TOML key is text where the data have 1."""
    if not given:
        return ()
    values = {
        text_of(value): value
        for value in (known.cat.categories if known.dtype == "category" else known.unique()).tolist()
    }
    labels = given if isinstance(given, Mapping) else {value: text_of(value) for value in given}
    return tuple(Choice(values.get(text_of(value), value), label) for value, label in labels.items())
