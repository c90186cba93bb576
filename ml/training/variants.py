"""Frames that a file may have been in memory: what the training code made of it before the estimator was fitted.

A CSV file does not tell whether "2024-05-17" was a date, 02134 a text, or a town a category. Each variant is one
reading; the estimator is asked with all (:mod:`ml.training.find_asking`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pandas.api import types

from ml.data.training_table import TrainingTable, is_text
from ml.errors import InvalidData
from ml.training.known_levels import Known

Change = Callable[[pd.Series, TrainingTable], pd.Series]
DATE = r"\s*\d{4}-\d{2}-\d{2}([T ].*)?\s*"
FEW_DATES = 200  # rows that tell whether a column holds dates


@dataclass(frozen=True)
class Variant:
    """One reading of a file: for some columns a change, and a few words for what is changed."""

    words: str
    changes: Mapping[str, Change]

    def apply(self, table: TrainingTable) -> pd.DataFrame:
        """The table's frame in this reading; parsing may raise."""
        frame = table.frame.copy(deep=False)
        for name, change in self.changes.items():
            if name in frame:
                frame[name] = change(frame[name], table)
        return frame


def variants_of(table: TrainingTable, columns: Sequence[str], known: Known) -> Iterator[Variant]:
    """Readings of a file's columns, the plainest first.

    Parameters
    ----------
    table : TrainingTable
    columns : sequence of str
        The estimator's columns.
    known : Known
        Levels that the estimator knows: columns that it takes as categories are such in every reading.
    """
    frame = table.frame
    native = {name: to_category(levels) for name, levels in known.native.items() if name in frame}
    texts = [name for name in columns if is_text(frame[name]) and name not in native]
    dates = {name: to_dates for name in texts if _are_dates(frame[name])}
    codes = {name: to_written for name in columns if name in table.padded and name not in native}
    words = "as read" + (f", {', '.join(native)} as categories" if native else "")
    yield Variant(words, native)
    if table.path is None:
        return  # a frame in memory is what it is
    if codes:
        yield Variant(f"{', '.join(codes)} as texts with their leading zeros", native | codes)
    if dates:
        yield Variant(f"{', '.join(dates)} as dates", native | dates)
    if dates and codes:
        yield Variant(f"{', '.join(dates)} as dates, {', '.join(codes)} as texts", native | dates | codes)
    rest = [name for name in texts if name not in dates]
    if rest:
        yield Variant("texts as categories", native | dates | {name: to_category(None) for name in rest})
        yield Variant("texts as Python objects", native | dict.fromkeys(rest, to_object))
    whole = [name for name in columns if types.is_integer_dtype(frame[name]) and name not in native]
    if whole:
        yield Variant("whole numbers as texts", native | dict.fromkeys(whole, to_written))


def _are_dates(series: pd.Series) -> bool:
    few = series.dropna().head(FEW_DATES).astype(str)
    return len(few) > 0 and bool(few.str.fullmatch(DATE).all())


def to_category(levels: list[Any] | None) -> Change:
    """A column as categories: those that are known, else those that it holds, sorted."""

    def change(series: pd.Series, _: TrainingTable) -> pd.Series:
        if series.dtype == "category":
            return series
        if levels is None:
            return series.astype("category")
        return series.astype(pd.CategoricalDtype(pd.Index(levels)))

    return change


def to_dates(series: pd.Series, table: TrainingTable) -> pd.Series:
    """A column of texts as dates, with their times, and their time zone where they have one.

    Raises
    ------
    InvalidData
        When a text is no date, or times are of more than one zone.
    """
    if types.is_datetime64_any_dtype(series):
        return series
    try:
        return pd.to_datetime(series, format="ISO8601")
    except Exception as error:  # noqa: BLE001 - a parser fails in any way
        said = (str(error).splitlines() or ["no date"])[0][:200].rstrip(".")
        if re.search("utc|time ?zone|offset", said, re.IGNORECASE):
            message = f"Column {series.name!r} of {table.name} holds times of more than one time zone."
            raise InvalidData(message, "Write all of them in one, such as UTC: 2024-05-17T10:00:00Z.") from None
        message = f"Column {series.name!r} of {table.name} is described as dates: {said}."
        raise InvalidData(message, "Write dates as YYYY-MM-DD, with a time as YYYY-MM-DDTHH:MM:SS.") from None


def to_written(series: pd.Series, table: TrainingTable) -> pd.Series:
    """A column of numbers as the texts that stand in its file."""
    if is_text(series):
        return series
    cells = table.texts([str(series.name)])[series.name].reindex(series.index)
    return cells.mask(series.isna()).astype("str")


def to_object(series: pd.Series, _: TrainingTable) -> pd.Series:
    """A column of texts as Python objects, as pandas before 3.0 had it."""
    return series.astype(object)
