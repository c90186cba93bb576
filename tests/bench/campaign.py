"""A campaign of 1,000,000 rows: opening it, looking into it anywhere, and forecasting lists, in one process.

Beside the forecast stands the same choice as one writes it with pandas (sort_values, groupby, head). Run:
python tests/bench/campaign.py [model] [rows]
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import pandas as pd

from jobs.campaign_service import CampaignService
from jobs.job_service import JobService
from jobs.worker import Worker
from ml.service import open_service
from settings import Settings
from store.db import open_store
from store.files import Files
from tests.bench.jobs import write_rows
from tests.bench.serving import table

NUMBER, LIMIT = 5_000, 1_000


def best(run: Callable[[], Any], times: int = 5) -> float:
    """Milliseconds of the quickest of some runs."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        took.append(1000 * (time.perf_counter() - start))
    return min(took)


def with_pandas(frame: pd.DataFrame, column: str, outcome: str) -> pd.DataFrame:
    """The best of each group up to the limit, and of these the best."""
    ranked = frame.sort_values(outcome, ascending=False, kind="stable")
    return ranked.groupby(column, sort=False).head(LIMIT).head(NUMBER)


def main() -> None:
    """Measure and print."""
    name = sys.argv[1] if len(sys.argv) > 1 else "bank-products"
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    service = open_service(Settings.from_environ().models_dir)
    bundle = service.model(name)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "rows.csv"
        write_rows(bundle, rows, source)
        store, files = open_store(f"sqlite:///{folder}/likely.db"), Files(f"{folder}/files")
        campaigns = CampaignService(JobService(service, store, files, lambda _: None))
        with source.open("rb") as file:
            job, _ = campaigns.hold(name, iter(lambda: file.read(1 << 20), b""), {"name": source.name}, None)
        campaigns.start(job.id, {}, reasons=False)
        worker = Worker(service, store.jobs, files)
        start = time.perf_counter()
        while worker.step():
            pass
        scored = time.perf_counter() - start

        start = time.perf_counter()
        index, bundle = campaigns.choices(job.id)
        opened = 1000 * (time.perf_counter() - start)
        column = next(iter(index.columns))
        outcome = bundle.outcomes.positive
        wish = {"by": "number", "number": NUMBER, "outcomes": [outcome], "column": column, "limit": LIMIT}
        groups = index.columns[column]
        frame = pd.DataFrame({column: groups.codes, outcome: index.probabilities[:, bundle.outcomes.index(outcome)]})
        middle = rows // 2
        ours = best(lambda: campaigns.forecast(job.id, wish))
        theirs = best(lambda: with_pandas(frame, column, outcome))
        cells = [
            f"{rows / scored:,.0f} rows/s",
            f"{opened:.0f} ms",
            f"{best(lambda: campaigns.rows(job.id, 'rank', None, 0, 100)):.0f} ms",
            f"{best(lambda: campaigns.rows(job.id, 'rank', None, middle, middle + 100)):.0f} ms",
            f"{best(lambda: campaigns.forecast(job.id, {'by': 'number', 'number': NUMBER})):.0f} ms",
            f"{ours:.0f} ms",
            f"{theirs:.0f} ms ({theirs / ours:.1f} times ours)",
        ]
    head = ["", "scored, one worker", "opened", "first 100 by rank", "100 in the middle", "forecast of 5,000"]
    head += ["with limits", "the same choice with pandas"]
    table(f"A campaign of {rows:,} rows", head, [[name, *cells]])


if __name__ == "__main__":
    main()
