"""Probes which values a fitted estimator accepts: gaps, unseen levels, decimals among whole numbers.

The estimator is asked through the path that serves later, so serving accepts the same values.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import compress, cycle
from typing import Any

from ml.data.columns import Block, block_of, rows_of, size, take
from ml.data.example_record import UNHEARD_OF
from ml.data.feature import Feature, Value
from ml.data.schema import Row, Schema
from ml.predict.predictor import EstimatorFailed, SklearnPredictor, why_unanswered
from ml.predict.refused_rows import rows_refused
from ml.runtime.halving import bisect_refused

TRIED = 3  # records
NUMBERS_AT_ONCE = 4_000_000  # values of the records that are asked together
Maker = Callable[[Schema], SklearnPredictor]


def with_accepted_values(
    schema: Schema, block: Block, ask: Maker, described: Collection[tuple[str, str]] = ()
) -> Schema:
    """The schema with the values that the estimator accepts, found by asking it about rows of the training.

    In the schema inferred from training every feature is still required; `described` (feature and field) are
    descriptions by a person, which stay. `ask` gives the predictor of a schema.
    """
    rows = _models(schema, block, ask)
    if not rows:
        return schema
    schema = _optional_where_empty(schema, described)
    schema = _set(schema, rows, ask, described, "required", False, lambda *_: None)
    schema = _set(schema, rows, ask, described, "blank", "", _empty, wanted=lambda feature: feature.required)
    schema = _optional_where_empty(schema, described)
    schema = _set(schema, rows, ask, described, "fractions", True, _half, wanted=lambda f: f.kind == "integer")
    return _set(schema, rows, ask, described, "unknown", True, _unheard, wanted=lambda f: f.kind == "category")


def _optional_where_empty(schema: Schema, described: Collection[tuple[str, str]]) -> Schema:
    """The schema in which features whose gaps are read as empty texts may be left blank."""
    named = [feature.name for feature in schema.features if feature.blank == "" and feature.required]
    return _replaced(schema, {name: {"required": False} for name in named if (name, "required") not in described})


def _empty(feature: Feature, _: Value) -> Value:
    return "" if feature.kind == "text" or "" in feature.values_of_choices else UNHEARD_OF


def _half(_: Feature, value: Any) -> Value:
    return (value or 0) + 0.5


def _unheard(feature: Feature, _: Value) -> Value:
    if not feature.numeric_choices:
        return UNHEARD_OF
    return max(float(choice.value) for choice in feature.choices) + 1.0


def _set(
    schema: Schema,
    rows: Sequence[Row],
    ask: Maker,
    described: Collection[tuple[str, str]],
    name: str,
    value: Any,
    change: Callable[[Feature, Value], Value],
    wanted: Callable[[Feature], bool] = lambda _: True,
) -> Schema:
    """The schema with a field set for each feature of which the estimator takes the changed value."""
    places = [at for at, f in enumerate(schema.features) if wanted(f) and (f.name, name) not in described]
    if name == "blank":
        places = [at for at in places if _empty(schema.features[at], None) == ""]
    predictor = ask(schema)

    def why(some: Sequence[int]) -> str | None:
        chosen = set(some)
        changed = [
            tuple(change(schema.features[at], value) if at in chosen else value for at, value in enumerate(row))
            for row in rows
        ]
        return why_unanswered(predictor, block_of(schema, changed))

    bad = _alone(schema, rows, predictor, places, change) if why(places) else set()
    bad |= {at for at, _ in bisect_refused([at for at in places if at not in bad], why)}
    return _replaced(schema, {schema.names[at]: {name: value} for at in places if at not in bad})


def _alone(
    schema: Schema,
    rows: Sequence[Row],
    predictor: SklearnPredictor,
    places: Sequence[int],
    change: Callable[[Feature, Value], Value],
) -> set[int]:
    """Features whose changed value is refused, each changed alone."""
    many = max(1, NUMBERS_AT_ONCE // (len(rows) * len(schema.features)))
    bad: set[int] = set()
    for start in range(0, len(places), many):
        tried = [at for at in places[start : start + many] for _ in rows]
        changed = [
            (*row[:at], change(schema.features[at], row[at]), *row[at + 1 :])
            for at, row in zip(tried, cycle(rows), strict=False)
        ]
        refused = rows_refused(predictor.block, block_of(schema, changed))
        bad |= set(compress(tried, refused))
    return bad


def _models(schema: Schema, block: Block, ask: Maker) -> list[Row]:
    """Some records of training that the estimator answers, those without gaps first."""
    count = size(block)
    rows = rows_of(schema, take(block, slice(0, min(count, 200))))
    rows.sort(key=lambda row: sum(value is None for value in row))
    predictor = ask(schema)
    edges: list[Row] = []
    for row in rows:
        try:
            predictor.row(row)
        except EstimatorFailed:
            continue
        edges.append(row)
        if len(edges) == TRIED:
            break
    return edges


def _replaced(schema: Schema, changes: dict[str, dict[str, Any]]) -> Schema:
    return replace(
        schema, features=tuple(replace(feature, **changes.get(feature.name, {})) for feature in schema.features)
    )
