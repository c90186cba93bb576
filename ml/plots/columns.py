"""Columns of a plot's data as people read them: the table that a page shows beside the figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.data.feature import are_years
from ml.plots.table import TextTable
from ml.text.cut_off_words import cut_off_text
from ml.text.number_words import count, percent
from ml.text.words import change_text, number_text, points_text
from ml.translation import text

MOST_ROWS = 100  # rows on a page: more is for a spreadsheet


@dataclass(frozen=True)
class Column:
    """One column of a plot's rows for people."""

    head: str
    """In the reader's language."""
    write: Callable[[Any], str] = str
    """How a value is written, in the reader's number format."""
    absent: str = "–"
    """Value that stands for None."""

    def cell(self, value: Any) -> str:
        """A value as people read it."""
        return self.absent if value is None else self.write(value)


Columns = Mapping[str, Column]


@dataclass(frozen=True)
class DataTable:
    """Data of a plot for people: a table without links, the number of rows in all, and which of many are shown."""

    table: TextTable
    total: int
    ranked: bool


def data_table(columns: Columns, rows: tuple[Any, Any], ranked: bool) -> DataTable:
    """The columns that are for people, in the given order, of a plot's rows, which may have more.

    Where there are too many rows, `ranked` shows the first, else some that are spread evenly over all.
    """
    header, body = rows
    places = [(header.index(name), column) for name, column in columns.items()]
    few = min(len(body), MOST_ROWS)
    shown = range(few) if ranked else np.linspace(0, len(body) - 1, few).round().astype(int).tolist()
    cells = [[column.cell(body[at][place]) for place, column in places] for at in shown]
    return DataTable(TextTable([column.head for column in columns.values()], cells), len(body), ranked)


def cut_off() -> Column:
    """The column of a curve's cut-offs."""
    return Column(text("Cut-off"), cut_off_text, text("above every probability"))


def records() -> Column:
    """The column of numbers of records."""
    return Column(text("Records"), count)


def contribution(outcome: str) -> Column:
    """The column of contributions to an outcome of that label."""
    return Column(text("Contribution to “{outcome}”", outcome=outcome), lambda size: change_text(0.0, size))


def points(head: str) -> Column:
    """A column of differences of probability."""
    return Column(head, lambda size: points_text(100 * size))


def ends(write: Callable[[Any], str] = percent) -> dict[str, Column]:
    """The columns "low" and "high" of 95 % intervals."""
    level = percent(0.95)
    return {
        "low": Column(text("Low ({level} interval)", level=level), write),
        "high": Column(text("High ({level} interval)", level=level), write),
    }


def feature_values(head: str, of: Sequence[Any], absent: str = "–") -> Column:
    """The column of a feature's values `of` without their unit: numbers in the reader's format; texts as they are."""
    numbers = [value for value in of if isinstance(value, (int, float))]
    years = bool(numbers) and are_years((min(numbers), max(numbers)))
    return Column(head, lambda value: value if isinstance(value, str) else number_text(value, groups=not years), absent)


def yes_no(value: Any) -> str:
    """A truth value in words."""
    return text("yes") if value else text("no")
