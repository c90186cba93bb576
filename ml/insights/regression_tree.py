"""A small regression tree on grouped values (Breiman, Friedman, Olshen & Stone 1984).

scikit-learn has a better one, but importing it costs a server with compiled predictors 120 MB
(measured: 64 before, 185 after), for one card of one page. The tests compare with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DEPTH = 4
MOST_LEAVES = 8  # a readable number of rules
SMALLEST_LEAF = 0.03  # of the rows


@dataclass(frozen=True)
class Leaf:
    """One leaf of the tree."""

    allowed: tuple[np.ndarray, ...]
    """For each feature a mask of the groups that lead here. Length p."""
    value: float
    """Mean of the target."""
    depth: int


@dataclass(frozen=True)
class _Split:
    gain: float
    feature: int
    left: np.ndarray


def grow_tree(codes: np.ndarray, counts: Sequence[int], ordered: Sequence[bool], target: np.ndarray) -> list[Leaf]:
    """Grow a tree of depth 4 at most by splitting where the squared error falls most.

    Parameters
    ----------
    codes : ndarray of int, shape (n, p)
        The group of each value.
    counts : sequence of int, length p
        Groups of each feature; the last one holds the missing values and may go to either side.
    ordered : sequence of bool, length p
        False where groups have no order: they are sorted by their mean target, and the best split into two
        sets is a cut in that order (Fisher 1958).
    target : ndarray of float, shape (n,)
    """
    whole = tuple(np.ones(count, dtype=bool) for count in counts)
    smallest = max(2, int(np.ceil(SMALLEST_LEAF * len(target))))
    rows = np.arange(len(target))
    open_ends = [(Leaf(whole, float(target.mean()), 0), rows, _best(codes, counts, ordered, target, smallest))]
    while len(open_ends) < MOST_LEAVES:
        at = int(np.argmax([split.gain if leaf.depth < DEPTH else 0.0 for leaf, _, split in open_ends]))
        leaf, rows, split = open_ends[at]
        if leaf.depth >= DEPTH or split.gain <= 1e-9 * len(target):
            break
        goes_left = split.left[codes[rows, split.feature]]
        ends = []
        for side, mask in ((goes_left, split.left), (~goes_left, ~split.left)):
            own = rows[side]
            allowed = tuple(old & mask if place == split.feature else old for place, old in enumerate(leaf.allowed))
            child = Leaf(allowed, float(target[own].mean()), leaf.depth + 1)
            ends.append((child, own, _best(codes[own], counts, ordered, target[own], smallest)))
        open_ends[at : at + 1] = ends
    return [leaf for leaf, _, _ in open_ends]


def leaf_of(leaves: Sequence[Leaf], codes: np.ndarray) -> np.ndarray:
    """Index of the leaf of each row: int of shape (n,)."""
    found = np.zeros(len(codes), dtype=np.intp)
    for number, leaf in enumerate(leaves):
        inside = np.ones(len(codes), dtype=bool)
        for column, allowed in zip(codes.T, leaf.allowed, strict=True):
            inside &= allowed[column]
        found[inside] = number
    return found


def _best(
    codes: np.ndarray, counts: Sequence[int], ordered: Sequence[bool], target: np.ndarray, smallest: int
) -> _Split:
    """The split that lowers the squared error most; a gain of 0 where there is none."""
    best = _Split(0.0, 0, np.empty(0, dtype=bool))
    around = target - target.mean()
    for feature, (count, follows) in enumerate(zip(counts, ordered, strict=True)):
        number = np.bincount(codes[:, feature], minlength=count).astype(np.float64)
        total = np.bincount(codes[:, feature], around, minlength=count)
        for order in _orders(number, total, follows):
            split = _cut(order, number, total, smallest, feature)
            if split.gain > best.gain * (1 + 1e-12):
                best = split
    return best


def _orders(number: np.ndarray, total: np.ndarray, follows: bool) -> list[np.ndarray]:
    """Orders of the groups in which a cut may be made; of numbers, with missing values first or last."""
    groups = np.arange(len(number))
    if follows:
        return [groups, np.roll(groups, 1)] if number[-1] else [groups]
    mean = total / np.maximum(number, 1.0)  # groups without rows get the overall mean: 0
    return [np.argsort(mean, kind="stable")]


def _cut(order: np.ndarray, number: np.ndarray, total: np.ndarray, smallest: int, feature: int) -> _Split:
    left, sums = np.cumsum(number[order])[:-1], np.cumsum(total[order])[:-1]
    right = number.sum() - left
    fits = (left >= smallest) & (right >= smallest)
    gains = np.where(fits, sums**2 / np.maximum(left, 1.0) + sums**2 / np.maximum(right, 1.0), 0.0)
    at = int(np.argmax(gains))
    mask = np.zeros(len(order), dtype=bool)
    mask[order[: at + 1]] = True
    return _Split(float(gains[at]), feature, mask)
