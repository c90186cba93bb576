"""Notes on the values of one record: very many of a kind become one, with their number and the first names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ml.data.value_words import FIRST, MOST_NAMED, NEVER_MISSING
from ml.errors import Problem
from ml.translation import in_row, text


def few_notes(notes: Sequence[Problem]) -> Sequence[Problem]:
    """The notes on one record; of more than twelve of a kind, gaps or unusual values, one that counts them."""
    if len(notes) <= MOST_NAMED:
        return notes
    gap = text(NEVER_MISSING)
    counts = Counter(note.message == gap for note in notes)
    told = [note for note in notes if counts[note.message == gap] <= MOST_NAMED]
    return told + [
        _counted([note for note in notes if (note.message == gap) is gaps], gaps=gaps)
        for gaps, count in counts.items()
        if count > MOST_NAMED
    ]


def _counted(notes: Sequence[Problem], *, gaps: bool) -> Problem:
    slots = {"n": f"{len(notes):,}", "features": few_names([note.feature or "" for note in notes])}
    missing = text("{n} values are not given that every row of training had: {features}.", **slots)
    unusual = text("{n} values are outside what the model has seen: {features}.", **slots)
    return Problem(notes[0].row, None, None, missing if gaps else unusual)


def few_names(names: Sequence[str]) -> str:
    """Names in a row; of more than twelve the first four, and how many more there are."""
    if len(names) <= MOST_NAMED:
        return in_row(names)
    return in_row([*names[:FIRST], text("{n} more", n=f"{len(names) - FIRST:,}")])
