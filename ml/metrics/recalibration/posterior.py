"""Posterior of the recalibration curve: smooth curves with and without steps, averaged by their marginal likelihood.

A penalized spline follows what changes slowly. Real models have steps that their probabilities do not show: what one
column decides is lost among others (naive Bayes), or many records share the probability 1. So up to three steps are
added where they explain most, one after the other, and every model that is not far behind the best stays in the average
(Occam's window: Madigan & Raftery 1994). Weights are the square root of those of Bayes: a tempered average
(Grünwald & van Ommen 2017) gives more to rougher curves where the hold-out does not decide.

What a list brings depends on its part of the curve alone. So its lower end may be a step of every model
(:meth:`Posterior.with_step`): the hold-out's records beyond it then count for more there than those below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ml.data.array_types import Floats

DRAWS = 2_000
PENALTIES = np.logspace(4.5, -1.5, 9)  # from a straight line to a curve that follows ten records
RIDGE = 1e-4
STIFF = (1e8, 1.0)  # precision, before the hold-out is seen, of what the logit itself is multiplied by: 0, or about 1
EDGES = 100  # places at which the share may step, equally spaced
MOST_STEPS = 3
STEP = 1.5  # standard deviation of a step in the logit, before the hold-out is seen
FEWEST_BESIDE = 8  # records on either side of a step
WINDOW = 6.0  # logarithm of how far a model may be behind the best
TRIED = 12  # models with one step more that are fitted, those expected to be best
TEMPER = 0.5  # power of the marginal likelihood in the weights
NEWTON, ENOUGH = 30, 1e-7


def step_columns(scores: np.ndarray, edges: Floats) -> Floats:
    """Columns of steps: -1/2 below each edge, 1/2 from it on; shape (n, edges)."""
    return np.where(np.asarray(scores)[:, np.newaxis] >= edges, 0.5, -0.5)


@dataclass(frozen=True)
class _Fit:
    """One model of the average: its penalty and stiffness, steps, mode, Cholesky factor and evidence."""

    penalty: float
    stiff: float
    steps: tuple[int, ...]
    mode: Floats
    lower: Floats
    evidence: float


@dataclass(frozen=True)
class Posterior:
    """Models of the curve that are averaged, and the bins of the hold-out that they were fitted on."""

    design: Floats = field(repr=False)
    """Columns of the spline, 19, and of the logit, for each bin. Shape (b, 20)."""
    scores: Floats = field(repr=False)
    hits: Floats = field(repr=False)
    records: Floats = field(repr=False)
    """Score, hits and records of each bin. Shape (b,)."""
    edges: Floats = field(repr=False)
    """Scores at which a model may step. Shape (e,)."""
    fits: tuple[tuple[_Fit, int], ...] = field(repr=False)
    """Models, and how many of the 2,000 draws are by each: as many as its evidence deserves."""

    def draws(self) -> tuple[Floats, Floats]:
        """Draws of the coefficients, shape (20 + u, 2000), and the u edges that are used."""
        return _drawn(self.fits, self.edges, self.design.shape[1])

    def with_step(self, score: float) -> tuple[Floats, Floats] | None:
        """Like :meth:`draws`, with a step at a score in every model; None where it has too few records on one side.

        The models keep their weights; their coefficients are fitted again together with the step's.
        """
        beyond = float(self.records[self.scores >= score].sum())
        if min(beyond, float(self.records.sum()) - beyond) < FEWEST_BESIDE:
            return None
        edges = np.append(self.edges, score)
        columns = step_columns(self.scores, edges)
        fits = []
        for fit, times in self.fits:
            steps = (*fit.steps, len(self.edges))
            design = np.column_stack([self.design, columns[:, steps]])
            start = np.append(fit.mode, 0.0)
            fits.append((_fit(fit.penalty, fit.stiff, steps, start, design, self.hits, self.records), times))
        return _drawn(fits, edges, self.design.shape[1])


def posterior(design: Floats, scores: Floats, hits: Floats, records: Floats) -> Posterior:
    """The models that the hold-out allows, with steps and without."""
    edges = _edges(scores, records)
    steps = step_columns(scores, edges)
    fits: list[_Fit] = []
    for stiff in STIFF:
        start = np.append(np.full(design.shape[1] - 1, np.log(hits.sum() / (records.sum() - hits.sum()))), 0.0)
        for penalty in PENALTIES:
            fits.append(_fit(penalty, stiff, (), start, design, hits, records))
            start = fits[-1].mode
    latest = fits
    for _ in range(MOST_STEPS if len(edges) else 0):
        latest = _with_one_more(latest, max(each.evidence for each in fits), design, steps, hits, records)
        if not latest:
            break
        fits += latest
    evidence = np.array([fit.evidence for fit in fits])
    weights = np.exp(TEMPER * (evidence - evidence.max()))
    times = np.random.default_rng(0).multinomial(DRAWS, weights / weights.sum()).tolist()
    used = tuple((fit, many) for fit, many in zip(fits, times, strict=True) if many)
    return Posterior(design, scores, hits, records, edges, used)


def _edges(scores: Floats, records: Floats) -> Floats:
    """Places where the share may step: with enough records on both sides."""
    places = np.linspace(scores[0], scores[-1], EDGES + 2)[1:-1]
    below = np.concatenate([[0.0], np.cumsum(records)])[np.searchsorted(scores, places)]
    allowed = places[(below >= FEWEST_BESIDE) & (below <= records.sum() - FEWEST_BESIDE)]
    # Edges with no record between them are the same step: one of them is kept
    _, first = np.unique(np.searchsorted(scores, allowed), return_index=True)
    edges: Floats = allowed[first]
    return edges


def _fit(
    penalty: float, stiff: float, steps: tuple[int, ...], start: Floats, design: Floats, hits: Floats, records: Floats
) -> _Fit:
    """Mode and marginal likelihood (Laplace) of one model; its columns are the spline's, the logit and its steps."""
    width, edges = design.shape[1], len(steps)
    smooth = width - edges - 1
    bends = np.diff(np.eye(smooth), 2, axis=0)
    prior = RIDGE * np.eye(width)
    prior[:smooth, :smooth] += penalty * bends.T @ bends
    prior[smooth, smooth] = stiff
    prior[smooth + 1 :, smooth + 1 :] = np.eye(edges) / STEP**2
    mode, fit = _mode(start, design, hits, records, prior)
    lower = np.asarray(np.linalg.cholesky(_information(mode, design, records) + prior), dtype=float)
    prior_size = len(bends) / 2 * np.log(penalty) + np.log(stiff) / 2 - edges * np.log(STEP)
    return _Fit(penalty, stiff, steps, mode, lower, fit + prior_size - float(np.log(np.diag(lower)).sum()))


def _with_one_more(
    fits: Sequence[_Fit], best: float, design: Floats, steps: Floats, hits: Floats, records: Floats
) -> list[_Fit]:
    """The most probable models with one step more than these, that are not far behind the best."""
    rare = -float(np.log(steps.shape[1]))  # log prior of a step at one of the places
    expected = np.array([_expected(fit, design, steps, hits, records) for fit in fits]) + rare
    tried: set[tuple[float, float, tuple[int, ...]]] = set()
    extended: list[_Fit] = []
    for place in np.argsort(-expected, axis=None).tolist():
        at, edge = divmod(place, steps.shape[1])
        if expected[at, edge] < best - WINDOW or len(extended) == TRIED:
            break
        fit, chosen = fits[at], tuple(sorted((*fits[at].steps, edge)))
        if (fit.penalty, fit.stiff, chosen) in tried:
            continue
        tried.add((fit.penalty, fit.stiff, chosen))
        known = dict(zip(fit.steps, fit.mode[design.shape[1] :].tolist(), strict=True))
        start = np.append(fit.mode[: design.shape[1]], [known.get(each, 0.0) for each in chosen])
        columns = np.column_stack([design, steps[:, chosen]])
        new = _fit(fit.penalty, fit.stiff, chosen, start, columns, hits, records)
        extended.append(replace(new, evidence=new.evidence + len(chosen) * rare))
    return extended


def _expected(fit: _Fit, design: Floats, steps: Floats, hits: Floats, records: Floats) -> Floats:
    """About what the evidence would be with each step beside a model's own: by one step of Newton's method."""
    columns = np.column_stack([design, steps[:, fit.steps]])
    shares = expit(columns @ fit.mode)
    weight = (records * shares * (1 - shares))[:, np.newaxis]
    across = np.linalg.solve(fit.lower, columns.T @ (weight * steps))
    information = ((weight * steps**2).sum(axis=0) - (across**2).sum(axis=0)).clip(0)
    slope = steps.T @ (hits - records * shares)
    found: Floats = fit.evidence + (slope**2 / (information + STEP**-2) - np.log1p(STEP**2 * information)) / 2
    found[list(fit.steps)] = -np.inf
    return found


def _drawn(fits: Sequence[tuple[_Fit, int]], edges: Floats, smooth: int) -> tuple[Floats, Floats]:
    """Draws of all models, and the edges that are used."""
    rng = np.random.default_rng(0)
    used = sorted({edge for fit, _ in fits for edge in fit.steps})
    draws, first = np.zeros((smooth + len(used), DRAWS)), 0
    for fit, many in fits:
        rows = [*range(smooth), *(smooth + used.index(edge) for edge in fit.steps)]
        spread = np.linalg.solve(fit.lower.T, rng.normal(size=(len(rows), many)))
        draws[rows, first : first + many] = fit.mode[:, np.newaxis] + spread
        first += many
    # Shuffled: the n-th draws of two outcomes must be independent
    return rng.permutation(draws, axis=1), edges[used]


def _mode(start: Floats, basis: Floats, hits: Floats, records: Floats, prior: Floats) -> tuple[Floats, float]:
    """Coefficients of the greatest penalized likelihood, and its logarithm: Newton's method with halved steps."""

    def value(at: Floats) -> float:
        linear = basis @ at
        return float(hits @ linear - records @ np.logaddexp(0, linear) - at @ prior @ at / 2)

    at, now = start, value(start)
    for _ in range(NEWTON):
        slope = basis.T @ (hits - records * expit(basis @ at)) - prior @ at
        step = np.linalg.solve(_information(at, basis, records) + prior, slope)
        while (new := value(at + step)) < now - ENOUGH:
            step = step / 2
        at, now, before = at + step, new, now
        if abs(now - before) < ENOUGH:
            break
    return at, now


def _information(at: Floats, basis: Floats, records: Floats) -> Floats:
    shares = expit(basis @ at)
    return (basis * (records * shares * (1 - shares))[:, np.newaxis]).T @ basis


def expit(linear: np.ndarray) -> Floats:
    """Share of a logit."""
    found: Floats = 1 / (1 + np.exp(-np.clip(linear, -40, 40)))
    return found
