"""Category levels that a fitted estimator knows, read from its encoders and from libraries with native categories.

A file shows the levels that stand in it; the encoder shows those of training. Where a column reaches an encoder
by its name, both are known and can be compared.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from ml.data.array_types import native

IMPUTERS = {"SimpleImputer", "KNNImputer", "IterativeImputer"}  # columns and their values stay; gaps are filled
MEMBERS = ("best_estimator_", "estimator_", "estimator", "calibrated_classifiers_", "estimators_", "transformer_list")
LIGHTGBM_COLUMNS = re.compile(r"\[categorical_(?:feature|column): ([0-9,]+)\]")


@dataclass
class KnownLevels:
    """Category levels that an estimator knows, by column."""

    levels: dict[str, list[Any]] = field(default_factory=dict)
    """By column, the categories of its encoder, in their order; without gaps."""
    native: dict[str, list[Any] | None] = field(default_factory=dict)
    """Columns that a library takes as pandas categories, with these (None where it does not tell which)."""
    gaps: dict[str, str] = field(default_factory=dict)
    """What becomes of a gap in a column of `levels`: "nan" and "none" are categories of their own, "filled" is done by
    an imputer of gaps that are no None; a column that is not in here has no place for one."""
    fillers: dict[str, Any] = field(default_factory=dict)
    """Fill value that an imputer puts in the place of gaps, whatever the data hold."""

    def knows(self, name: str, level: Any) -> bool:
        """True when a value of a column is one of the levels."""
        return level in self.levels.get(name, ()) or level in (self.native.get(name) or ())

    def encodes(self, names: Iterable[str]) -> bool:
        """True when the levels of all these columns are known."""
        return all(name in self.levels or self.native.get(name) for name in names)

    def filling(self, name: str, shown: Collection[Any]) -> str | None:
        """The text with which training may have filled gaps: the only level that no row shows; None where none is."""
        if name in self.gaps:
            return None
        unseen = list(dict.fromkeys(self.levels.get(name, ())).keys() - set(shown))
        return unseen[0] if len(unseen) == 1 and isinstance(unseen[0], str) else None

    def strangers(self, frame: pd.DataFrame) -> int:
        """Number of cells in a frame with levels that no encoder learned, gaps among them."""
        every = self.levels | {name: levels for name, levels in self.native.items() if levels}
        return sum(self._strangers(name, frame[name], levels) for name, levels in every.items() if name in frame)

    def _strangers(self, name: str, series: pd.Series, levels: Sequence[Any]) -> int:
        gone = series.isna()
        count = int((~series[~gone].isin(list(levels))).sum())
        known = "filled" if name in self.native else self.gaps.get(name)
        if known == "filled" or not gone.any():
            return count
        none = sum(value is None for value in series.tolist()) if series.dtype == object else 0
        return count + {"nan": none, "none": int(gone.sum()) - none}.get(known or "", int(gone.sum()))

    def seen_in(self, frame: pd.DataFrame) -> KnownLevels:
        """Leave out fill values that no row contains: a stand-in for a gap is no choice."""
        levels = dict(self.levels)
        for name, filler in self.fillers.items():
            if name in levels and name in frame and not (frame[name] == filler).any():
                levels[name] = [level for level in levels[name] if level != filler]
        return replace(self, levels=levels)


def known_levels(estimator: Any, columns: Sequence[str]) -> KnownLevels:
    """Levels that the estimator's encoders know.

    Parameters
    ----------
    estimator : fitted classifier
    columns : sequence of str
        Names of the columns that it was fitted on, in order.

    Returns
    -------
    KnownLevels
        Empty where no encoder sees a column under its name.
    """
    levels = KnownLevels()
    with contextlib.suppress(
        Exception
    ):  # foreign objects fail in any way; levels that are not found here are inferred from the data
        _walk(estimator, list(columns), levels, set())
    return levels


def _walk(step: Any, names: list[str] | None, levels: KnownLevels, met: set[int]) -> list[str] | None:
    """Names of the columns after a step, None once they are lost; what it knows is added to `levels`."""
    if step is None or isinstance(step, str) or id(step) in met:
        return names if isinstance(step, str) else None
    met.add(id(step))
    if hasattr(step, "steps"):
        for _, inner in step.steps:
            names = _walk(inner, names, levels, met)
        return names
    if hasattr(step, "transformers_"):
        _walk_columns(step, names, levels, met)
        return None
    if names is not None:
        _note_encoder(step, names, levels)
        _note_native(step, names, levels)
    for member in _members(step):
        _walk(member, names, levels, met)
    if type(step).__name__ in IMPUTERS:
        _note_imputer(step, names, levels)
        return names
    return names if type(step).__name__ == "FunctionTransformer" and step.func is None else None


def _note_imputer(step: Any, names: Sequence[str] | None, levels: KnownLevels) -> None:
    for name in names or ():
        if getattr(step, "missing_values", math.nan) is not None:
            levels.gaps[name] = "filled"
        if getattr(step, "strategy", None) == "constant":
            levels.fillers[name] = "missing_value" if step.fill_value is None else step.fill_value


def _walk_columns(step: Any, names: list[str] | None, levels: KnownLevels, met: set[int]) -> None:
    for _, inner, chosen in step.transformers_:
        _walk(inner, _chosen(chosen, names), levels, met)


def _chosen(chosen: Any, names: list[str] | None) -> list[str] | None:
    """Names of the columns that a transformer gets; None where a step before it may have changed them."""
    if names is None:
        return None
    listed = [chosen] if isinstance(chosen, str) else chosen
    if isinstance(listed, slice):
        return names[_of_numbers(listed, names)]
    listed = list(listed) if np.ndim(listed) else []
    if all(isinstance(each, str) for each in listed):
        return listed
    if all(isinstance(each, (bool, np.bool_)) for each in listed):
        return [name for name, yes in zip(names, listed, strict=True) if yes]
    return [names[int(each)] for each in listed]


def _of_numbers(chosen: slice, names: list[str]) -> slice:
    """A slice of names, the last of which belongs to it, as one of numbers."""
    start, stop = (names.index(end) if isinstance(end, str) else end for end in (chosen.start, chosen.stop))
    return slice(start, stop + 1 if isinstance(chosen.stop, str) else stop, chosen.step)


def _members(step: Any) -> Iterator[Any]:
    for attribute in MEMBERS:
        member = getattr(step, attribute, None)
        for each in member if isinstance(member, (list, np.ndarray)) else [member]:
            inner = each[1] if isinstance(each, tuple) else each
            if hasattr(inner, "get_params") or hasattr(inner, "estimator"):
                yield inner
                if attribute == "estimators_":
                    return  # members of an ensemble saw the same columns


def _note_encoder(step: Any, names: Sequence[str], levels: KnownLevels) -> None:
    categories = getattr(step, "categories_", None)
    if isinstance(categories, list) and len(categories) == len(names):
        for name, seen in zip(names, categories, strict=True):
            plain = [native(level) for level in seen]
            gaps = [level for level in plain if pd.isna(level)]
            if gaps:
                levels.gaps.setdefault(name, "none" if gaps[0] is None else "nan")
            known = dict.fromkeys([*levels.levels.get(name, ()), *(level for level in plain if not pd.isna(level))])
            levels.levels[name] = list(known)


def _note_native(step: Any, names: Sequence[str], levels: KnownLevels) -> None:
    for module, read in _LIBRARIES.items():
        if type(step).__module__.split(".")[0] == module:
            levels.native.update(read(step, names))


def _histogram(step: Any, names: Sequence[str]) -> Mapping[str, list[Any] | None]:
    if getattr(step, "is_categorical_", None) is None or getattr(step, "_preprocessor", None) is None:
        return {}
    chosen = [name for name, yes in zip(names, step.is_categorical_, strict=True) if yes]
    categories = step._preprocessor.named_transformers_["encoder"].categories_
    known = [[native(level) for level in levels if not pd.isna(level)] for levels in categories]
    return dict(zip(chosen, known, strict=True))


def _lightgbm(step: Any, names: Sequence[str]) -> Mapping[str, list[Any] | None]:
    levels = step.booster_.pandas_categorical
    match = LIGHTGBM_COLUMNS.search(step.booster_.model_to_string(num_iteration=1))
    if not levels or match is None:
        return {}
    places = [int(place) for place in match[1].split(",")]
    if len(places) != len(levels):
        return {}
    return {names[at]: [native(each) for each in known] for at, known in zip(places, levels, strict=True)}


def _xgboost(step: Any, names: Sequence[str]) -> Mapping[str, list[Any] | None]:
    types = step.get_booster().feature_types or []
    return {name: None for name, kind in zip(names, types, strict=False) if kind == "c"}


_LIBRARIES = {"sklearn": _histogram, "lightgbm": _lightgbm, "xgboost": _xgboost}
