"""Luck of the best cut-off beside the true gap: how much less the chosen cut-off brings on fresh records.

True probabilities are drawn from a law, so that the true profit of every cut-off is an integral; the model says these,
or distorts them. The gap is counted beside that of the truly best cut-off, whose expectation is 0, which takes most of
the chance out of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from ml.decision.payoff import Payoff
from ml.metrics.confusion_matrix import counts_by_cut_off
from ml.metrics.evaluation import OneVsRest
from ml.metrics.profit import CutOffLimits, highest_profit_cut_off, profit_curve

MANY = 300_000


@dataclass(frozen=True)
class Law:
    """Probabilities of beta(a, b), on `steps` steps or none, and the worth of a hit where a false alarm costs 1.

    What the model says has its logit times `slope`, plus `shift`.
    """

    name: str
    a: float
    b: float
    hit: float
    steps: int = 0
    slope: float = 1.0
    shift: float = 0.0

    def said(self, true: np.ndarray) -> np.ndarray:
        """What the model says where the true probability is another; the order stays."""
        if (self.slope, self.shift) == (1.0, 0.0):
            return true
        found: np.ndarray = expit(self.slope * logit(true) + self.shift)
        return found

    def draw(self, rows: int, rng: np.random.Generator) -> np.ndarray:
        """True probabilities, shape (rows,)."""
        drawn: np.ndarray = rng.beta(self.a, self.b, rows)
        return np.round(drawn * self.steps) / self.steps if self.steps else drawn


LAWS = (
    Law("20 % have it", 1.0, 4.0, 3.0),
    Law("50 % have it", 2.0, 2.0, 1.0),
    Law("5 % have it", 0.6, 11.4, 9.0),
    Law("a sharp model, 40 %", 0.4, 0.6, 1.0),
    Law("100 trees, 20 %", 1.0, 4.0, 3.0, 100),
    Law("12 distinct probabilities, 20 %", 1.0, 4.0, 3.0, 12),
    Law("the same, no tie at the best", 1.0, 4.0, 3.4, 12),
    Law("too sure, 20 %", 1.0, 4.0, 3.0, slope=2.0),
    Law("too high, 5 %", 0.6, 11.4, 9.0, shift=1.5),
)


def luck_and_gap(law: Law, rows: int, gaps: int, lucks: int) -> tuple[np.ndarray, np.ndarray]:
    """Luck as the product states it, and the true gap less its chance, both of many hold-outs."""
    rng = np.random.default_rng((rows, int(law.hit), law.steps))
    payoff = Payoff(true_positive=law.hit, false_positive=-1.0)
    falling = np.sort(law.draw(MANY, rng))[::-1]
    brought = np.append(0.0, np.cumsum(falling * law.hit - (1 - falling))) * 1_000 / MANY
    falling = law.said(falling)
    right = float(law.said(np.array(1 / (1 + law.hit))))  # acting pays from here on

    def apart(probabilities: np.ndarray, truth: np.ndarray, cut_off: float) -> float:
        counted = np.sum(np.where(truth, law.hit, -1.0)[probabilities >= cut_off]) * 1_000 / rows
        return float(counted - brought[np.searchsorted(-falling, -cut_off, side="right")])

    said, true = [], []
    for at in range(gaps):
        true_probabilities = law.draw(rows, rng)
        truth, probabilities = rng.random(rows) < true_probabilities, law.said(true_probabilities)
        answers = OneVsRest(truth, probabilities >= 0.5, probabilities, np.ones(rows))
        best = highest_profit_cut_off(counts_by_cut_off(answers, "buys"), payoff, CutOffLimits())
        assert best is not None
        true.append(apart(probabilities, truth, best) - apart(probabilities, truth, right))
        if at < lucks:
            luck = profit_curve(answers, payoff, "buys").luck
            assert luck is not None
            said.append(luck)
    return np.array(said), np.array(true)


def lines(gaps: int = 4_000, lucks: int = 24) -> list[str]:
    """The table, in Markdown: money for 1,000 records."""
    printed = [
        "| probabilities | records | true gap | luck, mean | luck / gap | spread of luck / gap |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for law in LAWS:
        for rows in (300, 2_000):
            said, true = luck_and_gap(law, rows, gaps, lucks)
            gap, error, luck = true.mean(), true.std() / np.sqrt(gaps), said.mean()
            cells = f"{gap:.1f} ± {error:.1f} | {luck:.1f} | {luck / gap:.2f} | {said.std() / gap:.2f}"
            printed.append(f"| {law.name} | {rows:,} | {cells} |")
    return printed


if __name__ == "__main__":
    print("\n".join(lines()))
