"""What the service says of records: the types that every door hands on."""

from __future__ import annotations

from dataclasses import dataclass

from ml.bundle.bundle import Bundle
from ml.errors import Problem


@dataclass(frozen=True)
class Score:
    """What the model says of one record.

    Attributes
    ----------
    id : str or None
        The record's own name, where the schema has a record id and one was sent.
    labels : tuple of str
        Names of the outcomes that the model decides for: one when outcomes are exclusive.
    probabilities : tuple of float, or None
        In the order of the outcomes, 0 to 1; None when the estimator offers none.
    notes : tuple of Problem
        Values outside what the model has seen.
    """

    id: str | None
    labels: tuple[str, ...]
    probabilities: tuple[float, ...] | None
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Scored:
    """Scores of records, in their order, and the version that gave them."""

    model: Bundle
    scores: tuple[Score, ...]
