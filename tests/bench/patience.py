"""Ten callers who have 100 records explained, and somebody who asks for one score beside them.

``python -m tests.bench.patience`` prints how long each caller waited for an answer, what it was, when the later ones
came, and the p95 of the scores before and meanwhile.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from statistics import quantiles
from typing import Any

from tests.applications import applications
from tests.bench.length import either
from tests.serving import free_port

ROOT = Path(__file__).resolve().parents[2]
CALLERS = 10
RECORDS = 100
SECONDS = either(10, 4)


def main() -> None:
    """Serve the demo models, and measure."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environ = os.environ | {"PORT": str(port), "VAR_DIR": folder, "DEMO_MODELS": "off", "LOG_LEVEL": "error"}
        server = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
        try:
            _measure(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait()


def _measure(url: str) -> None:
    record, many = applications(1), applications(RECORDS)
    predict = f"{url}/api/v1/models/loan/predict"
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            _ask(predict, record)
            break
        except OSError:
            time.sleep(0.2)
    alone = _scores(predict, record, lambda: False)
    found: list[tuple[float, int, float]] = []
    threads = [threading.Thread(target=lambda: found.append(_explained(predict, url, many))) for _ in range(CALLERS)]
    for each in threads:
        each.start()
    beside = _scores(predict, record, lambda: any(each.is_alive() for each in threads))
    for each in threads:
        each.join()
    for waited, status, came in sorted(found):
        sys.stdout.write(f"{status} after {waited:5.2f} s; the explanations came after {came:6.2f} s\n")
    for said, took in (("alone", alone), ("beside them", beside)):
        p = quantiles(took, n=20)
        sys.stdout.write(f"one score {said:12} p50 {1000 * p[9]:6.1f} ms  p95 {1000 * p[18]:6.1f} ms  ({len(took)})\n")


def _explained(predict: str, url: str, many: list[Any]) -> tuple[float, int, float]:
    """Seconds to an answer, its status, and seconds until the explanations were there."""
    start = time.perf_counter()
    status, headers, _ = _ask(f"{predict}?explain=true&blanks=average", many)
    waited, now = time.perf_counter() - start, status
    while now == 202:
        time.sleep(min(2.0, float(headers.get("Retry-After", 1))))
        now, _, _ = _ask(f"{url}{headers['Location']}")
    return waited, status, time.perf_counter() - start


def _scores(predict: str, record: list[Any], goes_on: Any) -> list[float]:
    took, until = list[float](), time.monotonic() + SECONDS
    while time.monotonic() < until or goes_on():
        start = time.perf_counter()
        _ask(predict, record)
        took.append(time.perf_counter() - start)
        time.sleep(0.01)
    return took


def _ask(address: str, body: Any = None) -> tuple[int, Any, bytes]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"} if data else {})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return answer.status, answer.headers, answer.read()


if __name__ == "__main__":
    main()
