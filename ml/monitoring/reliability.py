"""Reliability: what was said and what came, band by band, of ripe outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ml.data.describe_fields import Described
from ml.data.validation.field_types import Count, Probability, Share
from ml.decision.bands import Band
from ml.metrics.intervals import WIDTH, joint_width, wilson


@dataclass(frozen=True)
class ReliabilityRow(Described):
    """Decisions of one band of probability: predicted and observed share, with an interval of 95 %."""

    label: str
    """Name of the band; empty for all decisions together."""
    start: Probability
    """Lower end of the band."""
    end: Probability
    """Upper end of the band."""  # below it, or up to 1
    records: Count
    """Number of decisions in the band."""
    came: Count
    """Number of decisions in the band whose outcome came."""
    said: Share
    """Mean predicted probability; null without decisions."""
    share: Share
    """Observed share: decisions whose outcome came; null without decisions."""
    low: Share
    """Lower end of the 95 % interval of the observed share, for this band alone."""  # Wilson 1927
    high: Share
    """Upper end of the 95 % interval of the observed share, for this band alone."""
    # Šidák 1967; holds every share in 95 % of models that are right. One look: what may be looked at again and again is
    # the calibration alarm
    off: bool
    """True where the predicted share lies outside the simultaneous interval of all bands."""


@dataclass(frozen=True)
class Reliability:
    """Predicted and observed shares, of each band in rising order, and of all."""

    bands: tuple[ReliabilityRow, ...]
    all: ReliabilityRow


def reliability(probabilities: ArrayLike, came: ArrayLike, bands: Sequence[Band]) -> Reliability:
    """Compare probabilities with what came.

    Wilson's interval is that of equal probabilities; where those of a band differ, the share varies less, and the
    interval is wider than it need be (Hoeffding 1956).

    Parameters
    ----------
    probabilities : array of float, shape (n,)
        0 to 1, of outcomes that are ripe (``ml/monitoring/ripening.py``).
    came : array of bool, shape (n,)
    bands : sequence of Band
        Bands of the model's card (``ml/decision/bands.py``).
    """
    p, y = np.asarray(probabilities, float), np.asarray(came, bool)
    starts = [band.low for band in bands]
    group = np.maximum(np.searchsorted(starts, p, side="right") - 1, 0)
    width = joint_width(len(np.unique(group)))
    ends = [*starts[1:], 1.0]
    rows = tuple(
        _row(band.label, band.low, end, p[group == number], y[group == number], width)
        for number, (band, end) in enumerate(zip(bands, ends, strict=True))
    )
    return Reliability(rows, _row("", 0.0, 1.0, p, y, WIDTH))


def _row(label: str, start: float, end: float, p: np.ndarray, y: np.ndarray, width: float) -> ReliabilityRow:
    rows, hits = len(p), int(y.sum())
    if not rows:
        return ReliabilityRow(label, start, end, 0, 0, None, None, None, None, off=False)
    said = float(p.mean())
    low, high = (float(limit) for limit in wilson(hits, rows))
    widest = [float(limit) for limit in wilson(hits, rows, width)]
    return ReliabilityRow(
        label, start, end, rows, hits, said, hits / rows, low, high, off=not widest[0] <= said <= widest[1]
    )
