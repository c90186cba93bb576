"""Coverage of the bands and of the averages of the Performance page: simulated hold-outs whose truth is known.

Net benefit (decision curve), share found (gain curve) and the averages of three outcomes. The true values are those of
many records: of curves with the probabilities themselves in place of the truths, of averages drawn.
"""

from __future__ import annotations

import numpy as np

from ml.data.outcomes import Outcome, Outcomes
from ml.metrics.confusion_matrix import counts_by_cut_off
from ml.metrics.evaluation import Evaluation, OneVsRest
from ml.metrics.gain_lift import found_interval
from ml.metrics.headline import averages
from ml.metrics.threshold_plots import decision_curve
from ml.metrics.threshold_table import threshold_table

MANY = 400_000
TRUTHS = 8  # hold-outs of many records: the mean of their averages is the true one
CUT_OFFS, SHARES = (0.1, 0.2, 0.4, 0.8), (0.05, 0.1, 0.3)
LAWS = {"20 %": (1.0, 4.0), "50 %": (2.0, 2.0), "5 %": (0.6, 11.4)}


def drawn(law: str, rows: int, rng: np.random.Generator) -> OneVsRest:
    """A hold-out of which the probabilities are right."""
    probabilities = rng.beta(*LAWS[law], rows)
    truth = rng.random(rows) < probabilities
    return OneVsRest(truth, probabilities >= 0.5, probabilities, np.ones(rows))


def coverage_of_bands(law: str, rows: int, draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Share of hold-outs whose bands hold the true net benefit and share found, at a few places each."""
    rng = np.random.default_rng((rows, len(law)))
    many = np.sort(rng.beta(*LAWS[law], MANY))[::-1]
    benefit = [np.mean((many >= cut) * (many - cut / (1 - cut) * (1 - many))) for cut in CUT_OFFS]
    found = np.cumsum(many)[[round(share * MANY) - 1 for share in SHARES]] / many.sum()
    held = [np.zeros(len(CUT_OFFS)), np.zeros(len(SHARES))]
    for _ in range(draws):
        answers = drawn(law, rows, rng)
        curve = decision_curve(threshold_table(answers, extra=CUT_OFFS))
        at = [curve.cut_off.index(cut) for cut in CUT_OFFS]
        held[0] += [_holds(curve.low[row], float(true), curve.high[row]) for row, true in zip(at, benefit, strict=True)]
        low, high = found_interval(answers, counts_by_cut_off(answers, "buys"), np.array(SHARES))
        held[1] += (low <= found) & (found <= high)
    return held[0] / draws, held[1] / draws


def _holds(low: float | None, true: float, high: float | None) -> bool:
    return low is not None and high is not None and low <= true <= high


def evaluation(rows: int, rng: np.random.Generator) -> Evaluation:
    """A hold-out of three exclusive outcomes with right probabilities."""
    probabilities = rng.dirichlet([2.0, 1.0, 0.4], rows)
    true = (probabilities.cumsum(axis=1) > rng.random((rows, 1))).argmax(axis=1)
    outcomes = Outcomes(tuple(Outcome(name, name, name) for name in "abc"), True, "a")
    sides = np.eye(3, dtype=bool)
    return Evaluation(outcomes, sides[true], sides[probabilities.argmax(axis=1)], probabilities, np.ones(rows))


def coverage_of_averages(rows: int, draws: int) -> dict[str, float]:
    """Share of hold-outs whose intervals hold the averages among many records, by name."""
    rng = np.random.default_rng(rows)
    many = [averages(evaluation(MANY // 2, rng)) for _ in range(TRUTHS)]
    held: dict[str, float] = {}
    for _ in range(draws):
        found = averages(evaluation(rows, rng))
        for way in ("macro", "weighted"):
            for key in ("roc_auc", "average_precision", "log_loss", "f1"):
                low, high = getattr(found, f"{way}_low")[key], getattr(found, f"{way}_high")[key]
                true = np.mean([getattr(each, way)[key] for each in many])
                name = f"{way} {key}"
                held[name] = held.get(name, 0.0) + bool(low <= true <= high) / draws
    return held


def lines(draws: int = 400) -> list[str]:
    """The tables, in Markdown."""
    head = [f"net benefit at {cut:.0%}" for cut in CUT_OFFS] + [f"found by {share:.0%}" for share in SHARES]
    printed = [f"| have it | records | {' | '.join(head)} |", f"| --- | ---: | {' | '.join(['---:'] * len(head))} |"]
    for law in LAWS:
        for rows in (300, 2_000):
            cells = np.concatenate(coverage_of_bands(law, rows, draws))
            printed.append(f"| {law} | {rows:,} | {' | '.join(f'{cell:.3f}' for cell in cells)} |")
    for rows in (200, 1_000):
        held = coverage_of_averages(rows, draws)
        if rows == 200:
            printed += ["", f"| records | {' | '.join(held)} |", f"| ---: | {' | '.join(['---:'] * len(held))} |"]
        printed.append(f"| {rows:,} | {' | '.join(f'{share:.3f}' for share in held.values())} |")
    return printed


if __name__ == "__main__":
    print("\n".join(lines()))
