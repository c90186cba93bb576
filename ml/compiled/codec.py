"""A program's parts as plain JSON, and back. Only the classes listed here are ever made."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from ml.compiled import calibration, columns, models

KNOWN: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        columns.Number, columns.Table, columns.Matrix,
        models.Forest, models.Boosted, models.Linear, models.Gaussian, calibration.Sigmoid, calibration.Isotonic,
        calibration.Member, calibration.Calibrated, models.Cut, models.Question, models.Exclusive, models.Independent,
    )
}  # fmt: skip


def to_plain(value: Any) -> Any:
    """Dataclasses as ``{"is": name, ...}``, arrays as ``{"array": [...]}``, tuples as lists."""
    if is_dataclass(value):
        return {"is": type(value).__name__} | {
            field.name: to_plain(getattr(value, field.name)) for field in fields(value)
        }
    if isinstance(value, np.ndarray):
        return {"array": value.tolist()}
    return [to_plain(item) for item in value] if isinstance(value, (tuple, list)) else value


def from_plain(value: Any) -> Any:
    """The inverse of :func:`to_plain`; KeyError for a class that is not one of ours."""
    if isinstance(value, list):
        return tuple(from_plain(item) for item in value)
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return np.array(value["array"], dtype=np.float64)
    return KNOWN[value["is"]](**{key: from_plain(item) for key, item in value.items() if key != "is"})
