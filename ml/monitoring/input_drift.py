"""Drift of the inputs, weighted by importance: information beside the calibration alarm, and no alarm.

Inputs that drift need not hurt, and outcomes may change while no input does. So one number says how far the records
of now lie from those of training, each feature as much as the model relies on it, beside what chance gives two
samples of these very sizes (a permutation test, Pitman 1937; exact whatever the features are, also where they depend
on one another). Tests of each feature alone fire on unchanged records (docs/decisions/0062-drift-of-inputs.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ml.data.array_types import Floats, Positions
from ml.data.columns import Block, as_floats, quantile_parts, size, take
from ml.data.describe_fields import Described
from ml.data.feature import Feature, text_of
from ml.data.validation.field_types import Count

DRAWS = 399  # with the records as they are 400: 5 % of them are 20
LEVEL = 0.05
MOST = 5_000  # records of either side
FEWEST = 50  # of either side: below, only the largest drifts are seen
RARE = 5  # records of a choice on both sides together: below, choices are put together


@dataclass(frozen=True)
class FeatureDrift(Described):
    """Drift of one feature: distance of its values in the latest decisions from those of the hold-out."""

    feature: str
    """Name of the feature."""
    label: str
    """Label of the feature for people."""
    # Lin 1991; of the parts: tenths of a number's values, choices, missing
    divergence: float
    """Jensen-Shannon divergence in bits, less that of chance: 0 on average where nothing changed, at most 1."""
    moved: float
    """Share of the records that moved to other values (total variation distance), less that of chance; 0 to 1."""
    importance: float
    """Share of the feature in the importance of all features compared, 0 to 1."""
    # Importance times divergence, where that is above 0
    share: float
    """Share of the feature in the drift of all features, 0 to 1."""
    missing_before: float
    """Share of missing values in the hold-out."""
    missing_now: float
    """Share of missing values in the latest decisions."""
    # Maximum of the standardised divergences: Westfall & Young 1993
    beyond: bool
    """True where the divergence is larger than chance explains (5 %, all features together)."""


@dataclass(frozen=True)
class InputDrift(Described):
    """Drift of the inputs, weighted by importance: information, no alarm."""

    records: Count
    """Number of the latest decisions that were compared."""
    reference_records: Count
    """Number of records of the hold-out that they were compared with."""
    index: float
    """Mean divergence of the features, weighted by importance: 0 on average where nothing changed, at most 1."""
    moved: float
    """Mean share of the records that moved, weighted by importance; 0 to 1."""
    line: float
    """Index below which 95 % lie by chance where nothing changed."""
    p_value: float
    """Probability of an index at least this large where nothing changed (permutation test)."""
    beyond: bool
    """True where the p-value is at most 5 %: the records differ beyond chance."""
    features: tuple[FeatureDrift, ...]
    """Drift of each feature, the largest share first."""
    left_out: tuple[str, ...]
    """Names of the features that are not compared, because they are texts."""


def input_drift(
    reference: Block, now: Block, features: Sequence[Feature], importance: ArrayLike, draws: int = DRAWS
) -> InputDrift | None:
    """Compare records of now with those of training.

    Parameters
    ----------
    reference : tuple of ndarray, p of shape (n,)
        Records that the model was not fitted on are best: the hold-out, else the background.
    now : tuple of ndarray, p of shape (m,)
    features : sequence of Feature, length p
    importance : array of float, shape (p,)
        Permutation importance for the outcome; below 0 counts as 0. Where all are 0, each feature counts alike.
    draws : int
        Random divisions of all records into two files of these sizes; seeded.

    Returns
    -------
    InputDrift or None
        None with fewer than 50 records on either side, or nothing but texts.
    """
    rng = np.random.default_rng(0)
    reference, now = (_at_most(block, rng) for block in (reference, now))
    sizes = size(reference), size(now)
    compared = [at for at, feature in enumerate(features) if feature.kind != "text"]
    left_out = tuple(feature.name for feature in features if feature.kind == "text")
    if min(sizes) < FEWEST or not compared:
        return None
    coded = [_parts(features[at], reference[at], now[at]) for at in compared]
    weight = np.maximum(np.asarray(importance, float)[compared], 0.0)
    weight = weight / weight.sum() if weight.sum() > 0 else np.full(len(compared), 1 / len(compared))
    divergence, moved = _compared(np.column_stack([codes for codes, _ in coded]), sizes, draws, rng)
    index, spread = divergence @ weight, divergence[1:].std(axis=0)
    apart = np.divide(divergence, spread, out=np.zeros_like(divergence), where=spread > 0)
    highest = np.quantile(apart.max(axis=1), 1 - LEVEL)
    p_value = float(np.mean(index >= index[0] - 1e-12))
    excess = weight * np.maximum(divergence[0], 0.0)
    whole = float(excess.sum()) or 1.0
    drifts = [
        FeatureDrift(
            feature=features[at].name,
            label=features[at].label,
            divergence=float(divergence[0, place]),
            moved=float(max(moved[place], 0.0)),
            importance=float(weight[place]),
            share=float(excess[place] / whole),
            missing_before=float(missing[: sizes[0]].mean()),
            missing_now=float(missing[sizes[0] :].mean()),
            beyond=bool(apart[0, place] > highest),
        )
        for place, (at, (_, missing)) in enumerate(zip(compared, coded, strict=True))
    ]
    return InputDrift(
        records=sizes[1],
        reference_records=sizes[0],
        index=float(index[0]),
        moved=float(np.maximum(moved, 0.0) @ weight),
        line=float(np.quantile(index[1:], 1 - LEVEL)),
        p_value=p_value,
        beyond=p_value <= LEVEL,
        features=tuple(sorted(drifts, key=lambda each: (-each.share, each.feature))),
        left_out=left_out,
    )


def _at_most(block: Block, rng: np.random.Generator) -> Block:
    rows = size(block)
    return block if rows <= MOST else take(block, np.sort(rng.choice(rows, MOST, replace=False)))


def _parts(feature: Feature, reference: np.ndarray, now: np.ndarray) -> tuple[Positions, np.ndarray]:
    """Part of each record, of training first, and whether its value is missing.

    Parts are made of both together, so that they favour no side.
    """
    if feature.is_ordered:
        values = np.concatenate([as_floats(reference), as_floats(now)])
        return quantile_parts(values, values), ~np.isfinite(values)
    texts = np.array([text_of(value) for array in (reference, now) for value in array.tolist()])
    _, codes, counts = np.unique(texts, return_inverse=True, return_counts=True)
    merged = np.where(counts >= RARE, np.arange(len(counts)), len(counts))
    return merged[codes], texts == ""


def _compared(codes: Positions, sizes: tuple[int, int], draws: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Divergence of each feature, of the records as they are and of each draw, shape (1 + draws, p); and what moved.

    Both less their means over the draws.
    """
    starts = np.concatenate([[0], np.cumsum(codes.max(axis=0) + 1)])
    placed = codes + starts[:-1]
    total = np.bincount(placed.ravel(), minlength=starts[-1])
    rows = sum(sizes)
    divergence, moved = np.empty((2, 1 + draws, codes.shape[1]))
    for number in range(1 + draws):
        chosen = np.arange(sizes[0], rows) if not number else rng.permutation(rows)[: sizes[1]]
        counts = np.bincount(placed[chosen].ravel(), minlength=starts[-1])
        new, old = counts / sizes[1], (total - counts) / sizes[0]
        apart = _entropy((new + old) / 2) - (_entropy(new) + _entropy(old)) / 2
        divergence[number] = np.add.reduceat(apart, starts[:-1])
        moved[number] = np.add.reduceat(np.abs(new - old), starts[:-1]) / 2
    return divergence - divergence[1:].mean(axis=0), moved[0] - moved[1:].mean(axis=0)


def _entropy(shares: Floats) -> Floats:
    """Part of each share in the entropy, in bits."""
    return -shares * np.log2(shares, out=np.zeros_like(shares), where=shares > 0)
