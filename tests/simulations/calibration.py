"""False alarms and power of the overall test of calibration, and coverage of its three intervals, with known truth.

``python -m tests.simulations.calibration [repeats]`` prints the table of docs/FIGURES.md. Probabilities are drawn from
a beta distribution; the truth follows them, or a known distortion of them on the scale of the logit.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from scipy.stats import chi2

from ml.metrics.calibration import quantile_groups
from ml.metrics.evaluation import OneVsRest
from ml.metrics.recalibration.check import CalibrationCheck, check_calibration

SHAPES = {0.25: (1.0, 3.0), 0.05: (0.7, 13.3), 0.02: (0.3, 14.7), 0.5: (2.0, 2.0)}  # of each base rate


@dataclass(frozen=True)
class Case:
    """One simulated truth: logit of the true probability = shift + slope · (x − mean x) + mean x + wave of x."""

    name: str
    rows: int
    rate: float
    shift: float = 0.0
    slope: float = 1.0
    wave: float = 0.0

    @property
    def calibrated(self) -> bool:
        """Whether the probabilities are true."""
        return self.slope == 1.0 and not self.shift and not self.wave

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities as said, and true, of one hold-out."""
        said = np.clip(rng.beta(*SHAPES[self.rate], self.rows), 1e-6, 1 - 1e-6)
        x = logit(said)
        middle, scale = x.mean(), x.std()
        bent = self.wave * np.sin(2.5 * (x - middle) / scale)
        return said, expit(self.shift + middle + self.slope * (x - middle) + bent)


CASES = (
    Case("calibrated, 100 records, rate 25 %", 100, 0.25),
    Case("calibrated, 500 records, rate 5 %", 500, 0.05),
    Case("calibrated, 2,000 records, rate 2 %", 2_000, 0.02),
    Case("too sure, 500 records, rate 25 %", 500, 0.25, slope=0.75),
)
SEEN = ((500, 0.25), (2_000, 0.25), (2_000, 0.05))  # records and base rate of the distorted ones
ALL = (
    *(Case("calibrated", rows, rate) for rows in (100, 500, 2_000, 10_000) for rate in (0.5, 0.25, 0.05, 0.02)),
    *(Case("too sure (slope 0.75)", rows, rate, slope=0.75) for rows, rate in SEEN),
    *(Case("too high (logit less 0.25)", rows, rate, shift=-0.25) for rows, rate in SEEN),
    *(Case("wave (0.5 in the logit)", rows, rate, wave=0.5) for rows, rate in SEEN),
)


def off_by_groups(said: np.ndarray, truth: np.ndarray, group: np.ndarray) -> bool:
    """Whether Hosmer & Lemeshow's test (1980) over the groups would fire: g degrees, for records not learnt from."""
    rows = np.bincount(group)
    gap, variance = np.bincount(group, truth - said), np.bincount(group, said * (1 - said))
    return bool(chi2.sf((gap**2 / np.maximum(variance, 1e-12)).sum(), len(rows)) <= 0.05)


def one(case: Case, rng: np.random.Generator) -> dict[str, float]:
    """What one hold-out gives: whether the test fires, and which intervals hold the truth."""
    said, true = case.draw(rng)
    truth, weight = rng.random(case.rows) < true, np.ones(case.rows)
    group = quantile_groups(said, weight)
    found = check_calibration(OneVsRest(truth, said >= 0.5, said, weight), group)
    error = float(np.abs(np.bincount(group, true - said)).sum() / case.rows)
    return {
        "fires": found.p_value <= 0.05,
        "groups": off_by_groups(said, truth, group),
        "error": found.error_low - 1e-12 <= error <= found.error_high + 1e-12,
        **_line(case, found, said),
    }


def _line(case: Case, found: CalibrationCheck, said: np.ndarray) -> dict[str, float]:
    """Whether the intervals of intercept and slope hold; a wave has neither."""
    held = {"intercept": np.nan, "slope": np.nan}
    if case.wave or found.slope_low is None or found.slope_high is None:
        return held
    held["slope"] = found.slope_low <= case.slope <= found.slope_high
    if case.slope == 1.0:
        held["intercept"] = found.intercept_low <= case.shift <= found.intercept_high
    return held


def simulated(case: Case, repeats: int, seed: int = 0) -> dict[str, float]:
    """Share of hold-outs in which the test fires, and in which each interval holds the truth."""
    rng = np.random.default_rng((seed, case.rows, int(1_000 * case.rate)))
    rows = [one(case, rng) for _ in range(repeats)]
    return {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}


def lines(repeats: int) -> Iterator[str]:
    """The table, in Markdown."""
    columns = ("fires", "groups", "intercept", "slope", "error")
    yield "| truth | records | base rate | fires | Hosmer-Lemeshow's | intercept held | slope held | error held |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for case in ALL:
        found = simulated(case, repeats)
        cells = ["–" if np.isnan(found[key]) else f"{found[key]:.3f}" for key in columns]
        yield f"| {case.name} | {case.rows:,} | {case.rate:.0%} | {' | '.join(cells)} |".replace("%", " %")


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000):
        print(line, flush=True)
