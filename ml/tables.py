"""Tables as text: CSV in, record by record, and scores as cells that are safe to open.

Files and requests are read here, so that the command line and the API refuse the same tables in
the same words. Nothing is guessed about the cells: they stay text until the schema reads them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from ml.errors import Problem, Unreadable
from ml.outcomes import Outcomes
from ml.score import Score

DELIMITERS = (",", ";", "\t")
FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")  # full-width signs begin a formula in Japanese and Chinese settings
FORMULA_OF_MANY = re.compile(r"^[=+\-@\t\r＝＋－＠]", re.MULTILINE)  # of cells that are lines of one text
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
# Signs and digits that nothing can calculate: no digit at all, as "-", or two numbers without an operator between them,
# as "+1 415 555 0100", "+49 (0)30-123" and "+1.415.555.0100". "+1-415-555" is a sum, and would be shown as -969.
NO_SUM = re.compile(
    r"[+-](?=\D*\Z|.*(?:\d[ \u00a0\u202f]+\d|\d[ \u00a0\u202f]*\(|\)[ \u00a0\u202f]*\d|\d\.\d+\.\d))"
    r"[\d ()./+\u00a0\u202f-]*",
    re.ASCII,
)


@dataclass(frozen=True)
class Table:
    """A table that is being read.

    Attributes
    ----------
    header : tuple of str
        Names of the columns, each once, see :func:`header_of`.
    lines : iterator of list of str
        Cells of each line that is not blank, as many as came.
    twice : dict of str to str
        Columns that bear another's name in the file, see :func:`twice_in`.
    """

    header: tuple[str, ...]
    lines: Iterator[list[str]]
    twice: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> Iterator[dict[str, str] | Problem]:
        """Column name to cell for each line that is still to come, see :func:`row_of`."""
        return (row_of(self.header, cells) for cells in self.lines)


def read_table(lines: Iterable[str]) -> Table:
    """Begin to read a table with a header, separated by commas, semicolons or tabs.

    Parameters
    ----------
    lines : iterable of str
        Lines with their ends: a file opened with ``newline=""``. Read as far as the rows are.

    Raises
    ------
    Unreadable
        At once for a header that cannot be used; from the rows where quotes are broken.
    """
    source = iter(lines)
    first = next(source, "").removeprefix("\ufeff")
    reader = csv.reader(chain([first], source), delimiter=delimiter_of(first), strict=True)
    cells = _cells(reader)
    names = next(cells, [])
    header = header_of(names)
    return Table(header, cells, twice_in(names, header))


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
        raise Unreadable("The table has no header.", "Its first line names the columns, each after a feature.")
    named = [cell if cell.strip() else f"Unnamed: {at}" for at, cell in enumerate(cells)]
    taken: set[str] = set()
    for at, name in enumerate(named):
        number, free = 0, name
        while free in taken or (number and free in named):
            number += 1
            free = f"{name}.{number}"
        taken.add(free)
        named[at] = free
    stripped = [plain_cell(name.strip()) for name in named]  # results are written with :func:`safe_cell`
    return tuple(stripped if strip and len(set(stripped)) == len(named) else named)


def twice_in(cells: Sequence[str], header: Sequence[str]) -> dict[str, str]:
    """Columns whose name an earlier one has in the file: what :func:`header_of` called them, to that name."""
    first: dict[str, str] = {}
    found: dict[str, str] = {}
    for cell, name in zip(cells, header, strict=True):
        written = cell.strip()
        if written and written in first:
            found[name] = written
        first.setdefault(written, name)
    return found


def delimiter_of(line: str) -> str:
    """The separator that makes most columns of the header; a comma where none makes any."""

    def columns(delimiter: str) -> int:
        try:
            return len(next(csv.reader([line], delimiter=delimiter, strict=True), ()))
        except csv.Error:  # quotes that make sense with another separator only
            return 0

    return max(DELIMITERS, key=columns)


def _cells(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """Lines that are not blank, as cells."""
    try:
        yield from filter(None, reader)
    except csv.Error as error:
        line = reader.line_num  # type: ignore[attr-defined]
        hint = 'A cell that holds a separator, a quote or a line break stands in "…", its quotes doubled.'
        raise Unreadable(f"Line {line} of the table cannot be read: {error}.", hint) from None


def row_of(header: Sequence[str], cells: list[str]) -> dict[str, str] | Problem:
    """The cells by column; a Problem (its row is still 0, its value the cells) where they do not fit the header."""
    if len(cells) == len(header):
        return dict(zip(header, cells, strict=True))
    message = f"Cells in this line: {len(cells)}; in the header: {len(header)}."
    return Problem(0, None, cells, message, "Give each column a cell; leave it empty where the value is not known.")


def score_header(outcomes: Outcomes) -> list[str]:
    """Names of the columns that :func:`score_cells` fills."""
    return ["label", *(f"probability_{name}" for name in outcomes.names)]


def score_cells(outcomes: Outcomes, score: Score) -> list[str]:
    """A score as cells: the label, then a probability an outcome with all its digits.

    Several labels are separated by a comma and a space. Probabilities are empty where the
    estimator offers none.
    """
    given = [""] * len(outcomes) if score.probabilities is None else map(repr, score.probabilities)
    return [safe_cell(", ".join(score.labels)), *given]


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run as a formula.

    Numbers stay as they are, -1 is a value; so do telephone numbers that no spreadsheet can take for a sum.
    """
    return f"'{text}" if FORMULA.match(text) and not (NUMBER.fullmatch(text) or NO_SUM.fullmatch(text)) else text


def plain_cell(cell: str) -> str:
    """What :func:`safe_cell` was given."""
    return cell[1:] if cell[:1] == "'" and safe_cell(cell[1:]) == cell else cell


def plain_cells(cells: Sequence[str]) -> Sequence[str]:
    """:func:`plain_cell` of each."""
    return [plain_cell(cell) for cell in cells] if any(cell[:1] == "'" for cell in cells) else cells


def safe_cells(texts: Sequence[str]) -> Sequence[str]:
    """:func:`safe_cell` of each: a column in which no cell begins like a formula is seen at once."""
    joined = "\n".join(texts)
    if joined.count("\n") < len(texts) and FORMULA_OF_MANY.search(joined) is None:
        return texts
    return [safe_cell(text) for text in texts]
