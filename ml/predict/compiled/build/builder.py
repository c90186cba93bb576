"""Builder of one program: collects its matrices and tree ensembles."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.semi_supervised import SelfTrainingClassifier

from ml.data.array_types import Floats
from ml.predict.compiled.build.layout import parts_of
from ml.predict.compiled.codec import to_plain
from ml.predict.compiled.columns.columns import Matrix
from ml.predict.compiled.columns.stages import InputColumns, worked_in
from ml.predict.compiled.models.models import Model
from ml.predict.compiled.onnx.onnx_graph import Ensemble, Grown
from ml.predict.compiled.trace.symbolic_columns import Raw, SymbolicColumn, sources_of
from ml.predict.compiled.trace.trace_steps import is_pipeline, trace
from ml.predict.compiled.trace.traced import Traced

MOST_EDGES = 16  # thresholds of one feature that a program is tried at


class Builder:
    """Collects the matrices and tree ensembles of one program while its parts are compiled."""

    def __init__(self, model_of: Callable[[Any, Traced, Builder], Model]) -> None:
        self._model_of = model_of
        self.matrices: list[Matrix] = []
        self.columns: list[tuple[SymbolicColumn, ...]] = []
        self.sources: set[int] = set()  # features that are used at all
        self.ensembles: list[Ensemble] = []
        self.ties: dict[str, np.ndarray] = {}
        self.steps: list[str] = []
        self.kinds: list[str] = []
        self._places: dict[bytes, int] = {}

    def model(self, estimator: Any, given: Traced) -> Model:
        """A classifier inside another one; CannotCompile when it is not supported."""
        return self._model_of(estimator, given, self)

    def inside(self) -> Builder:
        """A builder for a classifier whose inputs are the answers of others."""
        return Builder(self._model_of)

    def matrix(self, given: Traced, single: bool = False, missing: bool = False) -> int:
        """Position of the matrix of these columns; the same columns are computed once."""
        self.sources |= sources_of((*given.columns, *given.guards))
        return self._kept(Matrix(parts_of(given.columns), single, missing, _guards(given)), given.columns)

    def weighted(self, given: Traced, weights: np.ndarray) -> tuple[int, np.ndarray]:
        """Position of a matrix, and weights for it, that give ``columns @ weights.T``; weights of shape (k, width).

        The weights of a wide table are worked into it: k columns instead of thousands.
        """
        self.sources |= sources_of((*given.columns, *given.guards))
        parts, left = worked_in(parts_of(given.columns), weights)
        return self._kept(Matrix(parts, False, False, _guards(given)), ()), left

    def _kept(self, matrix: Matrix, columns: tuple[SymbolicColumn, ...]) -> int:
        # As written, because two missing codes (NaN) are the same here and NaN is not equal to itself.
        digest = hashlib.sha256(json.dumps(to_plain(matrix)).encode()).digest()
        if digest not in self._places:
            self._places[digest] = len(self.matrices)
            self.matrices.append(matrix)
            self.columns.append(columns)
        self.columns[self._places[digest]] = self.columns[self._places[digest]] or columns
        return self._places[digest]

    def ensemble(
        self, matrix: int, targets: int, trees: list[Grown], any_order: bool = False, single: bool = False
    ) -> int:
        """Position of the sums of these trees."""
        number = len(self.ensembles)
        self.ensembles.append(
            Ensemble(number, matrix, self.matrices[matrix].width, targets, tuple(trees), any_order, single)
        )
        return number

    def note(self, kind: str) -> None:
        """Remember a kind of classifier for the description."""
        if kind not in self.kinds:
            self.kinds.append(kind)


def _guards(given: Traced) -> tuple[InputColumns, ...]:
    return parts_of(given.guards)


def unwrap(estimator: Any, given: Traced, builder: Builder) -> tuple[Any, Traced]:
    """The classifier inside searches and pipelines, and the columns that it sees."""
    while True:
        if type(estimator) in (GridSearchCV, RandomizedSearchCV):
            estimator = estimator.best_estimator_
        elif type(estimator) is FrozenEstimator:
            estimator = estimator.estimator
        elif type(estimator) is SelfTrainingClassifier:
            estimator = estimator.estimator_
        elif is_pipeline(estimator):
            for _, step in estimator.steps[:-1]:
                given = trace(step, given, builder.steps)
            estimator = estimator.steps[-1][1]
        else:
            return estimator, given


def edges_of(builder: Builder, features: int) -> tuple[tuple[float, ...], ...]:
    """For each feature, up to 16 thresholds of trees in raw units, spread over its range."""
    edges: list[set[float]] = [set() for _ in range(features)]
    for ensemble in builder.ensembles:
        columns = builder.columns[ensemble.matrix]
        inner = [(tree.feature[tree.left >= 0], tree.threshold[tree.left >= 0]) for tree in ensemble.trees]
        which, at = (np.concatenate(arrays) for arrays in zip(*inner, strict=True))
        for position in np.unique(which):
            column = columns[position]
            if isinstance(column, Raw):
                edges[column.source].update(_before_steps(column, np.unique(at[which == position])).tolist())
    return tuple(_spread(sorted(values)) for values in edges)


def _before_steps(column: Raw, values: Floats) -> Floats:
    backwards: dict[str, Callable[[Floats, float], Floats]] = {
        "subtract": np.add, "add": np.subtract, "multiply": np.divide, "divide": np.multiply,
    }  # fmt: skip
    for name, constant in reversed(column.steps):
        if name in backwards:
            values = backwards[name](values, constant)
        elif name not in ("fill", "needed", "at_least", "at_most"):
            return values[:0]
    return values[np.isfinite(values)]


def _spread(values: list[float]) -> tuple[float, ...]:
    if len(values) <= MOST_EDGES:
        return tuple(values)
    return tuple(values[round(at)] for at in np.linspace(0, len(values) - 1, MOST_EDGES))
