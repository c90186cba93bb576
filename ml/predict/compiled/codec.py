"""JSON codec of a program's parts. Only the classes listed here are created."""

from __future__ import annotations

import base64
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from ml.predict.compiled.columns import columns, numbers, stages, tables, words
from ml.predict.compiled.models import calibration, combined, kernels, models, single, tree_models

# Names in program files that differ from those of their classes
WRITTEN_AS: dict[type, str] = {
    models.IndependentOutcome: "Question",
    stages.SelectedColumns: "Picked",
    tables.LookUpTable: "Table",
}
KNOWN: dict[str, type] = {
    WRITTEN_AS.get(kind, kind.__name__): kind
    for kind in (
        numbers.Number, tables.LookUpTable, tables.SparseTable, columns.Matrix, words.Words,
        stages.Staged, stages.Affine, stages.Products, stages.Normalised, stages.SelectedColumns, stages.Stepped,
        tree_models.Forest, tree_models.Boosted, models.Linear, models.Gaussian,
        calibration.Sigmoid, calibration.Isotonic,
        calibration.Member, calibration.Calibrated,
        models.Cut, models.IndependentOutcome, models.Exclusive, models.Independent,
        combined.Posterior, combined.Average, combined.AgainstRest, combined.Stacked,
        kernels.SupportVectors, kernels.Network, single.SinglePrecision,
    )
}  # fmt: skip


def to_plain(value: Any) -> Any:
    """Dataclasses as ``{"is": name, ...}``, arrays as base64 of their bytes, tuples as lists."""
    if is_dataclass(value):
        return {"is": WRITTEN_AS.get(type(value), type(value).__name__)} | {
            field.name: to_plain(getattr(value, field.name)) for field in fields(value)
        }
    if isinstance(value, np.ndarray):
        kind = "<i8" if value.dtype.kind in "iu" else "<f8"
        content = base64.b64encode(np.ascontiguousarray(value, dtype=kind).tobytes()).decode("ascii")
        return {"array": content, "type": kind, "shape": list(value.shape)}
    return [to_plain(item) for item in value] if isinstance(value, (tuple, list)) else value


def from_plain(value: Any) -> Any:
    """The inverse of :func:`to_plain`; KeyError for a class that is not one of ours."""
    if isinstance(value, list):
        return tuple(from_plain(item) for item in value)
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return _array(value)
    return KNOWN[value["is"]](**{key: from_plain(item) for key, item in value.items() if key != "is"})


def _array(value: dict[str, Any]) -> np.ndarray:
    if value["type"] not in ("<i8", "<f8"):
        raise ValueError(f"An array of the type {value['type']!r} is not known here.")
    return np.frombuffer(base64.b64decode(value["array"]), dtype=value["type"]).reshape(value["shape"])


def numbers_in(value: Any) -> int:
    """Number of elements of all arrays in a part."""
    if isinstance(value, np.ndarray):
        return value.size
    if is_dataclass(value):
        return sum(numbers_in(getattr(value, field.name)) for field in fields(value))
    return sum(map(numbers_in, value)) if isinstance(value, tuple) else 0
