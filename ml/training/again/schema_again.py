"""The schema of a version that was trained again: its features as before, with what was seen and is accepted now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from ml.data.columns import Block, block_of, rows_of, size, take
from ml.data.feature import Choice, Feature, Value, text_of
from ml.data.schema import Row, Schema
from ml.predict.predictor import SklearnPredictor, why_unanswered
from ml.runtime.halving import bisect_refused
from ml.training.columns.accepted_values import with_accepted_values
from ml.training.columns.column_shapes import SHAPES

TRIED = 200  # rows of training that the estimator is asked with

# Fields of a feature that say what the estimator takes, and their strictest values
ACCEPTED = {"required": True, "unknown": False, "fractions": False}


def schema_again(
    schema: Schema, frame: pd.DataFrame, block: Block, predictor_for: Callable[[Schema], SklearnPredictor]
) -> tuple[Schema, list[str]]:
    """The schema after an estimator was fitted again, and remarks on it.

    Labels, limits, help and aliases stay as people have described them. Ranges are those of the new training; values
    that the new estimator does not take are no longer accepted. What was refused before stays refused.

    Parameters
    ----------
    frame : DataFrame, shape (n, p)
        Training rows, as the estimator was fitted on them.
    block : Block of n records
        The same.
    predictor_for : callable
        Gives the predictor of a schema.
    """
    described = {(f.name, field) for f in schema.features for field in ("blank", *_kept_fields(f))}
    reset = replace(schema, features=tuple(_reset(_seen(feature, frame)) for feature in schema.features))
    accepted = with_accepted_values(reset, block, predictor_for, described)
    return _known_choices(accepted, block, predictor_for)


def _kept_fields(feature: Feature) -> list[str]:
    """Fields of :data:`ACCEPTED` that stay: what was refused, and what is filled in before the estimator is asked."""
    filled = feature.hidden or feature.blank is not None
    return [field for field, strictest in ACCEPTED.items() if filled or getattr(feature, field) == strictest]


def _reset(feature: Feature) -> Feature:
    kept = _kept_fields(feature)
    strict: dict[str, Any] = {field: value for field, value in ACCEPTED.items() if field not in kept}
    return replace(feature, **strict)


def _seen(feature: Feature, frame: pd.DataFrame) -> Feature:
    """The feature with the range that the training shows, and with whether it has gaps."""
    known = frame[feature.name].dropna()
    complete = feature.complete and len(known) == len(frame)
    if feature.seen is None or known.empty or not feature.is_ordered:
        return replace(feature, complete=complete)
    return replace(feature, seen=SHAPES[feature.kind](known)["seen"], complete=complete)


def _known_choices(
    schema: Schema, block: Block, predictor_for: Callable[[Schema], SklearnPredictor]
) -> tuple[Schema, list[str]]:
    """The schema without choices that the estimator refuses: levels that no row of the training shows."""
    rows = rows_of(schema, take(block, slice(0, min(size(block), TRIED))))
    predictor, features, notes = predictor_for(schema), list(schema.features), []
    row = next((row for row in rows if why_unanswered(predictor, block_of(schema, [row])) is None), None)
    for at, feature in enumerate(schema.features):
        if row is None or not feature.choices or feature.unknown:
            continue
        gone = _refused(predictor, schema, row, at, [choice.value for choice in feature.choices])
        if gone:
            features[at] = _without(feature, gone)
            notes.append(
                f"{feature.name}: {', '.join(map(text_of, gone))} no longer accepted, as no decision shows it."
            )
    return replace(schema, features=tuple(features)), notes


def _without(feature: Feature, refused: list[Value]) -> Feature:
    choices: tuple[Choice, ...] = tuple(choice for choice in feature.choices if choice.value not in refused)
    default = feature.default if feature.default not in refused else choices[0].value
    return replace(feature, choices=choices, default=default)


def _refused(predictor: SklearnPredictor, schema: Schema, row: Row, at: int, values: list[Value]) -> list[Value]:
    """Values at a place of which the estimator gives no answer."""

    def why(some: Sequence[Value]) -> str | None:
        return why_unanswered(predictor, block_of(schema, [(*row[:at], value, *row[at + 1 :]) for value in some]))

    return [value for value, _ in bisect_refused(values, why)]
