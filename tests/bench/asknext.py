"""How many questions until the decision is the full record's, for good.

Hold-out records start with everything unknown; one field after the other is revealed. The decision is "v is at
least the cut-off", of the outcome that the page opens with; cut-offs are the top tenth of the full scores of the
hold-out, and one half. Orders: ask-next (what serves), by expected move, by chance of crossing, by global importance
(permutation importance on the hold-out), at random. In brackets: only records that are to be acted on.

Run: python tests/bench/asknext.py [records]
"""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ml.advice.next_question import NextQuestion, next_questions
from ml.advice.partial_score import PartialScore
from ml.advice.value_function import ValueFunction
from ml.bundle.bundle import Bundle
from ml.data.columns import rows_of, take
from ml.data.schema import Row
from ml.insights.permutation_importance import permutation_importance
from ml.metrics.evaluation import evaluation_of
from tests.bench.blanks import bundles
from tests.bench.serving import table

TOP = 0.1
Order = Callable[[PartialScore], str]


def needed(value_function: ValueFunction, row: Row, outcome: int, cutoff: float, order: Order) -> int:
    """Fields to reveal until the decision stays what the full record's is."""
    known = np.zeros(len(row), dtype=bool)
    decisions = []
    while True:
        position = value_function.score(row, known.tolist())
        decisions.append(bool(position.value[outcome] >= cutoff))
        if not position.blank:
            break
        known[value_function.schema.names.index(order(position))] = True
    wrong = [at for at, decision in enumerate(decisions) if decision != decisions[-1]]
    return wrong[-1] + 1 if wrong else 0


def orders(value_function: ValueFunction, bundle: Bundle, outcome: int, cutoff: float) -> dict[str, Order]:
    """By name, the rule for the field that comes next."""
    names = bundle.schema.names
    rank = np.argsort(
        -np.array(permutation_importance(bundle, evaluation_of(bundle)).mean[outcome]), kind="stable"
    ).tolist()
    rng = np.random.default_rng(1)

    def best(key: Callable[[NextQuestion], Any]) -> Order:
        return lambda position: max(next_questions(value_function, position, outcome, cutoff), key=key).feature

    return {
        "ask next": lambda position: next_questions(value_function, position, outcome, cutoff)[0].feature,
        "by move": best(lambda question: question.move),
        "by crossing": best(lambda question: (question.crossing, question.move)),
        "by importance": lambda position: names[next(at for at in rank if at in position.blank)],
        "at random": lambda position: names[rng.choice(position.blank)],
    }


def measure(bundle: Bundle, records: int) -> list[list[str]]:
    """Two lines of the table, one a cut-off."""
    outcome = bundle.outcomes.index(bundle.outcomes.positive)
    full = np.asarray(evaluation_of(bundle).probabilities)[:, outcome]
    value_function = ValueFunction(bundle)
    return [
        at_cutoff(value_function, bundle, records, full, cutoff) for cutoff in (float(np.quantile(full, 1 - TOP)), 0.5)
    ]


def at_cutoff(
    value_function: ValueFunction, bundle: Bundle, records: int, full: np.ndarray, cutoff: float
) -> list[str]:
    """Mean questions of each order at one cut-off."""
    outcome = bundle.outcomes.index(bundle.outcomes.positive)
    # Half of the records are to be acted on, for their own mean; weights restore their share of the hold-out.
    rng = np.random.default_rng(0)
    acted = full >= cutoff
    sides = [rng.permutation(np.flatnonzero(acted == side))[: records // 2] for side in (False, True)]
    cells = [bundle.name, f"{cutoff:.3f}", f"{sum(map(len, sides))}", f"{acted.mean():.2f}"]
    rows = [rows_of(bundle.schema, take(bundle.holdout.block, side)) for side in sides]
    shares = (1 - acted.mean(), acted.mean())
    found = {}
    for name, order in orders(value_function, bundle, outcome, cutoff).items():
        found[name] = [np.array([needed(value_function, row, outcome, cutoff, order) for row in side]) for side in rows]
        mean = sum(share * side.mean() for share, side in zip(shares, found[name], strict=True))
        cells.append(f"{mean:.2f} ({found[name][1].mean():.2f})")
    more = [ours - theirs for ours, theirs in zip(found["ask next"], found["by importance"], strict=True)]
    return [*cells, _difference(more, shares), f"{speed(value_function, rows[0], outcome, cutoff):.2f}"]


def _difference(sides: list[np.ndarray], shares: tuple[float, float]) -> str:
    """Mean of paired differences in two strata, and its standard error."""
    mean = sum(share * side.mean() for share, side in zip(shares, sides, strict=True))
    error = sum(share**2 * side.var(ddof=1) / len(side) for share, side in zip(shares, sides, strict=True)) ** 0.5
    return f"{mean:+.3f} ±{error:.3f}"


def speed(value_function: ValueFunction, rows: list[Row], outcome: int, cutoff: float) -> float:
    """Median milliseconds of all questions of a position with half of the fields blank."""
    rng, took = np.random.default_rng(2), []
    for row in rows:
        position = value_function.score(row, (rng.random(len(row)) < 0.5).tolist())
        started = time.perf_counter()
        next_questions(value_function, position, outcome, cutoff)
        took.append((time.perf_counter() - started) * 1e3)
    return float(np.median(took))


def main() -> None:
    """Print the table."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    head = [
        "model",
        "cut-off",
        "records",
        "acted on",
        "ask next",
        "by move",
        "by crossing",
        "by importance",
        "at random",
        "ask next less importance",
        "ms",
    ]
    table(
        "Questions until the decision stays", head, [line for bundle in bundles() for line in measure(bundle, records)]
    )


if __name__ == "__main__":
    main()
