"""Tables in request bodies: CSV in any dialect, and workbooks, read as files are."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import overload

import orjson
from werkzeug.http import parse_options_header

from ml.data.schema import Schema
from ml.errors import Problem
from ml.files.open_table import AUTO, open_table
from ml.files.text.read_options import ReadOptions

BLOCK = 1_000  # records that are compressed together
LEVEL = 1  # of compression: a fiftieth of the time that reading takes
TEXTS = ("text/csv", "text/tab-separated-values")
WORKBOOKS = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroenabled.12",
    ".xlsb": "application/vnd.ms-excel.sheet.binary.macroenabled.12",
    ".xls": "application/vnd.ms-excel",  # of CSV too, as browsers send it where Excel is installed: the bytes tell
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}
TYPES = (*TEXTS, *WORKBOOKS.values())


class TableRecords(Sequence[object]):
    """Records of a table, with notes on how it was read.

    Compressed in memory: one dict per record would take 20 times as much.

    Notes are asked for after all lines were read.
    """

    def __init__(
        self, names: Sequence[str], lines: Iterable[list[str] | Problem], notes: Callable[[], Iterable[str]] = tuple
    ) -> None:
        self._names, self._blocks = tuple(names), list[bytes]()
        self._problems: dict[int, Problem] = {}
        self._size = 0
        lines = iter(lines)
        while block := list(islice(lines, BLOCK)):
            self._blocks.append(zlib.compress(orjson.dumps([self._row_of(each) for each in block]), LEVEL))
        self.notes = tuple(notes())

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[object]:
        at = 0
        for block in self._blocks:
            for cells in orjson.loads(zlib.decompress(block)):
                yield self._problems[at] if cells is None else dict(zip(self._names, cells, strict=True))
                at += 1

    @overload
    def __getitem__(self, at: int) -> object: ...

    @overload
    def __getitem__(self, at: slice) -> list[object]: ...

    def __getitem__(self, at: int | slice) -> object:
        return list(self)[at]

    def _row_of(self, line: list[str] | Problem) -> list[str] | None:
        self._size += 1
        if isinstance(line, Problem):
            self._problems[self._size - 1] = line
            return None
        return line


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
    content_type : str
        Content type whose charset is used where no encoding is given.
    schema : Schema
        The model's: names of columns and types of cells.

    Raises
    ------
    Unreadable, BadReadOption
    """
    charset = parse_options_header(content_type)[1].get("charset", "")
    read_options = {"encoding": charset} | options.to_json()
    table = open_table(io.BytesIO(body), ReadOptions.from_mapping(read_options), schema, bounded=True)
    unnamed = {name for name in table.header if name.startswith("Unnamed: ")} - set(schema.position)
    names, with_values = [name for name in table.names if name not in unnamed], set[str]()
    lines = (_cells(row, names, unnamed, with_values) for row in islice(table.rows, most + 1))
    return TableRecords(names, lines, lambda: (*table.notes, *_left_out(table.header, with_values)))


def _cells(
    row: dict[str, str] | Problem, names: Sequence[str], unnamed: Collection[str], with_values: set[str]
) -> list[str] | Problem:  # fmt: skip
    """Cells of a row without unnamed columns (row numbers of R, trailing separators), which are noted."""
    if isinstance(row, Problem):
        return row
    with_values.update(name for name in unnamed if row[name].strip())
    return [row[name] for name in names]


def _left_out(header: Sequence[str], with_values: Collection[str]) -> list[str]:
    """A note for each unnamed column that has values."""
    return [
        f"Column {number} has no name and is left out." for number, name in enumerate(header, 1) if name in with_values
    ]
