"""Stand-ins that keep in a skops file what skops cannot keep: pandas objects, patterns, dicts with odd keys.

A file names the class and plain data; calling the class gives the object itself, never a stand-in. The names are in
files of bundles: they may be neither renamed nor moved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd


class Stored:
    """Base of the stand-ins. One that waits to be written is made by :meth:`keep`, from the data that calls take."""

    data: tuple[Any, ...]

    @classmethod
    def keep(cls, *data: Any) -> Any:
        """A stand-in to be written."""
        stand_in = object.__new__(cls)
        stand_in.data = data
        return stand_in

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self.data


class StoredArray(Stored):
    """A column of values: numpy's own, or one of pandas' kinds."""

    def __new__(cls, kind: str, values: Any, told: Any = None) -> Any:
        """Make the array.

        Parameters
        ----------
        kind : str
            "numpy", "objects" (as they are), "category", "zoned" or "listed" (None is a gap).
        values : ndarray or list
        told : object
            Categories and order, the time zone, or the name of the dtype.
        """
        if kind == "numpy":
            return values
        if kind == "objects":
            array = np.empty(len(values), dtype=object)
            array[:] = values
            return array
        if kind == "category":
            return pd.Categorical.from_codes(values, categories=told[0], ordered=told[1])
        if kind == "zoned":
            return pd.DatetimeIndex(values).tz_localize("UTC").tz_convert(told).array
        return pd.array(values, dtype=told)


class StoredIndex(Stored):
    """An index, with its name."""

    def __new__(cls, values: Any, name: Any) -> Any:
        """Make the index from an array, or a range from its three numbers."""
        if isinstance(values, tuple):
            return pd.RangeIndex(*values, name=name)
        return pd.Index(values, dtype=getattr(values, "dtype", None), name=name)


class StoredMultiIndex(Stored):
    """An index of several levels."""

    def __new__(cls, levels: list[Any], codes: list[Any], names: list[Any]) -> Any:
        """Make the index."""
        return pd.MultiIndex(levels=levels, codes=codes, names=names)


class StoredSeries(Stored):
    """A series."""

    def __new__(cls, values: Any, index: pd.Index, name: Any) -> Any:
        """Make the series."""
        return pd.Series(values, index=index, name=name, dtype=values.dtype)


class StoredFrame(Stored):
    """A frame, column by column."""

    def __new__(cls, columns: list[Any], names: pd.Index, index: pd.Index) -> Any:
        """Make the frame."""
        made = {at: pd.Series(values, index=index, dtype=values.dtype) for at, values in enumerate(columns)}
        return pd.DataFrame(made, index=index).set_axis(names, axis=1)


class StoredDtype(Stored):
    """A dtype of pandas: of categories, or by its name."""

    def __new__(cls, told: Any, ordered: bool | None = None) -> Any:
        """Make the dtype."""
        return pd.api.types.pandas_dtype(told) if isinstance(told, str) else pd.CategoricalDtype(told, ordered)


class StoredTime(Stored):
    """A moment or a duration, or one of pandas' two values for a gap."""

    def __new__(cls, kind: str, value: int = 0, unit: str = "ns", zone: Any = None) -> Any:
        """Make the value; `kind` is "moment", "duration", "NaT" or "NA"."""
        if kind == "moment":
            moment = pd.Timestamp(np.array(value, dtype=f"M8[{unit}]")[()])
            return moment if zone is None else moment.tz_localize("UTC").tz_convert(zone)
        if kind == "duration":
            return pd.Timedelta(np.array(value, dtype=f"m8[{unit}]")[()])
        return pd.NaT if kind == "NaT" else pd.NA


class StoredPattern(Stored):
    """A compiled regular expression."""

    def __new__(cls, pattern: str | bytes, flags: int) -> Any:
        """Compile it."""
        return re.compile(pattern, flags)


class StoredDict(Stored):
    """A dict whose keys are not all texts, or not all of one kind."""

    def __new__(cls, kind: type, keys: list[Any], values: list[Any], default: Any = None) -> Any:
        """Make the dict, or defaultdict or the like."""
        made = kind(default) if default is not None else kind()
        made.update(zip(keys, values, strict=True))
        return made


STORED = (
    StoredArray,
    StoredIndex,
    StoredMultiIndex,
    StoredSeries,
    StoredFrame,
    StoredDtype,
    StoredTime,
    StoredPattern,
    StoredDict,
)


def zone_text(zone: Any) -> str | None:
    """A time zone by the name that pandas takes."""
    return None if zone is None else str(zone)


def plain_array(array: Any, each: Any) -> Any:
    """A stand-in for an array of pandas or numpy; `each` gives the stand-in for one value.

    Raises
    ------
    TypeError
        For a kind of array that is not known here.
    """
    array = array.to_numpy() if type(array) is pd.arrays.NumpyExtensionArray else array
    dtype = array.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        categories = [plain_index(dtype.categories, each), bool(dtype.ordered)]
        return StoredArray.keep("category", np.asarray(array.codes), categories)
    if isinstance(dtype, pd.DatetimeTZDtype):
        moments = pd.DatetimeIndex(array).tz_convert("UTC").tz_localize(None)
        return StoredArray.keep("zoned", moments.to_numpy(), zone_text(dtype.tz))
    if isinstance(dtype, np.dtype):
        values = np.asarray(array)
        return StoredArray.keep("objects", [each(item) for item in values]) if dtype.hasobject else values.copy()
    return StoredArray.keep("listed", _listed(array, dtype), str(dtype))


def _listed(array: Any, dtype: Any) -> list[Any]:
    if isinstance(dtype, pd.PeriodDtype):
        return [None if pd.isna(item) else str(item) for item in array]
    if dtype.kind not in "biufOSU":
        raise TypeError(f"a pandas column of {dtype}")
    return [None if pd.isna(item) else getattr(item, "item", lambda item=item: item)() for item in array]


def plain_index(index: pd.Index, each: Any) -> Any:
    """A stand-in for an index."""
    if isinstance(index, pd.MultiIndex):
        levels = [plain_index(level, each) for level in index.levels]
        return StoredMultiIndex.keep(levels, [np.asarray(codes) for codes in index.codes], list(index.names))
    if isinstance(index, pd.RangeIndex):
        return StoredIndex.keep((index.start, index.stop, index.step), each(index.name))
    return StoredIndex.keep(plain_array(index.array, each), each(index.name))


def plain_frame(frame: pd.DataFrame, each: Any) -> Any:
    """A stand-in for a frame."""
    columns = [plain_array(frame.iloc[:, at].array, each) for at in range(frame.shape[1])]
    return StoredFrame.keep(columns, plain_index(frame.columns, each), plain_index(frame.index, each))


def plain_series(series: pd.Series, each: Any) -> Any:
    """A stand-in for a series."""
    return StoredSeries.keep(plain_array(series.array, each), plain_index(series.index, each), each(series.name))


def plain_dtype(dtype: Any, each: Any) -> Any:
    """A stand-in for a dtype of pandas."""
    if not isinstance(dtype, pd.CategoricalDtype):
        return StoredDtype.keep(str(dtype))
    categories = None if dtype.categories is None else plain_index(dtype.categories, each)
    return StoredDtype.keep(categories, dtype.ordered)


def plain_time(value: Any) -> Any:
    """A stand-in for a moment, a duration or a gap of pandas."""
    if value is pd.NA:
        return StoredTime.keep("NA")
    if value is pd.NaT:
        return StoredTime.keep("NaT")
    if isinstance(value, pd.Timedelta):
        return StoredTime.keep("duration", value.asm8.astype(np.int64).item(), value.unit)
    return StoredTime.keep("moment", value.asm8.astype(np.int64).item(), value.unit, zone_text(value.tz))


def has_odd_keys(held: dict[Any, Any]) -> bool:
    """True when skops would change the keys of a dict: it keeps them as texts."""
    kinds = set(map(type, held))
    return not (kinds <= {str} or kinds in ({int}, {float}) or _are_numpy(kinds))


def _are_numpy(kinds: Iterable[type]) -> bool:
    kinds = list(kinds)
    return len(kinds) == 1 and issubclass(kinds[0], np.integer | np.floating | np.str_)
