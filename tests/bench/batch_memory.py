"""Memory that a table takes at ``predict``, in MB per MB of the table: ``python -m tests.bench.batch_memory [MB …]``.

Each table is sent to a process of its own, which answers it with the API in the process; what is measured is how much
its peak of resident memory rises above what it has after a first, small table.
"""

from __future__ import annotations

import hashlib
import io
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from werkzeug.test import EnvironBuilder

MB = 1024 * 1024
ROOT = Path(__file__).resolve().parents[2]
ACCEPTS = ("application/json", "text/csv")


def main(*sizes: str) -> None:
    """Print a row for each size and representation of the answer."""
    sys.stdout.write("answer              MB   records  peak MB  MB per MB  seconds  SHA-256 of the answer\n")
    for size in sizes or ("2", "8"):
        for accept in ACCEPTS:
            command = [sys.executable, "-m", "tests.bench.batch_memory", "--child", size, accept]
            said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            sys.stdout.write(said.stdout or said.stderr[-500:])
            sys.stdout.flush()


def child(size: str, accept: str) -> None:
    """Answer one table and print its row."""
    from api import create_api
    from ml.service import open_service
    from tests.applications import applications

    api = create_api(open_service(ROOT / "models"), dict, 64 * MB, 10_000_000)
    rows = applications()
    header, lines = (",".join(rows[0]) + "\n").encode(), [(",".join(row.values()) + "\n").encode() for row in rows]
    some = b"".join(lines)
    times = int(float(size) * MB / len(some))
    post(api, header + b"".join(lines[:200]), accept)
    before, body, start = peak(), b"".join([header, *[some] * times]), time.perf_counter()
    content = post(api, body, accept)
    took, grew, mb = time.perf_counter() - start, peak() - before, len(body) / MB
    row = f"{accept:16} {mb:5.1f} {len(rows) * times:9,} {grew / MB:8.0f} {grew / MB / mb:10.1f} {took:8.1f}"
    sys.stdout.write(f"{row}  {hashlib.sha256(content).hexdigest()[:12]}\n")


def post(application: Any, body: bytes, accept: str) -> bytes:
    """The answer to a table; nothing else holds copies of either, as a test client would."""
    sent: dict[str, Any] = {"content_type": "text/csv", "headers": {"Accept": accept}}
    asked = EnvironBuilder("/api/v1/models/loan/predict", method="POST", input_stream=io.BytesIO(body), **sent)
    told: list[str] = []
    parts = list(application(asked.get_environ(), lambda status, *_: told.append(status)))
    assert told == ["200 OK"], parts
    return parts[0] if len(parts) == 1 else b"".join(parts)


def peak() -> int:
    """Peak of resident memory, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main(*sys.argv[1:])
