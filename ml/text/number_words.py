"""Numbers and names as people read them: shares, decimals, counts of records, shortened names.

For plain numbers; values of features with their units, money and percentage points are in :mod:`ml.text.words`.
Written in the reader's number format (:mod:`ml.locale`), on pages, in figures and in reports.
"""

from __future__ import annotations

from collections.abc import Callable

from ml import locale
from ml.translation import plural, text


def percent(share: float) -> str:
    """A share as a percentage; 0 % and 100 % only where it is exactly that."""
    return _rounded(share, locale.percent)


def of_hundred(share: float) -> str:
    """Like :func:`percent`, without its sign: "12", "1.4", "under 0.1", for a sentence about a hundred."""
    return _rounded(share, locale.localized)


def _rounded(share: float, written: Callable[[str], str]) -> str:
    whole = round(100 * share)
    if whole == 100 * share or 2 <= whole <= 99:  # outside, a decimal is kept: 1.4 is not 1
        return written(f"{whole}")
    if 0.0005 <= share < 0.9995:
        return written(f"{100 * share:.1f}")
    if share < 0.5:
        return text("under {share}", share=written("0.1"))
    return text("over {share}", share=written("99.9"))


def short_percent(share: float) -> str:
    """Like :func:`percent`, without its sign and without words: "12", "1.4", "<0.1", for a place with little room."""
    if 0 < share < 0.0005:
        return f"<{decimal(0.1, 1)}"
    if 0.9995 <= share < 1:
        return f">{decimal(99.9, 1)}"
    return of_hundred(share)


def span(low: str, high: str) -> str:
    """An interval: "12 % to 15 %"."""
    return text("{low} to {high}", low=low, high=high)


def with_span(value: str, low: str, high: str) -> str:
    """A number with its interval: "14 % (12 % to 15 %)"."""
    return text("{value} ({low} to {high})", value=value, low=low, high=high)


def decimal(value: float, digits: int) -> str:
    """A number with that many decimals, in the reader's format."""
    return locale.localized(f"{value:,.{digits}f}")


def p_value_text(value: float) -> str:
    """A p-value in words: "p = 0.43", "p = 0.012", "p under 0.001"."""
    if value < 0.001:
        return text("p under {value}", value=decimal(0.001, 3))
    return f"p\u00a0=\u00a0{decimal(value, 3 if value < 0.0995 else 2)}"


def count(weight: float) -> str:
    """A number of records; a decimal where weights make it a fraction."""
    return locale.grouped(weight)


def records_text(number: float) -> str:
    """A number of records: "1 record", "1,250 records"."""
    return plural("{n} record", "{n} records", number, n=count(number))


def part_words(records: float, total: float) -> str:
    """Some of all records in words: "12 of 1,250 records (under 1 %)", "no record of 1,250"."""
    if not records:
        return text("no record of {all}", all=count(total))
    low = records < 0.01 * total
    share = text("under {share}", share=locale.percent("1")) if low else percent(records / total)
    return text("{n} of {all} records ({share})", n=count(records), all=count(total), share=share)


def sample_text(records: int, holdout: int) -> str:
    """The records that a figure was made from, in words; `holdout` is the number of all."""
    if records >= holdout:
        return plural("{n} record of the hold-out", "{n} records of the hold-out", records, n=count(records))
    sizes = {"n": count(records), "all": count(holdout)}
    return text("a sample of {n} of the {all} records of the hold-out", **sizes)


def shortened(name: str, longest: int) -> str:
    """The name, truncated with an ellipsis to that many characters."""
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"
