"""Optimism of the best cut-off: what its profit owes to having been chosen on the very records that it is counted on.

Efron's (1983) bootstrap optimism is too small here. Near the best cut-off the counted profit is a parabola and a
random walk, so the optimism grows with the 4/3rd power of the noise (cube-root asymptotics: Kim & Pollard 1990). A
resampling of n records adds its own noise, of equal variance, to that of the hold-out, and takes half of the optimism
of both together: 2**(2/3) / 2 = 0.79 of what it should. With κ times the variance its part is κ (1 + κ)**(-1/3), which
is 1 for κ³ = 1 + κ: resamplings of n / 1.3247 records ("m out of n": Bickel, Götze & van Zwet 1997) have that much.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ml.data.array_types import Floats
from ml.metrics.bootstrap import draw_counts, resampled_sums, score_bins
from ml.metrics.evaluation import Answers, need_probabilities

MORE_NOISE = 1.3247179572447460  # the real root of κ³ = 1 + κ
REPEATS = 400
MOST_PLACES = 4_000  # cut-offs tried, by rank: with 20,000 distinct probabilities some 2 % is lost

# Sums over score bins, shape (b, 2, m + 1), to the profit at each cut-off and where it is allowed: both (b, m)
Profit = Callable[[Floats, Floats], tuple[Floats, np.ndarray]]


def optimism(answers: Answers, best: float, profit: Profit) -> float | None:
    """Mean profit of the resamplings' own best cut-offs there less here; None where none is allowed.

    Parameters
    ----------
    answers : Answers
    best : float
        The cut-off with the highest profit, 0 to 1.
    profit : callable
        From sums over bins and the cut-offs, rising; the profit is a mean over records.
    """
    places = _places(need_probabilities(answers.probabilities), best)
    bins = score_bins(answers, places)
    drawn = draw_counts(bins, REPEATS, total=max(1, round(len(answers.truth) / MORE_NOISE)))
    here, _ = profit(bins.sums(answers.weight)[np.newaxis], places)
    there, allowed = profit(resampled_sums(bins, drawn, answers.weight), places)
    possible = allowed.any(axis=1)
    if not possible.any():
        return None
    # Of equal ones the highest cut-off, as everywhere
    chosen = len(places) - 1 - np.argmax(np.where(allowed, there, -np.inf)[:, ::-1], axis=1)
    at = int(np.searchsorted(places, best))
    apart = there - here
    gained = np.take_along_axis(apart, chosen[:, np.newaxis], axis=1)[:, 0] - apart[:, at]  # the latter has mean 0
    return float(np.mean(gained[possible]))


def _places(probabilities: Floats, best: float) -> Floats:
    """Cut-offs that are tried, rising: the distinct probabilities, or as many of them as allowed, at equal ranks."""
    found = np.unique(probabilities)
    if len(found) > MOST_PLACES:
        ordered = np.sort(probabilities)
        found = ordered[np.linspace(0, len(ordered) - 1, MOST_PLACES).astype(int)]
    places: Floats = np.unique(np.concatenate([found, [0.0, best, 1.0]]))
    return places
