"""Greedy search among the readings of a file for the one in which an estimator answers best."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from ml.data.example_record import UNHEARD_OF
from ml.data.outcomes import Outcomes
from ml.errors import LikelyError
from ml.predict.calling_convention import Container, contained
from ml.training.columns.fill_words import FILL_WORDS, GapsToFill, gaps_to_fill
from ml.training.columns.known_levels import KnownLevels
from ml.training.columns.readings import native_of, readings_of
from ml.training.columns.telling_rows import telling_rows
from ml.training.columns.training_table import TrainingTable
from ml.training.columns.variants import CONTAINER, Reading, Variant
from ml.training.columns.whole_rows import whole_rows
from ml.training.estimator.single_call import answer_of, containers_of, loss_of, sums_of

BETTER = 1e-6  # of the loss: less is rounding
SAME = 1e-12
MOST_AT_ONCE = 3  # readings that are tried together where no single one is answered


@dataclass(frozen=True)
class ConventionCandidate:
    """One way to ask an estimator, ranked by its number of unknown levels, then by its loss."""

    variant: Variant
    container: Container
    columns: tuple[str, ...]
    """Columns that it gets."""
    strangers: int
    """Cells with levels that its encoders did not learn."""
    loss: float
    """Log-loss, or share of wrong labels, of its answers."""
    whole: frozenset[str] = frozenset()
    """Columns of which training code left out the rows with a gap: the estimator takes none there."""
    sums: tuple[float, float] = (1.0, 1.0)
    """The least and the greatest sum of a row's probabilities of exclusive outcomes."""

    def beats(self, other: ConventionCandidate) -> bool:
        """True when it fits better, by more than rounding."""
        if self.strangers != other.strangers:
            return self.strangers < other.strangers
        return self.loss < other.loss - BETTER

    def answers_as(self, other: ConventionCandidate) -> bool:
        """True when it gives the same answers, but for rounding."""
        return self.strangers == other.strangers and abs(self.loss - other.loss) <= SAME


@dataclass
class ConventionSearch:
    """Greedy search among the readings of a file."""

    estimator: Any
    table: TrainingTable
    columns: tuple[str, ...]
    outcomes: Outcomes
    truth: np.ndarray | None
    known: KnownLevels
    whole: frozenset[str] = frozenset()
    """Columns in which a gap leaves out its row."""
    failed: list[tuple[Variant, str]] = field(default_factory=list)
    """Variants tried, and the reason why the estimator gave no answer."""
    refused: list[LikelyError] = field(default_factory=list)
    """Readings that the file itself does not allow."""

    @cached_property
    def rows(self) -> np.ndarray:
        """Numbers of the rows with which the estimator is asked."""
        return telling_rows(self.table, self.columns)

    def best(self) -> ConventionCandidate | None:
        """The best way: the plainest reading, unless others are answered and fit better."""
        plain = Variant(native=native_of(self.table, self.known))
        best = self.ask(plain)
        readings = readings_of(self.table, self.columns, self.known)
        if best is not None and not best.strangers:
            readings = [reading for reading in readings if not self.known.encodes(reading.changes)]
        for count in range(1, MOST_AT_ONCE + 1):
            for chosen in _together(readings, count):
                best = _better(best, self.ask(replace(plain, readings=chosen)))
            if best is not None:
                break
        if best is not None:
            best = self._climbed(best, readings)
        for gaps in gaps_to_fill(self.table, self.columns, self.known):
            best = self._filled(gaps, best, plain)
        return None if best is None else self._typed(best, readings)

    def _climbed(self, best: ConventionCandidate, readings: Sequence[Reading]) -> ConventionCandidate:
        """Add readings greedily, as long as each improves the fit."""
        if not best.variant.readings:
            return best
        for reading in readings:
            chosen = tuple(each for each in readings if each is reading or each in best.variant.readings)
            if len(chosen) > len(best.variant.readings) and _agree(chosen):
                best = _better(best, self.ask(replace(best.variant, readings=chosen))) or best
        return best

    def _filled(self, gaps: GapsToFill, best: ConventionCandidate | None, plain: Variant) -> ConventionCandidate | None:
        """Fill gaps with the word that training code took, where the estimator knows one and not what is there now.

        It knows a word to which it answers otherwise than to one that nobody ever wrote.
        """
        start = plain if best is None else best.variant
        others = tuple(reading for reading in start.readings if reading.rival != gaps.rival)

        def ask(word: str) -> ConventionCandidate | None:
            return self.ask(replace(start, readings=(*others, gaps.filled(word))))

        unheard = ask(UNHEARD_OF)
        if best is not None and (unheard is None or not best.answers_as(unheard)):
            return best
        ways = [way for word in FILL_WORDS if (way := ask(word)) is not None]
        known = [way for way in ways if unheard is None or not way.answers_as(unheard)]
        return min(known, key=lambda way: (way.strangers, way.loss), default=best)

    def _typed(self, best: ConventionCandidate, readings: Sequence[Reading]) -> ConventionCandidate:
        """Prefer typed numbers and dates where the answers stay the same: people are then asked for these."""
        for reading in readings:
            chosen = (*best.variant.readings, reading)
            if reading.typed and reading not in best.variant.readings and _agree(chosen):
                way = self.ask(replace(best.variant, readings=chosen))
                best = way if way is not None and way.answers_as(best) else best
        return best

    def ask(self, variant: Variant) -> ConventionCandidate | None:
        """The best way to ask with a reading; None where the estimator does not answer."""
        rows = self.rows
        try:
            part = self.table if variant.needs_all_rows else _part(self.table, rows)
            frame = variant.apply(part)[list(self.columns)]
            frame = frame.iloc[rows] if variant.needs_all_rows else frame
            whole = whole_rows(frame, self.whole)
            frame, rows = frame[whole], rows[whole]
            strangers = self.known.strangers(variant.apply(_part(self.table, rows), CONTAINER - 1))
        except LikelyError as error:
            self.refused.append(error)
            self.failed.append((variant, error.message))
            return None
        if not len(rows):
            return None
        best: ConventionCandidate | None = None
        for container in containers_of(self.estimator, frame):
            answer = answer_of(self.estimator, contained(frame, container), self.outcomes)
            if isinstance(answer, str):
                self.failed.append((variant, answer))
                continue
            loss = loss_of(answer, None if self.truth is None else self.truth[rows])
            sums = sums_of(answer, self.outcomes)
            best = _better(best, ConventionCandidate(variant, container, self.columns, strangers, loss, sums=sums))
        return best


def _better(one: ConventionCandidate | None, other: ConventionCandidate | None) -> ConventionCandidate | None:
    """The first, unless the other fits better."""
    if one is None or other is None:
        return one or other
    return other if other.beats(one) else one


def _together(readings: Sequence[Reading], count: int) -> Iterator[tuple[Reading, ...]]:
    return (chosen for chosen in itertools.combinations(readings, count) if _agree(chosen))


def _agree(readings: Sequence[Reading]) -> bool:
    """True when no two readings are alternatives of one another (the same `rival`)."""
    rivals = [reading.rival for reading in readings if reading.rival]
    return len(rivals) == len(set(rivals))


def _part(table: TrainingTable, rows: np.ndarray) -> TrainingTable:
    return table if len(rows) == len(table.frame) else replace(table, frame=table.frame.iloc[rows])
