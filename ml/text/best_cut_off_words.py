"""The best cut-off of an outcome by what decisions are worth, in words: the same on the page and in a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ml.decision.cut_offs import DEFAULT, read_best_cut_off
from ml.decision.payoff import currency_of
from ml.locale import localized
from ml.text.cut_off_words import cut_off_digits, cut_off_text
from ml.text.few_words import few_words
from ml.text.number_words import count, with_span
from ml.text.words import money_text
from ml.translation import text

FEW = 100  # records with the outcome, or without it: below, the best of them says little of the next ones


def best_cut_off_words(card: Mapping[str, Any], outcome: str) -> str:
    """One or two sentences: the best cut-off with its interval, the loss of one half, a warning where records are few.

    Empty where the version knows no best cut-off of the outcome.
    """
    best = read_best_cut_off(card, outcome)
    if best is None:
        return ""
    named = cut_off_text(best.cut_off)
    if best.low is not None and best.high is not None and best.low < best.high:
        named = with_span(named, localized(cut_off_digits(best.low)), cut_off_text(best.high))
    said = text("Best by what decisions are worth: {cut_off}.", cut_off=named)
    currency = currency_of(card)
    if round(best.half_loses, 2) > 0:
        said = text(
            "Best by what decisions are worth: {cut_off}; {half} would lose {lost} for {n} records ({low} to {high}).",
            cut_off=named,
            half=cut_off_text(DEFAULT),
            lost=money_text(best.half_loses, currency),
            n=count(1000),
            low=money_text(best.half_loses_low),
            high=money_text(best.half_loses_high, currency),
        )
    rare = best.with_it <= best.without_it
    which = text("records with the outcome") if rare else text("records without the outcome")
    return said + few_words(min(best.with_it, best.without_it), which, FEW)
