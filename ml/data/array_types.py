"""Types of NumPy arrays of any shape, and of lists of numbers, by what they hold; and of numpy's scalars."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]
OptionalFloats = list[float | None]  # as JSON has them: None where undefined


def native(value: Any) -> Any:
    """A numpy scalar as Python's own type; any other value as it is."""
    return value.item() if isinstance(value, np.generic) else value
