"""The Performance page in a real browser, beside explainerdashboard 0.5.8: the same forest on the same data.

Page transfer, the first plot cold and warm, and from a moved cut-off to the last change on the screen. Each
is served by Gunicorn with 2 workers in turn; ours with an empty cache. The peer is installed in a venv of its
own, in a temporary folder, with our versions of scikit-learn and pandas; of its pages only the one about
performance is opened. Needs Chromium and a package index. Run: python tests/bench/performance.py [moves]
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable
from dataclasses import astuple, dataclass
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.page import CHROMIUM, FLAGS
from tests.bench.peer_app import LABELS, fit
from tests.bench.serving import Server, serving, table

HERE = Path(__file__).resolve().parent
PEER = "explainerdashboard==0.5.8"
LOADS = 5
PLOT = "() => document.querySelector('.js-plotly-plot .main-svg')"

# What a person does to the cut-off, on either page.
OURS = """value => {
  const slider = document.querySelector("#cut-off-slider");
  slider.value = slider.max * value;
  slider.dispatchEvent(new Event("input", {bubbles: true}));
}"""
THEIRS = """value => {
  const id = document.querySelector(".dash-slider-container[id^=cutoffconnector-cutoff-]").id;
  dash_clientside.set_props(id, {value});
}"""

# From there to the last change of the page: all requests answered, and then nothing new for a second.
MOVE = """async ([move, value]) => {
  let last = performance.now(), waiting = 0, asked = 0;
  const changed = () => { last = performance.now(); };
  const observer = new MutationObserver(changed);
  observer.observe(document.body, {childList: true, subtree: true, characterData: true, attributes: true});
  const real = window.fetch;
  window.fetch = (...request) => {
    waiting += 1; asked += 1;
    return real(...request).finally(() => { waiting -= 1; changed(); });
  };
  const start = performance.now();
  eval(move)(value);
  while (waiting || performance.now() - last < 1000) await new Promise(requestAnimationFrame);
  observer.disconnect();
  window.fetch = real;
  return [last - start, asked];
}"""


@dataclass(frozen=True)
class Figures:
    """Of one page: kB, milliseconds (cold, warm, cut-off: median and 95 %), and requests a moved cut-off makes."""

    kilobytes: float
    cold: float
    warm: float
    moved: float
    slow: float
    requests: float


def load(browser: Browser, url: str) -> tuple[Page, float, float]:
    """A fresh page: kB over the wire, and milliseconds to its first plot."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True).new_page()
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(url, wait_until="commit")
    page.wait_for_function(PLOT, timeout=60_000)
    plotted = page.evaluate("performance.now()")
    page.wait_for_timeout(3000)
    return page, sum(sizes) / 1000, plotted


def measure(browser: Browser, url: str, move: str, moves: int) -> Figures:
    """Open the page some times and move its cut-off."""
    _, kilobytes, cold = load(browser, url)
    warm = statistics.median(load(browser, url)[2] for _ in range(LOADS))
    page = load(browser, url)[0]
    page.evaluate(MOVE, [move, 0.42])  # what comes with the first move only
    found = [page.evaluate(MOVE, [move, 0.1 + 0.8 * (at % 9) / 9]) for at in range(moves)]
    times = [time for time, _ in found]
    slow = statistics.quantiles(times, n=20)[-1]
    return Figures(kilobytes, cold, warm, statistics.median(times), slow, statistics.mean(asked for _, asked in found))


def add_ours(models: Path) -> None:
    """Add the forest to a folder of models."""
    from ml.build import Trained, build_bundle, outcomes_of
    from ml.infer import infer_schema

    found = fit()
    outcomes = outcomes_of(found.forest, 1, dict(enumerate(LABELS)))
    about = {"title": "Breast cancer", "description": "For figures."}
    schema = infer_schema(found.training)
    rows = {"training": found.training, "holdout": found.holdout, "truth": found.truth}
    build_bundle(Trained("cancer", estimator=found.forest, schema=schema, outcomes=outcomes, **about, **rows), models)


def install_theirs(folder: Path) -> str:
    """Python of a venv with the peer; says why and gives nothing where it cannot be installed."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    same = [f"{name}=={version(name)}" for name in ("scikit-learn", "pandas", "gunicorn")]
    command = [str(python), "-m", "pip", "install", "--quiet", PEER, *same]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{PEER} could not be installed beside {', '.join(same)}:\n{done.stderr[-2000:]}")
        return ""
    return str(python)


def main() -> None:
    """Measure and print."""
    chromium = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if chromium is None:
        print("performance: left out, for there is no Chromium on this machine")
        return
    moves = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        folder = Path(scratch)
        add_ours(folder / "models")
        theirs = install_theirs(folder / "venv")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        nothing = folder / "empty.py"
        nothing.touch()
        ours = [sys.executable, "app.py", "--port", "{port}"]
        peer = [theirs, "-m", "gunicorn", "-w", "2", "-k", "gthread", "--threads", "4", "--preload"]
        peer += ["-c", str(nothing)]  # else it would take the house's own settings of Gunicorn
        peer += ["--bind", "127.0.0.1:{port}", "--chdir", str(HERE), "peer_app:create()"]

        def of(command: list[str], path: str, move: str) -> Figures:
            def run(server: Server) -> Figures:
                return measure(browser, server.url + path, move, moves)

            return _served(command, run, folder)

        found = {"Likely": of(ours, "/cancer/performance", OURS)}
        if theirs:
            found[PEER.replace("==", " ")] = of(peer, "/", THEIRS)
        browser.close()
    _print(found, moves)


def _served(command: list[str], run: Callable[[Server], Figures], folder: Path) -> Figures:
    given = {"VAR_DIR": str(folder / "var"), "MODELS_DIR": str(folder / "models")}
    with serving(command, "/", **given) as server:
        return run(server)


def _print(found: dict[str, Figures], moves: int) -> None:
    header = ["", "page transfer", "first plot, cold", "first plot, warm"]
    header += [f"cut-off moved, median of {moves}", "p95", "requests a move"]
    units = ("{:.0f} kB", "{:.0f} ms", "{:.0f} ms", "{:.0f} ms", "{:.0f} ms", "{:.1f}")
    rows = [[name, *(u.format(x) for u, x in zip(units, astuple(f), strict=True))] for name, f in found.items()]
    if len(found) == 2:
        ours, theirs = map(astuple, found.values())
        times = [f"{b / a:.1f} times" for a, b in zip(ours[:5], theirs[:5], strict=True)]
        rows.append(["the peer against Likely", *times, ""])
    busy = " and ".join(f"{load:.1f}" for load in os.getloadavg()[:2])
    table(f"How good a model is: the page (load of the machine in the last 1 and 5 minutes: {busy})", header, rows)


if __name__ == "__main__":
    main()
