"""Numbers and names as people read them: shares, decimals, counts of records, shortened names.

Written in the reader's number format (:mod:`ml.locale`), on pages, in figures and in reports.
"""

from __future__ import annotations

from ml import locale


def percent(share: float) -> str:
    """A share as a percentage; 0 % and 100 % only where it is exactly that."""
    whole = round(100 * share)
    if whole == 100 * share or 2 <= whole <= 99:  # outside, a decimal is kept: 1.4 is not 1
        return locale.percent(f"{whole}")
    if 0.0005 <= share < 0.9995:
        return locale.percent(f"{100 * share:.1f}")
    return f"under {locale.percent('0.1')}" if share < 0.5 else f"over {locale.percent('99.9')}"


def decimal(value: float, digits: int) -> str:
    """A number with that many decimals, in the reader's format."""
    return locale.localized(f"{value:,.{digits}f}")


def p_value_text(value: float) -> str:
    """A p-value in words: "p = 0.43", "p = 0.012", "p under 0.001"."""
    if value < 0.001:
        return f"p under {decimal(0.001, 3)}"
    return f"p\u00a0=\u00a0{decimal(value, 3 if value < 0.0995 else 2)}"


def count(weight: float) -> str:
    """A number of records; a decimal where weights make it a fraction."""
    return locale.localized(f"{weight:,.0f}" if float(weight).is_integer() else f"{weight:,.1f}")


def part_words(records: float, total: float) -> str:
    """Some of all records in words: "12 of 1,250 records (under 1 %)", "no record of 1,250"."""
    if not records:
        return f"no record of {count(total)}"
    share = f"under {locale.percent('1')}" if records < 0.01 * total else percent(records / total)
    return f"{count(records)} of {count(total)} records ({share})"


def sample_text(records: int, holdout: int) -> str:
    """The records that a figure was made from, in words; `holdout` is the number of all."""
    if records >= holdout:
        return f"{count(records)} records of the hold-out"
    return f"a sample of {count(records)} of the {count(holdout)} records of the hold-out"


def shortened(name: str, longest: int) -> str:
    """The name, truncated with an ellipsis to that many characters."""
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"
