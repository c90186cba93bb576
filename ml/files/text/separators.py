"""Separator detection of a text file: the character with which its first lines make a table."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from ml.files.text.plain_name import plain_name

SEPARATORS = (",", ";", "\t", "|", " ")
HEADER_ROWS = 50  # rows at the top of a table by which its separator and its header are found
_STATED = re.compile(r'\ufeff?"?sep=(.)"?;*,*\s*', re.IGNORECASE)


def stated(line: str) -> str | None:
    """Separator declared by Excel's first line ``sep=;``; None for any other line."""
    found = _STATED.fullmatch(line.rstrip("\r\n"))
    return found[1] if found else None


def separator_of(lines: Sequence[str], known: Collection[str] = ()) -> str:
    """The separator with which most names of columns are known, and then with which the rows are most alike.

    Parameters
    ----------
    lines : sequence of str
        The first lines of the file.
    known : collection of str
        Names of columns that are expected, plain.
    """

    def fits(separator: str) -> tuple[int, float, int]:
        rows = rows_with(lines, separator)
        counts = [matches(row, known) for row in rows]
        most = max(counts, default=0)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, count = widths.most_common(1)[0] if widths else (0, 0)
        if separator == " " and (most < 2 or count < len(rows) - 1):  # R separates by spaces, but so do words of a text
            return 0, 0, 0
        if most and len(rows[counts.index(most)]) == 1:  # one column: the mark within its cells is a decimal one
            return most, sum(len(row) == 1 for row in rows) / len(rows), 1
        return most, count / max(1, len(rows)), width

    return max(SEPARATORS, key=fits)


def rows_with(lines: Sequence[str], separator: str) -> list[list[str]]:
    """The first rows that are not blank, up to the first with broken quotes for this separator."""
    found: list[list[str]] = []
    with suppress(csv.Error):
        found.extend(islice(csv.reader(lines, delimiter=separator, strict=True), HEADER_ROWS))
    return [row for row in found if any(map(str.strip, row))]


def in_one_cell(rows: Sequence[Sequence[str]], known: Collection[str]) -> str | None:
    """Separator of lines that each stand in one cell, as when Excel opened a file with another separator."""
    cells = [[cell for cell in row if cell.strip()] for row in rows]
    lines = [row[0] for row in cells if row]
    if not known or any(len(row) > 1 for row in cells):
        return None
    found = separator_of(lines, known)
    return found if any(matches(row, known) > 1 for row in rows_with(lines, found)) else None


def parted(rows: Iterable[Sequence[Any]], separator: str) -> Iterator[list[str]]:
    """Rows whose first cell holds a whole line each, as the cells of that line."""
    for row in rows:
        line = next((str(cell) for cell in row if str(cell).strip()), "")
        yield next(csv.reader(line.splitlines(), delimiter=separator), []) if line else []


def matches(row: Sequence[str], known: Collection[str]) -> int:
    """Number of distinct known names among the cells of a row."""
    return len({plain_name(cell) for cell in row} & set(known)) if known else 0
