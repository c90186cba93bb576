"""Interaction of pairs of features: Friedman's H², and its strength in probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ml.bundle.bundle import Bundle
from ml.data.array_types import Floats
from ml.data.columns import Block, size, take
from ml.errors import NothingToShow
from ml.insights.global_shapley import global_shapley_of
from ml.metrics.evaluation import need_probabilities
from ml.runtime.budget import predictions, sample
from ml.translation import text

MOST_FEATURES = 8  # the strongest: 28 pairs
MOST_ROWS = 50
SMALLEST = 1e-12  # variance of probabilities below which there is only rounding


@dataclass(frozen=True)
class Interaction:
    """Interaction of q pairs of features for k outcomes."""

    first: Sequence[str]
    second: Sequence[str]
    """Labels of the pair. Length q."""
    strength: Sequence[Sequence[float]]
    """Root mean square, over the records, of the joint effect less the two single effects: in probability. Shape (k,
    q)."""
    share: Sequence[Sequence[float | None]]
    """Friedman's H²: share of that part in the variance of the joint effect; None where there is no effect. 0 for
    effects that add up, 1 for a pure interaction; estimates may exceed 1. Shape (k, q)."""
    rows: int


def interaction(bundle: Bundle) -> Interaction:
    """Interaction of the pairs among the features that contribute most.

    Raises
    ------
    NoProbabilities
    NothingToShow
        When the model asks for one feature only.
    """
    schema = bundle.schema
    if len(schema.features) < 2:
        raise NothingToShow(text("The model asks for one feature only."), text("Interaction takes two."))
    shapley = global_shapley_of(bundle)
    sizes = np.abs(shapley.values).mean(axis=0).sum(axis=1)
    strongest = np.sort(np.argsort(-sizes, kind="stable")[:MOST_FEATURES]).tolist()
    pairs = list(combinations(strongest, 2))
    cost = len(pairs) + len(strongest)
    chosen = sample(size(bundle.holdout.block), min(MOST_ROWS, max(15, int((predictions(bundle) / cost) ** 0.5))))
    strength, share = friedman_h(bundle, take(bundle.holdout.block, chosen), pairs)
    return Interaction(
        first=[schema.features[a].label for a, _ in pairs],
        second=[schema.features[b].label for _, b in pairs],
        strength=strength.T.tolist(),
        share=[[None if np.isnan(value) else value for value in row] for row in share.T.tolist()],
        rows=len(chosen),
    )


def friedman_h(bundle: Bundle, block: Block, pairs: Sequence[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Strength and H² of pairs of features (Friedman & Popescu 2008, eq. 44), at the records of the block.

    H² alone overstates pairs with little effect, whose denominator is small; so the numerator
    is given as well (Inglis, Parnell & Hurley 2022).

    Parameters
    ----------
    block : Block of n records
        Both the values at which effects are looked at, and the records over which they are averaged:
        n² predictions for each feature and each pair.
    pairs : sequence of (int, int)
        Positions of the features.

    Returns
    -------
    (ndarray, ndarray) of float, shape (q, k)
        Shares are NaN where the pair has no effect at all.
    """
    singles = {at: _effect(bundle, block, (at,)) for at in sorted({at for pair in pairs for at in pair})}
    strength, share = [], []
    for a, b in pairs:
        joint = _effect(bundle, block, (a, b))
        beyond = np.mean((joint - singles[a] - singles[b]) ** 2, axis=0)
        whole = np.mean(joint**2, axis=0)
        strength.append(np.sqrt(beyond))
        share.append(np.where(whole > SMALLEST, beyond / np.maximum(whole, SMALLEST), np.nan))
    return np.array(strength), np.array(share)


def _effect(bundle: Bundle, block: Block, held: tuple[int, ...]) -> Floats:
    """Centred partial dependence on the features `held`, at each record's own values: shape (n, k)."""
    n = size(block)
    own, others = np.repeat(np.arange(n), n), np.tile(np.arange(n), n)
    mixed = tuple(array[own if at in held else others] for at, array in enumerate(block))
    answers = need_probabilities(bundle.predictor.block(mixed).probabilities)
    means: Floats = answers.reshape(n, n, -1).mean(axis=1)
    mean: Floats = means.mean(axis=0)
    return means - mean
