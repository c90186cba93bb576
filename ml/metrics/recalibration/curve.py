"""Recalibration curve: the share of records with the outcome as a smooth function of the probability, with its error.

What is said of a *sum* of probabilities over the top of a file needs calibration there, not on average. So the logit
of the share is a penalized cubic spline (Eilers & Marx 1996) of the probability's normal score on the hold-out, which
spreads the top as widely as the rest and knows no saturated probabilities. The penalty draws it to a straight line;
its weight is not chosen but averaged over, by marginal likelihood (Laplace, Wood 2011). Normal scores know no gaps,
though: where a model says 17 % of most and 80 % of a few, the share has a step. So each penalty is tried with and
without a multiple of the logit itself (Cox's recalibration line) beside the spline, and averaged over likewise; and
with steps that the probabilities do not show (``posterior.py``). Posterior draws then give intervals that hold on
average over the curve (Marra & Wood 2012). Chosen by simulation: docs/decisions/0024-campaigns.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from ml.data.array_types import Floats
from ml.metrics.recalibration.posterior import Posterior, expit, posterior, step_columns

SEGMENTS = 16
BINS = 400  # of the hold-out: records of nearly the same score are fitted as one
POINTS = 401  # of the mean curve that is kept, besides its steps
CELLS = 80  # of a list: its records of nearly the same score are drawn as one
LIGHT = 10  # the prior weighs at most a tenth of the hold-out
FARTHEST = 1e-12  # probabilities count as at least so far from 0 and 1
NONE: Floats = np.empty(0)
MOST_SCORES = 5_000  # distinct probabilities whose normal scores are worked out; others lie between two of them


@dataclass(frozen=True)
class RecalibrationCurve:
    """Posterior of the share of records with the outcome, given the model's probability."""

    logits: Floats
    scores: Floats
    """Rising: logits of probabilities on the hold-out, and their normal scores; in between it is linear. Shape (m,)."""
    draws: Floats
    """Coefficients of the spline, 19, of the logit, and of steps, drawn from their posterior. Shape (20 + e, 2000)."""
    middle: float
    farthest: float
    """Logits are counted from `middle`, those beyond `farthest` (half a record of the hold-out) as that."""
    places: Floats
    grid: Floats
    """Mean share at equally spaced scores, and on either side of the edges. Shape (401 + 2 e,)."""
    edges: Floats
    """Scores at which the share may step. Shape (e,)."""
    posterior: Posterior
    """The models that the draws are of."""
    positive: int
    negative: int
    """Records of the hold-out with and without the outcome."""

    def share(self, probabilities: np.ndarray) -> Floats:
        """Expected share of records with the outcome, for each probability; NaN stays NaN."""
        return np.interp(self._scores_of(probabilities), self.places, self.grid)

    def of_list(self, probabilities: np.ndarray) -> RecalibrationCurve:
        """The curve for a list of such probabilities: with a step at its lower end.

        With the step its forecast depends on the hold-out's records that would be on it more than on others.
        The curve itself where the list is empty, or where the hold-out has fewer than 8 records that would be on it,
        or that would not.
        """
        if not len(probabilities):
            return self
        found = self.posterior.with_step(float(self._scores_of(probabilities).min()))
        return self if found is None else self._with(*found)

    def _with(self, draws: Floats, edges: Floats) -> RecalibrationCurve:
        """The curve of other draws."""
        even = np.linspace(self.scores[0], self.scores[-1], POINTS)
        places = np.unique(np.concatenate([even, edges, np.nextafter(edges, -np.inf)]))
        smooth = _design(places, self.scores, self.logits, self.middle, self.farthest)
        columns = np.column_stack([smooth, step_columns(places, edges)])
        parts = np.array_split(columns, 10)  # one after the other, for memory
        grid = np.concatenate([expit(part @ draws).mean(axis=1) for part in parts])
        return replace(self, draws=draws, edges=edges, places=places, grid=grid)

    def numbers(self, probabilities: np.ndarray, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Drawn numbers of records with the outcome among n of these probabilities.

        Parameters
        ----------
        probabilities : ndarray of float, shape (n,)

        Returns
        -------
        (ndarray of float, ndarray of float), each of shape (2000,)
            The expected number by each drawn curve, and a number drawn by chance from that.
        """
        scores = self._scores_of(probabilities)
        ends = np.union1d(np.linspace(self.scores[0], self.scores[-1], CELLS + 1)[1:-1], self.edges)
        cell = np.searchsorted(ends, scores, side="right")
        count = np.bincount(cell)
        there = count > 0
        middle = np.bincount(cell, scores)[there] / count[there]
        shares = expit(self._design(middle) @ self.draws)
        return count[there] @ shares, rng.binomial(count[there][:, np.newaxis], shares).sum(axis=0).astype(float)

    def _scores_of(self, probabilities: np.ndarray) -> Floats:
        return np.interp(logit(probabilities), self.logits, self.scores)

    def _design(self, scores: np.ndarray) -> Floats:
        smooth = _design(scores, self.scores, self.logits, self.middle, self.farthest)
        return np.column_stack([smooth, step_columns(scores, self.edges)])


def recalibration_curve(
    truth: np.ndarray, probabilities: np.ndarray, weight: np.ndarray | None = None
) -> RecalibrationCurve:
    """Fit the curve of one outcome on a hold-out.

    A prior keeps it finite: the model's own probabilities, weighing so many records that one of them has the outcome
    (or has not, where that is rarer), and at most a tenth of the hold-out.

    Parameters
    ----------
    truth : ndarray of bool, shape (n,)
    probabilities : ndarray of float, shape (n,)
        Each 0 to 1.
    weight : ndarray of float, shape (n,), optional
        Not negative. Only their proportions count: together they are worth Kish's effective sample size.
    """
    heavy = np.ones(len(truth)) if weight is None else weight * (weight.sum() / (weight**2).sum())
    truth, probabilities, heavy = truth[heavy > 0], probabilities[heavy > 0], heavy[heavy > 0]
    logits, inverse = np.unique(logit(probabilities), return_inverse=True)
    counts = np.bincount(inverse, heavy)
    scores = _normal_scores(counts)
    if len(scores) == 1:  # a constant: any width will do
        logits, scores = np.append(logits, logits + 1.0), np.append(scores, scores + 1.0)
        counts = np.append(counts, 0)
    hits, records = _with_prior(logits, np.bincount(inverse, truth * heavy, len(counts)).astype(float), counts)
    farthest = float(logit(1 - 0.5 / len(truth)))
    middle = float(np.clip(logits, -farthest, farthest) @ counts / counts.sum())
    binned, hits, records = _binned(scores, hits, records)
    fitted = posterior(_design(binned, scores, logits, middle, farthest), binned, hits, records)
    positive = int(np.count_nonzero(truth))
    curve = RecalibrationCurve(
        logits, scores, NONE, middle, farthest, NONE, NONE, NONE, fitted, positive, len(truth) - positive
    )
    return curve._with(*fitted.draws())


def _with_prior(logits: Floats, hits: Floats, counts: np.ndarray) -> tuple[Floats, Floats]:
    """Hits and records at each logit, the prior's added."""
    own, share = expit(logits), counts / counts.sum()
    mean = float(own @ share)
    prior: Floats = share / max(min(mean, 1.0 - mean), LIGHT / counts.sum())
    return hits + prior * own, counts + prior


def _binned(scores: Floats, hits: Floats, records: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean score, hits and records of each bin that has any."""
    bin_of = np.minimum(((scores - scores[0]) / (scores[-1] - scores[0]) * BINS).astype(np.intp), BINS - 1)
    total = np.bincount(bin_of, records, BINS)
    there = total > 0
    middle: Floats = np.bincount(bin_of, records * scores, BINS)[there] / total[there]
    return middle, np.bincount(bin_of, hits, BINS)[there].astype(float), total[there].astype(float)


def _normal_scores(counts: np.ndarray) -> Floats:
    """Normal quantiles of the middle ranks of distinct values, rising."""
    ranks = (np.cumsum(counts) - counts / 2) / counts.sum()
    some = np.unique(np.concatenate([  # all where there are few; of many those at the ends, and some between
        np.arange(min(len(ranks), MOST_SCORES // 4)), np.arange(max(len(ranks) - MOST_SCORES // 4, 0), len(ranks)),
        np.linspace(0, len(ranks) - 1, min(len(ranks), MOST_SCORES // 2)).astype(np.intp),
    ]))  # fmt: skip
    quantile = NormalDist().inv_cdf
    scores: Floats = np.interp(ranks, ranks[some], [quantile(rank) for rank in ranks[some].tolist()])
    return scores


def _basis(scores: np.ndarray, low: float, high: float) -> Floats:
    """Cubic B-splines on equally spaced knots, shape (n, 19): the cardinal spline, moved."""
    at = np.clip((np.asarray(scores) - low) / (high - low) * SEGMENTS, 0, SEGMENTS)
    far = np.abs(at[:, np.newaxis] - np.arange(-1, SEGMENTS + 2))
    return np.where(far < 1, (4 - 6 * far**2 + 3 * far**3) / 6, (2 - far).clip(0) ** 3 / 6)


def _design(at: np.ndarray, scores: Floats, logits: Floats, middle: float, farthest: float) -> Floats:
    """The spline's basis and the logit itself, shape (n, 20), at some scores."""
    own = np.clip(np.interp(at, scores, logits), -farthest, farthest) - middle
    return np.column_stack([_basis(at, scores[0], scores[-1]), own])


def logit(probabilities: np.ndarray | float) -> Floats:
    """Logits of probabilities, clipped to ``FARTHEST`` from 0 and 1."""
    inside = np.clip(probabilities, FARTHEST, 1 - FARTHEST)
    logits: Floats = np.log(inside) - np.log1p(-inside)
    return logits
