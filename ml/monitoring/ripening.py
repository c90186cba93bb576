"""Ripening: which outcomes count, in which order, and how many may still come.

An outcome may come until a time after its decision is over (``ml/decision/ripening_time.py``). Those who buy tell at
once and those who do not by saying nothing, so early ones would count too many who buy: neither counts before the
time of its decision is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ml.data.array_types import Booleans, Floats, Positions

Silence = Literal["no", "unknown"]


@dataclass(frozen=True)
class RipeOutcomes:
    """Outcomes that count, in the order in which they became known, and those that do not."""

    rows: Positions
    """Positions of the decisions that count. Shape (n,)."""
    came: Booleans
    """Shape (n,)."""
    known_at: Floats
    """When each began to count, rising, seconds since 1970: when its time was over and it was told. Shape (n,)."""
    records: int
    """All decisions."""
    unripe: int
    early: int
    """Decisions whose time is not over, and how many of these came already. They are in no rate."""
    unknown: int
    """Decisions whose time is over and of which nothing is known."""

    @property
    def unripe_share(self) -> float | None:
        """Share of the decisions whose time is not over; None without decisions."""
        return self.unripe / self.records if self.records else None


def ripen(
    decided_at: ArrayLike,
    came: ArrayLike,
    told_at: ArrayLike,
    now: float,
    after: float | None,
    silence: Silence,
    happened_at: ArrayLike | None = None,
) -> RipeOutcomes:
    """Divide decisions into those whose outcome counts, unripe ones, and unknown ones.

    Parameters
    ----------
    decided_at : array of float, shape (n,)
        Seconds since 1970, as all times here.
    came : array of float, shape (n,)
        1 where the outcome came, 0 where not, NaN where nobody told. The latest that is known: corrections are in it,
        and an outcome that is void is NaN.
    told_at : array of float, shape (n,)
        When that became known; NaN where nobody told.
    now : float
        What was told later does not count yet.
    after : float or None
        Seconds in which an outcome may come; it counts when these are over. None: at once when it is told, whatever it
        is, and silence tells nothing; right only where those who come and those who do not are told alike.
    silence : {"no", "unknown"}
        What it means that nobody told until the time was over: that it did not come (where whoever buys is always
        told, by a system of orders, say), or nothing (where somebody has to press a button).
    happened_at : array of float, shape (n,), optional
        When it came: what came after its time is one that did not come in time.
    """
    decided, told = np.asarray(decided_at, float), np.asarray(told_at, float)
    value = np.where(told <= now, np.asarray(came, float), np.nan)
    ends = np.full(len(decided), -np.inf) if after is None else decided + after
    if happened_at is not None and after is not None:
        value = np.where((value == 1) & (np.asarray(happened_at, float) > ends), 0.0, value)
    over, said = ends <= now, ~np.isnan(value)
    counts = over & (said | (silence == "no" and after is not None))
    known = np.where(said, np.fmax(ends, told), ends)
    rows = np.flatnonzero(counts)
    rows = rows[np.lexsort((rows, decided[rows], known[rows]))]
    return RipeOutcomes(
        rows=rows,
        came=value[rows] == 1,
        known_at=known[rows],
        records=len(decided),
        unripe=int((~over).sum()),
        early=int((~over & (value == 1)).sum()),
        unknown=int((over & ~counts).sum()),
    )
