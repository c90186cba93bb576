"""Missing markers that are category levels: NA is Namibia for an estimator that learned it, else a gap."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ml.data.example_record import UNHEARD_OF
from ml.predict.calling_convention import Container, contained
from ml.training.columns.known_levels import KnownLevels
from ml.training.columns.training_table import TrainingTable

DIFFERENT = 1e-12  # of a probability


def told_levels(
    table: TrainingTable, described: Mapping[str, Mapping[str, Any]], known: KnownLevels
) -> dict[str, set[str]]:
    """By column, markers that are levels because a person or the estimator's encoder says so."""
    by_feature: dict[str, set[str]] = {}
    for name, markers in table.markers.items():
        fields = described.get(name, {})
        if "missing" in fields:
            by_feature[name] = set(markers) - set(fields["missing"])
        else:
            levels = {*known.levels.get(name, ()), *(known.native.get(name) or ()), *fields.get("choices", ())}
            by_feature[name] = {marker for marker in markers if marker in levels}
    return {name: markers for name, markers in by_feature.items() if markers}


def asked_levels(
    estimator: Any,
    frame: pd.DataFrame,
    container: Container,
    table: TrainingTable,
    known: KnownLevels,
    described: Mapping[str, Mapping[str, Any]],
) -> dict[str, set[str]]:
    """By column, markers to which the estimator answers otherwise than to a text that it never saw.

    Parameters
    ----------
    estimator : fitted classifier
    frame : DataFrame, shape (n, p)
        Training rows with the estimator's columns, as it is asked with.
    known : KnownLevels
        Columns whose encoder was found are not asked again.
    described : mapping
        Columns of which a person said what is missing are not asked either.
    """
    decided = {*known.levels, *known.native, *(name for name, fields in described.items() if "missing" in fields)}
    levels = {
        name: {marker for marker in markers if _is_level(estimator, frame, container, name, marker)}
        for name, markers in table.markers.items()
        if name in frame and name not in decided
    }
    return {name: markers for name, markers in levels.items() if markers}


def _is_level(estimator: Any, frame: pd.DataFrame, container: Container, name: str, marker: str) -> bool:
    rows = frame.dropna().head(3)
    if not len(rows):
        return False
    answers = [_answer(estimator, rows.assign(**{name: text}), container) for text in (marker, UNHEARD_OF)]
    if answers[0] is None:
        return False
    return answers[1] is None or bool(np.abs(answers[0] - answers[1]).max() > DIFFERENT)


def _answer(estimator: Any, frame: pd.DataFrame, container: Container) -> np.ndarray | None:
    ask = getattr(estimator, "predict_proba", None) or estimator.predict
    with warnings.catch_warnings(action="ignore"):
        try:
            answer = ask(contained(frame, container))
            return np.asarray(np.concatenate(answer) if isinstance(answer, list) else answer, dtype=np.float64)
        except Exception:  # noqa: BLE001 - foreign code fails in any way: no answer is an answer here
            return None


def restored(table: TrainingTable, levels: Mapping[str, Collection[str]]) -> TrainingTable:
    """The table with markers that are levels restored, where they were read as gaps."""
    wanted = {name: texts for name, texts in levels.items() if texts and name in table.frame}
    if not wanted:
        return table
    cells = table.texts(list(wanted))
    changed = {name: _put_back(table.frame[name], cells[name], texts) for name, texts in wanted.items()}
    return replace(table, frame=table.frame.assign(**changed))


def _put_back(series: pd.Series, cells: pd.Series, levels: Collection[str]) -> pd.Series:
    if not isinstance(series.dtype, pd.StringDtype) and series.dtype != object:
        return series
    return series.where(~cells.isin(list(levels)).to_numpy(), cells.to_numpy())


def unseen_levels(known: KnownLevels, frame: pd.DataFrame, columns: Sequence[str]) -> dict[str, list[Any]]:
    """By column, levels that the estimator knows and no row shows."""
    by_feature = {}
    for name in columns:
        levels = [*known.levels.get(name, ()), *(known.native.get(name) or ())]
        shown = set(frame[name].dropna().unique().tolist())
        rest = [level for level in dict.fromkeys(levels) if level not in shown]
        if rest:
            by_feature[name] = rest
    return by_feature
