"""Blocks: n records as p arrays in schema order, and their way to and from frames and files.

number, integer and boolean columns are float64 with NaN for missing; category and text columns
are object arrays with None; dates are datetime64[s] with NaT.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ml.schema import Feature, Row, Schema, Value, text_of

if TYPE_CHECKING:
    import pandas as pd

Block = tuple[np.ndarray, ...]

NUMERIC = ("number", "integer", "boolean")


def column(feature: Feature, values: Sequence[Value]) -> np.ndarray:
    """Typed values of one feature as an array of shape (n,)."""
    if feature.kind in NUMERIC:
        return np.array(values, dtype=np.float64)  # None becomes NaN
    if feature.kind == "date":
        return np.array(["NaT" if value is None else value for value in values], dtype="datetime64[s]")
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

    columns = {feature.name: _series(feature, array) for feature, array in zip(schema.features, block, strict=True)}
    return pd.DataFrame(columns, copy=False)


def block_of_frame(schema: Schema, frame: pd.DataFrame) -> Block:
    """A frame's columns as a block; columns that the schema does not know are left out."""
    return tuple(_from_series(feature, frame[feature.name]) for feature in schema.features)


def write_csv(path: Path, schema: Schema, block: Block, extra: Mapping[str, Iterable[Any]] | None = None) -> None:
    """Write a block, exactly: numbers with all their digits, nothing for missing."""
    extra = extra or {}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*schema.names, *extra])
        texts = [[_cell(f, value) for value in values_of(f, a)] for f, a in zip(schema.features, block, strict=True)]
        writer.writerows(zip(*texts, *extra.values(), strict=True))


def read_csv(path: Path, schema: Schema, extra: Sequence[str] = ()) -> tuple[Block, dict[str, list[str]]]:
    """Read what :func:`write_csv` wrote: the block, and the extra columns as text."""
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
        return [None if math.isnan(value) else int(value) for value in array.tolist()]
    if feature.kind == "boolean":
        return [None if math.isnan(value) else bool(value) for value in array.tolist()]
    if feature.kind == "date":
        return [value.date() if value is not None else None for value in array.tolist()]
    return array.tolist()


def _cell(feature: Feature, value: Value) -> str:
    if feature.kind == "text":
        return str(value or "")
    return repr(value) if feature.kind == "number" and value is not None else text_of(value)


def _value(feature: Feature, text: str) -> Value:
    if feature.kind == "text":
        return text
    if text == "":
        return None
    if feature.kind in ("number", "integer"):
        return float(text)
    if feature.kind == "boolean":
        return text == "true"
    if feature.kind == "date":
        return dt.date.fromisoformat(text)
    return feature.by_text.get(text.strip(), text)


def _series(feature: Feature, array: np.ndarray) -> Any:
    import pandas as pd

    if feature.kind == "boolean" and feature.dtype == "object":  # True, False and gaps, as pandas reads them
        return np.array([value if math.isnan(value) else bool(value) for value in array], dtype=object)
    if feature.kind in NUMERIC:
        return _numbers(feature, array)
    if feature.dtype == "category":
        return pd.Categorical(array, categories=[choice.value for choice in feature.choices])
    if feature.kind == "date":
        return pd.Series(array).astype(feature.dtype)
    if feature.dtype.startswith(("int", "uint", "float", "bool")):
        numbers = np.array([math.nan if value is None else value for value in array], dtype=np.float64)
        return numbers if np.isnan(numbers).any() else numbers.astype(feature.dtype)
    missing = np.array([value is None for value in array], dtype=bool)
    return pd.Series(np.where(missing, np.nan, array) if missing.any() else array, dtype=feature.dtype)


def _numbers(feature: Feature, array: np.ndarray) -> np.ndarray:
    """Numbers in the type of training, if they fit it: 5000.5 stays, and so does a gap among integers."""
    if feature.kind == "number" or np.isnan(array).any():
        return array
    if feature.dtype.lower().startswith("bool"):
        return array.astype(bool)
    return array.astype(np.int64) if feature.dtype.lower().startswith(("int", "uint")) else array


def _from_series(feature: Feature, series: pd.Series) -> np.ndarray:
    missing = series.isna().to_numpy()
    if feature.kind in NUMERIC:
        return series.to_numpy(dtype=np.float64, na_value=math.nan)
    if feature.kind == "date":
        return series.to_numpy(dtype="datetime64[s]")
    values = series.astype(object).to_numpy()
    array = np.empty(len(values), dtype=object)
    array[:] = [None if gone else _native(value) for value, gone in zip(values, missing, strict=True)]
    return array


def _native(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
