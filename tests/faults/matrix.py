"""The fault matrix: what each fault costs while predictions and jobs go on.

Run: python -m tests.faults.matrix [PART OF A ROW ...]

Prints a table. "Lost" are jobs that were accepted, or sent again under their key, and whose result is not byte by byte
what came before the fault; "twice" are jobs that are there twice under one key; "wrong" are predictions with another
answer than before. "No answer" are requests to a process that was killed, or to nobody. "Later" are 503, 507 and 429,
which say when to come back.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.matrix_house import House, house_of
from tests.faults.matrix_rows import ROWS, Row
from tests.faults.steady import Load

BEFORE, AFTER = 3.0, 1.5  # seconds of load before a fault, and after it


@dataclass(frozen=True)
class Cost:
    """What a fault cost."""

    jobs: int
    lost: int
    twice: int
    wrong: int
    silent: int
    errors: int
    later: int
    tracebacks: int
    memory: float
    before: float
    during: float
    asked: int

    def is_right(self, row: Row) -> bool:
        """True where nothing is lost, twice, wrong or an error, and only who was killed did not answer."""
        silent = 0 if row.drops else self.silent
        return not (self.lost or self.twice or self.wrong or silent or self.errors or self.tracebacks)


def cost_of(row: Row, folder: Path, before: float = BEFORE) -> Cost:
    """Start the service, put it under load, do the fault, and count."""
    with house_of(row.kind, folder) as house:
        house.start_web()
        house.start_workers()
        load = Load(house.port)
        with _memory(house) as most:
            with load:
                time.sleep(before)
                begin = time.monotonic()
                row.fault(house)
                end = time.monotonic()
                time.sleep(AFTER)
            load.settle()
        accepted = [sent for sent in load.jobs if sent.job]
        for sent in load.jobs:
            if not sent.right:
                print(f"{row.what}: {sent}, {house.store.jobs.get(sent.job)}", file=sys.stderr)
        return Cost(
            len(accepted), sum(not sent.right for sent in load.jobs), house.duplicated(),
            load.count(-1), load.count(0), load.errors(), load.count(429, 503, 507),
            house.log.read_text().count("Traceback"), most[0],
            load.p95(0, begin), load.p95(begin, end + AFTER), len(load.answers),
        )  # fmt: skip


@contextmanager
def _memory(house: House) -> Iterator[list[float]]:
    """The most memory of all processes so far, in MB."""
    most, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(0.5):
            most[0] = max(most[0], house.memory())

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()


COLUMNS = (
    "what was done", "jobs", "lost", "twice", "predictions", "wrong", "no answer", "5xx", "later", "memory",
    "p95 before", "p95",
)  # fmt: skip


def line_of(row: Row, cost: Cost) -> str:
    """A row of the table."""
    counts = [cost.jobs, cost.lost, cost.twice, cost.asked, cost.wrong, cost.silent, cost.errors, cost.later]
    cells = [f"{row.what} ({row.kind})", *map(str, counts), f"{cost.memory:.0f} MB"]
    return f"| {' | '.join([*cells, f'{cost.before:.0f} ms', f'{cost.during:.0f} ms'])} |"


def main(parts: Sequence[str]) -> int:
    """Print the table; 1 where a row is not right."""
    print(f"Load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.\n")
    print(f"| {' | '.join(COLUMNS)} |\n| --- |{' ---: |' * (len(COLUMNS) - 1)}", flush=True)
    bad = []
    for row in (row for row in ROWS if any(part in row.what for part in parts or [""])):
        with tempfile.TemporaryDirectory() as folder:
            try:
                cost = cost_of(row, Path(folder) / "house")
            except (AssertionError, LookupError, OSError) as error:
                print(f"| {row.what} ({row.kind}) | not run to its end: {type(error).__name__}: {error} |", flush=True)
                bad.append(row.what)
                continue
            finally:
                log = Path(folder) / "house" / "log"
                kept = os.environ.get("MATRIX_LOGS")
                if kept and log.exists():
                    (Path(kept) / f"{ROWS.index(row):02d}").write_bytes(log.read_bytes())
            print(line_of(row, cost), flush=True)
            if not cost.is_right(row):
                bad.append(row.what)
    print(f"\nLoad {os.getloadavg()[0]:.1f}. Not right: {', '.join(bad) or 'none'}.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
