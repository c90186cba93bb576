"""Latency of a look into a text, in a process of its own and in this one, in turns: ``python -m tests.bench.looks``.

Each size, in MB (0.1 and 5 unless others are given), is looked into as the Campaign page does. Printed are the median
and the 95th percentile in milliseconds, the processor time of this process, and what the fork server holds at the end.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

MB = 1024 * 1024
TIMES = 40  # looks of each kind and size


def main(*sizes: str) -> None:
    """Print a row for each size and place of the look."""
    from jobs.campaign_service import CampaignService
    from jobs.job_service import JobService
    from ml.files.readers import text_process
    from ml.service import open_service
    from store.db import open_store
    from store.files import Files

    root = Path(__file__).resolve().parents[2]
    with tempfile.TemporaryDirectory() as folder:
        store, files = open_store(f"sqlite:///{folder}/likely.db"), Files(f"{folder}/files")
        campaigns = CampaignService(JobService(open_service(root / "models"), store, files, str))
        sys.stdout.write("  MB  where        p50 ms  p95 ms  processor ms of the web worker\n")
        for size in sizes or ("0.1", "5"):
            job, _ = campaigns.hold("loan", [table(float(size))], {}, None)
            took: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
            for _ in range(TIMES + 1):
                for apart in took:
                    text_process.CAN_FORK = apart
                    took[apart].append(look(campaigns, job.id))
            for apart, each in took.items():
                sys.stdout.write(row(size, "a process" if apart else "web worker", each[1:]))
    sys.stdout.write(f"\nthe fork server holds {idle(text_process):.1f} MB, shared pages by share\n")


def table(size: float) -> bytes:
    """A table of so many MB, of the records of a model's users."""
    from tests.applications import applications

    rows = applications()
    lines = [(",".join(row.values()) + "\n").encode() for row in rows]
    header, some = (",".join(rows[0]) + "\n").encode(), b"".join(lines)
    whole = header + some * max(1, int(size * MB / len(some)) + 1)
    return whole[: whole.rfind(b"\n", 0, int(size * MB)) + 1]


def look(campaigns: Any, job: str) -> tuple[float, float]:
    """Seconds of a look, and of the processor here."""
    begun, busy = time.perf_counter(), time.process_time()
    campaigns.preview(job, {})
    return time.perf_counter() - begun, time.process_time() - busy


def row(size: str, where: str, took: list[tuple[float, float]]) -> str:
    """A line of the table."""
    waits, busy = (sorted(1e3 * each for each in column) for column in zip(*took, strict=True))
    middle, late = len(waits) // 2, int(len(waits) * 0.95)
    return f"{size:>4}  {where:11} {waits[middle]:7.0f} {waits[late]:7.0f} {busy[middle]:7.0f}\n"


def idle(text_process: Any) -> float:
    """MB of the fork server, as Linux counts them."""
    text = Path(f"/proc/{text_process.SERVER._process.pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Pss:"))


if __name__ == "__main__":
    main(*sys.argv[1:])
