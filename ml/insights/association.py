"""Association of pairs of features (Spearman, Cramér's V, correlation ratio), and missing values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.bundle.bundle import Bundle
from ml.data.columns import as_floats, gaps_of, size, values_of
from ml.data.feature import Feature
from ml.errors import NothingToShow
from ml.runtime.budget import MOST_COUNTED, sample
from ml.runtime.memo import Memo
from ml.text.number_words import count
from ml.translation import mark, text

MOST_FEATURES = 12  # fit on a phone
MOST_TEXTS = 50  # distinct values up to which a text counts as a choice


@dataclass(frozen=True)
class Association:
    """Association matrix of q features in the hold-out."""

    features: Sequence[str]
    """Labels. Length q."""
    strength: Sequence[Sequence[float | None]]
    """0 to 1, symmetric; None where undefined: a feature with one value only, or no record with both known. Shape (q,
    q)."""
    measure: Sequence[Sequence[str]]
    """"rank correlation" (Spearman's, without its sign) of two numbers or dates, "Cramér's V" of two choices,
    "correlation ratio" (η) of a number and a choice. Shape (q, q)."""
    falling: Sequence[Sequence[bool]]
    """True where one of two numbers falls as the other rises. Shape (q, q)."""
    left_out: int
    """Features not shown."""
    records: int
    """Records used."""


@dataclass(frozen=True)
class MissingValues:
    """Share of the hold-out's records without a value, of the features that have gaps, the most first."""

    features: Sequence[str]
    """Labels. Length q."""
    shares: Sequence[float]
    """Length q."""
    positive_known: Sequence[float | None]
    positive_missing: Sequence[float | None]
    """Share with the outcome among the records that have the value, and among those that do not. Length q."""
    records: int
    total_features: int


@Memo
def has_gaps(bundle: Bundle) -> bool:
    """True when any value is missing in the hold-out."""
    return any(gaps_of(array).any() for array in bundle.holdout.block)


def missing_values(bundle: Bundle, truth: np.ndarray) -> MissingValues:
    """Missing values of every feature.

    Raises
    ------
    NothingToShow
        When there are none.
    """
    rows = []
    for feature, array in zip(bundle.schema.features, bundle.holdout.block, strict=True):
        gaps = gaps_of(array)
        if gaps.any():
            known = float(truth[~gaps].mean()) if not gaps.all() else None
            rows.append((feature.label, float(gaps.mean()), known, float(truth[gaps].mean())))
    if not rows:
        raise NothingToShow(
            text("No value is missing in the {n} records of the hold-out.", n=count(len(truth))),
            text("There is nothing to draw."),
        )
    rows.sort(key=lambda row: -row[1])
    return MissingValues(
        features=[row[0] for row in rows],
        shares=[row[1] for row in rows],
        positive_known=[row[2] for row in rows],
        positive_missing=[row[3] for row in rows],
        records=len(truth),
        total_features=len(bundle.schema.features),
    )


def association(bundle: Bundle, ordered_by: Sequence[str]) -> Association:
    """Association matrix of the first features in that order; of many records, in a sample of 50,000.

    Raises
    ------
    NothingToShow
        When fewer than two features can be compared.
    """
    block = bundle.holdout.block
    rows, chosen = sample(size(block), MOST_COUNTED), []
    for name in ordered_by:
        feature, array = bundle.schema.feature(name), block[bundle.schema.position[name]][rows]
        if feature.is_ordered:
            chosen.append((feature, as_floats(array)))
        elif (groups := _groups(feature, array)).max() < MOST_TEXTS:
            chosen.append((feature, groups))
    if len(chosen) < 2:
        raise NothingToShow(text("There are no two features that can be compared."), text("Free texts cannot."))
    shown = chosen[:MOST_FEATURES]
    pairs = [[_pair(a, b) for b in shown] for a in shown]
    return Association(
        features=[feature.label for feature, _ in shown],
        strength=[[None if np.isnan(cell[0]) else abs(cell[0]) for cell in row] for row in pairs],
        measure=[[cell[1] for cell in row] for row in pairs],
        falling=[[bool(cell[0] < 0) for cell in row] for row in pairs],
        left_out=len(bundle.schema.features) - len(shown),
        records=len(rows),
    )


def _groups(feature: Feature, array: np.ndarray) -> np.ndarray:
    """Integer code of each choice, -1 where missing."""
    values = values_of(feature, array)
    codes = {value: at for at, value in enumerate(dict.fromkeys(value for value in values if value is not None))}
    return np.array([-1 if value is None else codes[value] for value in values], dtype=np.intp)


def _pair(first: tuple[Feature, np.ndarray], second: tuple[Feature, np.ndarray]) -> tuple[float, str]:
    (_, a), (_, b) = first, second
    numbers = [array.dtype.kind == "f" for array in (a, b)]
    both = (~np.isnan(a) if numbers[0] else a >= 0) & (~np.isnan(b) if numbers[1] else b >= 0)
    a, b = a[both], b[both]
    if all(numbers):
        return rank_correlation(a, b), mark("rank correlation")
    if not any(numbers):
        return cramers_v(a, b), "Cramér's V"
    return (correlation_ratio(b, a) if numbers[0] else correlation_ratio(a, b)), mark("correlation ratio")


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's ρ, ties at their mean rank; NaN where one of them is constant."""
    ranks = [_ranks(values) for values in (a, b)]
    around = [rank - rank.mean() if len(rank) else rank for rank in ranks]
    below = float(np.sqrt((around[0] ** 2).sum() * (around[1] ** 2).sum()))
    return float((around[0] * around[1]).sum() / below) if below > 0 else np.nan


def cramers_v(a: np.ndarray, b: np.ndarray) -> float:
    """Cramér's V (1946) of two codes, not corrected for chance; NaN where one of them is constant."""
    rows, columns = (np.unique(codes, return_inverse=True)[1] for codes in (a, b))
    if not len(rows) or not rows.any() or not columns.any():
        return np.nan
    table = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(table, (rows, columns), 1.0)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return float(np.sqrt(((table - expected) ** 2 / expected).sum() / table.sum() / (min(table.shape) - 1)))


def correlation_ratio(groups: np.ndarray, values: np.ndarray) -> float:
    """Pearson's η: root of the share of the values' variance that lies between groups; NaN without variance."""
    if not len(values) or len(np.unique(groups)) < 2:
        return np.nan
    around = values - values.mean()
    total = float((around**2).sum())
    if not total > 0:
        return np.nan
    _, own = np.unique(groups, return_inverse=True)
    sums, counts = np.bincount(own, around), np.bincount(own)
    return float(min(1.0, np.sqrt((sums**2 / counts).sum() / total)))


def _ranks(values: np.ndarray) -> np.ndarray:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2.0)[places]
