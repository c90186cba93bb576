"""Budget of predictions of one insight, so that its first computation takes about a second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

# Measured on 2 cores: compiled paths answer 100,000 to 180,000 rows a second, scikit-learn 20,000 (a forest) to 90,000.
COMPILED, SCIKIT_LEARN = 100_000, 20_000
MOST_COUNTED = 50_000  # records read value by value in Python: about a second for ten features


class HasCard(Protocol):
    """An object with the card of a version, a bundle in most cases: its card says which path serves it."""

    @property
    def card(self) -> Mapping[str, Any]:
        """With the path that serves the version."""


def predictions(bundle: HasCard) -> int:
    """Predictions that one result may cost, by the path that serves the version."""
    return COMPILED if bundle.card["path"]["kind"] == "compiled" else SCIKIT_LEARN


def sample(rows: int, most: int) -> np.ndarray:
    """Row numbers of a sample, rising: all, or `most` of them drawn at random, always the same."""
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, most, replace=False))
