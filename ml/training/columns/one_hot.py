"""Finds one-hot groups: columns such as ``town_Linz``, ``town_Graz``, as ``pandas.get_dummies`` makes them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ml.data.feature import Feature
from ml.data.labels import label_of
from ml.data.one_hot import OneHot

SEPARATORS = "_=.:- "
BY_CHANCE = 10.0  # rows with two ones that independent columns would have; with fewer, none tells nothing
REST, NOTHING_ELSE = "Other", "None of these"


def one_hot_of(frame: pd.DataFrame, features: Sequence[Feature], taken: Collection[str] = ()) -> tuple[OneHot, ...]:
    """Groups of columns that exclude each other in every row.

    Columns belong together where their names begin alike, up to a separator. That no row has two ones must say
    something: either each row has exactly one, or of independent columns with as many ones ten rows would have two.

    Parameters
    ----------
    frame : DataFrame, shape (n, p)
        Training rows.
    features : sequence of Feature, length p
        In the order of the columns.
    taken : collection of str
        Names that mean something else.
    """
    flags = {feature.name: frame[feature.name].to_numpy(float) for feature in features if _is_flag(feature, frame)}
    used = {name for feature in features for name in (feature.name, *feature.aliases)} | set(taken)
    groups: list[OneHot] = []
    grouped: set[str] = set()
    for prefix, names in _candidates(list(flags)):
        if grouped & set(names) or prefix.rstrip(SEPARATORS) in used or not _excluding([flags[name] for name in names]):
            continue
        grouped |= set(names)
        groups.append(_group(prefix, names, flags))
    order = {feature.name: at for at, feature in enumerate(features)}
    return tuple(sorted(groups, key=lambda one: order[one.columns[0]]))


def _is_flag(feature: Feature, frame: pd.DataFrame) -> bool:
    whole = feature.kind == "boolean" or (feature.kind == "integer" and feature.yes_no is not None)
    return whole and bool(frame[feature.name].notna().all())


def _candidates(names: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Beginnings that names share, the most names first, of as many the longest beginning."""
    by_prefix: dict[str, list[str]] = {}
    for name in names:
        for at in range(1, len(name) - 1):
            if name[at] in SEPARATORS:
                by_prefix.setdefault(name[: at + 1], []).append(name)
    several = [(prefix, members) for prefix, members in by_prefix.items() if len(members) > 1]
    for prefix, members in sorted(several, key=lambda pair: (-len(pair[1]), -len(pair[0]))):
        name = prefix.rstrip(SEPARATORS)
        labels = {member[len(prefix) :].strip() for member in members}
        if name and len(labels) == len(members) and "" not in labels:
            yield prefix, members


def _excluding(columns: Sequence[np.ndarray]) -> bool:
    ones = np.sum(columns, axis=0)
    if ones.max() > 1:
        return False
    shares = np.array([column.mean() for column in columns])
    by_chance = len(ones) * (shares.sum() ** 2 - (shares**2).sum()) / 2
    return bool((ones == 1).all() or by_chance >= BY_CHANCE)


def _group(prefix: str, names: Sequence[str], flags: Mapping[str, np.ndarray]) -> OneHot:
    name, labels = prefix.rstrip(SEPARATORS), tuple(each[len(prefix) :].strip() for each in names)
    counts = [float(flags[each].sum()) for each in names]
    none = len(flags[names[0]]) - sum(counts)
    rest = "" if not none else NOTHING_ELSE if REST.casefold() in {label.casefold() for label in labels} else REST
    default = rest if none > max(counts) else labels[int(np.argmax(counts))]
    return OneHot(name, label_of(name), tuple(names), labels, rest, default)


def starting(features: Sequence[Feature], groups: Sequence[OneHot]) -> tuple[Feature, ...]:
    """The features where those of a group start with the group's default, so that they fit together."""
    starts: dict[str, Any] = {name: value for one in groups for name, value in one.columns_of(one.default).items()}
    return tuple(
        replace(each, default=bool(starts[each.name]) if each.kind == "boolean" else starts[each.name])
        if each.name in starts
        else each
        for each in features
    )
