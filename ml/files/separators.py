"""Which character stands between the cells of a text file: the one with which its first lines make a table."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from itertools import islice

from ml.files.plain_name import plain_name

SEPARATORS = (",", ";", "\t", "|")
LOOKED_AT = 50  # rows
_STATED = re.compile(r'\ufeff?"?sep=(.)"?;*,*\s*', re.IGNORECASE)


def stated(line: str) -> str | None:
    """The separator that a first line ``sep=;`` names, as Excel has it; None where it is no such line."""
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
        most = max((matches(row, known) for row in rows), default=0)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, count = widths.most_common(1)[0] if widths else (0, 0)
        return most, count / max(1, len(rows)), width

    return max(SEPARATORS, key=fits)


def rows_with(lines: Sequence[str], separator: str) -> list[list[str]]:
    """The first rows that are not blank; those before a quote that makes no sense with this separator."""
    found: list[list[str]] = []
    with suppress(csv.Error):
        found.extend(islice(csv.reader(lines, delimiter=separator, strict=True), LOOKED_AT))
    return [row for row in found if any(map(str.strip, row))]


def matches(row: Sequence[str], known: Collection[str]) -> int:
    """How many cells of a row are names that are known, each once."""
    return len({plain_name(cell) for cell in row} & set(known)) if known else 0
