"""False alarms of the worst segments, of parts, groups and versions where there is nothing to find, and power.

``python -m tests.simulations.segments [repeats]`` prints the table of docs/FIGURES.md. Three features: a number and a
category that the difficulty depends on, and a switch that nothing depends on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.special import expit, logit

from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.errors import NothingToShow
from ml.metrics.evaluation import OneVsRest
from ml.slices.slice_finder import worst_segments

FEATURES = (
    Feature("income", "Income", "number"),
    Feature("member", "Member", "boolean"),
    Feature("region", "Region", "category"),
)
# How the probabilities that are said differ from the true ones, on the scale of the logit
TRUTHS = {
    "uneven": lambda x: x,
    "too sure everywhere": lambda x: 2 * x,
    "too high everywhere": lambda x: x + 1,
}
PLANTED = "worse in one region"


def hold_out(truth: str, rows: int, rng: np.random.Generator) -> tuple[Any, OneVsRest]:
    """A hold-out whose difficulty depends on income and region: the truth follows a law, the model a bent one."""
    income, member = rng.normal(50, 15, rows), rng.integers(0, 2, rows).astype(float)
    region = np.empty(rows, dtype=object)
    region[:] = rng.choice(["north", "south", "west"], rows).tolist()
    law = expit(-1.5 + (income - 50) / 12 + 1.2 * (region == "south") + rng.normal(0, 0.5, rows))
    said = expit(TRUTHS.get(truth, lambda x: x)(logit(law)))
    if truth == PLANTED:  # of members in the west, half of the truths are anything
        law = np.where((member == 1) & (region == "west"), 0.5, law)
    truths = rng.random(rows) < law
    bundle = SimpleNamespace(schema=Schema(FEATURES), holdout=SimpleNamespace(block=(income, member, region)))
    return bundle, OneVsRest(truths, said >= 0.5, said, np.ones(rows))


def false_alarms(truth: str, by: str, repeats: int, rows: int = 600, permuted: bool = False) -> float:
    """Share of hold-outs in which a segment is found beyond chance; `permuted`: errors shuffled, as for labels only."""
    found = 0
    for seed in range(repeats):
        bundle, answers = hold_out(truth, rows, np.random.default_rng((seed, rows)))
        if permuted:
            answers = OneVsRest(answers.truth, answers.labels, None, answers.weight)
        try:
            found += worst_segments(bundle, answers, by, 0.5, 30).found > 0
        except NothingToShow:  # no segment has more errors than expected
            continue
    return found / repeats


def lines(repeats: int) -> Iterator[str]:
    """The table, in Markdown."""
    yield "| truth | records | wrong decisions: fires | log-loss: fires | wrong decisions, errors permuted: fires |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for truth in (*TRUTHS, PLANTED):
        for rows in (300, 1_000):
            told = [false_alarms(truth, by, repeats, rows) for by in ("wrong", "log_loss")]
            cells = [*told, false_alarms(truth, "wrong", repeats // 4, rows, permuted=True)]
            yield f"| {truth} | {rows:,} | {' | '.join(f'{each:.3f}' for each in cells)} |"


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]) if len(sys.argv) > 1 else 200):
        print(line, flush=True)
