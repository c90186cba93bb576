"""Tables in request bodies: CSV in any dialect, and workbooks, read as files are."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import islice

from werkzeug.http import parse_options_header

from ml.data.schema import Schema
from ml.errors import Problem
from ml.files.open_table import AUTO, open_table
from ml.files.text.read_options import ReadOptions

TEXTS = ("text/csv", "text/tab-separated-values")
WORKBOOKS = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroenabled.12",
    ".xlsb": "application/vnd.ms-excel.sheet.binary.macroenabled.12",
    ".xls": "application/vnd.ms-excel",  # of CSV too, as browsers send it where Excel is installed: the bytes tell
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}
TYPES = (*TEXTS, *WORKBOOKS.values())


class TableRecords(list[object]):
    """Records of a table, with notes on how it was read."""

    notes: tuple[str, ...] = ()


def notes_of_table(raws: Sequence[object]) -> tuple[str, ...]:
    """Notes on the table from which records came; empty for other records."""
    return raws.notes if isinstance(raws, TableRecords) else ()


def mimetype_of(content_type: str) -> str:
    """A content type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def is_table(content_type: str) -> bool:
    """True for content types of tables."""
    return mimetype_of(content_type) in TYPES


def read_table(body: bytes, content_type: str, most: int, schema: Schema, options: ReadOptions = AUTO) -> TableRecords:
    """Read the first records of a table, at most `most` and one more.

    Parameters
    ----------
    body : bytes
    content_type : str
        Its charset is used where no encoding is given.
    most : int
    schema : Schema
        The model's: names of columns and types of cells.
    options : ReadOptions

    Raises
    ------
    Unreadable, BadReadOption
    """
    charset = parse_options_header(content_type)[1].get("charset", "")
    told = {"encoding": charset} | options.to_json()
    table = open_table(io.BytesIO(body), ReadOptions.from_mapping(told), schema)
    unnamed = {name for name in table.header if name.startswith("Unnamed: ")} - set(schema.position)
    rows = list(islice(table.rows, most + 1))
    found = TableRecords(_without(row, unnamed) for row in rows)
    found.notes = (*table.notes, *_left_out(table.header, unnamed, rows))
    return found


def _left_out(header: Sequence[str], unnamed: set[str], rows: Sequence[dict[str, str] | Problem]) -> list[str]:
    """A note for each unnamed column that has values."""
    return [
        f"Column {number} has no name and is left out."
        for number, name in enumerate(header, 1)
        if name in unnamed and any(row[name].strip() for row in rows if not isinstance(row, Problem))
    ]


def _without(row: dict[str, str] | Problem, names: set[str]) -> dict[str, str] | Problem:
    """A row without unnamed columns: row numbers of R, trailing separators."""
    if not names or isinstance(row, Problem):
        return row
    return {name: cell for name, cell in row.items() if name not in names}
