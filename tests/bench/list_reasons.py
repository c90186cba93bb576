"""A file of 5,000 rows scored with reasons: seconds from Start until it is done, by one worker, the default.

Run: python tests/bench/list_reasons.py [rows]
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from jobs.campaign_service import CampaignService
from jobs.job_service import JobService
from jobs.worker import Worker
from ml.service import Service, open_service
from settings import Settings
from store.db import open_store
from store.files import Files
from tests.bench.jobs import write_rows
from tests.bench.serving import table


def seconds(service: Service, name: str, rows: int) -> tuple[float, float]:
    """Seconds by the clock, and of the processor."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "rows.csv"
        write_rows(service.model(name), rows, source)
        store, files = open_store(f"sqlite:///{folder}/likely.db"), Files(f"{folder}/files")
        campaigns = CampaignService(JobService(service, store, files, lambda _: None))
        job, _ = campaigns.hold(name, [source.read_bytes()], {"name": source.name}, None)
        campaigns.start(job.id, {}, reasons=True)
        worker = Worker(service, store.jobs, files)
        begun, used = time.perf_counter(), time.process_time()
        while worker.step():
            pass
        found = time.perf_counter() - begun, time.process_time() - used
        store.jobs._engine().dispose()
    return found


def main() -> None:
    """Measure and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    service = open_service(Settings.from_environ().models_dir)
    lines = []
    for name in service.names():
        clock, processor = seconds(service, name, rows)
        lines.append([name, f"{clock:.0f} s", f"{processor:.0f} s"])
    table(f"{rows:,} rows with reasons, one worker", ["", "by the clock", "of the processor"], lines)


if __name__ == "__main__":
    main()
