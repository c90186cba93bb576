"""A CSV of 1,000,000 rows as a job with 1 and 2 workers, beside two other ways, in one run.

The others: ``predict_proba`` in one process (pandas reads, the estimator answers, pandas writes),
and ``mlflow models serve`` of the same estimator, which takes the same CSV in chunks. Memory of
each worker is the most that it ever held (VmHWM), for a file of a fifth of the rows and for all.
MLflow goes into an environment of its own in a temporary folder (minutes, the first time); with
MLFLOW=PYTHON it is taken from there.

Run: python tests/bench/jobs.py [model] [rows]
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from jobs.campaign_service import CampaignService
from jobs.downloads import Downloads
from jobs.job_service import JobService
from ml.bundle.bundle import Bundle
from ml.data.columns import Block, take, write_csv
from ml.service import Service, open_service
from settings import Settings
from store.db import open_store
from store.files import Files
from tests.bench.others import cpu_of, mlflow_serving, predict_all, send_all
from tests.bench.serving import children_of, table
from tests.serving import ROOT

WORKERS = (1, 2)
ROUNDS = 2
BASE = "predict_proba in one process"
LIMIT = 300  # MB a worker


@dataclass
class Took:
    """Seconds of a job, seconds of CPU that its workers used, and the most MB of each of them."""

    seconds: float
    cpu: float
    memory: list[float]


def write_rows(bundle: Bundle, rows: int, path: Path) -> None:
    """Records like those of the hold-out; each number is drawn anew, for real files do not repeat theirs."""
    random = np.random.default_rng(7)
    source: Block = bundle.holdout.block
    block = take(source, random.integers(len(source[0]), size=rows))
    drawn = [
        _jittered(array, feature.kind, (feature.low, feature.high), random)
        for feature, array in zip(bundle.schema.features, block, strict=True)
    ]
    ids = {bundle.schema.record_id: (f"R{n:07d}" for n in range(rows))} if bundle.schema.record_id else None
    write_csv(path, bundle.schema, tuple(drawn), ids)


def _jittered(
    array: np.ndarray, kind: str, limits: tuple[float | None, float | None], random: np.random.Generator
) -> np.ndarray:
    if kind not in ("number", "integer") or len(np.unique(array[~np.isnan(array)])) < 20:
        return array
    low, high = (end if end is not None else side for end, side in zip(limits, (-np.inf, np.inf), strict=True))
    moved = np.clip(array * random.uniform(0.9, 1.1, len(array)), low, high)
    return np.round(moved, 0 if kind == "integer" else 3)


@contextmanager
def workers(settings: Settings, count: int) -> Iterator[subprocess.Popen[bytes]]:
    """``python -m jobs`` with JOB_WORKERS; none of it is left after the block."""
    environ = settings.to_environ() | {"JOB_WORKERS": str(count), "LOG_LEVEL": "warning"}
    process = subprocess.Popen([sys.executable, "-m", "jobs"], cwd=ROOT, env=environ)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def run_job(service: Service, model: str, source: Path, count: int, result: Path) -> Took:
    """Score a file as a job; the workers are there before it comes, as in a service."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(models_dir=service.registry.folder, var_dir=Path(folder))
        store = open_store(settings.database_url)
        job_service = JobService(service, store, Files(settings.files_url), str)
        with workers(settings, count) as process:
            _finish(job_service, model, [_head(source)])
            begun, used = time.perf_counter(), cpu_of(process.pid)
            with source.open("rb") as file:
                job = _finish(job_service, model, iter(lambda: file.read(1 << 20), b""))
            result.write_bytes(b"")
            with result.open("ab") as out:
                for block in Downloads(job_service, CampaignService(job_service)).csv(job).read():
                    out.write(block)
            seconds = time.perf_counter() - begun
            used = cpu_of(process.pid) - used
            memory = [_most(pid) for pid in (process.pid, *children_of(process.pid))]
        store.jobs._engine().dispose()
    return Took(seconds, used, memory)


def _head(source: Path) -> bytes:
    with source.open("rb") as file:
        return b"".join(file.readline() for _ in range(100))


def _finish(job_service: JobService, model: str, blocks: Iterable[bytes]) -> str:
    job = job_service.accept(model, blocks, {})[0].id
    while (found := job_service.get(job)).state in ("waiting", "running"):
        time.sleep(0.05)
    if found.state != "done" or found.refused:
        raise SystemExit(f"The job is {found.state}, {found.refused} refused: {found.message}")
    return job


def _most(pid: int) -> float:
    """The most memory that a process ever held, in MB; pages that it shares with others are counted as its own."""
    found = re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found.group(1)) / 1024 if found else 0.0


def main(model: str = "loan", rows: str = "1000000") -> None:
    """Measure all sides on one file; print figures and ratios."""
    service, count = open_service(os.environ.get("MODELS_DIR", "models")), int(rows)
    bundle = service.model(model)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole, fifth = folder / "whole.csv", folder / "fifth.csv"
        write_rows(bundle, count, whole)
        write_rows(bundle, count // 5, fifth)
        print(f"{bundle.key}, {count:,} rows, {whole.stat().st_size / 1e6:.0f} MB of CSV", flush=True)
        ways: dict[str, list[Took]] = {}
        held = []
        for number in WORKERS:
            memory = [run_job(service, model, size, number, folder / "job.csv").memory for size in (fifth, whole)]
            held.append([str(number), *map(_each, memory)])
        with mlflow_serving(bundle, folder, max(WORKERS)) as server:
            for _ in range(ROUNDS):  # in turns, so that a busy machine slows all of them
                alone = predict_all(bundle, whole, folder / "alone.csv")
                ways.setdefault(BASE, []).append(Took(alone.seconds, alone.cpu, [alone.memory]))
                for number in WORKERS:
                    took = run_job(service, model, whole, number, folder / "job.csv")
                    ways.setdefault(f"job, {number} worker{'s' * (number > 1)}", []).append(took)
                    _compare(bundle, folder / "alone.csv", folder / "job.csv")
                for number in WORKERS:
                    used = cpu_of(server.pid)
                    seconds = send_all(server.url, whole, number, folder / "mlflow.csv")
                    took = Took(seconds, cpu_of(server.pid) - used, [])
                    ways.setdefault(f"mlflow models serve, {number} at a time", []).append(took)
    show(model, count, ways)
    title = f"Most memory of each worker (at most {LIMIT} MB are allowed)"
    table(title, ["workers", f"{count // 5:,} rows", f"{count:,} rows"], held)


def show(model: str, rows: int, rounds: dict[str, list[Took]]) -> None:
    """Print one table: the best round of each way, and how it stands to ``predict_proba``."""
    ways = {way: min(each, key=lambda took: took.seconds) for way, each in rounds.items()}
    base = ways[BASE]
    lines = [
        [
            way, f"{rows / took.seconds:,.0f}/s", f"{base.seconds / took.seconds:.2f}",
            f"{took.cpu / rows * 1e6:.1f} µs", f"{base.cpu / took.cpu:.2f}", _each(took.memory),
        ]
        for way, took in ways.items()
    ]  # fmt: skip
    header = ["way", "rows", "of predict_proba", "CPU a row", "of predict_proba", "most memory of each process"]
    table(f"{rows:,} rows of {model} from CSV to CSV, best of {ROUNDS} rounds", header, lines)


def _each(memory: list[float]) -> str:
    return ", ".join(f"{each:,.0f} MB" for each in memory)


def _compare(bundle: Bundle, alone: Path, job: Path) -> None:
    """Fast and wrong would be no figure: all probabilities of the job are predict_proba's."""
    import pandas as pd

    columns = [f"probability_{name}" for name in bundle.outcomes.names]
    expected = pd.read_csv(alone, usecols=columns)[columns].to_numpy()
    given = pd.read_csv(job, usecols=columns)[columns].to_numpy()
    if expected.shape != given.shape or not np.allclose(expected, given, rtol=0, atol=1e-9):
        raise SystemExit("The job's probabilities are not predict_proba's.")


if __name__ == "__main__":
    main(*sys.argv[1:3])
