"""Exact Shapley values from the values of all coalitions of a game."""

from __future__ import annotations

from functools import lru_cache
from math import comb

import numpy as np


@lru_cache(maxsize=16)
def all_coalitions(d: int) -> np.ndarray:
    """All 2^d sets of d features, set number i with feature j where bit j of i is 1: bool (2^d, d)."""
    return (np.arange(2**d)[:, np.newaxis] >> np.arange(d) & 1).astype(bool)


def shapley_values(values: np.ndarray) -> np.ndarray:
    """Shapley values (Shapley 1953) from the values of all coalitions: (..., 2^d, k) to (..., d, k).

    Differences are taken before they are weighted and summed, so a feature without effect gets exactly 0.
    """
    count = values.shape[-2]
    d = count.bit_length() - 1
    inside = all_coalitions(d).sum(axis=1)
    values_of_players = np.empty((*values.shape[:-2], d, values.shape[-1]))
    for j in range(d):
        without = np.flatnonzero(~all_coalitions(d)[:, j])
        shares = np.array([1.0 / (d * comb(d - 1, others)) for others in inside[without].tolist()])
        values_of_players[..., j, :] = shares @ (values[..., without | 1 << j, :] - values[..., without, :])
    return values_of_players
