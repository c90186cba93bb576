"""Errors, named by the situation of the user.

Each says what was received, what is accepted and what to do. Nothing here knows HTTP:
entrypoints translate (see ``api/http/errors.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ml.translation import text, translated


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or worth saying, about one value of one record."""

    row: int
    """Position of the record in what was sent, counted from 0."""
    feature: str | None
    """Name of the feature; None when the whole record is meant."""
    value: object
    """The value as received (shortened when displayed)."""
    message: str
    """Error message that stands beside the field."""
    hint: str = ""
    """Accepted values, or advice."""


class LikelyError(Exception):
    """Base of all errors whose words may be shown to people and programs."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message if not hint else f"{message} {hint}")
        self._message, self._hint = message, hint

    @property
    def message(self) -> str:
        """Message: what was received and what is accepted, in the reader's language where it has translations."""
        return translated(self._message, kept=False)

    @message.setter
    def message(self, words: str) -> None:
        self._message = words

    @property
    def hint(self) -> str:
        """Advice on what to do, translated as `message` is."""
        return translated(self._hint, kept=False)

    @hint.setter
    def hint(self, words: str) -> None:
        self._hint = words

    @property
    def kept(self) -> tuple[str, str]:
        """Message and hint before translation, as a cache may keep them (:func:`ml.translation.packed`)."""
        return self._message, self._hint


class UnknownModel(LikelyError):
    """There is no model or version of that name."""

    code = "unknown_model"


class BrokenModel(LikelyError):
    """The bundle is incomplete, altered, or does not give its recorded answers."""

    code = "broken_model"


class UntrustedModel(LikelyError):
    """The bundle holds a type or code that is not trusted here."""

    code = "untrusted_model"


class NoProbabilities(LikelyError):
    """The estimator gives labels or decision values, but no probabilities."""

    code = "no_probabilities"


class OneOutcomeOnly(LikelyError):
    """The hold-out has only records with, or only records without, the outcome."""

    code = "one_outcome_only"


class NothingToShow(LikelyError):
    """The records have no data for a plot: no value of a feature, no missing values."""

    code = "nothing_to_show"


class UnknownPlot(LikelyError):
    """The catalogue has no such plot."""

    code = "unknown_plot"


class UnknownOption(LikelyError):
    """The plot has no such option."""

    code = "unknown_option"


class UnknownOutcome(LikelyError):
    """The model has no such outcome."""

    code = "unknown_outcome"


class InvalidData(LikelyError):
    """A table cannot be used for this."""

    code = "invalid_data"


class InvalidRecord(LikelyError):
    """One or more records cannot be scored. Carries all problems and notes."""

    code = "invalid_record"

    def __init__(self, problems: Sequence[Problem], notes: Sequence[Problem] = ()) -> None:
        count = len(problems)
        first = problems[0]
        said = f"{first.feature}: {first.message}" if first.feature else first.message
        super().__init__(text("{problem} ({n} more)", problem=said, n=count - 1) if count > 1 else said)
        self.problems = tuple(problems)
        self.notes = tuple(notes)

    def in_words(self, most: int = 10) -> str:
        """The first problems in one line, for protocols whose errors are one text."""
        said = [
            f"record {each.row}, {str(each.feature or 'as a whole')[:80]}: {each.message} {each.hint}".strip()
            for each in self.problems[:most]
        ]
        more = len(self.problems) - len(said)
        return "; ".join(said) + (f"; and {more:,} more" if more else "")


class Unreadable(LikelyError):
    """The input cannot be read as records: not JSON, no table, not UTF-8."""

    code = "unreadable"


class ReadersBusy(LikelyError):
    """The limit of files that are read at a time is reached, or no process can be started for one."""

    code = "readers_busy"


class Misread(Unreadable):
    """A table cannot be read with the detected or given options; other options may work."""


class OtherTable(Misread):
    """Below the records stand the names of another table's columns."""


class NoRecords(LikelyError):
    """The input can be read, but has no record."""

    code = "no_records"


class TooManyRecords(LikelyError):
    """More records than one request may have."""

    code = "too_many_records"


def os_error_words(error: OSError) -> str:
    """An error of the operating system in words, without its number: the file, where it is named, and what is wrong."""
    words = error.strerror or str(error)
    return f"{error.filename}: {words}" if isinstance(error.filename, str) else words
