"""Load a CSV file as the book of a model: ``python -m ml records``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from ml.batch.check_header import check_header
from ml.bundle.bundle import Bundle
from ml.bundle.record_book import BookRecord, BookStore, as_row, can_be_id, texts_of, value_texts
from ml.cli import BAD_INPUT, OK
from ml.cli.options import add_file_options, file_options, print_dialect
from ml.data.records import LONGEST_ID, read_records
from ml.data.schema import Schema
from ml.errors import InvalidData, Problem, os_error_words
from ml.files.open_table import AUTO, open_table
from ml.files.table import Table
from ml.files.text.dialect import Dialect
from ml.files.text.read_options import ReadOptions
from ml.service import open_service

CHUNK = 2_000
MOST_TOLD = 20  # faulty lines that are named one by one


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("records", help="load the records that the Prediction page finds by id or text")
    parser.add_argument("name", help="the model")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--data", type=Path, metavar="FILE", help="their file; it takes the place of the former records")
    what.add_argument("--clear", action="store_true", help="remove the model's records")
    parser.add_argument("--id", metavar="COLUMN", help="the column that names a record")
    add_file_options(parser)


def run(given: argparse.Namespace) -> int:
    """Load or clear the records, and print what was done; BAD_INPUT where no line of the file was good."""
    import click

    bundle = open_service(given.models).model(given.name)
    book_store = given.book_store()
    if given.clear:
        print(f"{bundle.name}: " + ("its records are removed." if book_store.clear(bundle.name) else "has no records."))
        return OK
    length = given.data.stat().st_size if given.data.is_file() else 0
    with click.progressbar(length=length, label=f"reading {given.data.name}", file=sys.stderr) as bar:
        loaded = load_book(bundle, book_store, given.data, given.id, bar.update, file_options(given))
    print_dialect(given.data.name, loaded.dialect, loaded.notes)
    for line, problem in loaded.faults:
        name = f"{problem.feature}: " if problem.feature else ""
        print(f"line {line}: {name}{problem.message} {problem.hint}".rstrip(), file=sys.stderr)
    former = "" if loaded.kept else " Former records stay as they are."
    kept = f"{loaded.kept:,} record{'' if loaded.kept == 1 else 's'} kept"
    left_out = f"{loaded.refused:,} line{'' if loaded.refused == 1 else 's'} left out"
    print(f"{bundle.name}: {kept}, {left_out}.{former}")
    return OK if loaded.kept else BAD_INPUT


@dataclass
class ImportResult:
    """Result of loading a file of records."""

    kept: int = 0
    refused: int = 0
    """Records in the book, and lines that are not."""
    faults: list[tuple[int, Problem]] = field(default_factory=list)
    """The first that were found, by line of the file."""
    dialect: Dialect = field(default_factory=Dialect)
    """Dialect of the file."""
    notes: list[str] = field(default_factory=list)
    """Remarks for people."""

    def refuse(self, line: int, problems: Iterable[Problem]) -> None:
        """Count a line that is not kept, and remember why."""
        self.refused += 1
        self.faults += [(line, problem) for problem in problems][: MOST_TOLD - len(self.faults)]


def load_book(
    bundle: Bundle,
    book_store: BookStore,
    source: Path,
    id_column: str | None = None,
    progress: Callable[[int], object] = lambda _: None,
    options: ReadOptions = AUTO,
) -> ImportResult:
    """Put the records of a file in the place of the model's former book.

    Lines with problems are left out and told; where no line is good, the former book stays. Columns
    that the model does not know are kept as texts to search by.

    Parameters
    ----------
    source : Path
        Any table that :func:`ml.files.open_table.open_table` reads.
    id_column : str or None
        The column that names a record; None takes the schema's, else records are named by number, from 1.
    progress : callable
        Called with numbers of bytes that were read.
    options : ReadOptions
        Read options that somebody gave for the file.

    Raises
    ------
    InvalidData
        When the file cannot be read, or has no such column and no feature of the model.
    Unreadable
        When it is no table.
    """
    loaded = ImportResult()
    try:
        with source.open("rb") as file:
            # as on the page: with probabilities, any feature may stay blank
            schema = bundle.schema.with_blanks if bundle.offers == "probabilities" else bundle.schema
            table = open_table(file, options, schema, blanks=True)
            check_header(bundle, table.names, table.twice)
            counted = _ByteProgress(file, progress)
            entries = _entries(schema, table, _id_column(schema, table, id_column), loaded, counted)
            loaded.kept = book_store.fill(bundle.name, map(as_row, entries))
            loaded.dialect, loaded.notes = table.dialect, table.notes
    except OSError as error:
        raise InvalidData(f"{source} cannot be read: {os_error_words(error)}.") from None
    return loaded


def _id_column(schema: Schema, table: Table, wanted: str | None) -> str | None:
    """Name, as the model has it, of the column with the records' ids; None where there is none."""
    if wanted is None:
        return schema.record_id if schema.record_id in table.names else None
    if wanted not in table.header:
        raise InvalidData(f"The file has no column {wanted!r}.", f"Its columns: {', '.join(table.header)[:200]}.")
    return table.names[table.header.index(wanted)]


def _entries(
    schema: Schema, table: Table, id_column: str | None, loaded: ImportResult, progress: _ByteProgress
) -> Iterator[BookRecord]:
    taken: set[str] = set()
    number = 0
    rows = ((table.line, row) for row in table.rows)
    while chunk := list(islice(rows, CHUNK)):
        progress()
        read = read_records(schema, [row for _, row in chunk], extra=True)
        faults: dict[int, list[Problem]] = {}
        for problem in read.problems:
            faults.setdefault(problem.row, []).append(problem)
        for at, ((line, raw), row) in enumerate(zip(chunk, read.rows, strict=True)):
            number += 1
            if row is None or isinstance(raw, Problem):
                loaded.refuse(line, faults[at])
                continue
            record_id = raw[id_column].strip() if id_column else str(number)
            wrong = _wrong_id(record_id, id_column, taken)
            if wrong:
                loaded.refuse(line, [wrong])
                continue
            taken.add(record_id)
            also = _strangers(schema, raw, id_column)
            yield BookRecord(record_id, value_texts(schema, row), texts_of(schema, row), also=also)


def _wrong_id(record_id: str, column: str | None, taken: set[str]) -> Problem | None:
    problem = Problem(0, column, record_id, "")
    if record_id in taken:
        return replace(problem, message=f"“{record_id}” came twice.", hint="The first of them is kept.")
    if not can_be_id(record_id):
        hint = f"Accepted: up to {LONGEST_ID} characters in one line, at least one."
        return replace(problem, message=f"“{record_id[:40]}” cannot name a record.", hint=hint)
    return None


def _strangers(schema: Schema, raw: dict[str, str], id_column: str | None) -> tuple[str, ...]:
    """Cells of columns that the model does not know: a name, a telephone number."""
    known = {*schema.position, schema.record_id, id_column}
    return tuple(cell.strip() for name, cell in raw.items() if name not in known and cell.strip())


class _ByteProgress:
    """Tells how many bytes of a file were read since the last time."""

    def __init__(self, file: BinaryIO, progress: Callable[[int], object]) -> None:
        self._file, self._progress, self._told = file, progress, 0

    def __call__(self) -> None:
        place = self._file.tell()
        self._progress(place - self._told)
        self._told = place
