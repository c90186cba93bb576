"""ONNX session: runs all trees of a program in one call."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from ml.runtime import memory

MARK = b"ONNX models\n"  # first bytes of a file of several models; no single model begins so
LARGE = 1_000_000  # bytes of a model after which free memory is given back


class Trees:
    """Tree ensembles as ONNX graphs in double precision, run by onnxruntime in the caller's thread.

    Parameters
    ----------
    graph : bytes
        One model, or several as ``onnx_wire.bundled`` writes them. A model has an input ``x0, x1, ...`` for each
        matrix that its trees look at and an output ``y0, y1, ...`` of shape (n, targets) for each ensemble:
        sums of leaf values in tree order. The outputs ``y0_1`` of several models are added up to the sums of
        the target 1 of the ensemble 0.
    """

    def __init__(self, graph: bytes) -> None:
        memory.give_back()
        self._sessions = []
        for model in taken_apart(graph):
            self._sessions.append(_Session(model))
            if len(model) > LARGE:
                memory.give_back()

    def sums(self, matrices: list[np.ndarray]) -> dict[int, np.ndarray]:
        """Sums of leaf values by number of ensemble: arrays of shape (n, targets)."""
        if len(self._sessions) == 1:
            return self._sessions[0].whole(matrices)
        by_size: dict[int, np.ndarray] = {}
        parts: dict[int, dict[int, np.ndarray]] = {}
        for session in self._sessions:
            for (number, target), array in session.run(matrices).items():
                if target is None:
                    by_size[number] = array
                else:
                    targets = parts.setdefault(number, {})
                    targets[target] = targets[target] + array if target in targets else array
        for number, targets in parts.items():
            by_size[number] = np.concatenate([targets[target] for target in sorted(targets)], axis=1)
        return by_size


class _Session:
    """One model in onnxruntime."""

    def __init__(self, model: bytes) -> None:
        onnxruntime = silent_onnxruntime()
        options = onnxruntime.SessionOptions()
        # One thread: no pool is started, so a process may fork after it has predicted, and sums are
        # made in tree order. No arena: it would keep the memory of the largest block ever seen.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._inputs = [(given.name, int(given.name[1:])) for given in self._session.get_inputs()]
        names = [made.name[1:].partition("_") for made in self._session.get_outputs()]
        self._outputs = [(int(number), int(target) if target else None) for number, _, target in names]
        self._numbers = [number for number, _ in self._outputs]

    def run(self, matrices: list[np.ndarray]) -> dict[tuple[int, int | None], np.ndarray]:
        """Sums by number of ensemble and target (None for all targets of it)."""
        made = self._session.run(None, {name: matrices[at] for name, at in self._inputs})
        return dict(zip(self._outputs, made, strict=True))

    def whole(self, matrices: list[np.ndarray]) -> dict[int, np.ndarray]:
        """Sums by number of ensemble, where all targets of each are here."""
        made = self._session.run(None, {name: matrices[at] for name, at in self._inputs})
        return dict(zip(self._numbers, made, strict=True))


def taken_apart(graph: bytes) -> Iterator[bytes]:
    """The models of a file."""
    if not graph.startswith(MARK):
        yield graph
        return
    count = int.from_bytes(graph[len(MARK) : len(MARK) + 8], "little")
    lengths = np.frombuffer(graph, dtype="<u8", count=count, offset=len(MARK) + 8).tolist()
    at = len(MARK) + 8 * (count + 1)
    for length in lengths:
        yield graph[at : at + length]
        at += length


def silent_onnxruntime() -> Any:
    """The library, silenced: since 1.29 its wheels report use to their maker unless told not to.

    The variable counts only when it is set before the first import in a process, so this is the only
    place that imports the library. With it no thread, no file and no connection is made.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime  # type: ignore[import-untyped]

    onnxruntime.disable_telemetry_events()
    return onnxruntime
