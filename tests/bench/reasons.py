"""Reasons for one record: time, true error and stated error at each budget, in percentage points.

    python tests/bench/reasons.py [MODELS_FOLDER]

True errors are beside a budget of 400,000 predictions (exact where that holds all coalitions), over records of the
hold-out and with seeds of their own, so that chance differs from record to record.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

import ml.advice.local_shapley
from ml.advice.local_shapley import explain
from ml.advice.value_function import ValueFunction
from ml.data.columns import rows_of, take
from ml.data.schema import Row
from ml.service import open_service

RECORDS = 12
BUDGETS = (300, 625, 1_250, 2_500, 5_000, 10_000, 20_000, 40_000)


def main(folder: Path) -> None:
    """Print a table."""
    service = open_service(folder)
    print(f"{'model':<16}{'budget':>8}{'ms':>8}{'error':>8}{'largest':>9}{'stated':>8}{'within 95 %':>13}")
    for name in service.names():
        bundle = service.model(name)
        value_function = ValueFunction(bundle)
        print(
            f"{name}: {len(bundle.schema.features)} features, {bundle.card['path']['kind']}, "
            f"budgets {value_function.budgets}"
        )
        rows = rows_of(bundle.schema, take(bundle.holdout.block, slice(0, RECORDS)))
        exact = [explain(value_function, row, [True] * len(row), 400_000).contributions for row in rows]
        for budget in BUDGETS:
            _line(value_function, rows, exact, budget)


def _line(value_function: ValueFunction, rows: list[Row], exact: list[np.ndarray], budget: int) -> None:
    off, stated, spent = [], [], []
    for seed, (row, true) in enumerate(zip(rows, exact, strict=True), start=1):
        ml.advice.local_shapley._kept.clear()
        ml.advice.local_shapley.SEED = seed
        started = time.perf_counter()
        found = explain(value_function, row, [True] * len(row), budget)
        spent.append(1e3 * (time.perf_counter() - started))
        off.append(100 * np.abs(found.contributions - true))
        stated.append(100 * found.errors)
    ml.advice.local_shapley.SEED = 0
    wrong, said = np.array(off), np.array(stated)
    within = (wrong <= 1.96 * said + 1e-9).mean()
    rms, most = np.sqrt((wrong**2).mean()), wrong.max()
    print(
        f"{'':<16}{budget:>8,}{np.median(spent):>8.0f}{rms:>8.3f}{most:>9.2f}{np.sqrt((said**2).mean()):>8.3f}{within:>13.0%}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "models"))
