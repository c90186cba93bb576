"""One test of calibration over all probabilities, and how far they are off: intercept, slope and calibration error.

The test takes two statistics and corrects for both (Bonferroni): the likelihood ratio of the recalibration line
(``line.py``), which sees too high, too low, too extreme and too cautious probabilities, and the range of
the cumulative sum of truth less probability, in order of the probabilities, which sees a curve that bends. Chosen
by simulation: docs/decisions/0041-tests-that-know-how-many-they-are.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ml.data.array_types import Floats, Positions
from ml.metrics.evaluation import OneVsRest, need_probabilities
from ml.metrics.intervals import WIDTH, joint_width, wilson
from ml.metrics.recalibration.line import SMALLEST, Recalibration, recalibrate

DRAWS = 2_000
TAIL = 0.01  # on each side of the calibration error; chosen by simulation, so that its interval holds 95 %
PRIOR = 4.0  # records as announced, that the share of a group is drawn to where its variance is taken
ROUNDS = 20  # halvings of the span in which a factor is sought


@dataclass(frozen=True)
class CalibrationCheck:
    """Overall test of calibration, and three figures with their 95 % intervals."""

    p_value: float
    """P-value of the one test that all probabilities are calibrated."""
    expected: float
    actual: float
    """Weight of the records with the outcome: announced by the probabilities, and counted."""
    intercept: float
    intercept_low: float
    intercept_high: float
    """Calibration in the large, on the scale of the logit; above 0 more came true than was announced."""
    slope: float | None
    slope_low: float | None
    slope_high: float | None
    """Below 1 probabilities are too extreme, above too cautious; None where all are equal."""
    error: float
    error_low: float
    error_high: float
    """Expected calibration error: mean distance of said and came over the groups, by weight. Estimated without the part
    that chance adds, so it may be 0."""


def check_calibration(answers: OneVsRest, group: Positions) -> CalibrationCheck:
    """Test the probabilities as a whole; `group` are those of the calibration error, 0 to g - 1, shape (n,)."""
    probabilities, truth, weight = need_probabilities(answers.probabilities), answers.truth, answers.weight
    # Less than half a record in the whole hold-out is as good as 0: one such event is no proof by itself.
    line = recalibrate(probabilities, truth, weight, max(SMALLEST, min(0.5 / len(truth), 0.1)))
    far = line.in_the_large_error * WIDTH
    slope, slope_far = line.slope, float(np.sqrt(line.covariance[1, 1])) * WIDTH
    error, low, high = calibration_error(probabilities, truth, weight, group)
    return CalibrationCheck(
        p_value=min(1.0, 2 * min(ratio_p_value(line), range_p_value(probabilities, truth, weight))),
        expected=float((weight * probabilities).sum()),
        actual=float((weight * truth).sum()),
        intercept=line.in_the_large,
        intercept_low=line.in_the_large - far,
        intercept_high=line.in_the_large + far,
        slope=slope if line.slope_known else None,
        slope_low=slope - slope_far if line.slope_known else None,
        slope_high=slope + slope_far if line.slope_known else None,
        error=error,
        error_low=low,
        error_high=high,
    )


def ratio_p_value(line: Recalibration) -> float:
    """P-value of the likelihood ratio of intercept 0 and slope 1: chi-squared of 2 degrees, or 1 without a slope."""
    return math.exp(-line.ratio / 2) if line.slope_known else math.erfc(math.sqrt(line.ratio / 2))


def range_p_value(probabilities: Floats, truth: np.ndarray, weight: Floats) -> float:
    """P-value of the range of the cumulative sum of truth less probability, sorted by the probabilities.

    Under perfect calibration the sum is a Brownian motion whose clock is its variance; its range over one unit has
    the law of Feller (1951, "The asymptotic distribution of the range of sums of independent random variables",
    Ann. Math. Stat. 22). As a measure of calibration: Arrieta-Ibarra, Gujral, Tannen, Tygert & Xu (2022, JMLR 23).
    Equal probabilities are one step, so their order in the file does not count.
    """
    order = np.argsort(probabilities, kind="stable")
    sorted_, heavy = probabilities[order], weight[order]
    last = np.append(sorted_[1:] != sorted_[:-1], True)
    walk = np.append(0.0, np.cumsum(heavy * (truth[order] - sorted_))[last])
    variance = float((heavy**2 * sorted_ * (1 - sorted_)).sum())
    width = float(np.ptp(walk))
    if variance <= 0:  # every record was certain
        return 1.0 if width == 0 else 0.0
    return range_survival(width / math.sqrt(variance))


def range_survival(width: float) -> float:
    """Probability that the range of a Brownian motion over one unit of time is larger: 8 Σ (-1)^(k-1) k Q(k·width)."""
    if width < 0.4:
        return 1.0  # equal to 1 to fifteen digits; the series would converge slowly
    terms = range(1, 2 + math.ceil(10 / width))
    series = sum((-1) ** (k - 1) * k * 0.5 * math.erfc(k * width / math.sqrt(2)) for k in terms)
    return float(min(1.0, max(0.0, 8 * series)))


def calibration_error(
    probabilities: Floats, truth: np.ndarray, weight: Floats, group: Positions
) -> tuple[float, float, float]:
    """Expected calibration error over the groups, corrected for chance, with its 95 % interval.

    What is counted is too large by chance alone (Bröcker 2012; Kumar, Liang & Ma 2019): 10 groups of a perfect model
    lie off too. So the true distances are taken as c times those counted, and c is sought for which the error of so
    many records is as large as the one counted, or smaller, in 1, 50 and 99 % of cases (simulated, seeded).
    """
    gap, share, spread = _gaps(probabilities, truth, weight, group)
    noise = np.random.default_rng(0).standard_normal((DRAWS, len(gap))) * spread
    counted = float((share * np.abs(gap)).sum())

    def factor(tail: float) -> float:
        """The largest factor at which the counted error is still exceeded in at most that share of cases."""

        def exceeded(at: float) -> float:
            return float((np.abs(at * gap + noise) @ share >= counted).mean())

        low, high = 0.0, 1.0
        if not counted or exceeded(0.0) >= tail:
            return 0.0
        while exceeded(high) < tail and high < 1e6:
            low, high = high, 2 * high
        for _ in range(ROUNDS):
            middle = (low + high) / 2
            low, high = (middle, high) if exceeded(middle) < tail else (low, middle)
        return (low + high) / 2

    low, error, high = (counted * factor(tail) for tail in (TAIL, 0.5, 1 - TAIL))
    return error, low, max(high, counted)


def _gaps(probabilities: Floats, truth: np.ndarray, weight: Floats, group: Positions) -> tuple[Floats, Floats, Floats]:
    """Share that came less share that was said of each group, the group's share of the weight, and the gap's error."""
    said, came, heavy, rows = said_and_came(probabilities, truth, weight, group)
    likely = (rows * came + PRIOR * said) / (rows + PRIOR)
    return came - said, heavy / heavy.sum(), np.sqrt(likely * (1 - likely) / rows)


def said_and_came(
    probabilities: Floats, truth: np.ndarray, weight: Floats, group: Positions
) -> tuple[Floats, Floats, Floats, Floats]:
    """Mean probability, share with the outcome, weight and effective records of each group that has weight.

    The effective records are those that a group of equal probabilities would need for a share of the same variance:
    the more the probabilities of a group differ, the less is left to chance.
    """
    heavy: Floats = np.bincount(group, weight).astype(np.float64)
    squares: Floats = np.bincount(group, weight**2).astype(np.float64)
    keep = heavy > 0
    inside = np.bincount(group, weight**2 * probabilities * (1 - probabilities))[keep]
    heavy, squares = heavy[keep], squares[keep]
    said = np.bincount(group, weight * probabilities)[keep] / heavy
    came = np.bincount(group, weight * truth)[keep] / heavy
    alike = np.divide(inside, squares * said * (1 - said), out=np.ones_like(said), where=(said > 0) & (said < 1))
    return said, came, heavy, heavy**2 / (squares * alike.clip(1e-3, 1.0))


def kept_promises(answers: OneVsRest, group: Positions) -> dict[str, list[float]]:
    """Expected and actual share of each part, and whether they differ beyond chance; empty without probabilities.

    The interval of the difference is Wilson's interval of the actual share, less the expected share, so wide that the
    intervals of all parts hold together in 95 % of cases (Šidák 1967).

    Parameters
    ----------
    group : ndarray of int, shape (n,)
        Part of each record, 0 to s - 1, each with weight.

    Returns
    -------
    columns : dict of str to list of float, length s
        "said", "came", "gap_low" and "gap_high".
    """
    if answers.probabilities is None:
        return {"said": [], "came": [], "gap_low": [], "gap_high": []}
    said, came, _, rows = said_and_came(answers.probabilities, answers.truth, answers.weight, group)
    low, high = wilson(came * rows, rows, joint_width(len(said)))
    columns = {"said": said, "came": came, "gap_low": low - said, "gap_high": high - said}
    return {key: values.tolist() for key, values in columns.items()}
