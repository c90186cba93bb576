"""Formulas of a workbook that no spreadsheet has calculated: without a value, or with the 0 of the program's own.

openpyxl writes no value beside a formula; XlsxWriter writes 0. Both say in the workbook that all is to be calculated
when it is opened (``fullCalcOnLoad``), which Excel takes away when it saves.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ml.files.readers.sheet_part import column_at, found_in, part_of
from ml.translation import plural

MOST_NAMED = 5
_FORMULA = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^>]*>\s*<f[ >/](?:(?!</c>).)*?</c>', re.DOTALL)
_VALUE = re.compile(rb"<v>[^<]|<is>")
_ZERO = re.compile(rb"<v>0</v>")
_TO_CALCULATE = re.compile(rb"""<(?:\w+:)?calcPr\b[^>]*\bfullCalcOnLoad\s*=\s*["'](?:1|true)["']""")


@dataclass(frozen=True)
class Uncalculated:
    """Formulas of one sheet without a value of their own."""

    places: tuple[str, ...] = ()
    """The first of them, as "A2"."""
    count: int = 0
    zeros: dict[int, list[int]] = field(default_factory=dict)
    """Row to columns, from 0, of those that hold the 0 of the program that wrote them."""

    @property
    def notes(self) -> list[str]:
        """A sentence, where there are any."""
        if not self.count:
            return []
        more = " …" if self.count > len(self.places) else ""
        said = plural(
            "{n} cell holds a formula without a computed value, which is read as empty: {cells}. "
            "Save it in Excel first.",
            "{n} cells hold formulas without a computed value, which is read as empty: {cells}. "
            "Save it in Excel first.",
            self.count,
            n=f"{self.count:,}",
            cells=f"{', '.join(self.places)}{more}",
        )
        return [said]

    def blanked(self, rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
        """Rows of a sheet with blanks in place of the zeros of formulas that have no stored value."""
        for at, row in enumerate(rows):
            for column in self.zeros.get(at, ()):
                if column < len(row):
                    row[column] = ""
            yield row


def uncalculated(path: str, sheet: str) -> Uncalculated:
    """Cells of an .xlsx sheet whose formula has no stored value, found in its XML: the cell reader gives 0 for them."""
    places: list[str] = []
    zeros: dict[int, list[int]] = {}
    count = 0
    with zipfile.ZipFile(path) as archive:
        part = part_of(archive, sheet)
        if part is None:
            return Uncalculated()
        none = _TO_CALCULATE.search(archive.read("xl/workbook.xml")) is not None
        for cell in found_in(archive, part, _FORMULA, b"<f", b"</c>"):
            zero = none and _ZERO.search(cell[0]) is not None
            if _VALUE.search(cell[0]) and not zero:
                continue
            count += 1
            if zero:
                zeros.setdefault(int(cell[2]) - 1, []).append(column_at(cell[1]))
            if len(places) < MOST_NAMED:
                places.append((cell[1] + cell[2]).decode())
    return Uncalculated(tuple(places), count, zeros)
