"""How a reader writes numbers: the decimal mark, the mark between groups, and the sign for percent.

A reader's marks are set for one stretch of work with :func:`reading`. Where nobody set any, numbers are
written as ever, so the API, files and the command line stay as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib import resources

SPACES = " \u00a0\u2009\u202f"  # any of them is typed where a space parts groups: keyboards have one only
APOSTROPHES = "'’"
MINUS = "−"
TRANSLATED = re.compile("[.,]")
TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
WEIGHT = re.compile(r"q=([01](?:\.[0-9]{0,3})?)")
LONGEST, MOST = 1000, 20  # characters and languages of a header that are looked at


@dataclass(frozen=True)
class Marks:
    """The marks of one locale.

    Attributes
    ----------
    decimal : str
        One character.
    group : str
        One character, between each three digits; not the decimal mark.
    percent : str
        Where the number stands beside the sign: "{}\u00a0%".
    """

    decimal: str = "."
    group: str = ","
    percent: str = "{}\u00a0%"


HOUSE = Marks()
_readers: ContextVar[Marks | None] = ContextVar("readers_marks", default=None)


class Unreadable(ValueError):
    """A text that is no number in these marks."""


@contextmanager
def reading(marks: Marks | None) -> Iterator[None]:
    """Write numbers in these marks until the block ends, in this thread only."""
    token = _readers.set(marks)
    try:
        yield
    finally:
        _readers.reset(token)


def stated() -> Marks | None:
    """The marks of who reads; None where nobody said."""
    return _readers.get()


def current() -> Marks:
    """The marks of who reads, or the house's."""
    return _readers.get() or HOUSE


def dressed(text: str) -> str:
    """A number written as Python's "," format does ("1,234.5"), in the marks of who reads."""
    marks = current()
    return TRANSLATED.sub(lambda found: marks.decimal if found[0] == "." else marks.group, text)


def percent(number: str) -> str:
    """A number written as Python does, with the sign for percent, in the marks of who reads."""
    return current().percent.format(dressed(number))


def canonical(text: str, marks: Marks) -> str:
    """What was typed in these marks as "-1234.5": a decimal point, no groups.

    Raises
    ------
    Unreadable
        Groups that are not of three digits, two decimal marks, or no number at all. Nothing is guessed.
    """
    typed = text.strip().replace(MINUS, "-")
    for alike in (SPACES, APOSTROPHES):
        if marks.group in alike:
            typed = re.sub(f"[{alike}]", marks.group, typed)
    group, decimal = re.escape(marks.group), re.escape(marks.decimal)
    whole = rf"(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+)"
    form = rf"[+-]?(?:{whole}(?:{decimal}[0-9]*)?|{decimal}[0-9]+)(?:[eE][+-]?[0-9]+)?"
    if not re.fullmatch(form, typed):
        example = f"1{marks.group}234{marks.decimal}5"
        raise Unreadable(f"“{text.strip()}” is not a number as it is written here. Accepted: {example}.")
    return typed.replace(marks.group, "").replace(marks.decimal, ".")


def of_locale(name: str) -> Marks:
    """The marks of a locale such as "de-CH"; the house's where it is not known.

    Source: the Unicode CLDR, in ``ml/locales.json``. Digits stay 0 to 9, groups stay of three.
    """
    tag = name.strip().lower()
    while tag:
        if tag in _table():
            return Marks(*_table()[tag])
        tag = tag.rpartition("-")[0]
    return HOUSE


@cache
def _table() -> dict[str, list[str]]:
    text = resources.files("ml").joinpath("locales.json").read_text(encoding="utf-8")
    return {tag.lower(): marks for tag, marks in json.loads(text).items()}


def preferred(accept_language: str) -> Marks:
    """The marks of who sent an Accept-Language header: of the language that stands highest in it."""
    best, weight = "", 0.0
    for part in accept_language[:LONGEST].split(",")[:MOST]:
        tag, _, rest = part.partition(";")
        found = WEIGHT.fullmatch(rest.strip()) if rest.strip() else None
        given = float(found[1]) if found else (0.0 if rest.strip() else 1.0)
        if given > weight and TAG.fullmatch(tag.strip()):
            best, weight = tag, given
    return of_locale(best)
