"""Counterfactuals: the smallest changes of levers for which the score crosses the cut-off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import prod

import numpy as np

from ml.advice.grid import grid, number_of, values_to_try
from ml.advice.kernel import Moves
from ml.advice.value_function import REMEMBERED, ValueFunction
from ml.advice.what_if import values_of
from ml.data.feature import Feature, Value
from ml.data.schema import Row
from ml.decision.decide import acts
from ml.runtime.memo import memo

MOST_LEVERS = 3
MOST_VALUES = 15
MOST_CHANGES = 3
MOST_COMBINATIONS = 10_000  # of one number of levers
MOST_WITH_BLANKS = 300  # each is then a mean over background rows
PREDICTIONS = 5_000  # with blanks; with 20,000 the same changes were found
CONFIRMED = 20  # changes of a record with blanks that are computed again with all background rows


@dataclass(frozen=True)
class Counterfactual:
    """One change of levers, and the score after it."""

    moves: tuple[tuple[str, Value, Value], ...]
    """In schema order; from is None where the value is not known now. Each with name, from and to."""
    steps: float
    """Size: each lever's move as a share of its range, 1 for another choice, summed."""
    probability: float
    """Probability of the outcome, after the moves."""


@dataclass(frozen=True)
class Counterfactuals:
    """Result of the search."""

    outcome: str
    cut_off: float
    probability: float
    """The score now. At or above the cut-off the changes bring it below, else to it or above."""
    found: tuple[Counterfactual, ...]
    """Those with the fewest levers, for each set of levers the smallest, smallest first. Empty when no change of up to
    three levers crosses."""
    best: Counterfactual | None
    """When none crosses: the one that comes nearest. None where no lever can be moved to any effect."""
    levers: tuple[str, ...]
    """Names of the levers that could be tried."""


@memo(REMEMBERED)  # a sharper answer for the same record has the same changes
def counterfactuals(
    value_function: ValueFunction, row: Row, outcome: int, cut_off: float, *, name: str = ""
) -> Counterfactuals:
    """Search for counterfactuals: all values of all levers, one, then two, then three at a time.

    A number is tried at up to 15 round values over what training has seen. The size of a change is the
    number of levers first and the sum of its steps second, so the search ends at the first number of levers
    with which the score crosses; within that number it is exhaustive. Where one number of levers has more than 10,000
    combinations (300 with blanks), fewer values of each number are tried, and where that is not enough, of each
    lever the values with the largest effect by themselves. A change keeps all constraints on the features it moves.

    Parameters
    ----------
    row : Row
        Typed values in schema order; a None is a blank. With blanks, candidates are estimated and then confirmed with
        the value function itself.
    outcome : int
        Column of the outcome.
    cut_off : float
        0 to 1; we act on a record when its probability is at least this.
    name : str
        Name of the outcome, to be handed on.
    """
    search = _Search(value_function, row, outcome, cut_off)
    best: Counterfactual | None = None
    for count in range(1, min(MOST_LEVERS, len(search.levers)) + 1):
        changes = search.scored_changes(count)
        smallest = search.smallest(changes)
        if smallest:
            return search.result(name, smallest, None)
        best = search.nearest([*changes, *([best] if best else [])])
    return search.result(name, (), best)


class _Search:
    """Search over the levers of one record."""

    def __init__(self, value_function: ValueFunction, row: Row, outcome: int, cut_off: float) -> None:
        self.value_function, self.row, self.outcome, self.cut_off = value_function, row, outcome, cut_off
        self.mask = np.array([value is not None for value in row], dtype=bool)
        self.now = float(value_function.score(row).value[outcome])
        self.upwards = not acts(self.now, cut_off)
        self._grids: dict[tuple[int, int], tuple[Value, ...]] = {}
        self._steps: dict[tuple[int, Value], float] = {}
        self._alone: dict[tuple[int, Value], float] = {}  # gain of each move by itself
        self.levers = [
            at
            for at, feature in enumerate(value_function.schema.features)
            if feature.lever and feature.name not in value_function.schema.shown and self._values(at)
        ]

    def _values(self, at: int, most: int = MOST_VALUES) -> tuple[Value, ...]:
        if (at, most) not in self._grids:
            values = values_to_try(self.value_function, at, most)
            self._grids[at, most] = tuple(value for value in values if value != self.row[at])
        return self._grids[at, most]

    def scored_changes(self, count: int) -> list[Counterfactual]:
        """All allowed changes of that many levers, with their scores."""
        moves = [change for change in self._moves(count) if self._allowed(change)]
        if not moves:
            return []
        scores = values_of(self.value_function, self.row, self.mask, moves, PREDICTIONS)[:, self.outcome].tolist()
        if count == 1:
            gains = scores if self.upwards else [-score for score in scores]
            self._alone = {pair: gain for change, gain in zip(moves, gains, strict=True) for pair in change.items()}
        return [self._change(change, score) for change, score in zip(moves, scores, strict=True)]

    def _moves(self, count: int) -> Iterator[Moves]:
        values = self._fitting(count)
        for levers in combinations(values, count):
            for chosen in product(*(values[at] for at in levers)):
                yield dict(zip(levers, chosen, strict=True))

    def _fitting(self, count: int) -> dict[int, tuple[Value, ...]]:
        """Values to try of each lever: fewer of each number, then of every lever, above the limit of combinations."""
        limit = MOST_COMBINATIONS if self.mask.all() else MOST_WITH_BLANKS
        for most in range(MOST_VALUES, 2, -1):
            values = {at: self._values(at, most) for at in self.levers}
            if _combinations(values, count) <= limit:
                return values
        for most in range(MOST_VALUES, 1, -1):
            few = {at: self._strongest(at, values[at])[:most] for at in values}
            if _combinations(few, count) <= limit:
                return few
        return few

    def _strongest(self, at: int, values: Sequence[Value]) -> tuple[Value, ...]:
        return tuple(sorted(values, key=lambda value: -self._alone.get((at, value), -np.inf)))

    def _allowed(self, change: Moves) -> bool:
        """True when the change keeps the constraints on features that it moves; others may be violated already."""
        schema = self.value_function.schema
        touched = [
            rule
            for rule in schema.constraints
            if schema.position[rule.smaller] in change or schema.position[rule.larger] in change
        ]
        row = tuple(change.get(at, value) for at, value in enumerate(self.row)) if touched else self.row
        return all(rule.holds(schema, row) for rule in touched)

    def _change(self, change: Moves, probability: float) -> Counterfactual:
        names = self.value_function.schema.names
        moves = tuple((names[at], self.row[at], new) for at, new in change.items())
        return Counterfactual(moves, sum(self._step(at, new) for at, new in change.items()), probability)

    def _step(self, at: int, new: Value) -> float:
        if (at, new) not in self._steps:
            self._steps[at, new] = step(self.value_function.schema.features[at], self.row[at], new)
        return self._steps[at, new]

    def crosses(self, probability: float) -> bool:
        """True when the score is on the other side of the cut-off than now."""
        return bool(acts(probability, self.cut_off)) == self.upwards

    def _gain(self, change: Counterfactual) -> float:
        return change.probability if self.upwards else -change.probability

    def smallest(self, changes: Sequence[Counterfactual]) -> tuple[Counterfactual, ...]:
        """For each set of levers the smallest change that crosses the cut-off; of equal ones the most effective."""
        crossing = [change for change in changes if self.crosses(change.probability)]
        by_levers: dict[tuple[str, ...], Counterfactual] = {}
        left = CONFIRMED
        for change in sorted(crossing, key=lambda change: (change.steps, -self._gain(change))):
            levers = tuple(name for name, _, _ in change.moves)
            if levers in by_levers or not left:
                continue
            sure = self._confirmed(change)
            left -= sure is not change
            if self.crosses(sure.probability):
                by_levers[levers] = sure
            if len(by_levers) == MOST_CHANGES:
                break
        return tuple(by_levers.values())

    def nearest(self, changes: Sequence[Counterfactual]) -> Counterfactual | None:
        """The change that comes nearest to the cut-off; None where none moves the score towards it."""
        best = max(changes, key=lambda change: (self._gain(change), -len(change.moves), -change.steps), default=None)
        if best is None:
            return None
        best = self._confirmed(best)
        return best if self._gain(best) > (self.now if self.upwards else -self.now) else None

    def _confirmed(self, change: Counterfactual) -> Counterfactual:
        """The change with its score from all background rows, where it was estimated from some of them."""
        moves: Moves = {self.value_function.schema.position[name]: new for name, _, new in change.moves}
        row = tuple(moves.get(at, value) for at, value in enumerate(self.row))
        if all(value is not None for value in row):
            return change
        return Counterfactual(change.moves, change.steps, float(self.value_function.score(row).value[self.outcome]))

    def result(
        self, name: str, counterfactuals: tuple[Counterfactual, ...], best: Counterfactual | None
    ) -> Counterfactuals:
        """The result, with levers by name."""
        names = tuple(self.value_function.schema.names[at] for at in self.levers)
        return Counterfactuals(name, self.cut_off, self.now, counterfactuals, best, names)


def _combinations(values: Mapping[int, Sequence[Value]], count: int) -> int:
    return sum(prod(map(len, some)) for some in combinations(values.values(), count))


def step(feature: Feature, old: Value, new: Value) -> float:
    """Size of one lever's move: its share of the feature's range, 0 to 1; 1 for another choice."""
    if old == new:
        return 0.0
    ends = grid(feature, 2) if feature.is_ordered else ()
    if old is None or len(ends) < 2:
        return 1.0
    return abs(number_of(new) - number_of(old)) / (number_of(ends[-1]) - number_of(ends[0]))
