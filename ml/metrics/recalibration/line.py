"""Logistic recalibration: the truth regressed on the logit of the probabilities (Cox 1958).

logit P(true) = intercept + slope · logit(p). Calibrated probabilities have intercept 0 and slope 1; a slope below 1
says that they are too extreme, above 1 that they are too cautious (Miller, Hui & Tierney 1991). "In the large" is the
intercept at slope 1: below 0 where fewer come true than were announced (Van Calster et al. 2016).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.data.array_types import Booleans, Floats

SMALLEST = 1e-6  # a probability of 0 or 1 has no logit: it counts as this, and as 1 less this
ROUNDS, CLOSE = 100, 1e-10
HALVINGS = 30
MOST_MOVED = 5.0  # a step moves no logit by more: where all is flat, Newton's would end beyond all numbers
FARTHEST = 700.0  # largest exponent: exp of more overflows


@dataclass(frozen=True)
class Recalibration:
    """Recalibration line on the logit scale, with the uncertainty of its estimate."""

    intercept: float
    slope: float
    """Maximum likelihood; 0 and 1 are perfect calibration."""
    covariance: Floats
    """Covariance of intercept and slope: by the model, with weights the sandwich estimate. Shape (2, 2)."""
    in_the_large: float
    in_the_large_error: float
    """Intercept at slope 1, and its standard error."""
    penalized: bool
    """Whether Jeffreys' prior was needed for finite estimates: where a cut-off separates the outcomes or there is one
    outcome only (Firth 1993; Heinze & Schemper 2002)."""
    slope_known: bool
    """False where all probabilities are equal: the slope is then 1 by assumption, without variance."""
    ratio: float
    """Likelihood ratio statistic of intercept 0 and slope 1, twice the gain in log-likelihood; about chi-squared of 2
    degrees under perfect calibration (Cox 1958), of 1 where the slope is not known."""
    smallest: float
    """Probabilities below it, and above 1 less it, count as these."""

    def apply(self, probabilities: Floats) -> Floats:
        """The recalibrated probabilities, of the same shape."""
        return inverse_logit(self.intercept + self.slope * logit(probabilities, self.smallest))


def recalibrate(probabilities: Floats, truth: Booleans, weight: Floats, smallest: float = SMALLEST) -> Recalibration:
    """Fit the recalibration line.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n,)
        0 to 1. Those of exactly 0 and 1 are clipped.
    truth : ndarray of bool, shape (n,)
    weight : ndarray of float, shape (n,)
        Not negative. Only their proportions count: together they are worth Kish's effective sample size.
    smallest : float
        Probability at which to clip, above 0.

    Returns
    -------
    Recalibration
        Always finite: see `penalized` and `slope_known`.

    Raises
    ------
    ValueError
        When no record has weight.
    """
    if not weight.sum() > 0:
        raise ValueError("There is no record with weight to recalibrate by.")
    used = weight > 0
    x, y = logit(probabilities[used], smallest), truth[used].astype(np.float64)
    w = weight[used] * (weight.sum() / (weight**2).sum())
    one, varied = _separated(x, y), bool(np.ptp(x) > 0)
    ones = np.ones((len(x), 1))
    large = _fit(ones, y, w, x, np.zeros(1), not 0 < y.mean() < 1)
    large_variance = _covariance(ones, w, x, large)
    if varied:
        design, offset, start = np.column_stack([ones, x]), np.zeros(len(x)), np.array([0.0, 1.0])
        coefficients = _fit(design, y, w, offset, start, one)
        covariance = _covariance(design, w, offset, coefficients)
    else:
        coefficients, covariance = np.array([large[0], 1.0]), np.zeros((2, 2))
        covariance[0, 0] = large_variance[0, 0]
    at_best = _log_likelihood(coefficients[0] + coefficients[1] * x, y, w)
    return Recalibration(
        intercept=float(coefficients[0]),
        slope=float(coefficients[1]),
        covariance=covariance,
        in_the_large=float(large[0]),
        in_the_large_error=float(np.sqrt(large_variance[0, 0])),
        penalized=one if varied else not 0 < y.mean() < 1,
        slope_known=varied,
        ratio=float(max(0.0, 2 * (at_best - _log_likelihood(x, y, w)))),
        smallest=smallest,
    )


def logit(probabilities: Floats, smallest: float = SMALLEST) -> Floats:
    """Logarithm of the odds; of probabilities below `smallest` and above 1 less it, of these."""
    clipped = np.clip(probabilities, smallest, 1.0 - smallest)
    return np.log(clipped) - np.log1p(-clipped)


def inverse_logit(values: Floats) -> Floats:
    """Probabilities of logits, without overflow."""
    return 1.0 / (1.0 + np.exp(np.minimum(-values, FARTHEST)))


def _separated(x: Floats, y: Floats) -> bool:
    """True when a cut-off leaves one outcome on each side: then no finite maximum exists (Albert & Anderson 1984)."""
    with_it, without = x[y > 0], x[y == 0]
    if not len(with_it) or not len(without):
        return True
    return bool(with_it.min() >= without.max() or with_it.max() <= without.min())


def _fit(design: Floats, y: Floats, w: Floats, offset: Floats, start: Floats, penalized: bool) -> Floats:
    """Coefficients by Newton's method with step halving; `penalized`: with Firth's correction of the score."""
    at, value = start, _objective(design, y, w, offset, start, penalized)
    for _ in range(ROUNDS):
        mean = inverse_logit(offset + design @ at)
        curvature, residual = w * mean * (1 - mean), w * (y - mean)
        if penalized:  # as half a record more on each side, for each unit of leverage
            leverage = _leverage(design, curvature)
            residual = residual + leverage * (0.5 - mean)
            curvature = curvature + leverage * mean * (1 - mean)
        step = _inverse_information(design, curvature) @ (design.T @ residual)
        step = step / max(1.0, np.abs(design @ step).max() / MOST_MOVED)
        for _ in range(HALVINGS):
            reached = _objective(design, y, w, offset, at + step, penalized)
            if reached >= value - CLOSE * abs(value):
                break
            step = step / 2
        at, value = at + step, reached
        if np.abs(step).max() < CLOSE * (1 + np.abs(at).max()):
            break
    return at


def _objective(design: Floats, y: Floats, w: Floats, offset: Floats, at: Floats, penalized: bool) -> float:
    eta = offset + design @ at
    value = _log_likelihood(eta, y, w)
    if not penalized:
        return value
    mean = inverse_logit(eta)
    _, size = np.linalg.slogdet((design * (w * mean * (1 - mean))[:, None]).T @ design)  # -inf where it is singular
    return value + 0.5 * float(size)


def _log_likelihood(eta: Floats, y: Floats, w: Floats) -> float:
    # y·eta − log(1 + exp(eta)), without overflow
    return float(w @ (y * eta - np.maximum(eta, 0.0) - np.log(1.0 + np.exp(-np.abs(eta)))))


def _leverage(design: Floats, curvature: Floats) -> Floats:
    inverse = _inverse_information(design, curvature)
    leverage: Floats = curvature * np.einsum("ij,jk,ik->i", design, inverse, design)
    return leverage


def _inverse_information(design: Floats, curvature: Floats) -> Floats:
    information = (design * curvature[:, None]).T @ design
    return np.asarray(np.linalg.pinv(information, hermitian=True), dtype=np.float64)


def _covariance(design: Floats, w: Floats, offset: Floats, at: Floats) -> Floats:
    """Covariance of the coefficients under the model: the inverse information; with weights the sandwich."""
    mean = inverse_logit(offset + design @ at)
    variance = mean * (1 - mean)
    bread = _inverse_information(design, w * variance)
    meat = (design * (w**2 * variance)[:, None]).T @ design
    return bread @ meat @ bread
