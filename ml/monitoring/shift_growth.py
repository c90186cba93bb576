"""Expected evidence of the calibration alarm: how many outcomes show a shift of 0.6 in the logit.

Where the true probability is q = p · exp(d) / (1 - p + p · exp(d)), one outcome is expected to add

    g = d · q - log(1 - p + p · exp(d))

to the logarithm of the likelihood ratio (the Kullback-Leibler divergence of q from p), with the variance d² · q (1 -
q). The alternative that has the weights of the first change point and of one of six shifts has reached the alarm in
four of five cases where the sum of g, less 0.84 standard deviations of the whole, is log(alarm · 6 / w_1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ml.data.array_types import Floats
from ml.metrics.smallest_effect import POWER

SHIFT = 0.6
FIRST = 6.0 / (1 - 1 / math.log2(3))  # one over the weight of the first change point and of one of six shifts


@dataclass(frozen=True)
class Growth:
    """Sums over the outcomes, for a shift of +0.6 and of -0.6."""

    outcomes: int = 0
    more: float = 0.0
    less: float = 0.0
    """`more`, `less`: expected logarithm of the likelihood ratio."""
    more_variance: float = 0.0
    less_variance: float = 0.0
    """Variances of these logarithms."""

    def reaches(self, alarm: float) -> bool:
        """True when either shift would have been found in four of five cases."""
        sides = (self.more, self.more_variance), (self.less, self.less_variance)
        return all(mean - POWER * math.sqrt(variance) >= math.log(alarm * FIRST) for mean, variance in sides)

    def wanted(self, alarm: float) -> int | None:
        """Number of outcomes with probabilities like these from which on that is so; None where there is none."""
        if min(self.more, self.less) <= 0:
            return None
        sides = (self.more, self.more_variance), (self.less, self.less_variance)
        return max(_wanted(mean / self.outcomes, variance / self.outcomes, alarm) for mean, variance in sides)


NO_GROWTH = Growth()


def _wanted(mean: float, variance: float, alarm: float) -> int:
    """The least n of which n · mean - 0.84 · sqrt(n · variance) is enough."""
    spread = POWER * math.sqrt(variance)
    root = (spread + math.sqrt(spread**2 + 4 * mean * math.log(alarm * FIRST))) / (2 * mean)
    return math.ceil(root**2)


def growth_of(probabilities: Floats) -> Growth:
    """The growth of outcomes that were said to come with these probabilities, shape (n,)."""
    sums = []
    for shift in (SHIFT, -SHIFT):
        normal = np.log1p(probabilities * np.expm1(shift))
        true = probabilities * np.exp(shift - normal)
        sums.append((float((shift * true - normal).sum()), float((shift**2 * true * (1 - true)).sum())))
    (more, more_variance), (less, less_variance) = sums
    return Growth(len(probabilities), more, less, more_variance, less_variance)
