"""Writer of CSV that Excel opens by a double click: byte order mark, and the reader's separator and decimal mark."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from ml.files.cells.safe_cells import safe_cells
from ml.files.write.kinds import OutputColumn, columns_of
from ml.files.write.result import Result

BOM = "\ufeff"
_NUMBERS = ("integer", "number", "percent", "money")


def write_csv_for_excel(result: Result, target: Path, separator: str = ",", decimal: str = ".") -> None:
    """Write a table for people, with a decimal "." or ","; dates as 2026-01-31, which Excel knows everywhere."""
    columns = columns_of(result)
    first = result.people_first
    order = [*first, *(at for at in range(len(columns)) if at not in first)]
    with target.open("w", newline="", encoding="utf-8") as file:
        file.write(BOM)
        writer = csv.writer(file, delimiter=separator)
        writer.writerow(safe_cells([columns[at].name for at in order]))
        for block in result.blocks():
            written = [_written(columns[at], block[at], decimal) for at in order]
            writer.writerows(zip(*written, strict=True))


def _written(column: OutputColumn, cells: Sequence[str], decimal: str) -> Sequence[str]:
    if column.kind not in _NUMBERS:
        return safe_cells(cells) if column.kind == "text" else [_dated(column, cell) for cell in cells]
    return [_number(column, cell, decimal) for cell in cells]


def _number(column: OutputColumn, cell: str, decimal: str) -> str:
    value = column.read(cell)
    if value is None:
        return safe_cells([cell])[0]
    plain = repr(value).removesuffix(".0")
    return plain.replace(".", decimal)


def _dated(column: OutputColumn, cell: str) -> str:
    value = column.read(cell)
    return cell if value is None else str(value)
