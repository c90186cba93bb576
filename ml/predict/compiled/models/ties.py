"""Near ties between classes of a forest, resolved as scikit-learn does.

The trees' sums of a program may be made in another order than scikit-learn's, which moves them by some
1e-16. That matters to the label of a record only where two classes are as near as that. For such records
the trees are walked here, and each class is summed in scikit-learn's order.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]
_NAMES = ("roots", "left", "right", "feature", "threshold", "gap_left", "shares")


class Ties:
    """The trees of forests as arrays, read when the first near tie is met.

    `source` is the path of what :meth:`save` wrote, or for the ensemble 3 the arrays ``3_roots``, ``3_left`` and so on;
    see :func:`arrays_of`.
    """

    def __init__(self, source: Arrays | Path) -> None:
        self._source = source

    @cached_property
    def _arrays(self) -> Arrays:
        if isinstance(self._source, dict):
            return self._source
        with np.load(self._source, allow_pickle=False) as file:
            return dict(file)

    def save(self, path: Path) -> None:
        """Write the arrays; equal arrays give equal bytes."""
        np.savez_compressed(path, allow_pickle=False, **self._arrays)

    def sums(self, number: int, x: np.ndarray) -> np.ndarray:
        """Sums of the shares of the classes of an ensemble, in the trees' order: (n, width) to (n, classes)."""
        roots, left, right, feature, threshold, gap_left, shares = (self._arrays[f"{number}_{name}"] for name in _NAMES)
        at = np.tile(roots, (len(x), 1))
        rows = np.arange(len(x))[:, np.newaxis]
        while (inner := left[at] >= 0).any():
            value = x[rows, feature[at]]
            goes_left = np.where(np.isnan(value), gap_left[at], value <= threshold[at])
            at = np.where(inner, np.where(goes_left, left[at], right[at]), at)
        total = np.zeros((len(x), shares.shape[1]))
        for tree in range(len(roots)):
            total += shares[-1 - left[at[:, tree]]]
        return total


def arrays_of(trees: Sequence[Any], columns: Sequence[np.ndarray] | None) -> Arrays:
    """The arrays of fitted trees of scikit-learn; `columns` says which columns each of them was given.

    The child of a leaf is -1 - its row in the shares.
    """
    parts: dict[str, list[np.ndarray]] = {name: [] for name in _NAMES}
    nodes = leaves = 0
    for number, tree in enumerate(trees):
        leaf = tree.children_left < 0
        left, right = tree.children_left.astype(np.int32) + nodes, tree.children_right.astype(np.int32) + nodes
        left[leaf] = -1 - leaves - np.arange(leaf.sum())
        feature = np.where(leaf, 0, tree.feature)
        made = {
            "roots": np.array([nodes], dtype=np.int32),
            "left": left,
            "right": np.where(leaf, 0, right).astype(np.int32),
            "feature": (feature if columns is None else columns[number][feature]).astype(np.int32),
            "threshold": np.where(leaf, 0.0, tree.threshold),
            "gap_left": tree.missing_go_to_left.astype(bool),
            "shares": tree.value[leaf].reshape(int(leaf.sum()), -1),
        }
        for name, array in made.items():
            parts[name].append(array)
        nodes += len(leaf)
        leaves += int(leaf.sum())
    return {name: np.concatenate(arrays) for name, arrays in parts.items()}
