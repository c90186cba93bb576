"""Categories that a fitted estimator knows, found in its encoders and in libraries with categories of their own.

A file shows the levels that stand in it; the encoder shows those of training. Where a column reaches an encoder
by its name, both are known and can be compared.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

KEEP_COLUMNS = {
    "SimpleImputer", "KNNImputer", "IterativeImputer", "StandardScaler", "MinMaxScaler", "RobustScaler", "MaxAbsScaler",
    "FunctionTransformer", "PowerTransformer", "QuantileTransformer",
}  # fmt: skip
MEMBERS = ("best_estimator_", "estimator_", "estimator", "calibrated_classifiers_", "estimators_", "transformer_list")
LIGHTGBM_COLUMNS = re.compile(r"\[categorical_(?:feature|column): ([0-9,]+)\]")


@dataclass
class Known:
    """What an estimator knows of its columns' levels.

    Attributes
    ----------
    levels : dict of str to list
        By column, the categories of its encoder, in their order; without gaps.
    native : dict of str to list or None
        Columns that a library takes as pandas categories, with these (None where it does not tell which).
    """

    levels: dict[str, list[Any]] = field(default_factory=dict)
    native: dict[str, list[Any] | None] = field(default_factory=dict)


def known_levels(estimator: Any, columns: Sequence[str]) -> Known:
    """Levels that the estimator's encoders know.

    Parameters
    ----------
    estimator : fitted classifier
    columns : sequence of str
        Names of the columns that it was fitted on, in order.

    Returns
    -------
    Known
        Empty where no encoder sees a column under its name.
    """
    found = Known()
    with contextlib.suppress(Exception):  # foreign objects fail in any way; what is not found is asked of the data
        _walk(estimator, list(columns), found, set())
    return found


def _walk(step: Any, names: list[str] | None, found: Known, met: set[int]) -> list[str] | None:
    """Names of the columns after a step, None once they are lost; what it knows is added to `found`."""
    if step is None or isinstance(step, str) or id(step) in met:
        return names if isinstance(step, str) else None
    met.add(id(step))
    if hasattr(step, "steps"):
        for _, inner in step.steps:
            names = _walk(inner, names, found, met)
        return names
    if hasattr(step, "transformers_"):
        _walk_columns(step, names, found, met)
        return None
    if names is not None:
        _note_encoder(step, names, found)
        _note_native(step, names, found)
    for member in _members(step):
        _walk(member, names, found, met)
    return names if type(step).__name__ in KEEP_COLUMNS else None


def _walk_columns(step: Any, names: list[str] | None, found: Known, met: set[int]) -> None:
    for _, inner, chosen in step.transformers_:
        _walk(inner, _chosen(chosen, names), found, met)


def _chosen(chosen: Any, names: list[str] | None) -> list[str] | None:
    listed = [chosen] if isinstance(chosen, str) else chosen
    if isinstance(listed, slice):
        return names[listed] if names is not None and not isinstance(listed.start, str) else None
    listed = list(listed) if np.ndim(listed) else []
    if all(isinstance(each, str) for each in listed):
        return listed
    if names is None:
        return None
    if all(isinstance(each, (bool, np.bool_)) for each in listed):
        return [name for name, yes in zip(names, listed, strict=True) if yes]
    return [names[int(each)] for each in listed]


def _members(step: Any) -> Iterator[Any]:
    for attribute in MEMBERS:
        member = getattr(step, attribute, None)
        for each in member if isinstance(member, (list, np.ndarray)) else [member]:
            inner = each[1] if isinstance(each, tuple) else each
            if hasattr(inner, "get_params") or hasattr(inner, "estimator"):
                yield inner
                if attribute == "estimators_":
                    return  # members of an ensemble saw the same columns


def _note_encoder(step: Any, names: Sequence[str], found: Known) -> None:
    categories = getattr(step, "categories_", None)
    if isinstance(categories, list) and len(categories) == len(names):
        for name, levels in zip(names, categories, strict=True):
            known = found.levels.setdefault(name, [])
            known += [
                level for level in map(_plain, levels) if level == level and level is not None and level not in known
            ]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _note_native(step: Any, names: Sequence[str], found: Known) -> None:
    for module, read in _LIBRARIES.items():
        if type(step).__module__.split(".")[0] == module:
            found.native.update(read(step, names))


def _histogram(step: Any, names: Sequence[str]) -> Mapping[str, list[Any] | None]:
    if getattr(step, "is_categorical_", None) is None or getattr(step, "_preprocessor", None) is None:
        return {}
    chosen = [name for name, yes in zip(names, step.is_categorical_, strict=True) if yes]
    categories = step._preprocessor.named_transformers_["encoder"].categories_
    known = [[_plain(level) for level in levels if level == level and level is not None] for levels in categories]
    return dict(zip(chosen, known, strict=True))


def _lightgbm(step: Any, names: Sequence[str]) -> Mapping[str, list[Any] | None]:
    levels = step.booster_.pandas_categorical
    told = LIGHTGBM_COLUMNS.search(step.booster_.model_to_string(num_iteration=1))
    if not levels or told is None:
        return {}
    places = [int(place) for place in told[1].split(",")]
    if len(places) != len(levels):
        return {}
    return {names[at]: [_plain(each) for each in known] for at, known in zip(places, levels, strict=True)}


def _xgboost(step: Any, names: Sequence[str]) -> Mapping[str, list[Any] | None]:
    types = step.get_booster().feature_types or []
    return {name: None for name, kind in zip(names, types, strict=False) if kind == "c"}


_LIBRARIES = {"sklearn": _histogram, "lightgbm": _lightgbm, "xgboost": _xgboost}
