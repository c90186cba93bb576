"""Header detection: the row with the names of the columns, below titles and blank rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from ml.errors import Misread
from ml.files.cells.numbers import readings
from ml.files.text.separators import HEADER_ROWS, matches
from ml.translation import mark, text

NAMES = mark("Say in which row the names of the columns stand.")


def header_at(rows: Sequence[Sequence[str]], known: Collection[str], given: int | None = None) -> int:
    """Number of the header's row, from 0.

    It is the row with most names that are known; where none is known, the first that is as wide as rows are here.

    Parameters
    ----------
    rows : sequence of sequence of str
        The first rows of the file, blank ones too.
    known : collection of str
        Names of columns that are expected, plain.
    given : int, optional
        The row that somebody said, from 1.

    Raises
    ------
    Misread
        Where the row that was said is not there, or holds no name.
    """
    if given is not None:
        if given > len(rows):
            raise Misread(text("The file has no row {row}.", row=f"{given:,}"), text(NAMES))
        if not any(cell.strip() for cell in rows[given - 1]):
            raise Misread(text("Row {row} of the file is empty.", row=f"{given:,}"), text(NAMES))
        return given - 1
    first = rows[:HEADER_ROWS]
    most_known = [matches(row, known) for row in first]
    if any(most_known):
        return most_known.index(max(most_known))
    widths = [sum(bool(cell.strip()) for cell in row) for row in first]
    filled = [width for width in widths if width]
    if not filled:
        return 0
    common, count = Counter(filled).most_common(1)[0]
    # A line of more cells than the others have is a header, too: rows may end early
    at = next(at for at, width in enumerate(widths) if width >= (common if count > 1 else max(filled)))
    top = next(at for at, width in enumerate(widths) if width)
    if len(rows[top]) >= common and widths[top] > common / 2:
        at = top
    return 0 if all(readings(cell).point for cell in first[at] if cell.strip()) else at


def has_row_names(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """True when rows begin with row names for which the header has no column, as R writes tables.

    Each row has then one cell more than the header, and its first is its number or a name of its own. A decimal comma
    between the cells of a file with commas makes a cell more, too: hence no other numbers are taken for names.
    """
    filled = [row for row in rows if row]
    if not filled or any(len(row) != len(header) + 1 for row in filled) or not any(row[-1].strip() for row in filled):
        return False
    names = [row[0].strip() for row in filled]
    numbered = names == [str(at) for at in range(1, len(names) + 1)]
    return numbered or (len(set(names)) == len(names) and all(name and not readings(name).point for name in names))
