"""ONNX graph of fitted trees: ``TreeEnsemble`` nodes in double precision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ml.predict.compiled.onnx import onnx_wire

LESS_OR_EQUAL, LESS, MEMBER = 0, 1, 6
LARGE = 100_000  # nodes


@dataclass(frozen=True)
class Grown:
    """One tree that adds to one target. Arrays have one entry a node; the root is node 0."""

    left: np.ndarray
    right: np.ndarray
    """Children; -1 marks a leaf. Array of int."""
    feature: np.ndarray
    threshold: np.ndarray
    """A row goes left when its column `feature` is at most `threshold`."""
    gap_left: np.ndarray
    """A missing value goes left. Array of bool."""
    weight: np.ndarray
    """Value that a leaf adds. Array of float."""
    target: int
    """The column of the sum that it adds to."""
    members: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """Nodes with a set instead of a threshold: the values that go left."""
    strict: bool = False
    """A row goes left when its column is less than the threshold, and not when it is equal."""


@dataclass(frozen=True)
class Ensemble:
    """Trees over one matrix, summed in order into `targets` columns."""

    number: int
    matrix: int
    width: int
    targets: int
    trees: tuple[Grown, ...]
    any_order: bool = False
    """The order of summation may change, and with it the last digit."""
    single: bool = False
    """Compared and summed in single precision."""


def of_tree(tree: Any, weight: np.ndarray, target: int) -> Grown:
    """A fitted ``sklearn.tree._tree.Tree`` with weights of shape (nodes,)."""
    return Grown(
        tree.children_left, tree.children_right, tree.feature, tree.threshold,
        tree.missing_go_to_left.astype(bool), weight, target,
    )  # fmt: skip


def of_constant(weight: float, target: int) -> Grown:
    """A tree that is one leaf: where the sum starts."""
    leaf = np.array([-1])
    return Grown(leaf, leaf, leaf, np.zeros(1), np.zeros(1, dtype=bool), np.array([weight]), target)


def of_histogram(predictor: Any, target: int) -> Grown:
    """A tree of HistGradientBoosting; categorical columns hold the codes of its own encoder."""
    nodes = predictor.nodes
    is_leaf = nodes["is_leaf"].astype(bool)
    members = {}
    for at in np.flatnonzero(nodes["is_categorical"].astype(bool) & ~is_leaf):
        words = predictor.raw_left_cat_bitsets[nodes["bitset_idx"][at]]
        members[int(at)] = tuple(code for code in range(32 * len(words)) if int(words[code // 32]) >> (code % 32) & 1)
    left, right = (np.where(is_leaf, -1, nodes[side].astype(np.int64)) for side in ("left", "right"))
    gap_left = nodes["missing_go_to_left"].astype(bool)
    threshold = nodes["num_threshold"].astype(np.float64)
    return Grown(
        left, right, nodes["feature_idx"].astype(np.int64), threshold, gap_left, nodes["value"], target, members
    )


def graph_of(ensembles: Sequence[Ensemble]) -> bytes:
    """The ONNX models, one after the other as ``onnx_wire.bundled`` writes them; empty when there are no trees.

    Inputs are called ``x<matrix>`` and outputs ``y<number>``. While onnxruntime reads a model it needs
    several times as much memory as afterwards. So a large ensemble is cut into models of its own, each
    for a part of the sums of one target: ``y<number>_<target>``.
    """
    models = [_model([(e, f"y{e.number}") for e in ensembles if not is_large(e)])]
    for ensemble in ensembles:
        if is_large(ensemble):
            for target in range(ensemble.targets):
                trees = [replace(tree, target=0) for tree in ensemble.trees if tree.target == target]
                for piece in _pieces(trees) if ensemble.any_order else [trees]:
                    part = replace(ensemble, targets=1, trees=tuple(piece))
                    models.append(_model([(part, f"y{ensemble.number}_{target}")]))
    return onnx_wire.bundled([model for model in models if model])


def _model(ensembles: Sequence[tuple[Ensemble, str]]) -> bytes:
    if not ensembles:
        return b""
    nodes = [node for ensemble, made in ensembles for node in _nodes(ensemble, made)]
    widths = {ensemble.matrix: ensemble.width for ensemble, _ in ensembles}
    inputs = [onnx_wire.value(11, f"x{at}", onnx_wire.DOUBLE, width) for at, width in sorted(widths.items())]
    outputs = [onnx_wire.value(12, made, onnx_wire.DOUBLE, ensemble.targets) for ensemble, made in ensembles]
    return onnx_wire.model(nodes, inputs + outputs)


def _nodes(ensemble: Ensemble, made: str) -> list[bytes]:
    given = f"x{ensemble.matrix}"
    if not ensemble.single:
        return [_node(given, made, ensemble.targets, ensemble.trees)]
    narrow = onnx_wire.node("Cast", [given], f"{made}_given", to=onnx_wire.FLOAT)
    summed = _node(f"{made}_given", f"{made}_made", ensemble.targets, ensemble.trees, np.float32)
    return [narrow, summed, onnx_wire.node("Cast", [f"{made}_made"], made, to=onnx_wire.DOUBLE)]


def is_large(ensemble: Ensemble) -> bool:
    """True when an ensemble is split into several models."""
    return sum(len(tree.left) for tree in ensemble.trees) > LARGE


def _pieces(trees: Sequence[Grown]) -> list[Sequence[Grown]]:
    """The trees in groups of about as many nodes as are read in one go."""
    ends = np.cumsum([len(tree.left) for tree in trees])
    group = ends // LARGE
    return [[trees[at] for at in np.flatnonzero(group == number).tolist()] for number in np.unique(group)]


def _node(given: str, made: str, targets: int, trees: Sequence[Grown], precision: Any = np.float64) -> bytes:
    flat = _Flat()
    for tree in trees:
        flat.add(tree)
    return onnx_wire.node(
        "TreeEnsemble", [given], made, "ai.onnx.ml",
        n_targets=targets, aggregate_function=1, post_transform=0, **flat.attributes(precision),
    )  # fmt: skip


class _Flat:
    """All trees of an ensemble in the flat lists that ONNX wants: inner nodes and leaves apart."""

    def __init__(self) -> None:
        self.roots: list[int] = []
        self.inner: dict[str, list[np.ndarray]] = {
            name: [] for name in ("featureids", "splits", "modes", "truenodeids", "falsenodeids",
                                  "trueleafs", "falseleafs", "missing_value_tracks_true")
        }  # fmt: skip
        self.leaf_targets: list[np.ndarray] = []
        self.leaf_weights: list[np.ndarray] = []
        self.members: list[float] = []
        self.nodes = self.leaves = 0

    def add(self, tree: Grown) -> None:
        """Append one tree."""
        leaf = tree.left < 0
        if leaf[0]:
            # ONNX has no tree without a split: add one with equal leaves.
            inner, left, right = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
        else:
            inner = np.flatnonzero(~leaf)
            left, right = tree.left[inner], tree.right[inner]
        number = np.zeros(len(leaf), dtype=np.int64)
        number[~leaf] = np.arange((~leaf).sum()) + self.nodes
        number[leaf] = np.arange(leaf.sum()) + self.leaves
        usual = LESS if tree.strict else LESS_OR_EQUAL
        modes = np.array([MEMBER if at in tree.members else usual for at in inner.tolist()], dtype=np.uint8)
        columns = (
            np.maximum(tree.feature[inner], 0), tree.threshold[inner], modes, number[left], number[right],
            leaf[left], leaf[right], tree.gap_left[inner],
        )  # fmt: skip
        for name, column in zip(self.inner, columns, strict=True):
            self.inner[name].append(column)
        for at in inner.tolist():
            if at in tree.members:
                self.members += [*map(float, tree.members[at]), float("nan")]
        self.roots.append(self.nodes)
        self.leaf_weights.append(np.asarray(tree.weight, dtype=np.float64)[leaf])
        self.leaf_targets.append(np.full(leaf.sum(), tree.target))
        self.nodes += len(inner)
        self.leaves += int(leaf.sum())

    def attributes(self, precision: Any) -> dict[str, Any]:
        """Attributes of the ``TreeEnsemble`` operator (ai.onnx.ml 5)."""
        joined = {f"nodes_{name}": np.concatenate(columns) for name, columns in self.inner.items()}
        made: dict[str, Any] = {name: column.astype(np.int64) for name, column in joined.items()}
        made["nodes_splits"] = joined["nodes_splits"].astype(precision)
        made["nodes_modes"] = joined["nodes_modes"]
        made["leaf_weights"] = np.concatenate(self.leaf_weights).astype(precision)
        made["leaf_targetids"] = np.concatenate(self.leaf_targets).astype(np.int64)
        made["tree_roots"] = np.array(self.roots, dtype=np.int64)
        if self.members:
            made["membership_values"] = np.array(self.members, dtype=precision)
        return made
