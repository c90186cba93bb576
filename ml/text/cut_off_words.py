"""A cut-off and the measures at it in words: the same on the page and in a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml import locale
from ml.locale import localized
from ml.text.number_words import count, of_hundred, percent, span
from ml.translation import text

if TYPE_CHECKING:
    from ml.metrics.registry import Measure
    from ml.metrics.threshold_table import ThresholdTable

COUNTS = ("true_positive", "false_positive", "false_negative", "true_negative")
UNDEFINED = "–"


def cut_off_text(cut_off: float) -> str:
    """A cut-off in percent as people read it: "35 %", "12.5 %", "2.17 %"."""
    return locale.percent(cut_off_digits(cut_off))


def cut_off_digits(cut_off: float) -> str:
    """The number of :func:`cut_off_text` as Python writes it: at most three significant digits.

    0 and 100 stand only where the cut-off is exactly that.
    """
    shown = float(f"{100 * cut_off:.3g}")
    return f"{99.9 if shown >= 100 and cut_off < 1 else shown:.12f}".rstrip("0").rstrip(".")


def cut_off_sentence(table: ThresholdTable, row: int, records: str) -> str:
    """Sentence about acting from this cut-off, in counts and of a hundred; `records` names those with the outcome."""
    hits, alarms, missed, _ = ((table.columns[name][row] or 0.0) for name in COUNTS)
    everybody = table.positive + table.negative
    slots = {"cut_off": cut_off_text(table.cut_off[row]), "n": count(hits + alarms), "all": count(everybody)}
    slots |= {"records": records}
    if not hits + alarms:
        return text(
            "Acting from {cut_off} means acting on {n} of {all} records. All {missed} {records} are missed.",
            **slots,
            missed=count(missed),
        )
    return text(
        "Acting from {cut_off} means acting on {n} of {all} records. Of 100 we act on, {right} are right; of 100 "
        "{records}, {found} are found.",
        **slots,
        right=of_hundred(hits / (hits + alarms)),
        found=of_hundred(hits / (hits + missed)) if hits + missed else UNDEFINED,
    )


def measure_words(measure: Measure, value: float | None) -> str:
    """Value of a measure in words."""
    if value is None:
        return UNDEFINED
    return percent(value) if measure.percent else localized(f"{value:,.3f}")


def span_words(measure: Measure, low: float | None, high: float | None) -> str:
    """Interval of a measure in words; empty where it has none."""
    return "" if low is None or high is None else span(measure_words(measure, low), measure_words(measure, high))
