"""All trees of a program behind one call."""

from __future__ import annotations

import ctypes
import gc
import os
from typing import Any

import numpy as np


class Trees:
    """Tree ensembles as one ONNX graph in double precision, run by onnxruntime in the caller's thread.

    Parameters
    ----------
    graph : bytes
        A model with an input ``x0, x1, ...`` for each matrix that trees look at and an output
        ``y0, y1, ...`` of shape (n, targets) for each ensemble: sums of leaf values in tree order.
    """

    def __init__(self, graph: bytes) -> None:
        onnxruntime = silent_onnxruntime()
        options = onnxruntime.SessionOptions()
        # One thread: no pool is started, so a process may fork after it has predicted, and sums are
        # made in tree order. No arena: it would keep the memory of the largest block ever seen.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.log_severity_level = 3
        give_back()
        self._session: Any = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        give_back()
        self._inputs = [(given.name, int(given.name[1:])) for given in self._session.get_inputs()]
        self._numbers = [int(made.name[1:]) for made in self._session.get_outputs()]

    def sums(self, matrices: list[np.ndarray]) -> dict[int, np.ndarray]:
        """Sums of leaf values by number of ensemble: arrays of shape (n, targets)."""
        made = self._session.run(None, {name: matrices[at] for name, at in self._inputs})
        return dict(zip(self._numbers, made, strict=True))


def silent_onnxruntime() -> Any:
    """The library, silenced: since 1.29 its wheels report use to their maker unless told not to.

    The variable counts only when it is set before the first import in a process, so this is the only
    place that imports the library. With it no thread, no file and no connection is made.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime  # type: ignore[import-untyped]

    onnxruntime.disable_telemetry_events()
    return onnxruntime


def give_back(collect: bool = False) -> None:
    """Return free memory to the system, where the C library is glibc; with `collect` after Python's own collection.

    Making a session needs several times the memory that it keeps, in small pieces: glibc keeps them
    for a process that has no use for them (seen: 380 of 590 MB after loading a large forest).
    """
    if collect:
        gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError):
        return  # another C library, with ways of its own
