"""Strict JSON with the same errors everywhere: no repeated names, no lone surrogates, no infinity."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ml.errors import Unreadable

LONE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
SEND = 'Send a JSON object such as {"feature": value}, a list of them, or a table as text/csv.'


def parse_json(text: str, what: str, *, nan: bool = False) -> Any:
    """Read a JSON text.

    Parameters
    ----------
    what : str
        Name for people, for errors.
    nan : bool
        True reads NaN as null, which is what pandas means by it; False refuses it.

    Raises
    ------
    Unreadable
    """
    try:
        data = (LENIENT if nan else DECODER).decode(text)
    except json.JSONDecodeError as error:
        raise not_json(what, error.msg, error.lineno, error.colno) from None
    except (RecursionError, ValueError) as error:
        raise too_much(what, error) from None
    check_characters(data, text, what)
    return data


def utf8_text(body: bytes) -> str:
    """The text of a request's body, with or without a byte order mark; Unreadable where it is not UTF-8."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"The body is not UTF-8 text: byte {error.start} is none."
        raise Unreadable(message, "Save or send it as UTF-8.") from None


def not_json(what: str, why: str, line: int, column: int) -> Unreadable:
    """The error of a text that is no JSON."""
    return Unreadable(f"{what} is not JSON: {why} (line {line}, column {column}).", SEND)


def too_much(what: str, error: RecursionError | ValueError) -> Unreadable:
    """Error of JSON beyond Python's limits of depth or digits, although it may be valid."""
    if isinstance(error, RecursionError):
        return Unreadable(f"{what} is nested too deep.", SEND)
    return Unreadable(f"{what} holds a number of too many digits.", "Accepted: up to 4,300 digits.")


def check_characters(data: Any, text: str, what: str) -> None:
    """Refuse lone surrogates in decoded JSON: they are no characters."""
    try:
        if LONE_SURROGATE.search(text):
            json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Unreadable(f"{what} holds half of a \\u pair, which is no character.", "Send both halves.") from None


def repeated(names: Iterable[str]) -> list[str]:
    """The names that come more than once, in one pass: a client may send a million."""
    return [name for name, count in Counter(names).items() if count > 1]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        twice = ", ".join(repr(name[:80]) for name in repeated(name for name, _ in pairs))
        raise Unreadable(f"Names came more than once in one object: {twice[:400]}.", "Send each name once.")
    return made


def _refuse_constant(name: str) -> Any:
    raise Unreadable(f"{name} is no JSON and no value.", "Send null where a value is not known.")


def _nan_is_missing(name: str) -> Any:
    return None if name == "NaN" else _refuse_constant(name)


class Overflow(float):
    """A number that no float holds: infinite, and told as it was written, such as 1e400."""

    written: str

    def __new__(cls, written: str) -> Overflow:
        """Keep the text of a number."""
        number = super().__new__(cls, written)
        number.written = written
        return number

    def __repr__(self) -> str:
        return self.written


def _number(written: str) -> float:
    value = float(written)
    return value if math.isfinite(value) else Overflow(written)


DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse_constant, parse_float=_number)
LENIENT = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_nan_is_missing, parse_float=_number)
