"""Score of a record and scores of several, as the service returns them to pages, API, jobs and command line."""

from __future__ import annotations

from dataclasses import dataclass

from ml.bundle.bundle import Bundle
from ml.errors import Problem


@dataclass(frozen=True)
class Score:
    """Score of one record.

    Attributes
    ----------
    id : str or None
        The record's own name, where the schema has a record id and one was sent.
    labels : tuple of str
        Names of the predicted outcomes: one when outcomes are exclusive.
    probabilities : tuple of float, or None
        In the order of the outcomes, 0 to 1; None when the estimator offers none.
    notes : tuple of Problem
        Values outside the range of training.
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
