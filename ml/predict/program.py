"""Compiled program of an estimator: its pipeline and classifier as tables, arithmetic and trees.

A program answers like the scikit-learn estimator that it was compiled from (see ``ml/predict/compile.py``)
and needs neither scikit-learn nor pandas: numpy, and onnxruntime where there are trees.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from ml.data.columns import Block, size, take
from ml.data.outcomes import Prediction
from ml.data.schema import Row
from ml.predict.compiled.codec import from_plain, to_plain
from ml.predict.compiled.columns.columns import Matrix
from ml.predict.compiled.models.models import Exclusive, Independent, Inputs
from ml.predict.compiled.models.ties import Ties
from ml.predict.compiled.onnx.onnx_session import Trees
from ml.predict.estimator_output import EstimatorFailed

PLAIN, GRAPH, TIES = "program.json", "program.onnx", "program-ties.npz"
FORMAT = 2
ROWS_AT_ONCE = 16_384
NUMBERS_AT_ONCE = 4_000_000  # 32 MB: wide blocks are answered in shorter pieces


@dataclass(frozen=True)
class Program:
    """Labels and probabilities of rows without scikit-learn."""

    matrices: tuple[Matrix, ...]
    """Inputs of the classifiers, computed from the typed values."""
    model: Exclusive | Independent
    """From matrices and sums of trees to labels and probabilities, columns in outcome order."""
    graph: bytes = field(repr=False)
    """The trees as an ONNX model; empty when there are none."""
    description: str
    """Steps and classifier in a few words, e.g. "compiled: impute, one-hot → 200 trees"."""
    edges: tuple[tuple[float, ...], ...] = field(default=(), repr=False)
    """For each feature, some thresholds of trees, beside which the equivalence check tests."""
    ties: Ties | None = field(default=None, repr=False)
    """Trees for near ties; read when the first one is met."""

    def row(self, row: Row) -> tuple[tuple[bool, ...], tuple[float, ...]]:
        """Labels (k) and probabilities (k, each 0 to 1) of one row.

        Raises
        ------
        ValueError
            When the model refuses a value: missing, unknown, infinite or too large.
        """
        labels, probabilities = self._answer([matrix.row(row) for matrix in self.matrices])
        return tuple(labels[0].tolist()), tuple(probabilities[0].tolist())

    def block(self, block: Block) -> Prediction:
        """Labels and probabilities of n rows, arrays of shape (n, k).

        Raises
        ------
        ValueError
            When the model refuses a value of any row.
        """
        n = size(block)
        most = self._rows_at_once
        if n <= most:
            return Prediction(*self._answer([matrix.block(block) for matrix in self.matrices]))
        parts = [self.block(take(block, slice(at, at + most))) for at in range(0, n, most)]
        labels = np.concatenate([part.labels for part in parts])
        return Prediction(labels, np.concatenate([np.asarray(part.probabilities) for part in parts]))

    def _answer(self, matrices: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        sums = self._trees.sums(matrices) if self._trees else {}
        labels, probabilities = self.model.answer(Inputs(matrices, sums, self.ties))
        if not math.isfinite(float(probabilities.sum())):
            raise EstimatorFailed("it gives no probability for these values.")
        return labels, probabilities

    @cached_property
    def _rows_at_once(self) -> int:
        peak_width = sum(matrix.peak_width for matrix in self.matrices)
        return max(1, min(ROWS_AT_ONCE, NUMBERS_AT_ONCE // max(peak_width, 1)))

    @cached_property
    def _trees(self) -> Trees | None:
        return Trees(self.graph) if self.graph else None

    def save(self, folder: Path) -> None:
        """Write the program into a folder."""
        plain = {
            "format": FORMAT,
            "description": self.description,
            "edges": to_plain(self.edges),
            "matrices": to_plain(self.matrices),
            "model": to_plain(self.model),
        }
        (folder / PLAIN).write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
        if self.graph:
            (folder / GRAPH).write_bytes(self.graph)
        if self.ties:
            self.ties.save(folder / TIES)

    @classmethod
    def load(cls, folder: Path) -> Program:
        """Read what :meth:`save` wrote.

        Raises
        ------
        FileNotFoundError
            When the folder holds no program.
        ValueError
            When the program was written in a format that this code does not know.
        """
        written, graph, ties = folder / PLAIN, folder / GRAPH, folder / TIES
        plain = json.loads(written.read_text(encoding="utf-8"))
        if plain.get("format") != FORMAT:
            raise ValueError(f"{written} has format {plain.get('format')!r}; this code reads format {FORMAT}.")
        program = cls(
            matrices=from_plain(plain["matrices"]),
            model=from_plain(plain["model"]),
            graph=graph.read_bytes() if graph.exists() else b"",
            description=plain["description"],
            edges=from_plain(plain["edges"]),
            ties=Ties(ties) if ties.exists() else None,
        )
        # A session is made here and not in the first request, so that a broken file is found at load.
        _ = program._trees
        return program
