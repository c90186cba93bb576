"""Changes that training code makes to a column after a file was read: dates of texts, categories, gaps, and so on.

Each is a function of a column and its table; a column that it does not concern goes through as it is, because the
hold-out is read in the same way and may hold less.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from pandas.api import types

from ml.data.parsing import with_point
from ml.errors import InvalidData
from ml.training.columns.training_table import TrainingTable, is_text

Change = Callable[[pd.Series, TrainingTable], pd.Series]
CLEAN, GAPS, TYPE, FILL, CONTAINER = range(5)  # in this order changes of one column are made


@dataclass(frozen=True)
class Reading:
    """One change that training code may have made to a file's columns."""

    words: str
    """Description."""
    stage: int
    """Position among the changes of one column."""
    changes: Mapping[str, Change]
    """By column."""
    gaps: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By column, texts that are gaps in this reading."""
    fills: Mapping[str, str] = field(default_factory=dict)
    """By column, the text that stands for a gap."""
    commas: frozenset[str] = frozenset()
    """Columns of numbers with decimal commas."""
    rival: str = ""
    """Readings of one rival name exclude each other."""
    typed: bool = False
    """It makes numbers or dates of texts: preferred where the estimator answers the same, for so they are asked for."""


@dataclass(frozen=True)
class Variant:
    """A combination of readings: one candidate for the frame on which the estimator was fitted."""

    readings: tuple[Reading, ...] = ()
    native: Mapping[str, Change] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The readings in a few words."""
        native = [f"{', '.join(self.native)} as categories"] if self.native else []
        return "; ".join([*(reading.words for reading in self.readings), *native]) or "as read"

    @property
    def gaps(self) -> dict[str, frozenset[str]]:
        """By column, texts that are gaps."""
        gaps: dict[str, frozenset[str]] = {}
        for reading in self.readings:
            gaps |= {name: gaps.get(name, frozenset()) | texts for name, texts in reading.gaps.items()}
        return gaps

    @property
    def fills(self) -> dict[str, str]:
        """By column, the text that stands for a gap."""
        return {name: text for reading in self.readings for name, text in reading.fills.items()}

    @property
    def commas(self) -> frozenset[str]:
        """Columns of numbers with decimal commas."""
        return frozenset().union(*(reading.commas for reading in self.readings))

    @property
    def needs_all_rows(self) -> bool:
        """True when a part of the rows would be read otherwise: categories are those of all rows."""
        return any(reading.stage == CONTAINER for reading in self.readings)

    def apply(self, table: TrainingTable, until: int = CONTAINER) -> pd.DataFrame:
        """The table's frame in this reading, with the changes up to a stage; parsing may raise."""
        frame = table.frame.copy(deep=False)
        for reading in sorted(self.readings, key=lambda reading: reading.stage):
            if reading.stage <= until:
                _change(frame, reading.changes, table)
        if until >= CONTAINER:
            _change(frame, self.native, table)
        return frame


def _change(frame: pd.DataFrame, changes: Mapping[str, Change], table: TrainingTable) -> None:
    for name, change in changes.items():
        if name in frame:
            frame[name] = change(frame[name], table)


def to_category(levels: list[Any] | None) -> Change:
    """A column as categories: the known levels, with any other value as a gap; without known levels its own, sorted."""

    def change(series: pd.Series, _: TrainingTable) -> pd.Series:
        if series.dtype == "category":
            return series
        if levels is None:
            return series.astype("category")
        others = series.notna() & ~series.isin(levels)
        return (series.mask(others) if others.any() else series).astype(pd.CategoricalDtype(pd.Index(levels)))

    return change


def to_dates(zone: str | None = None) -> Change:
    """A column of texts as dates, with their times, and their time zone where they have one.

    The change raises InvalidData when a text is no date, or times are of more than one offset and no `zone` is told.
    """

    def change(series: pd.Series, table: TrainingTable) -> pd.Series:
        if types.is_datetime64_any_dtype(series):
            return series
        try:
            dates = pd.to_datetime(series, format="ISO8601", utc=zone is not None)
            return dates if zone is None else dates.dt.tz_convert(zone)
        except Exception as error:  # noqa: BLE001 - a parser fails in any way
            raise _no_dates(series, table, error) from None

    return change


def _no_dates(series: pd.Series, table: TrainingTable, error: Exception) -> InvalidData:
    said = (str(error).splitlines() or ["no date"])[0][:200].rstrip(".")
    if re.search("utc|time ?zone|offset", said, re.IGNORECASE):
        return InvalidData(
            f"Column {series.name!r} of {table.name} holds times of more than one time zone.",
            'Say which one training had, kind = "date" and zone = "Europe/Vienna" in the description (--describe), or '
            "write all of them in one, such as UTC: 2024-05-17T10:00:00Z.",
        )
    return InvalidData(
        f"Column {series.name!r} of {table.name} is described as dates: {said}.",
        "Write dates as YYYY-MM-DD, with a time as YYYY-MM-DDTHH:MM:SS.",
    )


def to_written(series: pd.Series, table: TrainingTable) -> pd.Series:
    """A column of numbers as the texts that stand in its file."""
    if is_text(series):
        return series
    cells = table.texts([str(series.name)])[series.name].reindex(series.index)
    return cells.mask(series.isna()).astype("str")


def to_digits(series: pd.Series, _: TrainingTable) -> pd.Series:
    """A column of whole numbers as texts, as ``astype(str)`` makes them."""
    return series if is_text(series) else series.astype("Int64").astype("str").mask(series.isna())


def to_text_category(series: pd.Series, _: TrainingTable) -> pd.Series:
    """A column of texts as categories, those that it holds."""
    return series.astype("category") if is_text(series) else series


def to_object(series: pd.Series, _: TrainingTable) -> pd.Series:
    """A column of texts as Python objects, as pandas before 3.0 had it."""
    return series.astype(object) if is_text(series) else series


def to_none(series: pd.Series, _: TrainingTable) -> pd.Series:
    """A column of texts, or of truth values, as Python objects, with None for a gap, as databases give it."""
    objects = is_text(series) or types.is_bool_dtype(series) or series.dtype == object
    return series.astype(object).where(series.notna(), None) if objects else series


def to_empty_objects(gap: float | None) -> Change:
    """A column without any value as Python objects, all of them this gap, as a database or training code gives it."""

    def change(series: pd.Series, _: TrainingTable) -> pd.Series:
        return pd.Series([gap] * len(series), index=series.index, dtype=object) if series.isna().all() else series

    return change


def to_stripped(series: pd.Series, _: TrainingTable) -> pd.Series:
    """Texts without spaces at their ends."""
    return series.str.strip() if is_text(series) else series


def to_gaps(texts: Collection[str]) -> Change:
    """Cells that hold one of these texts, with spaces around it or not, as gaps."""

    def change(series: pd.Series, _: TrainingTable) -> pd.Series:
        return series.mask(series.str.strip().isin(texts)) if is_text(series) else series

    return change


def to_numbers(gaps: Collection[str], commas: bool = False) -> Change:
    """A column of texts as numbers, perhaps with decimal commas, of which these texts are gaps."""

    def change(series: pd.Series, _: TrainingTable) -> pd.Series:
        if not is_text(series):
            return series
        numbers = pd.to_numeric(series.map(with_point, na_action="ignore") if commas else series, errors="coerce")
        stay = numbers.isna() & series.notna() & ~series.str.strip().isin(gaps)
        return series if stay.any() else numbers.astype("float64")

    return change


def to_flags(no: str, yes: str) -> Change:
    """A column of two words as 0 and 1."""

    def change(series: pd.Series, _: TrainingTable) -> pd.Series:
        flags = series.map({no: 0, yes: 1}) if is_text(series) and series.dropna().isin((no, yes)).all() else series
        return flags.astype("int64") if flags is not series and flags.notna().all() else flags

    return change


def in_turn(*changes: Change) -> Change:
    """Several changes, one after the other, as one."""

    def change(series: pd.Series, table: TrainingTable) -> pd.Series:
        for each in changes:
            series = each(series, table)
        return series

    return change


def to_filled(text: str) -> Change:
    """A column of texts with a text in the place of gaps."""

    def change(series: pd.Series, _: TrainingTable) -> pd.Series:
        return series.fillna(text) if is_text(series) else series

    return change
