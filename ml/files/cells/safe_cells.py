"""CSV injection guard: cells that no spreadsheet runs as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

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


def safe_cell(text: str) -> str:
    """A text with an apostrophe before it where a spreadsheet would run it as a formula.

    Numbers stay as they are, -1 is a value; so do telephone numbers that no spreadsheet can take for a sum.
    """
    return f"'{text}" if FORMULA.match(text) and not (NUMBER.fullmatch(text) or NO_SUM.fullmatch(text)) else text


def plain_cell(cell: str) -> str:
    """The original text of a cell that :func:`safe_cell` wrote."""
    return cell[1:] if cell[:1] == "'" and safe_cell(cell[1:]) == cell else cell


def plain_cells(cells: Sequence[str]) -> Sequence[str]:
    """:func:`plain_cell` of each."""
    return [plain_cell(cell) for cell in cells] if any(cell[:1] == "'" for cell in cells) else cells


def safe_cells(texts: Sequence[str]) -> Sequence[str]:
    """:func:`safe_cell` of each, with a shortcut for a column in which no cell begins like a formula."""
    joined = "\n".join(texts)
    if joined.count("\n") < len(texts) and FORMULA_OF_MANY.search(joined) is None:
        return texts
    return [safe_cell(text) for text in texts]


def csv_text(lines: Iterable[Sequence[str]]) -> str:
    """Rows as CSV text: commas, quotes where needed, CR LF at the end of each line (RFC 4180)."""
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue()
