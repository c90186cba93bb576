"""One record through the service in this process, beside the bare ``predict_proba`` of the same pipeline.

Run: python tests/bench/service.py [rounds]
"""

from __future__ import annotations

import os
from functools import partial

os.environ.setdefault("OMP_NUM_THREADS", "1")

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ml.data.columns import block_of, frame_of
from ml.data.records import read_records
from ml.service import open_service
from tests.bench.length import either
from tests.bench.serving import table


def median_ms(ask: Callable[[], object], rounds: int) -> float:
    """Median milliseconds of one call."""
    took = []
    for _ in range(rounds):
        started = time.perf_counter()
        ask()
        took.append(time.perf_counter() - started)
    return statistics.median(took) * 1000


def main() -> None:
    """Measure each demo model, alternating between the two sides."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else either(300, 20)
    service = open_service("models")
    rows = []
    for name in service.names():
        bundle = service.model(name)
        record = {feature.name: feature.default for feature in bundle.schema.features}
        frame = frame_of(bundle.schema, block_of(bundle.schema, read_records(bundle.schema, [record]).all_rows()))
        estimator = bundle.estimator
        ours, bare = [], []
        for _ in range(5):
            ours.append(median_ms(partial(service.score, name, [record]), rounds))
            bare.append(median_ms(partial(estimator.predict_proba, frame), max(rounds // 10, 5)))
        mine, theirs = statistics.median(ours), statistics.median(bare)
        rows.append([name, bundle.predictor.description, f"{mine:.3f} ms", f"{theirs:.2f} ms", f"{theirs / mine:.0f}x"])
    header = ["model", "path", "raw record to score, ours", "predict_proba of a ready frame", "ratio"]
    table("One record in process (reading and validating it included on our side only)", header, rows)


if __name__ == "__main__":
    main()
