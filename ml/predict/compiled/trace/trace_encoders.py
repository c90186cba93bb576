"""Tracing of fitted encoders: each of their columns is a look-up table of one feature."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder

from ml.predict.compiled.trace.look_up import looked_up
from ml.predict.compiled.trace.symbolic_columns import SymbolicColumn, is_missing
from ml.predict.compiled.trace.traced import Follow, Traced, note


def _one_hot(step: OneHotEncoder, given: Traced, used: list[str]) -> Traced:
    note(used, "one-hot")
    groups = _rare_groups(step)
    drops = step._drop_idx_after_grouping
    drops = [None] * len(given.columns) if drops is None else list(drops)
    columns: list[SymbolicColumn] = []
    for column, categories, group, drop in zip(given.columns, step.categories_, groups, drops, strict=True):
        number = list(range(len(categories))) if group is None else [int(at) for at in group]
        members: dict[int, dict[int, float]] = {at: {} for at in range(max(number) + 1)}
        for category, at in enumerate(number):
            members[at][category] = 1.0
        # The group of rare categories comes last, and takes what is unknown where the encoder says so.
        rare = max(number) if group is not None and step.handle_unknown in ("infrequent_if_exist", "warn") else -1
        lookup = looked_up(column, categories)
        for at, codes in members.items():
            if drop is None or at != drop:
                unknown = None if step.handle_unknown == "error" else float(at == rare)
                columns.append(lookup.coded(0.0, codes, unknown))
    return replace(given, columns=tuple(columns), names=None, sparse=bool(step.sparse_output))


def _ordinal(step: OrdinalEncoder, given: Traced, used: list[str]) -> Traced:
    note(used, "ordinal")
    unknown = None if step.handle_unknown == "error" else float(step.unknown_value)
    gap = float(step.encoded_missing_value)
    columns: list[SymbolicColumn] = []
    for column, categories, group in zip(given.columns, step.categories_, _rare_groups(step), strict=True):
        number = range(len(categories)) if group is None else group
        codes = {at: gap if is_missing(c) else float(number[at]) for at, c in enumerate(categories)}
        columns.append(looked_up(column, categories).coded(math.nan, codes, unknown))
    return replace(given, columns=tuple(columns), sparse=False)


def _target(step: TargetEncoder, given: Traced, used: list[str]) -> Traced:
    note(used, "target encoding")
    classes = len(step.classes_) if step.target_type_ == "multiclass" else 1
    means = np.atleast_1d(step.target_mean_)
    columns: list[SymbolicColumn] = []
    for at, encoding in enumerate(step.encodings_):
        feature = at // classes
        codes = {category: float(value) for category, value in enumerate(encoding)}
        lookup = looked_up(given.columns[feature], step.categories_[feature])
        columns.append(lookup.coded(math.nan, codes, float(means[at % classes])))
    return replace(given, columns=tuple(columns), names=None, sparse=False)


def _rare_groups(step: Any) -> list[Any]:
    """For each column, the number that each category has once rare ones are grouped; None where none are."""
    if not getattr(step, "_infrequent_enabled", False):
        return [None] * len(step.categories_)
    return list(step._default_to_infrequent_mappings)


ENCODER_STEPS: dict[type[Any], Follow] = {
    OneHotEncoder: _one_hot,
    OrdinalEncoder: _ordinal,
    TargetEncoder: _target,
}
