"""A table that is being read: its columns, its lines as they come, and what was left out on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ml.data.schema import Schema
from ml.errors import Problem, Unreadable
from ml.files.cells.read_cells import CellRules
from ml.files.cells.safe_cells import plain_cell
from ml.files.header.left_out import LeftOut
from ml.files.header.match_columns import Matched
from ml.files.text.dialect import Dialect
from ml.translation import plural, text

MOST_COLUMNS = 16_384  # of any table: as many as Excel has


@dataclass(frozen=True)
class Table:
    """A table that is being read."""

    header: tuple[str, ...]
    """Names of the columns, each once, see :func:`header_of`."""
    lines: Iterator[list[str]]
    """Cells of each line that is a record, as many as came."""
    twice: Mapping[str, str] = field(default_factory=dict)
    """Columns that bear another's name in the file, see :func:`twice_in`."""
    dialect: Dialect = field(default_factory=Dialect)
    matched: Matched = field(default_factory=Matched)
    """Feature that each column gives."""
    rules: CellRules = field(default_factory=CellRules)
    """How its cells are to be read."""
    left_out: LeftOut = field(default_factory=LeftOut)
    """Lines that are no records; whole when all lines are read."""
    top: Sequence[list[str]] = ()
    """The first rows of the file, those above the header too."""

    @property
    def reading(self) -> ReadPlan:
        """The plan by which another process scores the lines."""
        return ReadPlan(self.header, self.matched.renamed, self.rules)

    @property
    def names(self) -> list[str]:
        """The model's name of each column."""
        return [self.matched.renamed.get(name, name) for name in self.header]

    @property
    def line(self) -> int:
        """The line of the file in which the last record stood, from 1."""
        return self.left_out.line

    @property
    def notes(self) -> list[str]:
        """Remarks on the file, a sentence each; complete when all lines are read."""
        return [*self.dialect.notes, *self.matched.notes, *self.left_out.notes]

    @property
    def rows(self) -> Iterator[dict[str, str] | Problem]:
        """Column to cell for each line that is still to come, as the schema reads them, see :func:`row_of`."""
        names = self.names
        return (self.rules.row(row_of(names, cells)) for cells in self.lines)


@dataclass(frozen=True)
class ReadPlan:
    """Columns, their names to the model and rules for cells: all that scoring a table's lines elsewhere needs."""

    header: tuple[str, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)
    rules: CellRules = field(default_factory=CellRules)

    def to_json(self) -> dict[str, Any]:
        """Convert it to plain JSON."""
        return {"header": self.header, "renamed": dict(self.renamed), "rules": self.rules.to_json()}

    @classmethod
    def from_json(cls, given: Mapping[str, Any], schema: Schema) -> ReadPlan:
        """The plan from the JSON of :meth:`to_json`, for the schema of the model."""
        return cls(tuple(given["header"]), given["renamed"], CellRules.from_json(given["rules"], schema))


def header_of(cells: Sequence[str], *, strip: bool = True) -> tuple[str, ...]:
    """Names of the columns, each once, by the rules of ``pandas.read_csv``, with which models are trained.

    A column without a name is "Unnamed: 0" (its number), the second of a name gets ".1".

    Parameters
    ----------
    cells : sequence of str
        The header line.
    strip : bool
        Leave out spaces at the ends of names, unless two names are then the same.

    Raises
    ------
    Unreadable
        When there is no name at all.
    """
    if not any(cell.strip() for cell in cells):
        raise Unreadable(
            text("The table has no header."), text("Its first line names the columns, each after a feature.")
        )
    check_width(len(cells))
    named = [cell if cell.strip() else f"Unnamed: {at}" for at, cell in enumerate(cells)]
    written, taken = set(named), set[str]()
    numbers: Counter[str] = Counter()  # the last that each name got, so that none is tried twice
    for at, name in enumerate(named):
        free = name
        while free in taken or (free != name and free in written):
            numbers[name] += 1
            free = f"{name}.{numbers[name]}"
        taken.add(free)
        named[at] = free
    stripped = [
        plain_cell(name.strip()) for name in named
    ]  # results are written with :func:`ml.files.cells.safe_cells.safe_cell`
    return tuple(stripped if strip and len(set(stripped)) == len(named) else named)


def check_width(columns: int) -> None:
    """Unreadable where a table has more columns than any may have."""
    if columns > MOST_COLUMNS:
        many = text("The table has {n} columns.", n=f"{columns:,}")
        raise Unreadable(many, text("Accepted: up to {n}, as in Excel.", n=f"{MOST_COLUMNS:,}"))


def twice_in(cells: Sequence[str], header: Sequence[str]) -> dict[str, str]:
    """Columns that repeat a name of the file: the name that :func:`header_of` gave, to the repeated one."""
    first: dict[str, str] = {}
    found: dict[str, str] = {}
    for cell, name in zip(cells, header, strict=True):
        written = cell.strip()
        if written and written in first:  # of "a " and "a" the one with the space bears another's name
            found[first[written] if name == written else name] = written
        first.setdefault(written, name)
    return found


def row_of(header: Sequence[str], cells: list[str]) -> dict[str, str] | Problem:
    """The cells by column; a Problem (its row is still 0, its value the cells) where they do not fit the header."""
    if len(cells) == len(header):
        return dict(zip(header, cells, strict=True))
    message = text("Cells in this line: {n}; in the header: {header}.", n=len(cells), header=len(header))
    hint = text("Give each column a cell; leave it empty where the value is not known.")
    return Problem(0, None, cells, message, hint)


def refused_in_words(refused: Counter[str]) -> list[str]:
    """Sentences about values that could not be read, by feature; the most frequent first."""
    return [_refused(name, count) for name, count in refused.most_common()]


def _refused(name: str, count: int) -> str:
    number = {"n": f"{count:,}"}
    if not name:  # records that the model cannot answer, or that do not fit the header
        return plural("{n} record could not be taken.", "{n} records could not be taken.", count, **number)
    return plural(
        "{feature}: {n} value could not be taken.",
        "{feature}: {n} values could not be taken.",
        count,
        **number,
        feature=name,
    )
