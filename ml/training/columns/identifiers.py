"""Finds identifier columns, on which no answer depends, and hides them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import numpy as np

from ml.data.columns import Block, size, take
from ml.data.feature import Feature
from ml.data.outcomes import Prediction
from ml.data.schema import Schema
from ml.predict.predictor import Predictor

FEWEST = 20  # rows: fewer are all different by chance
MOST = 2_000  # rows that the estimator is asked with
NEW = "\N{EM DASH} new \N{EM DASH}"


def hide_identifiers(
    schema: Schema, block: Block, ask: Callable[[Schema], Predictor], described: Collection[str] = ()
) -> Schema:
    """The schema where identifiers are hidden: not asked for, and filled with a value of training.

    An identifier is a whole number or a text that is another one in every row, and of which not one answer depends: the
    estimator is asked again with the column shuffled, turned round, and with a value that it never saw. An income that
    is another one in every row stays, for the answers depend on it; so do features that a person described.
    """
    few = take(block, slice(0, MOST))
    identifiers = {}
    for at, feature in enumerate(schema.features):
        if feature.name in described or feature.name in schema.shown or not _names_records(feature, block[at]):
            continue
        hidden = _hidden(feature, block[at])
        changed = replace(schema, features=tuple(hidden if each is feature else each for each in schema.features))
        if _ignores(ask(changed), few, at, feature):
            identifiers[feature.name] = hidden
    return replace(schema, features=tuple(identifiers.get(each.name, each) for each in schema.features))


def _names_records(feature: Feature, array: np.ndarray) -> bool:
    if feature.kind not in ("integer", "text", "category") or feature.dtype == "category" or len(array) < FEWEST:
        return False
    values = array.tolist()
    return len(set(values)) == len(values) and not any(value is None or value != value for value in values)


def _hidden(feature: Feature, array: np.ndarray) -> Feature:
    first = array.tolist()[0]
    whole = feature.kind == "integer"
    return replace(
        feature,
        kind="integer" if whole else "text",
        required=False,
        hidden=True,
        default=int(first) if whole else str(first),
        seen=None,
        choices=(),
        suggestions=(),
        widget=None,
    )


def _ignores(predictor: Predictor, block: Block, at: int, feature: Feature) -> bool:
    """True when no answer depends on the column; False where the estimator refuses a value that it never saw."""
    own = block[at]
    new = np.full(size(block), own.max() + 1) if feature.kind == "integer" else np.array([NEW] * size(block), object)
    try:
        known = _flat(predictor.block(block))
        for other in (np.random.default_rng(0).permutation(own), own[::-1], new):
            changed = tuple(other if place == at else array for place, array in enumerate(block))
            if not np.array_equal(known, _flat(predictor.block(changed))):
                return False
    except Exception:  # noqa: BLE001 - foreign code fails in any way: what it refuses, it looks at
        return False
    return True


def _flat(answer: Prediction) -> Any:
    return answer.labels if answer.probabilities is None else answer.probabilities
