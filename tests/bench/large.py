"""A hold-out of a million rows: adding the model, its pages in a browser, memory, payload, and computing ahead.

Two models on ten mixed features. Needs Chromium for the pages. Run: python tests/bench/large.py [rows]
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Browser, sync_playwright

from tests.bench.page import CHROMIUM, FLAGS
from tests.bench.performance import SCREEN, opened
from tests.bench.serving import memory_of, serving, table
from tests.serving import ROOT

ROWS = 1_000_000


def peak() -> float:
    """The most memory that this process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def add(folder: str, kind: str, rows: str) -> dict[str, Any]:
    """Fit and add a model; in a process of its own."""
    from tests.large import large_model

    started = time.perf_counter()
    large_model(kind, int(rows), Path(folder), training=50_000)
    return {"seconds": time.perf_counter() - started, "peak": peak()}


def plots(folder: str, kind: str) -> dict[str, Any]:
    """Open the version and compute every plot as the pages open with it; in a process of its own."""
    from ml.errors import LikelyError
    from ml.metrics.evaluation import evaluation_of
    from ml.metrics.overview import overview
    from ml.plots.catalogue import CATALOGUE
    from ml.plots.drawn_plots import drawn
    from ml.plots.table import TextTable
    from ml.service import open_service

    started = time.perf_counter()
    service = open_service(folder)
    evaluation_of(service.model(kind))
    opened = time.perf_counter() - started
    overview(service, service.model(kind), "yes")
    headline = time.perf_counter() - started - opened
    seconds, sizes = {}, {}
    for plot in CATALOGUE:
        begun = time.perf_counter()
        try:
            shown = drawn(service, kind, plot.key).figure
            sizes[plot.key] = len(json.dumps(asdict(shown)) if isinstance(shown, TextTable) else shown.to_json())
        except LikelyError:
            continue
        seconds[plot.key] = time.perf_counter() - begun
    return {"opened": opened, "headline": headline, "seconds": seconds, "sizes": sizes, "peak": peak()}


def apart(*words: str) -> dict[str, Any]:
    """Run one of the above in a process of its own."""
    command = [sys.executable, str(Path(__file__)), *words]
    given = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=given, check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def page(browser: Browser, kind: str, given: dict[str, str]) -> tuple[float, float, float]:
    """Milliseconds to the first plot of a server that has just been started, kB, and MB of its processes."""
    with serving([sys.executable, "app.py", "--port", "{port}"], "/", **given) as server:
        url = f"{server.url}/{kind}/performance"
        plotted = opened(browser.new_context(**SCREEN), url)[1]
        held = memory_of(server.pid)
        return plotted, opened(browser.new_context(**SCREEN), url, weigh=True)[1], held


def main() -> None:
    """Measure and print."""
    from tests.large import KINDS  # scikit-learn and pandas: no part of the memory of who only serves

    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    chromium = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        models = f"{scratch}/models"
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS) if chromium else None
        made, shown = [], []
        for kind in KINDS:
            added, found = apart("add", models, kind, str(rows)), apart("plots", models, kind)
            slowest, largest = (max(found[what], key=found[what].get) for what in ("seconds", "sizes"))
            made.append([kind, f"{added['seconds']:.1f} s", f"{added['peak']:.0f} MB", f"{found['opened']:.2f} s"])
            made[-1] += [f"{found['headline']:.1f} s", f"{sum(found['seconds'].values()):.1f} s"]
            made[-1] += [f"{found['seconds'][slowest]:.1f} s ({slowest})"]
            made[-1] += [f"{found['sizes'][largest] / 1000:.0f} kB ({largest})", f"{found['peak']:.0f} MB"]
            if browser:
                given = {"MODELS_DIR": models, "VAR_DIR": f"{scratch}/var-{kind}"}
                cold, kilobytes, memory = page(browser, kind, given)
                begun = time.perf_counter()
                command = [sys.executable, "-m", "ml", "warm", kind]
                subprocess.run(command, cwd=ROOT, env=os.environ | given, check=True, capture_output=True)
                warmed = time.perf_counter() - begun
                warm, _, slim = page(browser, kind, given)
                shown.append([kind, f"{cold:.0f} ms", f"{warmed:.1f} s", f"{warm:.0f} ms", f"{kilobytes:.0f} kB"])
                shown[-1] += [f"{memory:.0f} MB", f"{slim:.0f} MB"]
        if browser:
            browser.close()
    header = ["", "fit and add", "most memory", "opened, scores there", "headline", "all plots", "slowest plot"]
    table(f"{rows:,} rows in the hold-out, one process", [*header, "largest figure", "most memory"], made)
    if shown:
        header = ["", "first plot", "python -m ml warm", "first plot then", "page transfer"]
        busy = f"{os.getloadavg()[0]:.1f}"
        title = f"The Performance page, 2 workers just started (load of the machine: {busy})"
        table(title, [*header, "memory", "memory after warm"], shown)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        parts: dict[str, Callable[..., object]] = {"add": add, "plots": plots}
        print(json.dumps(parts[sys.argv[1]](*sys.argv[2:])))
    else:
        main()
