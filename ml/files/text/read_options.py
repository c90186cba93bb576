"""Options of reading a file, as people and programs give them; those not given are detected."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ml.errors import LikelyError

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
    """Options of reading a file; None is detected.

    Attributes
    ----------
    encoding : str or None
        As Python names it.
    separator : str or None
        One character.
    decimal : {",", "."} or None
        Mark of decimals; the other one is taken for the mark between thousands.
    header_row : int or None
        Row of the file with the names of the columns, from 1, as a spreadsheet counts.
    sheet : str or None
        Sheet of a workbook, by name or by number from 1; a hidden one, too.
    dates : {"dmy", "mdy", "ymd"} or None
        Order of day, month and year.
    """

    encoding: str | None = None
    separator: str | None = None
    decimal: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    dates: str | None = None

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> ReadOptions:
        """Options from a query, a form or JSON; empty values and unknown names are ignored.

        Raises
        ------
        BadReadOption
        """
        found: dict[str, Any] = {}
        for name in NAMES:
            value = given.get(name, given.get(name.replace("_", "-")))
            text = "" if value is None else str(value)[:LONGEST]
            if text:
                found[name] = _READERS[name](text if name == "separator" else text.strip())
        return cls(**found)

    def to_json(self) -> dict[str, Any]:
        """The options that were given, as :meth:`from_mapping` takes them."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def _encoding(text: str) -> str:
    try:
        found = codecs.lookup(_SPOKEN.get(text.lower(), text))
        "a".encode(found.name)  # there are codecs that are no encodings of texts
    except (LookupError, ValueError, TypeError):
        hint = (
            "Accepted: utf-8, utf-16, windows-1252, windows-1250, windows-1251, mac-roman and what else Python knows."
        )
        raise BadReadOption(f"encoding is {text!r}.", hint) from None
    return found.name


def _separator(text: str) -> str:
    found = SEPARATORS.get(text.strip().lower(), text)
    if len(found) != 1 or found in '"\r\n\0' or found.isalnum():
        raise BadReadOption(f"separator is {text!r}.", "Accepted: comma, semicolon, tab, pipe, or one character.")
    return found


def _decimal(text: str) -> str:
    return _one_of("decimal", DECIMALS.get(text.lower(), text), (",", "."), "comma or point")


def _header_row(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MOST_ROWS_ABOVE):
        raise BadReadOption(f"header_row is {text!r}.", f"It is a row of the file: 1 to {MOST_ROWS_ABOVE:,}.")
    return int(text)


def _dates(text: str) -> str:
    return _one_of("dates", text.lower(), DATES, "dmy (31.12.2025), mdy (12/31/2025) or ymd (2025-12-31)")


def _one_of(name: str, text: str, accepted: tuple[str, ...], words: str) -> str:
    if text not in accepted:
        raise BadReadOption(f"{name} is {text!r}.", f"Accepted: {words}.")
    return text


_READERS: dict[str, Callable[[str], Any]] = {
    "encoding": _encoding,
    "separator": _separator,
    "decimal": _decimal,
    "header_row": _header_row,
    "sheet": str,
    "dates": _dates,
}
