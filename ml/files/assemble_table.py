"""Assembles a table from rows of a file: header, matched columns, rules for cells, and the lines that are records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from ml.data.schema import Schema
from ml.errors import Unreadable
from ml.files.cells.decide_cells import ColumnEvidence, DecidedRules, column_evidence, decide, undecided
from ml.files.cells.read_cells import CellRules
from ml.files.cells.typed_cells import text_row
from ml.files.file_kinds import PARQUET
from ml.files.header.header_row import has_row_names, header_at
from ml.files.header.left_out import LeftOut, RecordFilter, begins_as_total, record_filter
from ml.files.header.match_columns import Matched, match_columns
from ml.files.header.sums import without_sums
from ml.files.readers.text_process import ServedRows, TextReader
from ml.files.table import Table, check_width, header_of, twice_in
from ml.files.text.byte_counts import ByteCounts
from ml.files.text.dialect import Dialect
from ml.files.text.read_options import ReadOptions
from ml.files.text.separators import HEADER_ROWS, in_one_cell, parted
from ml.files.text.text_rows import TextRows
from ml.runtime.deadline import is_late
from ml.translation import text

TOP = 20  # rows that are kept, to choose the header among them
MOST_CELLS = 1_000_000  # cells that are processed together: 50 MB or more
MOST_CHARACTERS = 16_000_000  # of them; a line may have 4,000,000
SAMPLE_ROWS = 2_000  # rows by which numbers and dates are judged before the whole file is asked
LATE_EVERY = 5_000  # rows between two looks at the clock
MOST_EMPTY = 1_100_000  # lines without a value, where they are bounded: more than a sheet of Excel has
MOST_OTHER = 200_000  # lines of totals, rules, repeated headers and spaces there: each takes ten times as long
AROUND = "\u200b\ufeff"  # invisible characters around names


@dataclass(frozen=True)
class ReadRequest:
    """Arguments of :func:`ml.files.open_table.open_table`; `known` are names of columns, plain."""

    options: ReadOptions
    schema: Schema | None
    columns: Mapping[str, str] | None
    known: frozenset[str]
    blanks: bool = False
    as_written: bool = False
    bounded: bool = False
    counts: ByteCounts | None = None
    reader: TextReader | None = None


@dataclass
class Source:
    """Rows of a file from its beginning, blank ones too."""

    rows: Iterator[list[Any]]
    """Cells: texts, or typed."""
    dialect: Dialect
    """As far as it is known."""
    text: TextRows | ServedRows | None = None
    """Rows of a text file; None for other formats."""
    skipped: int = 0
    """Rows at the beginning that are no part of the table."""
    number: int = 0
    parted: bool = False

    def __post_init__(self) -> None:
        if self.text is None:
            self.rows = self._counted(self.rows)

    def take(self, count: int) -> list[tuple[int, list[Any]]]:
        """The next rows, each with the line in which it stands; fewer where they have very many cells, or long ones."""
        taken, cells, characters = [], 0, 0
        for row in islice(self.rows, count):
            taken.append((self.line, row))
            cells += len(row)
            characters += sum(len(cell) for cell in row if isinstance(cell, str))
            if cells > MOST_CELLS or characters > MOST_CHARACTERS:
                break
        return taken

    def _counted(self, rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
        """Rows with their lines counted, for readers of typed cells; a reader of texts knows its line."""
        for row in rows:
            self.number += 1
            yield row

    def part(self, separator: str) -> None:
        """Take each row for one cell that holds a line with this separator."""
        self.rows, self.dialect = parted(self.rows, separator), replace(self.dialect, separator=separator)
        self.parted = True

    @property
    def line(self) -> int:
        """Line or row that was read last, from 1."""
        return self.text.line if self.text else self.number


def assemble_table(source: Source, wanted: ReadRequest) -> Table:
    """The table that a source holds; errors as :func:`ml.files.open_table.open_table`."""
    told, skipped = wanted.options.header_row, source.skipped
    above = source.take(max(HEADER_ROWS, told or 0) + skipped)
    check_width(max((len(cells) for _, cells in above), default=0))
    texts = [cells if source.text else text_row(cells) for _, cells in above]
    separator = None if told or wanted.options.separator else in_one_cell(texts[skipped:], wanted.known)
    if separator:
        source.part(separator)
        texts = list(parted(texts, separator))
        above = [(line, cells) for (line, _), cells in zip(above, texts, strict=True)]
    at = skipped + header_at(texts[skipped:], wanted.known, told and max(1, told - skipped))
    first = [*above[at + 1 :], *source.take(SAMPLE_ROWS)]
    written = texts[at] if at < len(texts) else []
    if source.text and has_row_names(written, [cells for _, cells in first]):
        written = ["", *written]
    header, twice = _header(written, wanted.as_written)
    matched = match_columns(wanted.schema, header, wanted.columns) if wanted.schema else Matched()
    names = [matched.renamed.get(name, name) for name in header]
    decided = _decided(source, wanted, names, header, first, at)
    dialect = replace(
        source.dialect, header_row=at + 1, decimal=decided.decimal, dates=decided.dates,
        notes=(*source.dialect.notes, *decided.notes),
    )  # fmt: skip
    left = LeftOut(where=lambda: source.line)
    keep = record_filter(wanted.schema, header, names, decided.rules, wanted.blanks) if wanted.schema else None
    if keep and (units := _units_in(first, keep)) is not None:
        left.at = first.pop(units)[0]
        left.note(None)
    lines = _lines(first, source, left)
    if not source.text:
        lines = _texts(lines, len(header), names, decided.rules)
        lines = lines if dialect.format == PARQUET else _filled(lines, left)
    records = _records(lines, len(header), keep, left, bounded=wanted.bounded)
    records = without_sums(records, keep, left) if keep else records
    return Table(header, records, {**twice, **matched.tied}, dialect, matched, decided.rules, left, texts[:TOP])


def _units_in(first: Sequence[tuple[int, list[Any]]], keep: RecordFilter) -> int | None:
    """Place of a line of units among the first ones: it can be the first alone that is not blank."""
    for at, (_, cells) in enumerate(first):
        told = text_row(cells)
        if any(map(str.strip, told)):
            return at if keep.are_units(told) else None
    return None


def _header(cells: list[str], as_written: bool) -> tuple[tuple[str, ...], dict[str, str]]:
    cells = [cell.strip(AROUND) for cell in cells]
    header = header_of(cells, strip=not as_written)
    return header, twice_in(cells, header)


def _decided(
    source: Source, wanted: ReadRequest, names: Sequence[str], header: Sequence[str],
    first: Sequence[tuple[int, list[Any]]], at: int,
) -> DecidedRules:  # fmt: skip
    """Rules for cells by the first rows, and by all rows where these leave a column undecided."""
    if wanted.schema is None:
        return DecidedRules(CellRules())
    evidence = column_evidence(wanted.schema, names, header)
    _look(evidence, (cells for _, cells in first))
    doubtful = undecided(evidence)
    may_tell = source.text and (source.text.may_tell or any(evidence[at].percent for at in doubtful))
    if doubtful and source.text and not source.parted and len(first) >= SAMPLE_ROWS and may_tell:
        _look({column: evidence[column] for column in doubtful}, source.text.again(at + 1))
    return decide(wanted.schema, evidence, wanted.options, source.dialect.separator)


def _look(evidence: Mapping[int, ColumnEvidence], rows: Iterable[list[Any]]) -> None:
    """Collect the cells of some columns."""
    columns = list(evidence.items())
    for count, row in enumerate(rows, start=1):
        if count % LATE_EVERY == 0 and is_late():
            return
        for column, seen in columns:
            if column < len(row):
                seen.take(row[column])


def _lines(first: list[tuple[int, list[Any]]], source: Source, left: LeftOut) -> Iterator[list[Any]]:
    for line, cells in first:
        left.at = line
        yield cells
    left.at = 0
    yield from source.rows


def _texts(rows: Iterator[list[Any]], width: int, names: Sequence[str], rules: CellRules) -> Iterator[list[str]]:
    exact = frozenset(at for at, name in enumerate(names) if rules.decimal.get(name, ".") != ".")
    return (text_row(row, width, exact) for row in rows)


def _filled(rows: Iterator[list[str]], left: LeftOut) -> Iterator[list[str]]:
    """Rows without the empty ones, in which sheets end."""
    for row in rows:
        if any(row):
            yield row
        else:
            left.gap = True


def _records(
    lines: Iterator[list[str]], width: int, keep: RecordFilter | None, left: LeftOut, *, bounded: bool
) -> Iterator[list[str]]:
    """Lines that are records, without empty cells beyond the header's last column."""
    key, surely = (keep.key, keep.surely) if keep else (0, None)
    doubtful = keep is not None and keep.only_numbers
    none, bound = _Nothing(keep, width, left), _Bound(bounded)
    for count, cells in enumerate(lines):
        if count % LATE_EVERY == 0 and is_late():
            return  # a caller with a deadline, such as the preview, takes the lines read so far
        sure = surely and len(cells) == width and surely(cells[key]) and not left.gap
        if sure and not (doubtful and begins_as_total(cells)):
            left.begun = True
            yield cells  # nearly every line
        elif none.is_in(cells):
            left.gap = True
            bound.count(empty=True)
        else:
            while len(cells) > width and not cells[-1].strip():
                cells.pop()
            kept = keep is None or keep.keeps(cells, left)
            left.gap = False
            if kept:
                yield cells
            else:
                bound.count(empty=False)


class _Nothing:
    """Lines of empty cells: told from records without the filter, which takes five times as long."""

    def __init__(self, keep: RecordFilter | None, width: int, left: LeftOut) -> None:
        self._is_none, self._left = keep is not None and not keep.keeps([""] * width, LeftOut()), left

    def is_in(self, cells: list[str]) -> bool:
        """True for a line that is surely no record, which is noted unless it is blank."""
        if cells and (not self._is_none or any(cells)):
            return False
        if cells:
            self._left.note(None)
        return True


class _Bound:
    """Bound on the lines that are no records."""

    def __init__(self, bounded: bool) -> None:
        self._bounded, self._empty, self._other = bounded, 0, 0

    def count(self, *, empty: bool) -> None:
        """Count one more; Unreadable where it is one too many."""
        self._empty += empty
        self._other += not empty
        over = MOST_EMPTY if self._empty > MOST_EMPTY else MOST_OTHER if self._other > MOST_OTHER else None
        if self._bounded and over is not None:
            message = text("More than {n} lines of the table are no records.", n=f"{over:,}")
            raise Unreadable(message, text("Remove empty lines and totals, or send the file as a job."))
