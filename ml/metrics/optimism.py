"""Optimism of the best cut-off: what its profit owes to having been chosen on the very records that it is counted on.

Near the best cut-off the counted profit is a parabola and a random walk (cube-root asymptotics: Kim & Pollard 1990).
There resampling the records is wrong in any number of them: the resamplings' own truth is not the parabola but the
parabola with the hold-out's walk on it. What works is to draw from a *smooth* estimate (Léger & MacGibbon 2006, "On the
bootstrap in cube root asymptotics", Can. J. Stat. 34): new truths for the same records, each with the chance that the
recalibration curve gives it. The profit that each cut-off then really has is known, so the gap is simply counted.
Measured in docs/decisions/0018-money-segments-versions.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ml.data.array_types import Floats
from ml.decision.decide import cut_offs_reached
from ml.metrics.bootstrap import ScoreBins
from ml.metrics.evaluation import OneVsRest, need_probabilities
from ml.metrics.recalibration.curve import recalibration_curve

FEWEST_REPEATS, MOST_REPEATS = 400, 2_000
CELLS = 1_600_000  # cut-offs times repeats, where that allows more than the fewest
AT_ONCE = 100_000  # cut-offs times repeats of a block
MOST_PLACES = 4_000  # cut-offs tried, by rank: with 20,000 distinct probabilities some 2 % is lost

# Sums over score bins, shape (b, 2, m + 1), to the profit at each cut-off and where it is allowed: both (b, m)
Profit = Callable[[Floats, Floats], tuple[Floats, np.ndarray]]


def optimism(answers: OneVsRest, best: float, profit: Profit) -> float | None:
    """Mean profit of the best cut-offs of drawn truths, as counted less as it really is; None where none is allowed.

    Parameters
    ----------
    best : float
        The cut-off with the highest profit, 0 to 1.
    profit : callable
        From sums over bins and the cut-offs, rising; the profit is a mean over records.
    """
    places = _places(need_probabilities(answers.probabilities), best)
    expected, drawn = _drawn_sums(answers, places)
    really, _ = profit(expected, places)
    at, gained = int(np.searchsorted(places, best)), []
    for some in drawn:
        counted, allowed = profit(some, places)
        # Of equal ones the highest cut-off, as everywhere
        chosen = len(places) - 1 - np.argmax(np.where(allowed, counted, -np.inf)[:, ::-1], axis=1)
        apart = counted - really
        gain = np.take_along_axis(apart, chosen[:, np.newaxis], axis=1)[:, 0] - apart[:, at]  # the latter has mean 0
        gained.append(gain[allowed.any(axis=1)])
    every = np.concatenate(gained)
    return float(np.mean(every)) if every.size else None


def _drawn_sums(answers: OneVsRest, places: Floats) -> tuple[Floats, Iterator[Floats]]:
    """Weight of the records of each bin without (0) and with (1) the outcome: expected, (1, 2, m + 1); drawn, (b, …).

    Which records of a bin have the outcome is drawn without replacement, so the weights of the hits have the mean and
    variance of such a sample (Cochran 1977, chapter 2). What is drawn comes in blocks: all of it at once, with what is
    computed from it, would take 120 MB.
    """
    probabilities, weight = need_probabilities(answers.probabilities), answers.weight
    curve = recalibration_curve(answers.truth, probabilities, weight)
    bins = ScoreBins(places, cut_offs_reached(probabilities, places), weight)  # both sides as one
    records, heavy, squares, hits = (
        bins.sums(values)[0]
        for values in (np.ones(len(weight)), weight, weight**2, weight * curve.share(probabilities))
    )
    there = heavy > 0
    size, total, chance = records[there], heavy[there], np.clip(hits[there] / heavy[there], 0, 1)
    variance = np.maximum(squares[there] - total**2 / size, 0.0) / np.maximum(size - 1, 1)
    variance[variance < 1e-12 * (total / size) ** 2] = 0.0  # what rounding leaves of equal values

    def drawn() -> Iterator[Floats]:
        repeats = int(np.clip(CELLS // len(places), FEWEST_REPEATS, MOST_REPEATS))
        rng = np.random.default_rng(0)
        number = rng.binomial(size.astype(np.int64), chance, (repeats, len(size)))
        step = max(1, AT_ONCE // len(places))
        for some in (number[start : start + step] for start in range(0, repeats, step)):
            with_it = some * (total / size)
            if variance.any():
                spread = np.sqrt(variance * some * (size - some) / size)
                with_it = np.clip(with_it + spread * rng.standard_normal(with_it.shape), 0, total)
            sums = np.zeros((len(some), 2, len(heavy)))
            sums[:, 1, there], sums[:, 0, there] = with_it, total - with_it
            yield sums

    return np.stack([heavy - hits, hits])[np.newaxis], drawn()


def _places(probabilities: Floats, best: float) -> Floats:
    """Cut-offs to try, rising: the distinct probabilities, thinned to evenly spaced ranks where there are too many."""
    places = np.unique(probabilities)
    if len(places) > MOST_PLACES:
        ordered = np.sort(probabilities)
        places = ordered[np.linspace(0, len(ordered) - 1, MOST_PLACES).astype(int)]
    return np.unique(np.concatenate([places, [0.0, best, 1.0]]))
