"""Number formats of locales: decimal separator, grouping separator and percent sign.

A reader's format is set for a block of code with :func:`use_number_format`. Without one, numbers are written in
Python's format: the API, files and the command line do not depend on the reader.
"""

from __future__ import annotations

import json
import re
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ml.context import holding

SPACES = " \u00a0\u2009\u202f"  # any of them is read where a space separates groups: keyboards have one only
APOSTROPHES = "'’"
MINUS = "−"
TRANSLATED = re.compile("[.,]")
TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
WEIGHT = re.compile(r"q=([01](?:\.[0-9]{0,3})?)")
LONGEST, MOST = 1000, 20  # characters and languages of a header that are read


@dataclass(frozen=True)
class NumberFormat:
    """Number format of one locale."""

    decimal: str = "."
    """One character."""
    group: str = ","
    """One character, between each three digits; other than `decimal`."""
    percent: str = "{}\u00a0%"
    """Template of the number and its sign: "{} %"."""


DEFAULT_FORMAT = NumberFormat()
_reader_format: ContextVar[NumberFormat | None] = ContextVar("reader_format", default=None)


class NotANumber(ValueError):
    """The text is no number in this format."""


def use_number_format(number_format: NumberFormat | None) -> AbstractContextManager[None]:
    """Write numbers in this format until the block ends, in this context only."""
    return holding(_reader_format, number_format)


def reader_format() -> NumberFormat | None:
    """Number format of the reader; None where none is set."""
    return _reader_format.get()


def current_format() -> NumberFormat:
    """Number format of the reader, or the default."""
    return _reader_format.get() or DEFAULT_FORMAT


def localized(text: str) -> str:
    """A number as Python's "," format writes it ("1,234.5"), in the reader's format."""
    number_format = current_format()
    return TRANSLATED.sub(lambda found: number_format.decimal if found[0] == "." else number_format.group, text)


def grouped(number: float) -> str:
    """A count in the reader's format, with groups of digits; with one decimal where it is no whole number."""
    return localized(f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}")


def percent(number: str) -> str:
    """A number as Python writes it, with the percent sign, in the reader's format."""
    return current_format().percent.format(localized(number))


def canonical(text: str, number_format: NumberFormat) -> str:
    """A number that was typed in this format as "-1234.5": a decimal point, no groups.

    Raises
    ------
    NotANumber
        Groups that are not of three digits, two decimal separators, or no number at all. Nothing is guessed.
    """
    typed = text.strip().replace(MINUS, "-")
    for alike in (SPACES, APOSTROPHES):
        if number_format.group in alike:
            typed = re.sub(f"[{alike}]", number_format.group, typed)
    group, decimal = re.escape(number_format.group), re.escape(number_format.decimal)
    whole = rf"(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+)"
    form = rf"[+-]?(?:{whole}(?:{decimal}[0-9]*)?|{decimal}[0-9]+)(?:[eE][+-]?[0-9]+)?"
    if not re.fullmatch(form, typed):
        example = f"1{number_format.group}234{number_format.decimal}5"
        raise NotANumber(f"“{text.strip()}” is not a number as it is written here. Accepted: {example}.")
    return typed.replace(number_format.group, "").replace(number_format.decimal, ".")


def format_of_locale(name: str) -> NumberFormat:
    """Number format of a locale such as "de-CH"; the default where it is unknown.

    Source: the Unicode CLDR, in ``ml/locales.json``. Digits stay 0 to 9, groups stay of three.
    """
    tag = name.strip().lower()
    while tag:
        if tag in _table():
            return NumberFormat(*_table()[tag])
        tag = tag.rpartition("-")[0]
    return DEFAULT_FORMAT


@cache
def _table() -> dict[str, list[str]]:
    text = resources.files("ml").joinpath("locales.json").read_text(encoding="utf-8")
    return {tag.lower(): fields for tag, fields in json.loads(text).items()}


def preferred_format(accept_language: str) -> NumberFormat:
    """Number format of the language with the highest weight in an Accept-Language header."""
    return format_of_locale(next(iter(weighted_tags(accept_language)), ""))


def weighted_tags(accept_language: str) -> list[str]:
    """Languages of an Accept-Language header in small letters, the highest weight first; without those of weight 0."""
    weights: dict[str, float] = {}
    for part in accept_language[:LONGEST].split(",")[:MOST]:
        tag, _, rest = part.partition(";")
        match = WEIGHT.fullmatch(rest.strip()) if rest.strip() else None
        given = float(match[1]) if match else (0.0 if rest.strip() else 1.0)
        if given > 0 and TAG.fullmatch(tag.strip()):
            weights.setdefault(tag.strip().lower(), given)
    return sorted(weights, key=lambda tag: -weights[tag])
