"""Cells of a sheet that are merged with one above: they show its text, which a file holds once.

A text is that of every line beside which it stands: a region of three customers, a name above two rows of a header. A
number may be one for all of them, such as a sum: it counts once, and that is said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ml.translation import plural

MOST_NAMED = 5
Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Merged:
    """Ranges of merged cells that reach over more than one row, as corners of row and column from 0."""

    ranges: Sequence[Range] = ()

    @classmethod
    def of_sheet(cls, ranges: Collection[Range] | None, last: tuple[int, int] | None) -> Merged:
        """The ranges of a sheet whose last cell is `last`; None where the reader of workbooks does not tell them."""
        row = -1 if last is None else last[0]
        tall = (((top, left), (min(bottom, row), right)) for (top, left), (bottom, right) in ranges or ())
        return cls(sorted(each for each in tall if each[1][0] > each[0][0]))

    def filled(self, rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
        """Rows of a sheet, with the text of a merged cell repeated in each of its rows that has another value."""
        if not self.ranges:
            yield from rows
            return
        for row, texts, _ in self._seen(rows):
            if any(cell != "" for cell in row):
                for column, text in texts:
                    row[column] = text
            yield row

    def notes(self, rows: Iterable[list[Any]]) -> list[str]:
        """Notes on cells that take the text of a merged cell above, and on merged numbers that are not repeated."""
        texts: list[str] = []
        numbers: list[str] = []
        counts = [0, 0]
        for at, (row, below_texts, below_numbers) in enumerate(self._seen(rows)):
            if all(cell == "" for cell in row):
                continue
            for which, (named, columns) in enumerate(
                ((texts, [column for column, _ in below_texts]), (numbers, below_numbers))
            ):
                counts[which] += len(columns)
                named += [place_of(at, column) for column in columns][: MOST_NAMED - len(named)]
        return self._said(texts, counts[0], numbers, counts[1])

    def _said(self, texts: list[str], of_texts: int, numbers: list[str], of_numbers: int) -> list[str]:
        said = []
        if of_texts:
            said.append(
                plural(
                    "{n} cell is merged with a text above it, and is read as that: {cells}.",
                    "{n} cells are merged with a text above them, and are read as that: {cells}.",
                    of_texts,
                    n=f"{of_texts:,}",
                    cells=_listed(texts, of_texts),
                )
            )
        if of_numbers:
            said.append(
                plural(
                    "{n} cell is merged with a number above it, which counts once: {cells} is read as empty.",
                    "{n} cells are merged with a number above them, which counts once: {cells} are read as empty.",
                    of_numbers,
                    n=f"{of_numbers:,}",
                    cells=_listed(numbers, of_numbers),
                )
            )
        return said

    def _seen(self, rows: Iterable[list[Any]]) -> Iterator[tuple[list[Any], list[tuple[int, Any]], list[int]]]:
        """Each row, the columns and texts (or dates) that it has from above, and the columns with a number above."""
        waiting = list(reversed(self.ranges))
        reaching: list[tuple[int, int, Any]] = []
        for at, row in enumerate(rows):
            reaching = [each for each in reaching if each[0] >= at]
            yield (
                row,
                [(column, value) for _, column, value in reaching if not _is_number(value)],
                [column for _, column, value in reaching if _is_number(value)],
            )
            while waiting and waiting[-1][0][0] == at:
                (_, column), (bottom, _) = waiting.pop()
                if column < len(row) and row[column] != "":
                    reaching.append((bottom, column, row[column]))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _listed(named: Sequence[str], count: int) -> str:
    return ", ".join(named) + (" …" if count > len(named) else "")


def place_of(row: int, column: int) -> str:
    """Place of a cell as spreadsheets name it, by row and column from 0: A1, …, Z1, AA1."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"
