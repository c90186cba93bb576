"""The one rule of what is said where a number rests on few records."""

from __future__ import annotations

from ml.text.number_words import count
from ml.translation import text

FEW = 30  # below, Wilson's intervals are used and a share may move by ten points and more with other records


def few_words(records: float, which: str = "", least: int = FEW) -> str:
    """Sentence to follow one whose number rests on so many records; empty where these are enough.

    `which` says what they are, in the plural and in the reader's language: "records with the outcome". Nothing is said
    from `least` on: more than 30 where something is chosen as the best of many.
    """
    if records >= least:
        return ""
    named = which or text("records")
    if not records:
        return f" {text('This rests on no {records}: expect it to move.', records=named)}"
    return f" {text('This rests on only {n} {records}: expect it to move.', n=count(records), records=named)}"
