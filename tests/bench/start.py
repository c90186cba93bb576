"""Seconds from process start to the first 200, and memory of the whole service with 2 workers.

Ours, serving all demo models, beside the usual Dash page (``usual.py``) with one of them under the
same Gunicorn settings. Run: python tests/bench/start.py
"""

from __future__ import annotations

import json
import statistics
import sys
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.length import either
from tests.bench.serving import Server, gunicorn, memory_of, serving, table

ROUNDS = either(5, 1)
Side = tuple[str, list[str], str, dict[str, str]]
OURS: Side = ("ours", [sys.executable, "app.py", "--port", "{port}"], "/", {})
USUAL: Side = ("usual Dash page", gunicorn("tests.bench.usual:server"), "/", {"USUAL": "dash"})


def use(server: Server) -> None:
    """Open every model in both workers, as a day of work would."""
    body = json.dumps({}).encode()
    for name in ("iris", "breast-cancer", "loan", "bank-products"):
        for _ in range(20):
            ask = urllib.request.Request(f"{server.url}/api/v1/models/{name}", method="GET")
            try:
                urllib.request.urlopen(ask, timeout=10).read()
                ask = urllib.request.Request(
                    f"{server.url}/api/v1/models/{name}/predict", body, {"Content-Type": "application/json"}
                )
                urllib.request.urlopen(ask, timeout=10).read()
            except OSError:
                continue


def measure(name: str, command: list[str], path: str, environ: dict[str, str]) -> tuple[str, float, float, float]:
    """Median start, and memory after the start and after use."""
    starts, memory, used = [], [], []
    for _ in range(ROUNDS):
        with serving(command, path, **environ) as server:
            starts.append(server.started_in)
            memory.append(memory_of(server.pid))
            use(server)
            used.append(memory_of(server.pid))
    return name, statistics.median(starts), statistics.median(memory), statistics.median(used)


def main() -> None:
    """Measure both sides and print the ratios."""
    measured = [measure(*OURS), measure(*USUAL)]
    ours = measured[0]
    rows = [
        [
            name,
            f"{start:.2f} s",
            f"{memory:.0f} MB",
            f"{used:.0f} MB",
            f"{start / ours[1]:.1f}x",
            f"{used / ours[3]:.1f}x",
        ]
        for name, start, memory, used in measured
    ]
    table(
        f"Start and memory (PSS), 2 workers, median of {ROUNDS}",
        ["", "first 200", "then", "after use", "start, ours = 1", "memory, ours = 1"],
        rows,
    )


if __name__ == "__main__":
    main()
