"""Blocks: n records as p arrays in schema order, and their conversion to and from rows, frames and files.

number, integer and boolean columns are float64 with NaN for missing; category and text columns
are object arrays with None; dates are datetime64[s] with NaT, those with a time of day datetime64[us], in UTC
where the column has a time zone.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ml.data.array_types import Booleans, Floats, Positions
from ml.data.feature import Feature, Value, text_of
from ml.data.frames import series_of, values_of_series
from ml.data.schema import Row, Schema

if TYPE_CHECKING:
    import pandas as pd

Block = tuple[np.ndarray, ...]


def column(feature: Feature, values: Sequence[Value]) -> np.ndarray:
    """Typed values of one feature as an array of shape (n,)."""
    if feature.in_floats:
        return np.array(values, dtype=np.float64)  # None becomes NaN
    if feature.kind == "date":
        return _dates(feature, values)
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def block_of(schema: Schema, rows: Sequence[Row]) -> Block:
    """Rows as a block."""
    if not rows:
        return tuple(column(feature, ()) for feature in schema.features)
    return tuple(
        column(feature, values) for feature, values in zip(schema.features, zip(*rows, strict=True), strict=True)
    )


def rows_of(schema: Schema, block: Block) -> list[Row]:
    """A block as rows: the inverse of :func:`block_of`."""
    return list(
        zip(*(values_of(feature, array) for feature, array in zip(schema.features, block, strict=True)), strict=True)
    )


def take(block: Block, which: Any) -> Block:
    """The rows `which` of a block (a slice, a mask or row numbers)."""
    return tuple(array[which] for array in block)


def size(block: Block) -> int:
    """Number of records."""
    return len(block[0]) if block else 0


def frame_of(schema: Schema, block: Block) -> pd.DataFrame:
    """The block as the frame that the estimator was fitted on: names and dtypes."""
    import pandas as pd

    rows = pd.RangeIndex(size(block))  # given explicitly: pandas' inference takes a third of the time of one row
    if schema.all_float64:
        return _frame_of_numbers(block, _names(schema), rows)
    # A float64 column of a block is one of the frame already
    columns = [
        array if feature.float64 else series_of(feature, array)
        for feature, array in zip(schema.features, block, strict=True)
    ]
    if all(_taken_as_it_is(made) for made in columns):
        return _frame_of_parts(columns, _names(schema), rows)
    return pd.DataFrame(dict(zip(schema.names, columns, strict=True)), index=rows, copy=False)


def _taken_as_it_is(made: Any) -> bool:
    """True for columns whose dtype pandas keeps: numbers, truth values and its own arrays, not objects."""
    if type(made) is np.ndarray:
        return made.dtype.kind in "fiub"
    import pandas as pd

    return isinstance(made, pd.api.extensions.ExtensionArray)


def _frame_of_numbers(block: Block, names: pd.Index, rows: pd.Index) -> pd.DataFrame:
    """A frame of float64 columns only: one array of values."""
    from pandas.api.internals import create_dataframe_from_blocks

    return create_dataframe_from_blocks([(np.array(block), np.arange(len(block)))], index=rows, columns=names)


def _frame_of_parts(columns: Sequence[Any], names: pd.Index, rows: pd.Index) -> pd.DataFrame:
    """A frame from columns of final dtypes: for one row in half the time of a frame from a dict."""
    from pandas.api.internals import create_dataframe_from_blocks

    alike: dict[Any, list[int]] = {}  # dtype of numpy columns, place of any other
    for at, made in enumerate(columns):
        alike.setdefault(made.dtype if type(made) is np.ndarray else at, []).append(at)
    parts = [
        (
            np.array([columns[at] for at in places]) if type(columns[places[0]]) is np.ndarray else columns[places[0]],
            np.array(places),
        )
        for places in alike.values()
    ]
    return create_dataframe_from_blocks(parts, index=rows, columns=names)


def _names(schema: Schema) -> pd.Index:
    """Column names as a pandas Index, made once; a view for each frame, as callers may rename it."""
    import pandas as pd

    kept = schema.__dict__.get("_columns")
    if kept is None:
        kept = schema.__dict__["_columns"] = pd.Index(list(schema.names))
    return kept.view()


def block_of_frame(schema: Schema, frame: pd.DataFrame) -> Block:
    """A frame's columns as a block; columns that the schema does not know are left out."""
    return tuple(values_of_series(feature, frame[feature.name]) for feature in schema.features)


def write_csv(path: Path, schema: Schema, block: Block, extra: Mapping[str, Iterable[Any]] | None = None) -> None:
    """Write a block losslessly: numbers with all their digits, nothing for missing."""
    extra = extra or {}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*schema.names, *extra])
        writer.writerows(zip(*_texts(schema, block), *extra.values(), strict=True))


def cells_of(schema: Schema, block: Block) -> Iterator[tuple[str, ...]]:
    """Rows of a block as texts: numbers with all their digits, nothing for missing."""
    return zip(*_texts(schema, block), strict=True)


def _texts(schema: Schema, block: Block) -> list[list[str]]:
    return [[_cell(f, value) for value in values_of(f, a)] for f, a in zip(schema.features, block, strict=True)]


def read_csv(path: Path, schema: Schema, extra: Sequence[str] = ()) -> tuple[Block, dict[str, list[str]]]:
    """Read a file of :func:`write_csv`: the block, and the extra columns as text."""
    with path.open(newline="", encoding="utf-8") as file:
        header, *lines = csv.reader(file)
    cells = dict(zip(header, zip(*lines, strict=True), strict=True)) if lines else dict.fromkeys(header, ())
    block = tuple(
        column(feature, [_value(feature, text) for text in cells[feature.name]]) for feature in schema.features
    )
    return block, {name: list(cells[name]) for name in extra if name in cells}


def values_of(feature: Feature, array: np.ndarray) -> list[Value]:
    """An array of one feature as typed values: the inverse of :func:`column`."""
    if feature.kind == "number":
        return [None if math.isnan(value) else value for value in array.tolist()]
    if feature.kind == "integer":
        return [None if math.isnan(value) else int(value) if value % 1 == 0 else value for value in array.tolist()]
    if feature.kind == "boolean":
        return [None if math.isnan(value) else bool(value) for value in array.tolist()]
    if feature.kind == "date":
        return [None if value is None else _moment(feature, value) for value in array.tolist()]
    values: list[Value] = array.tolist()
    return values


def _dates(feature: Feature, values: Sequence[Any]) -> np.ndarray:
    """Dates with a resolution of seconds, times with one of microseconds; with a time zone in UTC."""
    if not feature.timed:
        return np.array(["NaT" if value is None else value for value in values], dtype="datetime64[s]")
    if feature.zone is not None:
        values = [None if value is None else value.astimezone(dt.UTC).replace(tzinfo=None) for value in values]
    return np.array(["NaT" if value is None else value for value in values], dtype="datetime64[us]")


def gaps_of(array: np.ndarray) -> Booleans:
    """Mask of missing values in a column of a block: bool of shape (n,)."""
    if array.dtype == object:
        return np.array([value is None for value in array.tolist()], dtype=bool)
    gaps: Booleans = np.isnan(array)  # of dates NaT
    return gaps


def as_floats(array: np.ndarray) -> Floats:
    """An array of numbers or dates as float64, of dates seconds since 1970; NaN where there is no value."""
    if array.dtype.kind == "M":
        return np.where(np.isnat(array), np.nan, array.astype("datetime64[s]").astype(np.float64))
    return np.asarray(array, dtype=np.float64)


def quantile_parts(values: Floats, of: Floats) -> Positions:
    """Part of each value by the tenths of others, rising; values that are not there are the last part."""
    known = of[np.isfinite(of)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, 11)[1:-1])) if len(known) else np.empty(0)
    return np.where(np.isfinite(values), np.searchsorted(edges, values, "right"), len(edges) + 1)


def _moment(feature: Feature, value: dt.datetime) -> dt.date:
    if not feature.timed:
        return value.date()
    return value if feature.zone is None else value.replace(tzinfo=dt.UTC).astimezone(feature.tzinfo)


def _cell(feature: Feature, value: Value) -> str:
    if isinstance(value, str) or feature.kind == "text":
        return str(value or "")  # with the spaces at its ends
    return repr(value) if feature.kind == "number" and value is not None else text_of(value)


def _value(feature: Feature, text: str) -> Value:
    if text == "":
        return feature.blank
    if feature.kind == "text":
        return text
    if feature.is_number:
        return float(text)
    if feature.kind == "boolean":
        return text == "true"
    if feature.kind == "date":
        return (dt.datetime if feature.timed else dt.date).fromisoformat(text)
    if feature.unknown and feature.numeric_choices and text.strip() not in feature.by_text:
        return float(text)
    return feature.by_text.get(text.strip(), text)
