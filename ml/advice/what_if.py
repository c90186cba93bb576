"""What-if sweep, the ICE curve of one record: its score over the values of one feature, all others fixed.

Each point is the value function with that feature set to that value, so it is what the page shows once the
value is typed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ml.advice.grid import MOST_SWEPT, values_to_try
from ml.advice.kernel import Moves
from ml.advice.value_function import REMEMBERED, ValueFunction
from ml.data.array_types import Floats, Positions
from ml.data.columns import Block, block_of, column, take
from ml.data.feature import Value
from ml.data.schema import Row
from ml.runtime.memo import memo

MOST_POINTS = 21
PREDICTIONS = 6_000  # about 30 ms where a compiled path serves
VALUES_AT_ONCE = 4_000_000  # 32 MB; of a thousand features all changes at once took 5.6 GB
FEWEST_ROWS, MOST_ROWS = 16, 200  # background rows for one point, however many or few points there are


@dataclass(frozen=True)
class Sweep:
    """What-if sweep of one feature: an individual conditional expectation (ICE) curve (Goldstein et al. 2015)."""

    feature: str
    """Name of the feature."""
    values: tuple[Value, ...]
    """Numbers and dates rising, over the range seen in training; choices in their order. Length n."""
    probabilities: np.ndarray
    """For each value and outcome, 0 to 1. Shape (n, k), float."""
    here: int | None
    """Place of the record's own value, with exactly the score that is shown; None where the feature is blank."""


@memo(REMEMBERED)  # a sharper answer for the same record has the same sweeps
def sweeps(value_function: ValueFunction, row: Row, names: frozenset[str] | None = None) -> dict[str, Sweep]:
    """Sweeps of all features that have values to show, or of those of these names; a None is a blank.

    Parameters
    ----------
    row : Row
        Typed values in schema order.

    Raises
    ------
    ValueError
        When the model refuses a value.
    """
    mask, shown = _known(row), value_function.schema.shown
    features = [
        (at, each)
        for at, each in enumerate(value_function.schema.features)
        if not each.hidden and each.name not in shown and (names is None or each.name in names)
    ]
    points = {at: _points(value_function, at, row[at], bool(mask[at])) for at, _ in features}
    probabilities = values_of(
        value_function, row, mask, [{at: value} for at, values in points.items() for value in values]
    )
    present = value_function.score(row).value
    by_feature, start = {}, 0
    for at, feature in features:
        if values := points[at]:
            part = probabilities[start : start + len(values)]
            here = values.index(row[at]) if mask[at] else None
            if here is not None:
                part[here] = present
            by_feature[feature.name] = Sweep(feature.name, values, part, here)
            start += len(values)
    choices = one_hot_sweeps(value_function, row, names)
    return by_feature | choices


def _known(row: Row) -> np.ndarray:
    return np.array([value is not None for value in row], dtype=bool)


def one_hot_sweeps(value_function: ValueFunction, row: Row, names: frozenset[str] | None = None) -> dict[str, Sweep]:
    """Sweeps of one-hot groups: all columns of a choice move together."""
    mask, by_feature = _known(row), {}
    for one in value_function.schema.one_hot:
        if names is not None and one.name not in names:
            continue
        places = [value_function.schema.position[name] for name in one.columns]
        features = [value_function.schema.features[at] for at in places]
        moves: list[Moves] = [
            {
                at: bool(value) if feature.kind == "boolean" else value
                for at, feature, value in zip(places, features, one.columns_of(choice).values(), strict=True)
            }
            for choice in one.choices[:MOST_SWEPT]
        ]
        probabilities = values_of(value_function, row, mask, moves)
        here = next((number for number, move in enumerate(moves) if all(row[at] == move[at] for at in places)), None)
        if here is not None:
            probabilities[here] = value_function.score(row).value
        by_feature[one.name] = Sweep(one.name, one.choices[:MOST_SWEPT], probabilities, here)
    return by_feature


def values_of(
    value_function: ValueFunction, row: Row, mask: np.ndarray, moves: Sequence[Moves], predictions: int = PREDICTIONS
) -> np.ndarray:
    """The value function of one record after each of many changes.

    With nothing blank these are the model's own answers. Else the effect of each change is estimated from some
    background rows (drawn by weight) and added to the value before the change, taken over all rows: differences
    vary less from row to row than answers do, so few rows are enough (a control variate).

    Parameters
    ----------
    mask : ndarray of bool, shape (p,)
        True for known features.
    moves : sequence of dict, length n
        Position of a feature to its new value, which makes it known.
    predictions : int
        Approximate number of predictions; it sets the number of background rows per change.

    Returns
    -------
    ndarray of float, shape (n, k)
        Each 0 to 1.
    """
    means = np.empty((len(moves), len(value_function.base)))
    blank = set(np.flatnonzero(~mask).tolist())
    full = np.array([blank <= change.keys() for change in moves], dtype=bool)
    for some in _pieces(np.flatnonzero(full), len(row)):
        means[some] = value_function.ask(_moved(value_function, row, [moves[at] for at in some.tolist()]))
    partly = np.flatnonzero(~full)
    if len(partly):
        most = min(max(FEWEST_ROWS, predictions // len(partly)), MOST_ROWS)
        weights = value_function.weights_after(row, mask, [moves[at] for at in partly.tolist()])
        before = value_function.filled(row, mask.tolist())
        for some in _pieces(np.arange(len(partly)), len(row) * most):
            changes = [moves[at] for at in partly[some].tolist()]
            masks = np.repeat(mask[np.newaxis], len(changes), axis=0)
            for own, change in zip(masks, changes, strict=True):
                own[list(change)] = True
            rows = _moved(value_function, row, changes)
            means[partly[some]] = _estimated(value_function, before, weights[some], rows, masks, most)
    return means


def _pieces(numbers: Positions, values: int) -> Iterator[Positions]:
    """The numbers of changes in pieces, where each change needs so many values in memory."""
    step = max(1, VALUES_AT_ONCE // values)
    return (numbers[start : start + step] for start in range(0, len(numbers), step))


def _moved(value_function: ValueFunction, row: Row, moves: Sequence[Moves]) -> Block:
    """The record after each of n changes."""
    changed: dict[int, dict[int, Value]] = {}  # of each feature that moves: number of the change to the value
    for number, change in enumerate(moves):
        for at, value in change.items():
            changed.setdefault(at, {})[number] = value
    rows = tuple(np.repeat(array, len(moves)) for array in block_of(value_function.schema, [row]))
    for at, values in changed.items():
        rows[at][list(values)] = column(value_function.schema.features[at], list(values.values()))
    return rows


def _estimated(
    value_function: ValueFunction, before: Floats, weights: Floats, rows: Block, masks: np.ndarray, most: int
) -> Floats:
    """Values of n rows with blanks, shape (n, k), from `most` background rows each.

    `before` are the answers before any change, a line a background row; `weights` says what each row counts after
    each change.
    """
    order = np.argsort(before.sum(axis=1), kind="stable")
    places = _drawn(weights[:, order], most)
    drawn = order[places]
    # A row of large weight is drawn several times, side by side: it is asked once.
    asked = np.ones(drawn.shape, dtype=bool)
    asked[:, 1:] = drawn[:, 1:] != drawn[:, :-1]
    # Records that differ little stand side by side: trees take the same branches, and a sixth less time.
    alike = np.argsort(places[asked], kind="stable")
    answers = np.empty((len(alike), before.shape[1]))
    answers[alike] = value_function.ask(
        _filled(value_function, rows, masks, np.nonzero(asked)[0][alike], drawn[asked][alike])
    )
    gained = answers[np.cumsum(asked).reshape(asked.shape) - 1] - before[drawn]
    means: Floats = gained.mean(axis=1)
    return np.clip(weights @ before + means, 0.0, 1.0)


def _drawn(weights: Floats, most: int) -> Positions:
    """`most` places of each line with equal weights, by systematic sampling of weights in their order."""
    places = (np.arange(most) + 0.5) / most
    return np.array([np.searchsorted(line, places * line[-1]) for line in np.cumsum(weights, axis=1)])


def _filled(
    value_function: ValueFunction, rows: Block, masks: np.ndarray, number: np.ndarray, fillings: np.ndarray
) -> Block:
    """Row `number[i]` with its blanks from background row `fillings[i]`, for every i."""
    own, others, known = take(rows, number), take(value_function.background, fillings), masks[number]
    return tuple(np.where(mine, a, b) for mine, a, b in zip(known.T, own, others, strict=True))


def _points(value_function: ValueFunction, at: int, value: Value, known: bool) -> tuple[Value, ...]:
    feature, points = value_function.schema.features[at], values_to_try(value_function, at, MOST_POINTS)
    if not points or not known or value in points:
        return points
    if feature.is_ordered and value is not None:
        return tuple(sorted((*points, value)))  # type: ignore[type-var]
    return (*points, value)
