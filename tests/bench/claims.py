"""Chunks of jobs that worker processes claim and finish in a second, where a chunk itself takes no time.

Run: python tests/bench/claims.py [postgresql|sqlite] [processes] [seconds]
"""

from __future__ import annotations

import logging
import multiprocessing
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any
from unittest.mock import Mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from jobs.work import job_kinds
from jobs.work.claimed_chunk import ClaimedChunk
from jobs.worker import Worker
from store.db import open_store
from store.jobs import JobTable
from tests.bench.serving import table
from tests.faults.places import database

SIZES = ((1, 400), (1, 20_000), (20, 1_000))  # jobs, and chunks of each


def add_job(jobs: JobTable, chunks: int) -> None:
    """A job that is split already."""
    job = uuid.uuid4().hex
    jobs.add(job, "loan@3f9a1c2b", "d" * 64, 1, {}, None)
    splitting = jobs.claim(600, job)
    assert splitting is not None
    jobs.add_chunks(splitting, [(number, 1, "in") for number in range(1, chunks + 1)])
    jobs.finish(splitting, chunks, file="head")


def work(url: str, begin: Any, seconds: float) -> None:
    """One worker process: every chunk is finished as soon as it was claimed."""
    logging.basicConfig(level="WARNING")
    job_kinds._KINDS["score"] = job_kinds.JobKind(Mock(), _finish)
    store = open_store(url)
    worker = Worker(Mock(), store.jobs, Mock())
    store.ping()
    begin.wait()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if not worker.step():
                time.sleep(0.05)
        except Exception as error:  # noqa: BLE001 - a locked SQLite
            logging.warning("%s", type(error).__name__)


def _finish(work: ClaimedChunk) -> None:
    work.table.finish(work.chunk, 1, 0, "out")


def measure(kind: str, processes: int, seconds: float, jobs: int, chunks: int) -> float:
    """Chunks in a second, of all processes together."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
        store = open_store(url)
        for _ in range(jobs):
            add_job(store.jobs, chunks)
        begin = context.Barrier(processes + 1)
        workers = [context.Process(target=work, args=(url, begin, seconds)) for _ in range(processes)]
        for each in workers:
            each.start()
        begin.wait()
        began, done = time.monotonic(), 0
        while time.monotonic() - began < seconds and done < jobs * chunks:
            time.sleep(0.2)
            done = _done(store.jobs)
        took = time.monotonic() - began
        for each in workers:
            each.join()
        store.jobs._engine().dispose()
    return done / took


def _done(jobs: JobTable) -> int:
    with jobs._engine().connect() as connection:
        query = "SELECT count(*) FROM pieces WHERE state = 'done' AND number > 0"
        return int(connection.exec_driver_sql(query).scalar_one())


def main(kind: str = "postgresql", processes: str = "8", seconds: str = "10") -> None:
    """Measure each size, and print a table."""
    found = [
        [f"{jobs:,} × {chunks:,}", f"{measure(kind, int(processes), float(seconds), jobs, chunks):,.1f}/s"]
        for jobs, chunks in SIZES
    ]
    table(f"{kind}, {processes} processes", ["jobs × chunks", "chunks done"], found)


if __name__ == "__main__":
    main(*sys.argv[1:4])
