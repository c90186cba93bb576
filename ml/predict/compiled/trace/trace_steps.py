"""Tracing of a fitted preprocessing pipeline.

The result says for each input column of a classifier how it is computed from features.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import SelectorMixin
from sklearn.pipeline import FeatureUnion, Pipeline

from ml.predict.compiled.trace.symbolic_columns import CannotCompile, SymbolicColumn
from ml.predict.compiled.trace.trace_columns import COLUMN_STEPS
from ml.predict.compiled.trace.trace_encoders import ENCODER_STEPS
from ml.predict.compiled.trace.trace_groups import GROUP_STEPS, TEXT_STEPS, select
from ml.predict.compiled.trace.traced import Follow, Traced, alike


def trace(step: Any, given: Traced, used: list[str]) -> Traced:
    """Columns after a fitted transformer; words for what it does are added to `used`."""
    if step is None or (isinstance(step, str) and step == "passthrough") or is_sampler(step):
        return given
    if is_pipeline(step):
        for _, inner in step.steps:
            given = trace(inner, given, used)
        return given
    follow = STEPS.get(type(step))
    if follow is None and isinstance(step, SelectorMixin) and type(step).__module__.startswith("sklearn."):
        follow = select
    if follow is None:
        raise CannotCompile(f"{type(step).__name__} is a preprocessing step that cannot be compiled.")
    if given.series and type(step) not in TEXT_STEPS:
        raise CannotCompile(f"{type(step).__name__} gets a column by itself; only vectorizers of texts can so.")
    return follow(step, given, used)


def is_pipeline(step: Any) -> bool:
    """A pipeline of scikit-learn or of imbalanced-learn."""
    return type(step) is Pipeline or _imblearn(step) == "Pipeline"


def is_sampler(step: Any) -> bool:
    """A sampler of imbalanced-learn: it changes rows in training, and nothing in prediction."""
    return bool(_imblearn(step)) and hasattr(step, "fit_resample") and not hasattr(step, "predict")


def _imblearn(step: Any) -> str:
    return type(step).__name__ if type(step).__module__.startswith("imblearn.") else ""


def _by_column(step: ColumnTransformer, given: Traced, used: list[str]) -> Traced:
    made: tuple[SymbolicColumn, ...] = ()
    guards = given.guards
    for _, inner, wanted in step.transformers_:
        if isinstance(inner, str) and inner == "drop":
            continue
        where = _chosen(wanted, given)
        names = None if given.names is None else tuple(given.names[at] for at in where)
        chosen = replace(given, columns=tuple(given.columns[at] for at in where), names=names, guards=())
        if where:
            done = trace(inner, replace(chosen, series=np.isscalar(wanted)), used)
            made += done.columns
            guards += done.guards
    return Traced(made, sparse=bool(step.sparse_output_), guards=guards)


def _chosen(wanted: Any, given: Traced) -> list[int]:
    if callable(wanted):
        raise CannotCompile("A ColumnTransformer that chooses its columns with a function cannot be compiled.")
    if isinstance(wanted, slice):
        if any(isinstance(end, str) for end in (wanted.start, wanted.stop)):
            raise CannotCompile("A ColumnTransformer that chooses a slice of names cannot be compiled.")
        return list(range(len(given.columns))[wanted])
    listed: list[Any] = [wanted] if np.isscalar(wanted) else list(wanted)
    if listed and all(isinstance(item, (bool, np.bool_)) for item in listed):
        return [at for at, item in enumerate(listed) if item]
    if any(isinstance(item, str) for item in listed):
        if given.names is None:
            raise CannotCompile("A ColumnTransformer asks by name for columns that have lost their names.")
        return [given.names.index(item) for item in listed]
    return [range(len(given.columns))[int(item)] for item in listed]


def _union(step: FeatureUnion, given: Traced, used: list[str]) -> Traced:
    made: tuple[SymbolicColumn, ...] = ()
    guards = given.guards
    sparse = False
    for name, inner in step.transformer_list:
        if isinstance(inner, str) and inner == "drop":
            continue
        done = trace(inner, replace(given, guards=()), used)
        weight = (step.transformer_weights or {}).get(name)
        made += (done if weight is None else alike(done, "multiply", float(weight))).columns
        guards += done.guards
        sparse = sparse or done.sparse
    return Traced(made, sparse=sparse, guards=guards)


STEPS: dict[type, Follow] = {
    ColumnTransformer: _by_column,
    FeatureUnion: _union,
    **COLUMN_STEPS,
    **ENCODER_STEPS,
    **GROUP_STEPS,
    **TEXT_STEPS,
}
