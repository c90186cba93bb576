"""Binning of a feature's values into labelled parts, for segments and groups.

Each choice is a part, numbers fall into parts of about equal size with round edges, dates into months,
quarters, years or decades, texts into parts by length; missing values ("not known") are a part too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from ml.data.array_types import Positions
from ml.data.columns import gaps_of
from ml.data.feature import Feature, text_of
from ml.text.number_words import span
from ml.text.words import shown_value
from ml.translation import mark, text

MOST_PARTS = 5  # of a number
MOST_LEVELS = 12
FEWEST = 5  # records; several rarer choices are merged into one part
MOST_PERIODS = {"M": 8, "Q": 8, "Y": 12}
NOT_KNOWN, OTHERS = mark("not known"), mark("all others")


@dataclass(frozen=True)
class Binning:
    """Binning of one feature: its parts, each with at least one record, and the part of each record."""

    labels: list[str]
    """In the order of the values; "not known" last. Length s."""
    place: Positions
    """Part of each record, 0 to s - 1. Shape (n,)."""

    @property
    def count(self) -> int:
        """Number of parts."""
        return len(self.labels)


def bin_feature(feature: Feature, array: np.ndarray, most: int = MOST_PARTS) -> Binning:
    """Bin the values of a feature.

    Parameters
    ----------
    array : ndarray, shape (n,)
        The feature's column of a block.
    most : int
        Parts of a number; one more where the lowest value is very frequent.
    """
    if feature.kind == "text":
        length = replace(feature, kind="integer", unit=text("characters"))
        return bin_feature(length, np.array([len(value or "") for value in array.tolist()], dtype=np.float64), most)
    if feature.kind == "date":
        labels, place = _dates(array)
    elif feature.in_floats:
        labels, place = _numbers(feature, array, most)
    else:
        labels, place = _choices(feature, array)
    return _with_missing(labels, place, gaps_of(array))


def _with_missing(labels: list[str], place: np.ndarray, missing: np.ndarray) -> Binning:
    """Binning without empty parts, with missing values as the last part."""
    place = np.where(missing, len(labels), place)
    held = np.flatnonzero(np.bincount(place, minlength=len(labels) + 1))
    return Binning([[*labels, text(NOT_KNOWN)][at] for at in held], np.searchsorted(held, place))


def _numbers(feature: Feature, array: np.ndarray, most: int) -> tuple[list[str], np.ndarray]:
    known = np.sort(array[~np.isnan(array)])
    distinct = np.unique(known)
    if len(distinct) <= most + 1:
        return [_shown(feature, value) for value in distinct], np.searchsorted(distinct, array)
    edges = _edges(known, distinct, most)
    place = np.searchsorted(edges, array, side="right")
    ends = [distinct[[*_span(distinct, edges, at)]] for at in range(len(edges) + 1)]
    return [_range(feature, edges, at, *ends[at]) for at in range(len(edges) + 1)], place


def _edges(known: np.ndarray, distinct: np.ndarray, most: int) -> np.ndarray:
    """Edges of the parts: round numbers near the quantiles; a very frequent lowest value is a part of its own."""
    crowd, begin = int(np.searchsorted(known, distinct[0], side="right")), []
    if crowd > len(known) / most:
        begin, known = [float(distinct[1])], known[crowd:]
        most = max(2, round(most * len(known) / (len(known) + crowd)))
    edges = sorted({_round(known, share) for share in np.arange(1, most) / most})
    cuts = np.array([*begin, *(edge for edge in edges if known[0] < edge <= known[-1])])
    # Two edges with no record between them would make an empty part.
    return cuts[np.unique(np.searchsorted(known, cuts), return_index=True)[1]]


def _round(known: np.ndarray, share: float) -> float:
    """The number with the fewest digits near the quantile of this share (within 4 % of the values)."""
    exact = float(known[int(share * len(known))])
    wanted = np.searchsorted(known, exact) / len(known)
    for digits in range(1, 16):
        edge = float(f"{exact:.{digits}g}")
        if abs(np.searchsorted(known, edge) / len(known) - wanted) <= 0.04:
            return edge
    return exact


def _span(distinct: np.ndarray, edges: np.ndarray, at: int) -> tuple[int, int]:
    """Positions of the lowest and highest value of a part."""
    first = np.searchsorted(distinct, edges[at - 1]) if at else 0
    last = np.searchsorted(distinct, edges[at]) - 1 if at < len(edges) else len(distinct) - 1
    return int(first), int(last)


def _range(feature: Feature, edges: np.ndarray, at: int, lowest: float, highest: float) -> str:
    if lowest == highest:
        return _shown(feature, lowest)
    if at == 0:
        return text("under {value}", value=_shown(feature, edges[0]))
    if at == len(edges):
        return text("{value} or more", value=_shown(feature, edges[-1]))
    bare = replace(feature, unit="")
    if feature.kind == "integer" and float(edges[at]).is_integer():
        return span(_shown(bare, edges[at - 1]), _shown(feature, edges[at] - 1))
    return text("{low} to under {high}", low=_shown(bare, edges[at - 1]), high=_shown(feature, edges[at]))


def _shown(feature: Feature, value: float) -> str:
    return shown_value(feature, bool(value) if feature.kind == "boolean" else float(value))


def _dates(array: np.ndarray) -> tuple[list[str], np.ndarray]:
    months = array.astype("datetime64[M]").astype(np.int64)  # since January 1970
    known = months[~np.isnat(array)]
    if not len(known):
        return [], np.zeros(len(array), dtype=np.int64)
    for period, size in (("M", 1), ("Q", 3), ("Y", 12), ("decade", 120)):
        place = np.floor_divide(months, size)
        first, last = place[~np.isnat(array)].min(), place[~np.isnat(array)].max()
        if last - first < MOST_PERIODS.get(period, 10**6):
            break
    return [_period(number * size, period) for number in range(first, last + 1)], place - first


def _period(month: int, period: str) -> str:
    year, of_year = 1970 + month // 12, month % 12
    if period == "decade":
        return text("{year}s", year=year)
    if period == "Q":
        return text("{year}, quarter {quarter}", year=year, quarter=of_year // 3 + 1)
    return f"{year}-{of_year + 1:02d}" if period == "M" else f"{year}"


def _choices(feature: Feature, array: np.ndarray) -> tuple[list[str], np.ndarray]:
    values = array.tolist()
    counted = Counter(value for value in values if value is not None)
    order = {text_of(choice.value): at for at, choice in enumerate(feature.choices)}
    common = [value for value, _ in counted.most_common(MOST_LEVELS)]
    rare = [value for value in common if counted[value] < FEWEST]
    if len(counted) > MOST_LEVELS or len(rare) > 1:
        common = [value for value in common[: MOST_LEVELS - 1] if counted[value] >= FEWEST]
    common.sort(key=lambda value: (order.get(text_of(value), len(order)), str(value)))
    number = {value: at for at, value in enumerate(common)}
    place = np.array([number.get(value, len(common)) for value in values], dtype=np.int64)
    return [*(shown_value(feature, value) for value in common), text(OTHERS)], place
