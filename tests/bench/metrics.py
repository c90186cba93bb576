"""What metrics cost: one record through the whole service, counted in shared files and not counted, in turns.

As CPU time of the thread; the median of the rounds. Beside it the time of the page that Prometheus reads.

Run: python tests/bench/metrics.py [models]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from werkzeug.test import Client

from app import create_service
from ml.service import open_service
from settings import Settings
from telemetry import shared_files
from telemetry.requests import ObservedRequests
from tests.bench.fast_path import body_of, cpu
from tests.bench.length import either
from tests.bench.post import API
from tests.bench.serving import table

ROUNDS = either(60, 10)


def main(*models: str) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(models_dir=Path("models"), var_dir=Path(folder), auth="none")
        if not shared_files.share(settings.var_dir):
            raise SystemExit("No files can be made for metrics.")
        server = create_service(settings).server
        observed = server.wsgi_app
        assert isinstance(observed, ObservedRequests)
        service, rows = open_service("models"), []
        for model in models or ("breast-cancer", "loan"):
            asked = API[3].format(model=model), body_of(service, model)
            ways = (observed.application, observed)
            for way in ways:
                cpu(way, *asked)
            pairs = [[cpu(way, *asked) for way in ways] for _ in range(ROUNDS)]
            without, counted = (median(each) for each in zip(*pairs, strict=True))
            added = median(b - a for a, b in pairs)
            rows.append([model, f"{without:.3f} ms", f"{counted:.3f} ms", f"{added * 1000:.0f} µs"])
        title = f"One record through the whole service in one process, CPU, {ROUNDS} rounds in turns"
        table(title, ["model", "not counted", "counted", "added"], rows)
        client, taken = Client(server), []
        for _ in range(20):
            began = time.perf_counter()
            client.get("/metrics")
            taken.append(time.perf_counter() - began)
        print(f"\nThe page that Prometheus reads: {median(taken) * 1000:.1f} ms")


if __name__ == "__main__":
    main(*sys.argv[1:])
