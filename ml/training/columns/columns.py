"""Selects the columns that an estimator was fitted on, by its names and order, and aligns the types of two tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from pandas.api import types

from ml.data.labels import known_as
from ml.data.value_words import quote
from ml.errors import InvalidData
from ml.training.columns.column_kinds import are_number_objects
from ml.training.columns.training_table import TrainingTable, is_text
from ml.training.columns.variants import Variant, to_written

MOST_NAMED = 20


def columns_of(estimator: Any, table: TrainingTable, others: Collection[str | None]) -> list[str]:
    """Names of the estimator's columns, in order.

    Parameters
    ----------
    estimator : fitted classifier
    others : collection of str or None
        Columns that are no features: the truth, the record id.

    Raises
    ------
    InvalidData
        When the table lacks one.
    """
    names = _names_of(estimator)
    present = list(table.frame.columns)
    if names is not None:
        by_stripped = {name.strip() for name in present}
        missing = [name for name in names if name not in present and name.strip() not in by_stripped]
        if not missing:
            return names
        if len(same := _unchanged(names, present)) == len(names):
            return same
        if getattr(estimator, "feature_names_in_", None) is not None:
            raise InvalidData(f"{table.name} lacks the columns {', '.join(missing)}.", _why_lacking(missing, present))
    stripped = {other.strip() for other in others if other}
    in_table = [name for name in present if name.strip() not in stripped]
    if not in_table:
        raise InvalidData(f"{table.name} has no column beside the truth.", "Give the features, too.")
    return in_table


def _why_lacking(missing: Sequence[str], present: Sequence[str]) -> str:
    made_of = [name for name in present if any(each.startswith((f"{name}_", f"{name}.")) for each in missing)]
    if not made_of:
        few = ", ".join(present[:MOST_NAMED]) + (", …" if len(present) > MOST_NAMED else "")
        return f"The estimator was fitted on them. There are {few}."
    return (
        f"They look like what pandas.get_dummies made of {', '.join(made_of)}: give the tables on which the estimator "
        "was fitted, with these columns; or fit a pipeline with a OneHotEncoder in it, which takes them as they are."
    )


def _unchanged(names: Sequence[str], present: Sequence[str]) -> list[str]:
    """The table's names of columns that the estimator knows with "_" for white space, as LightGBM does."""
    by_known: dict[str, list[str]] = {}
    for name in present:
        by_known.setdefault(known_as(name), []).append(name)
    candidates = [[name] if name in present else by_known.get(known_as(name), []) for name in names]
    return [those[0] for those in candidates if len(those) == 1]


def _names_of(estimator: Any) -> list[str] | None:
    """Names under which the estimator knows its columns; None where it was fitted without."""
    for attribute in ("feature_names_in_", "feature_names_"):
        names = getattr(estimator, attribute, None)
        if names is not None and len(names) and all(isinstance(name, str) for name in names):
            return [str(name) for name in names]
    if hasattr(estimator, "steps") and estimator.steps:
        return _names_of(estimator.steps[0][1]) or (
            _names_of(estimator.steps[-1][1]) if len(estimator.steps) == 1 else None
        )
    inner = getattr(estimator, "best_estimator_", None)
    return None if inner is None else _names_of(inner)


def with_names(table: TrainingTable, columns: Sequence[str]) -> TrainingTable:
    """The table with the estimator's spelling of a name that differs by spaces at its ends only."""
    present = list(table.frame.columns)
    spelled = {name.strip(): name for name in columns}
    changed = {
        name: spelled[name.strip()]
        for name in present
        if name not in columns and name.strip() in spelled and spelled[name.strip()] not in present
    }
    return table.renamed(changed) if changed else table


def align(
    training: pd.DataFrame, holdout: TrainingTable, variant: Variant, columns: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables' columns in the types of training.

    What are whole numbers in training and decimals in the hold-out are decimals in both; texts in training are texts
    in the hold-out, whatever they look like.

    Raises
    ------
    InvalidData
        When the hold-out has texts where training has numbers.
    """
    written = {name for reading in variant.readings if reading.rival == "written" for name in reading.changes}
    of_texts = [name for name in columns if is_text(training[name]) and name not in written]
    texts = [name for name in of_texts if name in holdout.frame and not is_text(holdout.frame[name])]
    if texts:
        as_texts = {name: to_written(holdout.frame[name], holdout) for name in texts}
        holdout = replace(holdout, frame=holdout.frame.assign(**as_texts))
    held = variant.apply(holdout)[list(columns)]
    for name in columns:
        training[name], held[name] = _alike(name, training[name], held[name], holdout.name)
    return training, held


def _alike(name: str, training: pd.Series, held: pd.Series, file: str) -> tuple[pd.Series, pd.Series]:
    """A column of both tables in the type of training, or InvalidData where the hold-out has another kind of value."""
    if held.isna().all():
        return training, training.iloc[:0].reindex(held.index)
    kind, came = _kind(training), _kind(held)
    if {kind, came} == {"truth values", "numbers"}:
        return training, _as_flags(name, training, held, file)
    if kind in ("numbers", "truth values", "dates", "dates with a time zone") and kind != came:
        hint = "Leave the cell empty where a value is not known." if came == "texts" else "Give it as in training."
        shown = _example(held) if came == "texts" else came
        raise InvalidData(f"Column {name!r} of {file} holds {shown}; in training it holds {kind} only.", hint)
    if types.is_integer_dtype(training) and types.is_float_dtype(held) and (held.dropna() % 1).any():
        return training.astype("Float64" if training.isna().any() else "float64"), held
    return training, held


def _kind(series: pd.Series) -> str:
    known = series.dropna()
    if types.is_bool_dtype(known) or (known.dtype == object and set(map(type, known)) == {bool}):
        return "truth values"
    if types.is_numeric_dtype(known) or are_number_objects(known):
        return "numbers"
    if types.is_datetime64_any_dtype(known):
        return "dates with a time zone" if isinstance(known.dtype, pd.DatetimeTZDtype) else "dates"
    return "texts" if is_text(known) else "values"


def _example(held: pd.Series) -> str:
    wrong = held[pd.to_numeric(held, errors="coerce").isna() & held.notna()]
    return quote(wrong.iloc[0]) if len(wrong) else "texts"


def _as_flags(name: str, training: pd.Series, held: pd.Series, file: str) -> pd.Series:
    """Truth values for 0 and 1, or 0 and 1 for truth values: what both mean must be the same."""
    for series in (training, held):
        if not set(series.dropna().unique().tolist()) <= {0, 1}:
            raise InvalidData(
                f"Column {name!r} of {file} holds {_kind(held)}; in training it holds {_kind(training)}.",
                "Give it as in training.",
            )
    if types.is_bool_dtype(training) and held.notna().all():
        return held.astype(training.dtype)
    return held.astype("float64") if not held.notna().all() or types.is_float_dtype(training) else held.astype("int64")
