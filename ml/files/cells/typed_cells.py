"""Typed cells of workbooks and Parquet as texts, so that the schema reads them as it reads all files."""

from __future__ import annotations

from typing import Any

from ml.data.feature import text_of

EXACT = 1e16  # below it a whole number is written with all its digits


def text_cell(value: Any) -> str:
    """A cell as text: numbers with all their digits. Dates come as ISO text already."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    return text_of(value) if isinstance(value, (int, float, bool, type(None))) else str(value)


def text_row(row: list[Any], width: int = 0, exact: frozenset[int] = frozenset()) -> list[str]:
    """A row as texts, as wide as the table: workbooks have empty cells beyond its last column, and leave some out.

    Parameters
    ----------
    width : int
        Columns of the table.
    exact : frozenset of int
        Columns in which texts have decimal commas: a number there is written so that its point parts no thousands.
    """
    cells = list(map(text_cell, row))
    for at in exact:
        if at < len(row) and isinstance(row[at], float) and cells[at][-4:-3] == ".":
            cells[at] += "0"
    while len(cells) > width and not cells[-1]:
        cells.pop()
    return [*cells, *[""] * (width - len(cells))]
