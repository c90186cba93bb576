"""Checks that columns have types that forms, files and JSON can hold; a refusal says what to convert them to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from ml.data.parsing import LARGEST_INTEGER
from ml.errors import InvalidData

TAKEN = "Likely takes finite numbers, truth values, texts, dates and times (datetime64), and categories of these."
LARGEST = 3.4e38  # what single precision holds, in which trees compare
PLAIN = (str, bool, int, float, np.bool_, np.integer, np.floating)
ADVICE: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (Decimal, 'Make them numbers before the estimator is fitted: frame["{0}"].astype(float).'),
    ((dt.datetime, dt.date), 'Make them dates before the estimator is fitted: pd.to_datetime(frame["{0}"]).'),
    (dt.timedelta, 'Make them numbers before the estimator is fitted: frame["{0}"].dt.total_seconds().'),
    (pd.Interval, 'Make them texts before the estimator is fitted: frame["{0}"].astype(str).'),
    (pd.Period, 'Make them dates before the estimator is fitted: frame["{0}"].dt.to_timestamp().'),
    ((bytes, dt.time), 'Make them texts before the estimator is fitted: frame["{0}"].astype(str).'),
)


def check_columns(frame: pd.DataFrame, columns: Sequence[str], source: str) -> None:
    """Raise InvalidData at the first of the estimator's columns that has an unsupported type.

    `source` names the frame for people.
    """
    for name in columns:
        series = frame[name]
        if isinstance(series, pd.DataFrame):
            raise InvalidData(f"{source} has more than one column {name!r}.", "Give each a name of its own.")
        if types.is_numeric_dtype(series) and not types.is_bool_dtype(series):
            _check_numbers(series, name, source)
        elif not _is_plain_dtype(series.dtype):
            _check_values(series, name, source)


def _is_plain_dtype(dtype: Any) -> bool:
    return types.is_bool_dtype(dtype) or types.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.StringDtype)


def _check_numbers(series: pd.Series, name: str, source: str) -> None:
    if types.is_complex_dtype(series):
        hint = f"{TAKEN} Give the real and the imaginary part a column each."
        raise InvalidData(f"Column {name!r} of {source} holds complex numbers.", hint)
    if types.is_integer_dtype(series):
        _check_integers(series, name, source)
        return
    numbers = series.to_numpy(dtype=np.float64, na_value=np.nan)
    beyond = np.flatnonzero(np.abs(numbers) > LARGEST)
    if len(beyond):
        kind = "infinite values" if np.isinf(numbers[beyond]).any() else f"numbers beyond {LARGEST:g}"
        raise InvalidData(
            f"Column {name!r} of {source} holds {kind}, the first in row {beyond[0] + 1:,} ({len(beyond):,} in all).",
            "Leave these rows out, or fit the estimator again on what they stand for (a gap, or the largest value).",
        )


def _check_integers(series: pd.Series, name: str, source: str) -> None:
    beyond = np.flatnonzero(((series > LARGEST_INTEGER) | (series < -LARGEST_INTEGER)).to_numpy(bool, na_value=False))
    if len(beyond):
        raise InvalidData(
            f"Column {name!r} of {source} holds whole numbers beyond 2^53, from which on neighbours are one decimal "
            f"number: the first in row {beyond[0] + 1:,} ({len(beyond):,} in all).",
            "Such a number names something: leave the column out, or make it text before the estimator is fitted.",
        )


def _check_values(series: pd.Series, name: str, source: str) -> None:
    """Columns of objects, and of categories, whose values may be anything."""
    category = isinstance(series.dtype, pd.CategoricalDtype)
    values = series.cat.categories.tolist() if category else series.dropna().tolist()
    strange = next((value for value in values if not isinstance(value, PLAIN)), None)
    if strange is None:
        return
    if len({str(value.tzinfo) for value in values if isinstance(value, dt.datetime)}) > 1:
        raise InvalidData(
            f"Column {name!r} of {source} holds times of more than one time zone.",
            f'Give all one before the estimator is fitted: pd.to_datetime(frame["{name}"], utc=True).',
        )
    raise _refusal(f"Column {name!r} of {source} holds {'categories' if category else 'values'}", strange, name)


def check_levels(levels: Iterable[Any], name: str) -> None:
    """Raise InvalidData where an encoder knows levels that no cell of a file can be."""
    strange = next((level for level in levels if not isinstance(level, PLAIN)), None)
    if strange is not None:
        raise _refusal(f"The estimator's encoder of column {name!r} knows values", strange, name)


def _refusal(held: str, strange: Any, name: str) -> InvalidData:
    advice = next((words for of, words in ADVICE if isinstance(strange, of)), "Make them texts or numbers.")
    return InvalidData(f"{held} of the type {type(strange).__name__}.", f"{TAKEN} {advice.format(name)}")
