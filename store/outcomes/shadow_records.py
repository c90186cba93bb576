"""Challengers in shadow and their answers as plain dataclasses, without SQLAlchemy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

WAITING, ANSWERED, FAILED = "waiting", "answered", "failed"


@dataclass(frozen=True)
class Challenger:
    """A version that is asked beside the live one of its model."""

    model: str
    """Name of the model."""
    version: str
    """Key of the challenger."""
    share: float
    """Share of the decisions for which it is asked, above 0 and at most 1."""
    since: float = 0.0
    """When it was chosen, by the database's clock; seconds since 1970."""
    by: str = ""
    why: str = ""
    """Person who chose it, and the reason."""
    left_out: int = 0
    """Decisions of its share for which it is not asked: too many were waiting."""


@dataclass(frozen=True)
class Waiting:
    """A decision for which a challenger is to be asked, claimed by who asks."""

    decision: str
    challenger: str
    """Id of the decision; key of the challenger."""
    live: str
    """Key of the version that decided."""
    probabilities: Mapping[str, float]
    """Predicted probabilities, by outcome."""
    sealed: str | None
    """The record's values; None where they were erased."""


@dataclass(frozen=True)
class ShadowAnswer:
    """Answer of a challenger to a decision, or its error."""

    decision: str
    challenger: str
    probabilities: Mapping[str, float] | None = None
    """By outcome; None where it failed."""
    seconds: float | None = None
    beside: float | None = None
    """Time of the challenger, and of the version that decided, for the same record in the same process."""
    error: str = ""
    """Why it failed, without values of the record; empty where it did not."""


@dataclass(frozen=True)
class ShadowCounts:
    """Counts of a challenger's answers and failures, with its times."""

    answered: int = 0
    failed: int = 0
    waiting: int = 0
    """Decisions."""
    errors: Mapping[str, int] = field(default_factory=dict)
    """The most frequent reasons of failures, the most frequent first."""
    seconds: tuple[float, float] | None = None
    beside: tuple[float, float] | None = None
    """Median and 95 % quantile of the challenger and of the live version, of the latest 1,000; None without answers.
    Length 2."""
