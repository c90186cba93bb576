"""Estimated performance: what measures would be if the probabilities are right, before any outcome is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ml.data.array_types import Booleans, Floats
from ml.data.describe_fields import Described
from ml.data.validation.field_types import Count, Number, Probability
from ml.decision.decide import acts
from ml.metrics.evaluation import OneVsRest
from ml.metrics.headline import losses

DRAWS, FEWEST_DRAWS = 400, 100
ALL_CELLS = 40_000_000  # outcomes that are drawn: above 100,000 records the number of draws falls
MOST_CELLS = 8_000_000  # of these, held at a time
ASSUMES = ("calibrated", "no_concept_drift")


@dataclass(frozen=True)
class Estimate(Described):
    """An expected measure, with the interval of 95 % that the chance of the outcomes gives it."""

    value: Number
    """Expected value; null where it is undefined."""
    low: Number
    """Lower end of the interval."""
    high: Number
    """Upper end of the interval."""


# Assumed, not shown: that the probabilities are calibrated for these very records, so that of those of 20 % one in five
# comes, and with it that inputs still mean for the outcome what they meant in training (no concept drift). Where the
# calibration alarm is off, these numbers are wrong. The intervals are of chance alone, not of these assumptions.
@dataclass(frozen=True)
class EstimatedPerformance(Described):
    """Performance estimated from probabilities alone."""

    records: Count
    """Number of decisions that the estimates are about."""
    log_loss: Estimate
    """Expected log-loss."""
    roc_auc: Estimate
    """Expected area under the ROC curve."""
    precision: Estimate
    """Expected precision of acting at the cut-off."""
    recall: Estimate
    """Expected recall of acting at the cut-off."""
    cut_off: Probability
    """Cut-off in use, for precision and recall."""
    assumes: tuple[str, ...]
    """Assumptions of the estimates, which are not checked: `calibrated`, `no_concept_drift`."""


def estimate_performance(probabilities: ArrayLike, cut_off: float) -> EstimatedPerformance:
    """Expected measures of outcomes that come with these probabilities, each on its own (CBPE).

    Each cell of the confusion matrix is expected to hold the sum of the probabilities of its records (Guo et al. 2017
    of what calibration is; NannyML names the method confidence-based performance estimation). Log-loss and precision
    are exact expectations; recall and ROC AUC are ratios of expectations, the AUC over pairs of two different records:
    sum of p_i (1 - p_j) over pairs in the right order, ties half, by that of all pairs. Intervals are the percentiles
    of 400 seeded draws of all outcomes; of more than 100,000 records of fewer.
    """
    p = np.sort(np.asarray(probabilities, float))
    acted = acts(p, cut_off)
    if not len(p):
        none = Estimate(None, None, None)
        return EstimatedPerformance(0, none, none, none, none, cut_off, ASSUMES)
    sides = [losses(OneVsRest(np.full(len(p), side), acted, p, np.ones(len(p))))[1] for side in (True, False)]
    drawn = _drawn(p, acted, *sides)
    values = (float((p * sides[0] + (1 - p) * sides[1]).mean()), _area(p), *_shares(p, acted))
    log_loss, area, precision, recall = (_estimate(value, row) for value, row in zip(values, drawn.T, strict=True))
    return EstimatedPerformance(len(p), log_loss, area, precision, recall, cut_off, ASSUMES)


def _shares(p: Floats, acted: Booleans) -> tuple[float | None, float | None]:
    hits = float(p[acted].sum())
    return hits / acted.sum() if acted.any() else None, hits / float(p.sum()) if p.any() else None


def _area(p: Floats) -> float | None:
    """Expected pairs in the right order over expected pairs, of probabilities in rising order."""
    _, group = np.unique(p, return_inverse=True)
    yes, no = np.bincount(group, p), np.bincount(group, 1 - p)
    itself = float((p * (1 - p)).sum())  # leaves out the pairs of a record with itself, which count as half a tie above
    pairs = float(yes.sum() * no.sum()) - itself
    right = float((yes * (np.cumsum(no) - no / 2)).sum()) - itself / 2
    return right / pairs if pairs > 0 else None


def _drawn(p: Floats, acted: Booleans, if_yes: Floats, if_no: Floats) -> Floats:
    """Log-loss, ROC AUC, precision and recall of drawn outcomes, shape (draws, 4); NaN where undefined."""
    rng, rows, samples = np.random.default_rng(0), len(p), []
    draws = int(np.clip(ALL_CELLS // rows, FEWEST_DRAWS, DRAWS))
    _, group, count = np.unique(p, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[group]  # midranks: Mann & Whitney 1947
    for first in range(0, draws, step := max(1, MOST_CELLS // rows)):
        came = rng.random((min(step, draws - first), rows)) < p
        yes = came.sum(axis=1).astype(float)
        hits = (came & acted).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            area = (came @ rank - yes * (yes + 1) / 2) / (yes * (rows - yes))
            log_loss = (if_no.sum() + came @ (if_yes - if_no)) / rows
            samples.append(np.column_stack([log_loss, area, hits / acted.sum(), hits / yes]))
    return np.vstack(samples)


def _estimate(value: float | None, drawn: Floats) -> Estimate:
    known = drawn[np.isfinite(drawn)]
    if value is None or 2 * len(known) < len(drawn):
        return Estimate(value, None, None)
    low, high = np.percentile(known, (2.5, 97.5))
    return Estimate(value, float(low), float(high))
