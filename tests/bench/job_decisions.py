"""What it costs that a job's records are recorded as decisions: CPU and bytes of a record, memory of the worker.

Each case is a worker process of its own: a file of so many records of a demo model, with and without ids of decisions,
with and without their values, in SQLite and in PostgreSQL (at 127.0.0.1:5432). Seconds are CPU of the worker, so that
what others do beside it counts little; those of PostgreSQL's own processes are not in them.

Run: python tests/bench/job_decisions.py [model] [records ...]
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from sqlalchemy import text

from feedback.job_kinds import kinds_of
from jobs.job_service import JobService
from jobs.worker import Worker
from ml.data.columns import take, write_csv
from ml.service import open_service
from settings import Settings
from store.db import Store, chosen_cut_offs, open_store
from store.files import Files
from tests.faults.places import database
from tests.serving import ROOT

CASES = (("without", None, "encrypted"), ("ids", "", "none"), ("ids and values", "", "encrypted"))


def main() -> None:
    """Measure, and print a row for each case."""
    model, counts = (sys.argv[1:2] or ["bank-products"])[0], [*map(int, sys.argv[2:])] or [20_000, 200_000]
    print(f"{model}: CPU of the worker, µs a record; bytes a record in the database; seconds; most MB of the worker")
    for kind in ("sqlite", "postgresql"):
        for count in counts:
            for name, asked, values in CASES:
                with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
                    with ProcessPoolExecutor(1, get_context("spawn")) as alone:
                        cpu, size, took, most = alone.submit(_work, model, count, asked, values, folder, url).result()
                    print(f"{kind:10} {count:9,} {name:15} {cpu:7.1f} {size:7,} {took:7.1f} {most:7.0f}", flush=True)


def _work(
    model: str, count: int, asked: str | None, values: str, place: str, url: str
) -> tuple[float, int, float, float]:  # fmt: skip
    folder = Path(place)
    environ = {"VAR_DIR": str(folder), "DATABASE_URL": url, "MODELS_DIR": str(ROOT / "models")}
    settings = Settings.from_environ(environ)
    store, files = open_store(url), Files(settings.files_url)
    service = open_service(settings.models_folder, chosen=chosen_cut_offs(store))
    bundle = service.model(model)
    rows = np.arange(count) % len(bundle.holdout.block[0])
    write_csv(folder / "file.csv", bundle.schema, take(bundle.holdout.block, rows))
    options = {"name": "file.csv"} | ({} if asked is None else {"decisions": asked})
    job, _ = JobService(service, store, files, str).accept(model, _blocks(folder / "file.csv"), options)
    kinds = kinds_of(service, store, values, "on")
    worker = Worker(service, store.jobs, files, kinds=kinds)
    before = _bytes_of(store, folder)
    worker.step()  # the splitting
    cpu, began = time.process_time(), time.perf_counter()
    while worker.step():
        pass
    cpu, took = time.process_time() - cpu, time.perf_counter() - began
    state = store.jobs.get(job.id)
    if state is None or (state.state, state.done) != ("done", count):
        raise RuntimeError(str(state))
    grown = _bytes_of(store, folder) - before
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return 1e6 * cpu / count, round(grown / count), took, most


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            yield block


def _bytes_of(store: Store, folder: Path) -> int:
    """Bytes of decisions in the database."""
    with store.jobs._engine().connect() as connection:
        if connection.dialect.name == "postgresql":
            return int(connection.scalar(text("SELECT pg_total_relation_size('decisions')")) or 0)
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    return sum(path.stat().st_size for path in folder.glob("likely.db"))


if __name__ == "__main__":
    main()
