"""XGBoost's link functions in single precision, bit for bit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.data.array_types import Floats
from ml.predict.compiled.models.models import ByProbabilities, Inputs

_PARTS = 32
_ROOTS = np.exp2(np.arange(_PARTS) / _PARTS)
_CUBIC, _SQUARE, _LINE = (
    float.fromhex(text) / _PARTS**power
    for text, power in (("0x1.c6af84b912394p-5", 3), ("0x1.ebfce50fac4f3p-3", 2), ("0x1.62e42ff0c52d6p-1", 1))
)
_STEPS = float.fromhex("0x1.71547652b82fep+0") * _PARTS


def exp(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The exponential in single precision as the C library computes it (glibc's ``expf``), float32 to float32.

    The true value rounded differs from it in one number of two thousand, by a unit in the last place:
    more than 1e-9. After Szabolcs Nagy's method in ARM's optimized routines: a table and a cubic.
    """
    scaled = _STEPS * x.astype(np.float64)
    whole: Floats = np.rint(scaled)
    rest = scaled - whole
    number = whole.astype(np.int64)
    made: Floats = (_CUBIC * rest + _SQUARE) * (rest * rest) + (_LINE * rest + 1.0)
    scale: Floats = np.ldexp(_ROOTS[number % _PARTS], number // _PARTS)
    return (made * scale).astype(np.float32)


@dataclass(frozen=True)
class SinglePrecision(ByProbabilities):
    """A sum of trees in single precision, through the logistic function or softmax in single precision."""

    sums: int

    def answer(self, given: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """Position of the predicted class (n,), probabilities (n, k)."""
        raw = given.sums[self.sums].astype(np.float32)
        one = np.float32(1.0)
        if raw.shape[1] > 1:
            raised = exp(raw - raw.max(axis=1, keepdims=True))
            total = np.zeros(len(raised))
            for column in raised.T:  # in this order, as its loop adds them
                total += column
            shares = raised / total.astype(np.float32)[:, np.newaxis]
            return shares.argmax(axis=1), shares.astype(np.float64)
        second = one / (exp(np.minimum(-raw[:, 0], np.float32(88.7))) + one)
        both = np.column_stack([one - second, second])
        return (second > 0.5).astype(np.intp), both.astype(np.float64)
