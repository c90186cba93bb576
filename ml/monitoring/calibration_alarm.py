"""Calibration alarm: one sequential test (e-process) whether outcomes come as often as was said.

Hypothesis: outcome i comes with the probability p_i that was said, given all that was known before. The alternative:
from some outcome on the logit of the probability is off by a shift d. The likelihood ratio of one outcome y is

    L = exp(d · y) / (1 - p + p · exp(d)),

whose mean is 1 under the hypothesis at every p, 0 and 1 included, so that nothing has to be clipped. The product from
outcome k on, mixed over all k with weights w_k that sum to 1, and over the shifts, is a martingale that begins at 1 (an
e-process: Ramdas, Grünwald, Vovk & Shafer 2023, "Game-theoretic statistics and safe anytime-valid inference"). By
Ville's inequality (1939) it ever reaches 100 with a probability of 1 % at most, however often it is looked at. The
weights are w_k = 1 / log2(k + 1) - 1 / log2(k + 2), nearly ln 2 / (k ln² k), so that a late change costs little more
evidence than an early one; those of changes yet to come sum to 1 / log2(n + 2). Each outcome is O(1):
S_n = (S_{n-1} + w_n) · L_n for each shift. What is seen is a common shift; a model that is too sure at both ends by as
much is not. Figures: docs/decisions/0060-one-alarm.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from ml.data.array_types import Floats
from ml.errors import InvalidData
from ml.monitoring.shift_growth import NO_GROWTH, Growth, growth_of

SHIFTS = np.array([-1.0, -0.6, -0.3, 0.3, 0.6, 1.0])  # of the logit
ALARM = 100.0  # evidence at which it goes off: 1 false alarm in 100 episodes at most


@dataclass(frozen=True)
class ChangePoint:
    """A change point: the first outcome after it."""

    before: int
    """Number of outcomes before it."""
    decided_at: float
    """When that outcome's probability was said, seconds since 1970."""
    said: float
    came: float
    """Sum of the probabilities, and number that came, of the outcomes before it."""


@dataclass(frozen=True)
class AlarmEvidence:
    """State of the test after `outcomes` outcomes."""

    outcomes: int = 0
    said: float = 0.0
    came: float = 0.0
    """`said`, `came`: sum of the probabilities, and number that came."""
    growth: Growth = NO_GROWTH
    """Evidence expected by now, had the logit been off by 0.6 from the beginning."""
    log_evidence: float = 0.0
    """Natural logarithm of the e-process."""
    change: ChangePoint | None = None
    """The change point of maximum likelihood: at the peak so far, and from the alarm on as it was then, for what comes
    later is of the world after it, and a date that somebody was told should not move. Without the weights, which favour
    the first outcomes."""
    more: float = 0.5
    """Share of the mixture over all change points that lies on shifts above 0 at that time: above one half, more came
    than was said."""
    alarmed_at: float | None = None
    """When the evidence first reached the alarm."""


def gather_evidence(
    probabilities: ArrayLike, came: ArrayLike, known_at: ArrayLike, decided_at: ArrayLike, alarm: float = ALARM
) -> tuple[AlarmEvidence, Floats]:
    """The evidence of n outcomes, and the logarithm of the e-process after each of them, shape (n,).

    Parameters
    ----------
    probabilities : array of float, shape (n,)
        As said, 0 to 1.
    came : array of bool, shape (n,)
    known_at : array of float, shape (n,)
        When each became known, seconds since 1970, in rising order: what is learnt early of those who come only must
        wait until all of their time are known (``ml/monitoring/ripening.py``), else those who come are seen first.
    decided_at : array of float, shape (n,)
        When each probability was said.
    alarm : float
        With k outcomes of one model, of which any may go off, k · 100 (Bonferroni).

    Raises
    ------
    InvalidData
        When a probability is none, or the outcomes are not in the order in which they became known.
    """
    p, y, known, decided = (np.asarray(given, float) for given in (probabilities, came, known_at, decided_at))
    _check(p, known)
    if not len(p):
        return AlarmEvidence(), np.empty(0)
    run = _Run(p, y, decided)
    reached = np.flatnonzero(run.path >= np.log(alarm))
    top = int(reached[0]) if len(reached) else int(np.argmax(run.path))
    evidence = AlarmEvidence(
        len(p), float(run.said[-1]), float(run.came[-1]), growth_of(p), log_evidence=float(run.path[-1])
    )
    if run.path[top] > 0:
        evidence = replace(evidence, change=run.change(top, int(np.argmax(run.best[top]))), more=run.more(top))
    return (replace(evidence, alarmed_at=float(known[top])) if len(reached) else evidence), run.path


class _Run:
    """Sums over outcomes: their logarithms after each, shape (n,) and (n, 6).

    The product from outcome k on is the product of all outcomes divided by that of the outcomes before k, so sums and
    maxima over k can be kept as running sums and maxima of w_k divided by the product before k.
    """

    def __init__(self, p: Floats, y: Floats, decided: Floats) -> None:
        self._p, self._y, self._decided = p, y, decided
        number = np.arange(1, len(p) + 1)
        self.said, self.came = np.cumsum(p), np.cumsum(y)
        ratio = y[:, None] * SHIFTS - np.log1p(p[:, None] * np.expm1(SHIFTS))
        product = np.cumsum(ratio, axis=0)
        weight = 1 / np.log2(number + 1) - 1 / np.log2(number + 2)
        self._entering = ratio - product  # one over the product before each outcome
        self.mixed = product + np.logaddexp.accumulate(np.log(weight)[:, None] + self._entering, axis=0)
        self.best = product + np.maximum.accumulate(self._entering, axis=0)  # cumulative sum: Page 1954
        still = -np.log(np.log2(number + 2))  # weight of change points that are still to come
        self.path = np.logaddexp(still, np.logaddexp.reduce(self.mixed, axis=1) - np.log(len(SHIFTS)))

    def change(self, last: int, shift: int) -> ChangePoint:
        """The change point of maximum likelihood of a shift, by the outcomes up to `last`."""
        at = int(np.argmax(self._entering[: last + 1, shift]))
        said, came = float(self.said[at] - self._p[at]), float(self.came[at] - self._y[at])
        return ChangePoint(at, float(self._decided[at]), said, came)

    def more(self, at: int) -> float:
        """Share of the shifts above 0."""
        return float(np.exp(np.logaddexp.reduce(self.mixed[at, SHIFTS > 0]) - np.logaddexp.reduce(self.mixed[at])))


def _check(p: Floats, known: Floats) -> None:
    wrong = p[~((p >= 0) & (p <= 1))]
    if len(wrong):
        raise InvalidData(f"A probability is {wrong[0]}.", "It is a number from 0 to 1.")
    if (np.diff(known) < 0).any():
        raise InvalidData(
            "The outcomes are not in the order in which they became known.", "Sort them, or compute all again."
        )
