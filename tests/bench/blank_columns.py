"""A file without whole columns: log-loss of the estimator's own way with gaps, and of v(K), what is known.

For the hold-out of each demo model whose estimator takes gaps, and of all by v(K), the one, two and four features that
tell most are left out of the file. Log-loss of a record over its outcomes; probabilities count as at least 0.001.
Records a second: each by itself, as the Prediction page scores one, and as files are scored, in blocks.

Run: python -m tests.bench.blank_columns [records]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import numpy as np

from ml.advice.score_known import AVERAGE
from ml.advice.value_function import ValueFunction
from ml.bundle.scored import Score
from ml.data.columns import rows_of, take
from ml.data.records import read_records
from ml.service import Bundle, Service, open_service
from tests.bench.serving import table

SMALLEST = 0.001
LEFT_OUT = (1, 2, 4)


def loss(bundle: Bundle, truth: np.ndarray, answers: Sequence[object]) -> str:
    """Mean log-loss; a dash where the estimator refuses records."""
    if not all(isinstance(each, Score) for each in answers):
        return "refused"
    p = np.array([each.probabilities for each in answers if isinstance(each, Score)])
    if bundle.outcomes.exclusive:
        return f"{-np.log(p[truth].clip(SMALLEST)).mean():.3f}"
    losses = -np.where(truth, np.log(p.clip(SMALLEST)), np.log((1 - p).clip(SMALLEST)))
    return f"{losses.sum(axis=1).mean():.3f}"


def measure(service: Service, name: str, records: int) -> list[list[str]]:
    """Lines of the table for one model."""
    bundle = service.model(name)
    chosen = np.random.default_rng(0).permutation(len(bundle.holdout.truth))[:records]
    truth, block = bundle.holdout.truth[chosen], take(bundle.holdout.block, chosen)
    raws = [dict(zip(bundle.schema.names, row, strict=True)) for row in rows_of(bundle.schema, block)]
    whole = loss(bundle, truth, service.score_each(bundle, raws))
    lines, value_function = [], ValueFunction(bundle)
    service.score_each(bundle, [{}], AVERAGE)  # the first call fills caches
    order = bundle.card.get("order") or bundle.schema.names
    for count in LEFT_OUT:
        gone = set(order[:count])
        short = [{name: value for name, value in raw.items() if name not in gone} for raw in raws]
        started = time.perf_counter()
        known = service.score_each(bundle, short, AVERAGE)
        rate = len(short) / (time.perf_counter() - started)
        rows = read_records(bundle.schema.with_blanks, short, extra=True).all_rows()
        started = time.perf_counter()
        for row in rows:
            value_function.score(row)
        alone = len(short) / (time.perf_counter() - started)
        own = loss(bundle, truth, service.score_each(bundle, short))
        lines.append(
            [name, ", ".join(order[:count]), whole, own, loss(bundle, truth, known), f"{alone:,.0f}", f"{rate:,.0f}"]
        )
    return lines


def main() -> None:
    """Print the table."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    service = open_service("models")
    head = ["model", "columns left out", "whole file", "estimator", "what is known", "one by one", "in blocks"]
    table("Files without columns", head, [line for name in service.names() for line in measure(service, name, records)])


if __name__ == "__main__":
    main()
