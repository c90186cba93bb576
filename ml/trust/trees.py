"""Integrity check of the trees of a loaded estimator: compiled code follows their indices without checks.

A file with allowed types only can still have indices outside of an array, and a prediction then crashes the whole
process. Trees of scikit-learn always pass: a child's index is larger than its parent's, and features are those of
the training.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ml.trust.walk import parts_of


def fault_of_trees(estimator: Any) -> str | None:
    """The first fault of a tree within an estimator, in words; None where there is none."""
    for part in parts_of(estimator):
        kind = f"{type(part).__module__}.{type(part).__name__}"
        if hasattr(part, "n_features_in_") and hasattr(part, "_predictors"):
            features = int(part.n_features_in_)
            trees = [tree for row in part._predictors for tree in row]
            sound = all(_holds_boosted(tree, features) for tree in trees)
        elif kind == "sklearn.tree._tree.Tree":
            sound = _holds(part)
        elif kind.startswith(("sklearn.neighbors._kd_tree.", "sklearn.neighbors._ball_tree.")):
            sound = _holds_neighbours(part)
        else:
            continue
        if not sound:
            return f"a tree ({type(part).__name__}) points outside of itself"
    return None


def _holds(tree: Any) -> bool:
    nodes = tree.__getstate__()["nodes"]
    inner = nodes["left_child"] != -1
    children = (nodes["left_child"][inner], nodes["right_child"][inner])
    return _behind(children, np.flatnonzero(inner), len(nodes)) and _within(nodes["feature"][inner], tree.n_features)


def _holds_boosted(tree: Any, features: int) -> bool:
    nodes = tree.nodes
    inner = nodes["is_leaf"] == 0
    children = (nodes["left"][inner].astype(np.int64), nodes["right"][inner].astype(np.int64))
    by_bits = inner & (nodes["is_categorical"] != 0)
    return (
        len(nodes) > 0
        and _behind(children, np.flatnonzero(inner), len(nodes))
        and _within(nodes["feature_idx"][inner], features)
        and _within(nodes["bitset_idx"][by_bits], len(tree.raw_left_cat_bitsets))
        and (not by_bits.any() or tree.raw_left_cat_bitsets.shape[1:] == (8,))
    )


def _holds_neighbours(tree: Any) -> bool:
    data, places, nodes, bounds, *rest = tree.__getstate__()
    starts, ends, n = nodes["idx_start"], nodes["idx_end"], len(data)
    parents = np.flatnonzero(nodes["is_leaf"] == 0)
    return (
        len(nodes) > 0
        and len(nodes) == bounds.shape[1] == rest[2]
        and bounds.shape[2] == data.shape[1]
        and len(places) == n
        and _within(places, n)
        and bool((starts >= 0).all() and (starts <= ends).all() and (ends <= n).all())
        and bool((2 * parents + 2 < len(nodes)).all())
    )


def _behind(children: tuple[np.ndarray, np.ndarray], parents: np.ndarray, n: int) -> bool:
    """True when each child exists and has a larger index than its parent, so that there is no cycle."""
    return all(bool(((each > parents) & (each < n)).all()) for each in children)


def _within(numbers: np.ndarray, n: int) -> bool:
    return bool(((numbers >= 0) & (numbers < n)).all())
