"""Edge-case records for equivalence checks: gaps, unknown levels, ends of ranges, thresholds of trees."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ml.data.columns import Block, rows_of, size, take
from ml.data.example_record import UNHEARD_OF
from ml.data.feature import Feature, Value
from ml.data.schema import Row, Schema
from ml.predict.compiled.columns.columns import LARGEST_SINGLE

RECORDS_TO_CHANGE = 3
FEW_VALUES = 200  # up to so many values are tried in each record to change; of more, each is tried in one of them
TEXTS = (
    "",
    " ",
    "A a b",
    "WORD, word; word-word!",
    "É è ﬁ ß İ ñandú",
    "12 3.5 1e5 x_1",
    "one\ttwo\n\nthree",
    "it's  a 東京",
)
ROWS_AT_ONCE = 4_096  # a pipeline may make thousands of dense columns of each
VALUES_AT_ONCE = 4_000_000  # of generated records: of more than 1,000 features, some are changed after the others
FEW_FEATURES = 40  # of more features, numbers are changed in one record only


@dataclass(frozen=True)
class EdgeCases:
    """A group of generated records."""

    what: str
    """The change in a few words."""
    rows: list[Row]
    instead: tuple[EdgeCases, ...] = ()
    """Smaller groups for when the estimator refuses this one; halves of it when there are none."""

    def smaller(self) -> tuple[EdgeCases, ...]:
        """Smaller groups, to find the refused records."""
        if self.instead or len(self.rows) < 2:
            return self.instead
        middle = len(self.rows) // 2
        return EdgeCases(self.what, self.rows[:middle]), EdgeCases(self.what, self.rows[middle:])


def edge_cases(schema: Schema, turns: Sequence[Sequence[float]], blocks: Sequence[Block]) -> Iterator[EdgeCases]:
    """Records with one feature changed, in few large groups, because each call of a large estimator is slow.

    `turns` are the known thresholds of trees for each feature; some of the first records of the blocks are changed.
    """
    models = _models(schema, blocks)
    if not models:
        return
    features = len(schema.features)
    at_once = max(1, VALUES_AT_ONCE // (RECORDS_TO_CHANGE * max(features, 1)))
    for first in range(0, features, at_once):
        yield from _of_features(schema, turns, models, range(first, min(first + at_once, features)))
    yield EdgeCases("a record without any value", [(None,) * features])


def _of_features(
    schema: Schema, turns: Sequence[Sequence[float]], models: Sequence[Row], places: range
) -> Iterator[EdgeCases]:
    gaps, unknown = [], []
    numbers: list[Row] = []
    for at in places:
        feature = schema.features[at]
        # A refusal of a gap does not depend on the record, so one record is enough.
        gaps.append(EdgeCases(f"a record with {feature.name!r} missing", _changed(models[:1], at, [None])))
        unknown.append(EdgeCases(f"a record with {feature.name!r} unknown", _changed(models, at, _unknown(feature))))
        beside = _beside(feature, turns[at] if at < len(turns) else ())
        numbers += _changed(models if len(schema.features) <= FEW_FEATURES else models[:1], at, _ends(feature) + beside)
    every = [row for at in places for row in _changed(models, at, [None])]
    yield EdgeCases("a record with one value missing", every, tuple(gaps))
    levels = [row for group in unknown for row in group.rows]
    yield from _cut("a record with an unknown level", levels, [group for group in unknown if group.rows])
    yield from _cut("a record with a number at an end or at a turn of a tree", numbers, [])


def _cut(what: str, rows: list[Row], instead: Sequence[EdgeCases]) -> Iterator[EdgeCases]:
    if 0 < len(rows) <= ROWS_AT_ONCE:
        yield EdgeCases(what, rows, tuple(instead))
        return
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield EdgeCases(what, rows[start : start + ROWS_AT_ONCE])


def _changed(models: Sequence[Row], at: int, values: Sequence[Value]) -> list[Row]:
    return [(*row[:at], value, *row[at + 1 :]) for row, value in _tried(models, values)]


def _models(schema: Schema, blocks: Sequence[Block]) -> list[Row]:
    filled = [block for block in blocks if size(block)]
    if not filled:
        return []
    chosen = np.unique(np.linspace(0, size(filled[0]) - 1, RECORDS_TO_CHANGE).astype(int))
    return rows_of(schema, take(filled[0], chosen))


def _tried(models: Sequence[Row], values: Sequence[Value]) -> list[tuple[Row, Value]]:
    """Each value in each record to change; of very many values, each in one of the records."""
    if len(values) <= FEW_VALUES:
        return [(row, value) for row in models for value in values]
    return list(zip(itertools.cycle(models), values, strict=False)) if models else []


def _unknown(feature: Feature) -> list[Value]:
    if feature.kind == "text":
        return [UNHEARD_OF, *TEXTS]
    if feature.kind != "category":
        return []
    values = [choice.value for choice in feature.choices]
    if any(isinstance(value, str) for value in values) or not values:
        return [*values, UNHEARD_OF]
    return [*values, max(float(value) for value in values) + 1.0]


def _ends(feature: Feature) -> list[Value]:
    if feature.kind == "boolean":
        return [True, False]
    if not feature.is_number:
        return []
    ends = [float(end) for end in (*(feature.seen or ()), feature.low, feature.high) if end is not None]
    if not ends:
        ends = [0.0, 1.0]
    span = max(ends) - min(ends) or 1.0
    return _typed(feature, [*ends, min(ends) - span, max(ends) + span, max(ends) + 1e6 * span, -1e30, 1e30])


def _beside(feature: Feature, turns: Sequence[float]) -> list[Value]:
    """Each threshold and its neighbours, in double and in single precision."""
    if feature.kind != "number":
        return _typed(feature, [whole for turn in turns for whole in (math.floor(turn), math.ceil(turn))])
    values = []
    for turn in turns:
        if abs(turn) > LARGEST_SINGLE:  # LightGBM tests so for missing values
            continue
        single = np.float32(turn)
        near = [np.nextafter(single, np.float32(way)) for way in (-np.inf, np.inf)]
        values += [
            turn,
            float(single),
            *map(float, near),
            math.nextafter(turn, -math.inf),
            math.nextafter(turn, math.inf),
        ]
        values.append((float(single) + float(near[1])) / 2)
    return _typed(feature, values)


def _typed(feature: Feature, values: Sequence[float]) -> list[Value]:
    if feature.kind == "number":
        return [float(value) for value in values if math.isfinite(value)]
    if feature.kind == "integer":
        return [int(value) for value in values if abs(value) < 2**53]
    return []
