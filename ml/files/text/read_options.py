"""Options of reading a file, as people and programs give them; those not given are detected."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ml.errors import LikelyError
from ml.translation import text

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "\\t": "\t"}
DECIMALS = {"comma": ",", "point": ".", "dot": "."}
DATES = ("dmy", "mdy", "ymd")
NAMES = ("encoding", "separator", "decimal", "header_row", "sheet", "dates")
MOST_ROWS_ABOVE = 1_000  # the header stands within these rows
LONGEST = 200  # characters of a given value
# What people call encodings that Python calls otherwise
_SPOKEN = {"ansi": "cp1252", "western": "cp1252", "mac": "mac_roman", "macintosh": "mac_roman", "unicode": "utf-16"}


class BadReadOption(LikelyError):
    """An impossible option of reading."""

    code = "bad_parameter"


@dataclass(frozen=True)
class ReadOptions:
    """Options of reading a file; None is detected."""

    encoding: str | None = None
    """Name of the encoding in Python."""
    separator: str | None = None
    """One character."""
    decimal: str | None = None
    """Mark of decimals; the other one is taken for the mark between thousands. One of "," and "."."""
    header_row: int | None = None
    """Row of the file with the names of the columns, from 1, as a spreadsheet counts."""
    sheet: str | None = None
    """Sheet of a workbook, by name or by number from 1; a hidden one, too."""
    dates: str | None = None
    """Order of day, month and year. One of "dmy", "mdy" and "ymd"."""

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> ReadOptions:
        """Options from a query, a form or JSON; empty values and unknown names are ignored.

        Raises
        ------
        BadReadOption
        """
        options: dict[str, Any] = {}
        for name in NAMES:
            value = given.get(name, given.get(name.replace("_", "-")))
            typed = "" if value is None else str(value)[:LONGEST]
            if typed:
                options[name] = _READERS[name](typed if name == "separator" else typed.strip())
        return cls(**options)

    def to_json(self) -> dict[str, Any]:
        """The options that were given, as :meth:`from_mapping` takes them."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def _encoding(given: str) -> str:
    try:
        codec = codecs.lookup(_SPOKEN.get(given.lower(), given))
        "a".encode(codec.name)  # there are codecs that are no encodings of texts
    except (LookupError, ValueError, TypeError):
        known = "utf-8, utf-16, windows-1252, windows-1250, windows-1251, mac-roman"
        hint = text("Accepted: {encodings} and what else Python knows.", encodings=known)
        raise BadReadOption(_is("encoding", given), hint) from None
    return codec.name


def _separator(given: str) -> str:
    found = SEPARATORS.get(given.strip().lower(), given)
    if len(found) != 1 or found in '"\r\n\0' or found.isalnum():
        raise BadReadOption(_is("separator", given), text("Accepted: comma, semicolon, tab, pipe, or one character."))
    return found


def _decimal(given: str) -> str:
    return _one_of("decimal", DECIMALS.get(given.lower(), given), (",", "."), text("comma or point"))


def _header_row(given: str) -> int:
    if not (given.isascii() and given.isdecimal() and 1 <= int(given[:9]) <= MOST_ROWS_ABOVE):
        hint = text("It is a row of the file: 1 to {n}.", n=f"{MOST_ROWS_ABOVE:,}")
        raise BadReadOption(_is("header_row", given), hint)
    return int(given)


def _dates(given: str) -> str:
    return _one_of("dates", given.lower(), DATES, text("dmy (31.12.2025), mdy (12/31/2025) or ymd (2025-12-31)"))


def _is(option: str, given: str) -> str:
    return text("{option} is {value}.", option=option, value=repr(given))


def _one_of(name: str, given: str, accepted: tuple[str, ...], words: str) -> str:
    if given not in accepted:
        raise BadReadOption(_is(name, given), text("Accepted: {values}.", values=words))
    return given


_READERS: dict[str, Callable[[str], Any]] = {
    "encoding": _encoding,
    "separator": _separator,
    "decimal": _decimal,
    "header_row": _header_row,
    "sheet": str,
    "dates": _dates,
}
