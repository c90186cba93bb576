"""Writer of Excel workbooks: typed cells, texts that stay texts, a frozen header, filters.

XlsxWriter writes a row at a time into a temporary file: its memory does not grow with the result.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ml.errors import InvalidData
from ml.files.write.kinds import Cell, OutputColumn, columns_of, typed
from ml.files.write.result import Block, Result
from ml.translation import mark, text

MOST_RECORDS = 1_048_575  # rows of a sheet without the head
MOST_COLUMNS = 16_384
LONGEST = 32_767  # UTF-16 units of a cell
NARROWEST, WIDEST = 9, 48  # characters
CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - of every file: the same result is the same bytes
TAKE_CSV = mark("Take the result as CSV: it has no such limit.")
_FORMATS: dict[str, dict[str, Any]] = {
    "text": {"num_format": "@"},  # it stays a text when somebody edits it
    "integer": {"num_format": "0"},
    "number": {},
    "percent": {"num_format": "0.0%"},
    "money": {"num_format": "#,##0.00"},
    "date": {"num_format": 14},  # as the reader's settings write a date
    "moment": {"num_format": "yyyy-mm-dd hh:mm:ss"},
}


class TooLarge(InvalidData):
    """The result does not fit the format."""

    code = "too_large_for_format"


class _Exact(float):
    """A number that is written with all its digits: XlsxWriter writes 16 of up to 17."""

    def __format__(self, _: str) -> str:
        return float.__repr__(self)


def check_records(records: int) -> None:
    """Raise TooLarge where a sheet has not enough rows."""
    if records > MOST_RECORDS:
        sizes = {"n": f"{records:,}", "most": f"{MOST_RECORDS:,}"}
        message = text("The result has {n} records; a sheet of Excel takes {most}.", **sizes)
        hint = text("Take it as CSV or Parquet, or make a list of those that you need and take that.")
        raise TooLarge(message, hint)


def write_xlsx(result: Result, target: Path) -> None:
    """Write a workbook of one sheet.

    Raises
    ------
    TooLarge
        More records, columns or characters in a cell than Excel takes; nothing is cut.
    """
    if len(result.columns) > MOST_COLUMNS:
        sizes = {"n": f"{len(result.columns):,}", "most": f"{MOST_COLUMNS:,}"}
        raise TooLarge(text("The result has {n} columns; Excel takes {most}.", **sizes), text(TAKE_CSV))
    columns = columns_of(result)
    _check_lengths(columns)
    first = result.people_first
    order = [*first, *(at for at in range(len(columns)) if at not in first)]
    with tempfile.TemporaryDirectory(prefix="likely-") as folder:
        _write(result, [columns[at] for at in order], order, len(first), target, folder)


def _write(
    result: Result, columns: Sequence[OutputColumn], order: Sequence[int], first: int, target: Path, folder: str
) -> None:
    import xlsxwriter

    settings = {"constant_memory": True, "tmpdir": folder, "strings_to_urls": False, "strings_to_formulas": False}
    book = xlsxwriter.Workbook(str(target), settings)
    book.use_zip64()
    book.set_properties({"created": CREATED})
    sheet = book.add_worksheet(result.title)
    looks = {kind: book.add_format(look) for kind, look in _FORMATS.items()}
    head = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
    for at, column in enumerate(columns):
        _text(sheet, 0, at, column.name, head)
    row = 0
    for row, cells in enumerate(_rows(result, columns, order), start=1):
        if row > MOST_RECORDS:
            check_records(row)
        for at, value in enumerate(cells):
            _cell(sheet, row, at, value, looks, columns[at])
    for at, column in enumerate(columns):
        sheet.set_column(at, at, min(max(column.width + 2, NARROWEST), WIDEST))
    sheet.freeze_panes(1, first)
    sheet.autofilter(0, 0, max(row, 1), len(columns) - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_RECORDS + 1}"})
    book.close()


def _rows(result: Result, columns: Sequence[OutputColumn], order: Sequence[int]) -> Iterator[tuple[Cell | str, ...]]:
    for block in result.blocks():
        ordered: Block = [block[at] for at in order]
        yield from zip(*typed(columns, ordered), strict=True)


def _cell(sheet: Any, row: int, at: int, value: Cell | str, looks: dict[str, Any], column: OutputColumn) -> None:
    if value == "" or value is None:
        return
    if isinstance(value, str):
        _text(sheet, row, at, value, looks["text"])
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, at, value, looks[column.kind])
    else:
        sheet.write_number(row, at, _Exact(value) if isinstance(value, float) else value, looks[column.kind])


def _text(sheet: Any, row: int, at: int, text: str, look: Any) -> None:
    """Write a plain text: XlsxWriter writes what stands between <r> and </r> unescaped, formulas too."""
    if text.startswith("<r>") and text.endswith("</r>"):
        sheet.write_rich_string(row, at, "<", "r>", text[3:], look)
    else:
        sheet.write_string(row, at, text, look)


def _check_lengths(columns: Sequence[OutputColumn]) -> None:
    for column in columns:
        longest = max(column.longest, len(column.name))
        if longest > LONGEST:
            sizes = {"column": column.name[:80], "n": f"{longest:,}", "most": f"{LONGEST:,}"}
            message = text("A cell of {column} has {n} characters; Excel takes {most}.", **sizes)
            raise TooLarge(message, text(TAKE_CSV))
