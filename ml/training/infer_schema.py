"""Infers a schema from training data."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd
from pandas.api import types

from ml.data.constraints import read_constraints
from ml.data.feature import Choice, Feature, Kind, text_of
from ml.data.labels import label_of
from ml.data.schema import Schema
from ml.data.value_words import quote
from ml.data.yes_no import no_and_yes, spelled
from ml.errors import InvalidData
from ml.training.columns.column_kinds import LONGEST_CHOICE, kind_of, kind_of_dtype
from ml.training.columns.one_hot import one_hot_of, starting
from ml.training.describe import check_described

MOST_SUGGESTIONS = 20
MOST_CODES = 6
EACH_CODE = 10  # rows that each code has in the mean: fewer tell nothing
LARGEST_CODE = 10
SPACES = "(spaces)"  # what people read of a text that is nothing else
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
        What the data cannot tell (label, unit, help, hard limits, …); wins over what was inferred.
    record_id : str, optional
        Name of the column that names a record.
    optional : bool or collection of str
        Columns that the estimator can do without; True for every one.
    constraints : sequence of str
        What must hold between two features, as in "down_payment <= price".
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
    if kind not in _SHAPES:
        raise InvalidData(f"{name!r} is described with the kind {kind!r}.", f"Known: {', '.join(_SHAPES)}.")
    inferred: dict[str, Any] = {"name": name, "label": label_of(name), "kind": kind, "required": required}
    inferred |= dtype_of(series) | {"spaces": kind in ("category", "text") and _has_spaces(known)}
    try:
        inferred |= _SHAPES[kind](known)
    except (ValueError, TypeError, AttributeError):
        example = quote(known.iloc[0])
        raise InvalidData(f"{name!r} is described as {kind}, and its values are not: {example}.") from None
    if kind == "category" and levels:
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
    told = dtype_of(series)
    choices = tuple(Choice(level, text_of(level)) for level in told.get("levels", ()))
    kept = {key: _as_tuple(given[key]) for key in ("label", "help", "group", "missing") if key in given}
    _refuse_unknown_fields(name, given)
    kind = kind_of_dtype(series)
    return Feature(
        **{"name": name, "label": label_of(name), "kind": kind, "choices": choices, **told, **kept}, hidden=True
    )


def _with_levels(choices: Sequence[Choice], levels: Sequence[Any]) -> tuple[Choice, ...]:
    """Choices, with levels that an encoder knows and no row contains."""
    shown = {text_of(choice.value) for choice in choices}
    return (*choices, *(Choice(level, text_of(level)) for level in levels if text_of(level) not in shown))


def dtype_of(series: pd.Series) -> dict[str, Any]:
    """Details of a column's dtype and gaps on which the estimator may depend, as fields of :class:`Feature`."""
    dtype = series.dtype
    told: dict[str, Any] = {"dtype": str(dtype), "complete": bool(series.notna().all())}
    if isinstance(dtype, pd.CategoricalDtype):
        told |= {"dtype": "category", "levels": tuple(dtype.categories.tolist()), "ordered": bool(dtype.ordered)}
    if isinstance(dtype, pd.DatetimeTZDtype):
        told |= {"zone": str(dtype.tz), "timed": True}
    elif types.is_datetime64_any_dtype(dtype):
        known = series.dropna()
        told |= {"timed": bool((known != known.dt.normalize()).any())}
    if str(dtype) == "object":
        told |= {"none_gaps": any(value is None for value in series.tolist())}
    return told


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


def _numbers(known: pd.Series) -> dict[str, Any]:
    numbers = known.astype(float)
    low, high, middle = float(numbers.min()), float(numbers.max()), float(numbers.median())
    step = nice_step(high - low)
    return {"seen": (low, high), "step": step, "default": round(round(middle / step) * step, 10)}


def _integers(known: pd.Series) -> dict[str, Any]:
    numbers = known.astype(float)
    low, high = int(numbers.min()), int(numbers.max())
    shape = {"seen": (low, high), "step": max(1.0, nice_step(high - low)), "default": int(numbers.median())}
    return shape | {"codes": codes_of(numbers)}


def codes_of(numbers: pd.Series) -> tuple[Choice, ...]:
    """Values that a form may offer by name: yes and no for 1 and 0, else a few small numbers without gaps.

    Whether 1 to 3 are classes or children need not be known: no number is refused for it.
    """
    known = sorted(map(int, numbers.unique()))
    if known == [0, 1]:
        return Choice(1, "Yes"), Choice(0, "No")
    few = 1 < len(known) <= MOST_CODES and len(numbers) >= EACH_CODE * len(known)
    if not few or known != list(range(known[0], known[-1] + 1)) or known[0] < 0 or known[-1] > LARGEST_CODE:
        return ()
    return tuple(Choice(code, str(code)) for code in known)


def nice_step(span: float) -> float:
    """About a hundredth of a range, as 1, 2 or 5 times a power of ten."""
    if not span > 0:
        return 1.0
    exact = span / 100
    power = 10.0 ** math.floor(math.log10(exact))
    return round(min((1, 2, 5, 10), key=lambda times: abs(times * power - exact)) * power, 12)


def _category(known: pd.Series) -> dict[str, Any]:
    listed = known.cat.categories.tolist() if known.dtype == "category" else sorted(known.unique().tolist(), key=_order)
    labels = {text_of(value): text_of(value) for value in listed}
    if pair := no_and_yes(labels):
        labels = dict(zip(pair, spelled(*pair), strict=True))
    choices = tuple(Choice(value, labels[text_of(value)] or SPACES) for value in listed)
    return {"choices": choices, "default": known.mode().tolist()[0]}


def _order(value: Any) -> tuple[int, float, str]:
    try:
        return 0, float(value), ""
    except (TypeError, ValueError):
        return 1, 0.0, str(value)


def _boolean(known: pd.Series) -> dict[str, Any]:
    return {"default": bool(known.astype(float).mean() > 0.5)}


def _date(known: pd.Series) -> dict[str, Any]:
    timed = dtype_of(known).get("timed", False)
    low, high, middle = known.min(), known.max(), known.sort_values().iloc[len(known) // 2]
    if not timed:
        return {"seen": (low.date(), high.date()), "default": middle.date()}
    return {"seen": (low.to_pydatetime(), high.to_pydatetime()), "default": middle.to_pydatetime()}


def _text(known: pd.Series) -> dict[str, Any]:
    common = known.astype(str).value_counts()
    repeated = [
        text for text, count in common.head(MOST_SUGGESTIONS).items() if count > 1 and len(str(text)) <= LONGEST_CHOICE
    ]
    longest = int(known.astype(str).str.len().max())
    return {
        "suggestions": tuple(repeated),
        "default": str(common.index[0]),
        "widget": "textarea" if longest > 80 else "text",
    }


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


_SHAPES = {
    "number": _numbers,
    "integer": _integers,
    "category": _category,
    "boolean": _boolean,
    "date": _date,
    "text": _text,
}
