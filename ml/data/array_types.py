"""Types of NumPy arrays of any shape, and of lists of numbers, by what they hold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]
OptionalFloats = list[float | None]  # as JSON has them: None where undefined
