"""Errors named by the situation of the person who meets them.

Each says what was received, what is accepted and what to do. Nothing here knows HTTP:
the doors translate (see ``api/http/errors.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or worth saying, about one value of one record.

    Attributes
    ----------
    row : int
        Position of the record in what was sent, counted from 0.
    feature : str or None
        Name of the feature; None when the whole record is meant.
    value : object
        What was received, as received (shortened by whoever shows it).
    message : str
        What is wrong, in words that stand beside the field.
    hint : str
        What is accepted, or what to do.
    """

    row: int
    feature: str | None
    value: object
    message: str
    hint: str = ""


class LikelyError(Exception):
    """Base of every error that a person or a program may be shown word for word."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message if not hint else f"{message} {hint}")
        self.message = message
        self.hint = hint


class UnknownModel(LikelyError):
    """No model, or no version of it, bears that name."""

    code = "unknown_model"


class BrokenModel(LikelyError):
    """The bundle is incomplete, altered, or does not give its recorded answers."""

    code = "broken_model"


class UntrustedModel(LikelyError):
    """The bundle holds a type that nobody told us to trust."""

    code = "untrusted_model"


class NoProbabilities(LikelyError):
    """The estimator gives labels or decision values, but no probabilities."""

    code = "no_probabilities"


class OneOutcomeOnly(LikelyError):
    """The hold-out has only records with, or only records without, the outcome."""

    code = "one_outcome_only"


class NothingToShow(LikelyError):
    """The records hold nothing of what a plot shows: no value of a feature, nothing missing."""

    code = "nothing_to_show"


class UnknownPlot(LikelyError):
    """The catalogue has no such plot."""

    code = "unknown_plot"


class UnknownOption(LikelyError):
    """A plot was asked for with a choice that it does not offer."""

    code = "unknown_option"


class UnknownOutcome(LikelyError):
    """The model has no such outcome."""

    code = "unknown_outcome"


class InvalidData(LikelyError):
    """A training or hold-out table cannot be used for this."""

    code = "invalid_data"


class InvalidRecord(LikelyError):
    """One or more records cannot be scored. Carries every problem, not the first one, and what was noted beside."""

    code = "invalid_record"

    def __init__(self, problems: Sequence[Problem], notes: Sequence[Problem] = ()) -> None:
        count = len(problems)
        first = problems[0]
        where = f"{first.feature}: " if first.feature else ""
        more = f" ({count - 1} more)" if count > 1 else ""
        super().__init__(f"{where}{first.message}{more}")
        self.problems = tuple(problems)
        self.notes = tuple(notes)

    def in_words(self, most: int = 10) -> str:
        """The first problems in one line, for programs that take an error as a text."""
        said = [
            f"record {each.row}, {str(each.feature or 'as a whole')[:80]}: {each.message} {each.hint}".strip()
            for each in self.problems[:most]
        ]
        more = len(self.problems) - len(said)
        return "; ".join(said) + (f"; and {more:,} more" if more else "")


class Unreadable(LikelyError):
    """What was sent cannot be read as records at all: not JSON, no table, not UTF-8."""

    code = "unreadable"


class Misread(Unreadable):
    """A table cannot be read in the way that was found out or told; told otherwise, it may be."""


class NoRecords(LikelyError):
    """What was sent can be read, but holds no record."""

    code = "no_records"


class TooManyRecords(LikelyError):
    """More records than one request may bring."""

    code = "too_many_records"
