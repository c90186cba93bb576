"""Load a CSV file as the book of a model: ``python -m ml records``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from ml.book import LONGEST_ID, Entry, Shelf, as_row, can_be_id, texts_of, values_of
from ml.bundle import Bundle
from ml.errors import InvalidData, Problem
from ml.records import read_records
from ml.schema import Schema
from ml.scoring import check_header
from ml.tables import Table, read_table

CHUNK = 2_000
MOST_TOLD = 20  # faulty lines that are named one by one


def describe(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("name", help="the model")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--data", type=Path, metavar="FILE", help="CSV file; it takes the place of the former records")
    what.add_argument("--clear", action="store_true", help="remove the model's records")
    parser.add_argument("--id", metavar="COLUMN", help="the column that names a record")


def run(bundle: Bundle, given: argparse.Namespace) -> bool:
    """Do what the command says, and say what was done; False where no line of the file was good."""
    import click

    shelf = given.shelf()
    if given.clear:
        print(f"{bundle.name}: " + ("its records are removed." if shelf.clear(bundle.name) else "has no records."))
        return True
    length = given.data.stat().st_size if given.data.is_file() else 0
    with click.progressbar(length=length, label=f"reading {given.data.name}", file=sys.stderr) as bar:
        loaded = load_book(bundle, shelf, given.data, given.id, bar.update)
    for line, problem in loaded.faults:
        name = f"{problem.feature}: " if problem.feature else ""
        print(f"line {line}: {name}{problem.message} {problem.hint}".rstrip(), file=sys.stderr)
    former = "" if loaded.kept else " Former records stay as they are."
    print(f"{bundle.name}: {loaded.kept:,} records kept, {loaded.refused:,} lines left out.{former}")
    return loaded.kept > 0


@dataclass
class Loaded:
    """What became of a file.

    Attributes
    ----------
    kept, refused : int
        Records in the book, and lines that are not.
    faults : list of (int, Problem)
        The first that were found, by line of the file; the header is line 1.
    """

    kept: int = 0
    refused: int = 0
    faults: list[tuple[int, Problem]] = field(default_factory=list)

    def refuse(self, line: int, problems: Iterable[Problem]) -> None:
        """Count a line that is not kept, and remember why."""
        self.refused += 1
        self.faults += [(line, problem) for problem in problems][: MOST_TOLD - len(self.faults)]


def load_book(
    bundle: Bundle,
    shelf: Shelf,
    source: Path,
    id_column: str | None = None,
    progress: Callable[[int], object] = lambda _: None,
) -> Loaded:
    """Put the records of a file in the place of the model's former book.

    Lines with problems are left out and told; where no line is good, the former book stays. Columns
    that the model does not know are kept as texts to search by.

    Parameters
    ----------
    bundle : Bundle
    shelf : Shelf
    source : Path
        UTF-8, with a header; separated by commas, semicolons or tabs. Read line by line.
    id_column : str or None
        The column that names a record; None takes the schema's, else records are named by number, from 1.
    progress : callable
        Called with numbers of bytes that were read.

    Raises
    ------
    InvalidData
        When the file cannot be read, or has no such column and no feature of the model.
    Unreadable
        When it is no table.
    """
    loaded = Loaded()
    try:
        with source.open(newline="", encoding="utf-8") as file:
            lines = _Lines(file, progress)
            table = read_table(lines)
            check_header(bundle, table.header, table.twice)
            entries = _entries(_asked(bundle), table, lines, _id_column(bundle.schema, table, id_column), loaded)
            loaded.kept = shelf.fill(bundle.name, map(as_row, entries))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidData(f"{source} cannot be read: {error}.") from None
    return loaded


def _asked(bundle: Bundle) -> Schema:
    """What the page's form asks for: with probabilities, anything may stay unknown."""
    return bundle.schema.with_blanks if bundle.offers == "probabilities" else bundle.schema


def _id_column(schema: Schema, table: Table, wanted: str | None) -> str | None:
    if wanted is None:
        return schema.record_id if schema.record_id in table.header else None
    if wanted not in table.header:
        raise InvalidData(f"The file has no column {wanted!r}.", f"Its columns: {', '.join(table.header)[:200]}.")
    return wanted


def _entries(schema: Schema, table: Table, lines: _Lines, id_column: str | None, loaded: Loaded) -> Iterator[Entry]:
    taken: set[str] = set()
    number = 0
    rows = ((lines.number, row) for row in table.rows)
    while chunk := list(islice(rows, CHUNK)):
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
            yield Entry(record_id, values_of(schema, row), texts_of(schema, row), also=also)


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


class _Lines:
    """The lines of a file, and how many were read."""

    def __init__(self, lines: Iterable[str], progress: Callable[[int], object]) -> None:
        self._lines, self._progress = iter(lines), progress
        self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        self._progress(len(line.encode()))
        return line
