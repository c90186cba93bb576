"""Infers the kind of each column of a result: numbers, dates, or texts such as codes and telephone numbers.

A column is decided as a whole, from all of its cells. In doubt it is text: what is shown as it came cannot be wrong.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import islice

from ml.data.feature import text_of
from ml.files.write.contact_columns import is_phone, is_postal
from ml.files.write.result import ColumnFacts, Kind, Result

Cell = float | dt.date | None  # None: it stays the text that it is
Read = Callable[[str], Cell]
LONGEST_NUMBER = 15  # digits of a whole number that a spreadsheet keeps
FIRST_YEAR = 1901  # the first that spreadsheets count without their error of 1900
ARROW = 2  # characters that the arrow of a filter covers
WIDTHS_FROM = 1_000  # first records, by which columns get their width
CODE = re.compile(r"[+-]?0\d+", re.ASCII)  # 02134: leading zeros mean something
_PLAIN = re.compile(r"-?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_POINT = re.compile(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?", re.ASCII)
_COMMA = re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?", re.ASCII)
# What can be read with one mark only: 1,5 and 1.234.567,00, where 1,234 may be one thousand or one
_SURE_POINT = re.compile(r".*,.*[.,].*")
_SURE_COMMA = re.compile(r".*,(\d{1,2}|\d{4,})|.*\..*,.*")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?", re.ASCII)
_DAY = re.compile(r"(\d{1,2})([./])(\d{1,2})\2(\d{4})", re.ASCII)


@dataclass(frozen=True)
class OutputColumn:
    """A column of a result: its kind, the reader of its cells, and its width."""

    name: str
    kind: Kind
    read: Read
    """Gives a cell's value; None where it stays a text."""
    width: int
    """Characters of its longest cell among the first 1,000."""
    longest: int
    """UTF-16 units, as Excel counts characters, of the longest of all."""


def _number(form: re.Pattern[str], groups: str, decimal: str) -> Read:
    def read(text: str) -> Cell:
        if not form.fullmatch(text) or CODE.fullmatch(text.partition(decimal)[0]):
            return None
        value = float(text.replace(groups, "").replace(decimal, ".") if groups or decimal != "." else text)
        return None if abs(value) >= 10**LONGEST_NUMBER and "e" not in text.lower() else value

    return read


def _integer(text: str) -> Cell:
    digits = text[1:] if text[:1] == "-" else text
    plain = digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST_NUMBER
    return int(text) if plain and (digits == "0" or digits[0] != "0") else None


_plain = _number(_PLAIN, "", ".")


def _exact(text: str) -> Cell:
    value = _plain(text)
    return value if value is not None and text_of(value) == text else None


def _date(text: str) -> Cell:
    return _made(dt.date.fromisoformat, text) if _ISO.fullmatch(text) else None


def _moment(text: str) -> Cell:
    return _made(dt.datetime.fromisoformat, text) if _MOMENT.fullmatch(text) else None


def _day(order: tuple[int, int], marks: str) -> Read:
    def read(text: str) -> Cell:
        found = _DAY.fullmatch(text)
        if found is None or found[2] not in marks:
            return None
        return _made(lambda _: dt.date(int(found[4]), int(found[order[0]]), int(found[order[1]])), text)

    return read


def _made(make: Callable[[str], dt.date], text: str) -> Cell:
    try:
        value = make(text)
    except ValueError:
        return None
    return value if value.year >= FIRST_YEAR else None


# In the order in which they are preferred
_FORMS: dict[str, tuple[Kind, Read]] = {
    "integer": ("integer", _integer),
    "exact": ("number", _exact),
    "plain": ("number", _plain),
    "point": ("number", _number(_POINT, ",", ".")),
    "comma": ("number", _number(_COMMA, ".", ",")),
    "date": ("date", _date),
    "moment": ("moment", _moment),
    "dmy": ("date", _day((3, 1), "./")),
    "mdy": ("date", _day((1, 3), "/")),
}
_NUMBERS = ("integer", "plain", "point", "comma")
_DATES = ("date", "moment", "dmy", "mdy")
_EXACT = ("integer", "exact")
_SURE = {"point": _SURE_POINT, "comma": _SURE_COMMA}
_TEXT: Read = lambda _: None  # noqa: E731


def columns_of(result: Result, *, mixed: bool = True) -> list[OutputColumn]:
    """Infer the kinds of all columns from all cells.

    With `mixed` texts may stand among numbers: in a sheet, not in a typed file.
    """
    guesses = [_KindInference(given, mixed) for given in result.columns]
    seen = 0
    for block in result.blocks():
        for guess, cells in zip(guesses, block, strict=True):
            guess.see(cells, seen < WIDTHS_FROM)
        seen += len(block[0])
    return [guess.column() for guess in guesses]


class _KindInference:
    """Kinds that remain possible for a column as its cells are seen."""

    def __init__(self, given: ColumnFacts, mixed: bool) -> None:
        self._given, self._width, self._longest = given, 0, 0
        self._loose = bool(given.expected) and mixed
        self._forms = _readers(given)
        self._hits = dict.fromkeys(self._forms, 0)
        self._sure: set[str] = set() if given.plain is None else set(_SURE)

    def see(self, cells: Sequence[str], measured: bool) -> None:
        if measured:
            self._width = max(self._width, max(map(len, islice(cells, WIDTHS_FROM)), default=0))
        if max(map(len, cells), default=0) > self._longest // 2:
            self._longest = max(self._longest, max(map(_units, cells)))
        if self._hits:
            self._narrow({cell for cell in set(cells) if cell})

    def _narrow(self, cells: Set[str]) -> None:
        if any(map(CODE.fullmatch, cells)):
            self._hits = {}
        for form, hits in list(self._hits.items()):
            read = self._forms[form]
            found = sum(read(cell) is not None for cell in cells)
            if found < len(cells) and not self._loose:
                del self._hits[form]
            else:
                self._hits[form] = hits + found
            if form in _SURE and form not in self._sure and any(map(_SURE[form].fullmatch, cells)):
                self._sure.add(form)

    def column(self) -> OutputColumn:
        given = self._given
        kind, read = self._best() if given.expected or not given.kind else (given.kind, _OWN[given.kind])
        if given.kind == "percent" and kind in ("integer", "number"):  # a share
            kind = "percent"
        return OutputColumn(given.name, kind, read, max(self._width, len(given.name) + ARROW), self._longest)

    def _best(self) -> tuple[Kind, Read]:
        left = {form: hits for form, hits in self._hits.items() if hits and (form not in _SURE or form in self._sure)}
        if {"dmy", "mdy"} <= set(left):
            return "text", _TEXT  # 1/2/2026 may be either, in every row
        most = max(left.values(), default=0)
        best = next((form for form in _FORMS if left.get(form) == most), None)
        return (_FORMS[best][0], self._forms[best]) if best else ("text", _TEXT)


def _readers(given: ColumnFacts) -> dict[str, Read]:
    """Readers of a column's cells, by the names of the forms."""
    digits = given.free and (is_phone(given.name) or is_postal(given.name))
    if digits or (given.kind and not given.expected):
        return {}
    if given.expected:
        names = _NUMBERS if given.expected == "number" else _DATES
        if given.plain is not None:  # which knows the marks of the file
            return {name: _told(_FORMS[name][1], given.plain) for name in names[:2]}
        return {name: _FORMS[name][1] for name in names}
    return {name: _FORMS[name][1] for name in (_EXACT if given.exact else (*_NUMBERS, *_DATES))}


def _told(read: Read, plain: Callable[[str], str]) -> Read:
    return lambda text: read(plain(text))


def _own_number(text: str) -> Cell:
    return float(text) if text else None


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


_OWN: dict[Kind, Read] = {
    "text": _TEXT,
    "integer": lambda text: int(text) if text else None,
    "percent": _own_number,
    "money": _own_number,
}


def typed(columns: Iterable[OutputColumn], block: Sequence[Sequence[str]]) -> list[Sequence[Cell | str]]:
    """Columns of cells as typed values; texts and empty cells as they are."""
    return [
        cells if column.read is _TEXT else [text if (value := column.read(text)) is None else value for text in cells]
        for column, cells in zip(columns, block, strict=True)
    ]
