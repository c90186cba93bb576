"""Coverage of the interval of the lift, and of what it is beside other intervals, over simulated campaigns.

``python -m tests.simulations.lifts [repeats]`` prints the table of docs/decisions/0061-statistics-of-results.md.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ml.metrics.intervals import wilson
from ml.monitoring.lift import Arms, lift, money_realised

VALUE, COST = 120.0, 4.0


@dataclass(frozen=True)
class Year:
    """Campaigns: numbers of called and kept back, and shares that buy of either."""

    name: str
    sizes: tuple[tuple[int, int], ...]
    rates: tuple[tuple[float, float], ...]

    @property
    def truth(self) -> float:
        """Mean effect on those called."""
        called = np.array([size[0] for size in self.sizes], dtype=float)
        return float(called @ np.array([one - other for one, other in self.rates]) / called.sum())

    def draw(self, rng: np.random.Generator) -> list[Arms]:
        """What comes of each campaign."""
        return [
            Arms(called, int(rng.binomial(called, one)), control, int(rng.binomial(control, other)))
            for (called, control), (one, other) in zip(self.sizes, self.rates, strict=True)
        ]


def _alike(name: str, campaigns: int, size: tuple[int, int], rates: tuple[float, float]) -> Year:
    return Year(name, (size,) * campaigns, (rates,) * campaigns)


SIX = ((0.03, 0.02), (0.06, 0.05), (0.12, 0.1), (0.25, 0.2), (0.4, 0.3), (0.55, 0.5))
YEARS = (
    _alike("one, few of both", 1, (50, 20), (0.08, 0.05)),
    _alike("one, few kept back, few buy", 1, (200, 20), (0.04, 0.02)),
    _alike("one, 10 % kept back", 1, (1_000, 100), (0.08, 0.05)),
    _alike("one, large, no effect", 1, (5_000, 500), (0.11, 0.11)),
    _alike("one, halves", 1, (2_000, 2_000), (0.16, 0.11)),
    _alike("four, few kept back, few buy", 4, (200, 20), (0.02, 0.02)),
    _alike("twelve, few kept back, few buy", 12, (200, 20), (0.02, 0.02)),
    _alike("twelve, few kept back", 12, (200, 20), (0.08, 0.05)),
    _alike("twelve, 10 % kept back", 12, (1_000, 100), (0.08, 0.05)),
    Year("six, 2 to 50 % buy", ((400, 40),) * 6, SIX),
    Year("three, one with few kept back", ((1_000, 30), (1_000, 300), (1_000, 300)), ((0.12, 0.08),) * 3),
    Year("the same, many buy there", ((1_000, 30), (1_000, 300), (1_000, 300)), ((0.55, 0.5),) + ((0.03, 0.02),) * 2),
    Year("two, four times as many kept back", ((1_000, 60), (1_000, 240)), ((0.024, 0.02),) * 2),
    Year("six, one with few kept back", ((1_000, 20),) + ((1_000, 200),) * 5, ((0.06, 0.05),) * 6),
)


def pooled(campaigns: list[Arms]) -> tuple[float, float]:
    """Newcombe's interval of all campaigns put together, as if they were one."""
    ends = []
    for hits, rows in (
        (sum(arms.bought for arms in campaigns), sum(arms.called for arms in campaigns)),
        (sum(arms.control_bought for arms in campaigns), sum(arms.control for arms in campaigns)),
    ):
        limits = wilson(hits, rows)
        ends.append((hits / rows, float(limits[0]), float(limits[1])))
    (one, low, high), (other, other_low, other_high) = ends
    apart = one - other
    return apart - math.hypot(one - low, other_high - other), apart + math.hypot(high - one, other - other_low)


def coverage(year: Year, repeats: int, seed: int = 0) -> dict[str, float]:
    """Share of years whose interval holds the truth, of difference, money, and campaigns pooled; and its mean width."""
    rng, rows = np.random.default_rng((seed, len(year.sizes))), []
    calls = sum(called for called, _ in year.sizes)
    money = year.truth * calls * VALUE - calls * COST
    for _ in range(repeats):
        drawn = year.draw(rng)
        found = lift(drawn)
        made = money_realised(found, VALUE, COST, (0.0, 0.0, 0.0))
        assert found.low is not None
        assert found.high is not None
        assert made.low is not None
        assert made.high is not None
        low, high = pooled(drawn)
        rows.append(
            (
                found.low <= year.truth <= found.high,
                made.low <= money <= made.high,
                low <= year.truth <= high,
                found.high - found.low,
            )
        )
    return dict(zip(("difference", "money", "pooled", "width"), np.mean(rows, axis=0).tolist(), strict=True))


def lines(repeats: int) -> Iterator[str]:
    """The table, in Markdown."""
    yield "| campaigns | called, kept back | holds | mean width | pooled holds |"
    yield "| --- | --- | ---: | ---: | ---: |"
    for year in YEARS:
        found = coverage(year, repeats)
        sizes = ", ".join(f"{called:,} + {control:,}" for called, control in dict.fromkeys(year.sizes))
        yield f"| {year.name} | {sizes} | {found['difference']:.1%} | {found['width']:.3f} | {found['pooled']:.1%} |"


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]) if len(sys.argv) > 1 else 4_000):
        print(line.replace("%", " %").replace("  %", " %"), flush=True)
