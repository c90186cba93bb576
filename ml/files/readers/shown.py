"""Cells of an .xlsx sheet that are shown otherwise than read: numbers padded with zeros, and hidden rows.

A customer's number 300 of the format 0000000 is 0000300 to people, and in the CSV that a spreadsheet makes of it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from ml.files.readers.sheet_part import column_at, found_in, part_of
from ml.translation import plural

MOST_NAMED = 5
Padded = tuple[tuple[int, int], ...]
_ZEROS = re.compile(r"(?:\[\$-[0-9A-Fa-f]+\])?(0{2,})")
_HIDDEN = re.compile(rb"""<(?:\w+:)?row\b(?=[^>]*\br="([0-9]+)")[^>]*\bhidden="(?:1|true)"[^>]*>""")
_PLACE = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
_TEXT = re.compile(rb'\bt="(?!n")')


@dataclass(frozen=True)
class Shown:
    """Rows and numbers of one sheet that it shows otherwise, by places from 0."""

    hidden: frozenset[int] = frozenset()
    """Rows that a filter hides, or somebody."""
    digits: dict[int, Padded] = field(default_factory=dict)
    """Row to columns, each with the digits that a whole number has there at least."""

    def padded(self, rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
        """Rows from the first of the sheet, with such numbers as the texts that they show."""
        for at, row in enumerate(rows):
            for column, digits in self.digits.get(at, ()):
                if column < len(row) and isinstance(row[column], int | float):
                    row[column] = str(int(row[column])).zfill(digits)
            yield row

    def notes(self, rows: Iterable[list[Any]]) -> list[str]:
        """A sentence on hidden rows that hold something."""
        found = [at + 1 for at, row in enumerate(rows) if at in self.hidden and any(cell != "" for cell in row)]
        if not found:
            return []
        more = " …" if len(found) > MOST_NAMED else ""
        said = plural(
            "{n} row of the sheet is hidden, and is read like the others: row {rows}. Delete it where it is not meant.",
            "{n} rows of the sheet are hidden, and are read like the others: rows {rows}. "
            "Delete them where they are not meant.",
            len(found),
            n=f"{len(found):,}",
            rows=f"{', '.join(map(str, found[:MOST_NAMED]))}{more}",
        )
        return [said]


def shown_in(path: str, sheet: str) -> Shown:
    """Rows and numbers of a sheet of an .xlsx file that it shows otherwise than it holds them."""
    with zipfile.ZipFile(path) as archive:
        part = part_of(archive, sheet)
        if part is None:
            return Shown()
        hidden = frozenset(int(row[1]) - 1 for row in found_in(archive, part, _HIDDEN, b"hidden=", b">"))
        digits: dict[int, Padded] = {}
        shared: dict[Padded, Padded] = {}  # rows mostly have the same
        styles = _padding_styles(archive)
        for cell in found_in(archive, part, _cells_of(styles), b"<c", b"</v>") if styles else ():
            place = _PLACE.search(cell[1])
            if place and not _TEXT.search(cell[1]):
                row = int(place[2]) - 1
                padded = (*digits.get(row, ()), (column_at(place[1]), styles[cell[2].decode()]))
                digits[row] = shared.setdefault(padded, padded)
    return Shown(hidden, digits)


def _cells_of(styles: Iterable[str]) -> re.Pattern[bytes]:
    """Whole numbers in cells of these styles."""
    of_styles = "|".join(styles).encode()
    return re.compile(rb'<c\b((?=[^>]*\bs="(' + of_styles + rb')")[^>]*)>(?:<f[^<]*(?:/>|</f>))?<v>[0-9]+</v>')


def _padding_styles(archive: zipfile.ZipFile) -> dict[str, int]:
    """Number of a cell's style to the digits of its format, where that is nothing but zeros."""
    try:
        styles = ElementTree.fromstring(archive.read("xl/styles.xml"))  # noqa: S314 - its size was checked; no entities
    except (KeyError, ElementTree.ParseError):
        return {}
    codes = {each.get("numFmtId"): each.get("formatCode", "") for each in styles.iterfind("{*}numFmts/{*}numFmt")}
    formats = [each.get("numFmtId") for each in styles.iterfind("{*}cellXfs/{*}xf")]
    found = ((str(at), _ZEROS.fullmatch(codes.get(number, ""))) for at, number in enumerate(formats))
    return {style: len(zeros[1]) for style, zeros in found if zeros}
