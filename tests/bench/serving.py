"""Start servers on free ports, measure them, stop them: what the figure scripts share."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.serving import ROOT, free_port

PATIENCE = 60.0


@dataclass(frozen=True)
class Server:
    """A server that answers: its address, its process, and the seconds from its start to the first 200."""

    url: str
    pid: int
    started_in: float


@contextmanager
def serving(command: list[str], path: str = "/", log: Path = Path(os.devnull), /, **environ: str) -> Iterator[Server]:
    """Run a command that listens on ``{port}``, and writes to a log; leave nothing else behind."""
    port = free_port()
    words = [word.replace("{port}", str(port)) for word in command]
    given = {"OMP_NUM_THREADS": "1", **os.environ, "PORT": str(port), "PYTHONPATH": str(ROOT), **environ}
    started = time.perf_counter()
    with log.open("ab") as out:
        process = subprocess.Popen(words, cwd=ROOT, env=given, stdout=out, stderr=out, start_new_session=True)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url + path, process)
        yield Server(url, process.pid, time.perf_counter() - started)
    finally:
        with suppress(ProcessLookupError):  # it has ended
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait for a 200, asking every 5 ms."""
    end = time.perf_counter() + PATIENCE
    while time.perf_counter() < end:
        if process.poll() is not None:
            raise SystemExit(f"The server ended with code {process.returncode} before it answered {url}.")
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
                answer.read()
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.005)
    raise SystemExit(f"No answer from {url} within {PATIENCE:.0f} s.")


def gunicorn(app: str, *options: str) -> list[str]:
    """The command that serves an application as the Procfile does, with 2 workers."""
    given = ["-w", "2", "--bind", "127.0.0.1:{port}", *options]
    return [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py"), *given, app]


def memory_of(pid: int) -> float:
    """Proportional set size of a process and all its children, in MB: shared pages count once."""
    total = 0
    for each in [pid, *children_of(pid)]:
        try:
            text = Path(f"/proc/{each}/smaps_rollup").read_text()
        except (OSError, ProcessLookupError):
            continue
        found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
        total += int(found.group(1)) if found else 0
    return total / 1024


def children_of(pid: int) -> list[int]:
    """All descendants of a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has ended meanwhile
            for child in map(int, task.read_text().split()):
                found += [child, *children_of(child)]
    return found


def table(title: str, header: list[str], rows: list[list[str]]) -> None:
    """Print figures in columns."""
    widths = [max(len(row[at]) for row in [header, *rows]) for at in range(len(header))]
    print(f"\n{title}")
    for row in [header, *rows]:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
