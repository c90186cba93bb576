"""Calling convention of an estimator: the container of its input, and whether labels follow from probabilities.

It is determined once, when the model is added, and kept in the version's card (``"asking"``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

Container = Literal["frame", "array", "series"]
CARD = "asking"


@dataclass(frozen=True)
class CallingConvention:
    """Calling convention of one estimator."""

    container: Container = "frame"
    """A DataFrame with the columns of training; a two-dimensional array of their values; one Series of texts."""
    labels_follow: bool = False
    """True when the labels are known to be those of the highest probability (or, of independent outcomes, those above
    one half): then ``predict`` is asked only where two of them are nearly equal."""

    @classmethod
    def from_card(cls, card: Mapping[str, Any]) -> CallingConvention | None:
        """The convention in a card; None for a version from before cards had it."""
        recorded = card.get(CARD)
        return None if recorded is None else cls(**recorded)

    def to_card(self) -> dict[str, Any]:
        """Convert it to plain JSON."""
        return asdict(self)


def contained(frame: Any, container: Container) -> Any:
    """A frame in the container that an estimator takes."""
    if container == "frame":
        return frame
    if container == "series":
        return frame.iloc[:, 0]
    return _array(frame)


def _array(frame: Any) -> np.ndarray:
    """Values as an array: numbers where all columns are numbers or truth values, else objects."""
    numbers = all(dtype.kind in "biuf" for dtype in frame.dtypes)
    options = {"dtype": array_dtype(map(str, frame.dtypes)), "na_value": np.nan} if numbers else {"dtype": object}
    array: np.ndarray = frame.to_numpy(**options)
    return array


def array_dtype(dtypes: Iterable[str]) -> type:
    """The dtype of an array of numbers: single precision where all columns have it, as the array of training had."""
    return np.float32 if set(dtypes) == {"float32"} else np.float64
