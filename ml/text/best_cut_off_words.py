"""The best cut-off of an outcome by what decisions are worth, in words: the same on the page and in a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ml.decision.cut_offs import best_cut_off_of
from ml.decision.payoff import currency_of
from ml.locale import localized
from ml.text.few_words import few_words
from ml.text.spoken import cut_off_digits, cut_off_text
from ml.text.words import money_text

FEW = 100  # records with the outcome, or without it: below, the best of them says little of the next ones


def best_cut_off_words(card: Mapping[str, Any], outcome: str) -> str:
    """One or two sentences: the best cut-off with its interval, the loss of one half, a warning where records are few.

    Empty where the version knows no best cut-off of the outcome.
    """
    best = best_cut_off_of(card, outcome)
    if best is None:
        return ""
    said = f"Best by what decisions are worth: {cut_off_text(best.cut_off)}"
    if best.low is not None and best.high is not None and best.low < best.high:
        said += f" ({localized(cut_off_digits(best.low))} to {cut_off_text(best.high)})"
    currency = currency_of(card)
    if round(best.half_loses, 2) > 0:
        low, high = money_text(best.half_loses_low), money_text(best.half_loses_high, currency)
        lost = money_text(best.half_loses, currency)
        said += f"; 50\u00a0% would lose {lost} for 1,000 records ({low} to {high})"
    which = "with" if best.with_it <= best.without_it else "without"
    return f"{said}.{few_words(min(best.with_it, best.without_it), f'records {which} the outcome', FEW)}"
