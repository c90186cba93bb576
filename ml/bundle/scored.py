"""Score of a record and scores of several, as the service returns them to pages, API, jobs and command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from ml.bundle.bundle import Bundle
from ml.data.outcomes import Prediction
from ml.errors import Problem

AT_ONCE = 1_000  # scores that are made together


@dataclass(frozen=True)
class Score:
    """Score of one record."""

    id: str | None
    """The record's own name, where the schema has a record id and one was sent."""
    labels: tuple[str, ...]
    """Names of the predicted outcomes: one when outcomes are exclusive."""
    probabilities: tuple[float, ...] | None
    """In the order of the outcomes, 0 to 1; None when the estimator offers none."""
    notes: tuple[Problem, ...] = ()
    """Values outside the range of training."""


@dataclass(frozen=True)
class Scored:
    """Scores of records, in their order, and the version that gave them."""

    model: Bundle
    scores: Sequence[Score]


class ScoresOfBlock(Sequence[Score]):
    """Scores of many records, each made when it is asked for: as arrays they take a tenth of the memory.

    Parameters
    ----------
    ids : sequence of str or None, length n
    names : tuple of str
        Names of the outcomes.
    """

    def __init__(
        self, ids: Sequence[str | None], names: tuple[str, ...], answer: Prediction,
        notes: Mapping[int, tuple[Problem, ...]],
    ) -> None:  # fmt: skip
        self._ids, self._names, self._answer, self._notes = ids, names, answer, notes

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Score]:
        for start in range(0, len(self), AT_ONCE):
            yield from self._some(range(start, min(start + AT_ONCE, len(self))))

    @overload
    def __getitem__(self, at: int) -> Score: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Score, ...]: ...

    def __getitem__(self, at: int | slice) -> Score | tuple[Score, ...]:
        if isinstance(at, slice):
            return tuple(self._some(range(len(self))[at]))
        place = range(len(self))[at]
        return next(self._some(range(place, place + 1)))

    def _some(self, places: range) -> Iterator[Score]:
        labels = self._answer.labels[list(places)].tolist()
        given = self._answer.probabilities
        probabilities = [None] * len(places) if given is None else map(tuple, given[list(places)].tolist())
        for at, flags, of in zip(places, labels, probabilities, strict=True):
            chosen = tuple(name for name, yes in zip(self._names, flags, strict=True) if yes)
            yield Score(self._ids[at], chosen, of, self._notes.get(at, ()))
