"""The Performance page in a real browser, beside explainerdashboard 0.5.8: the same forest on the same data.

Page transfer, the first plot, and from a moved cut-off to the last change on the screen. The first plot is
timed from nothing (a server just started with an empty cache, a browser that keeps nothing yet; median of
some starts), in a private window that has seen the page before (it keeps files), in a browser with a folder of
its own that has (as people have it: it keeps what it compiled too), and from a click inside the app, where the
script that draws is there already. Ours is on the screen before Dash starts, so also: until it is the page that
one can work with. Each is served by Gunicorn with 2 workers in turn. The peer is installed in a venv of its
own, in a temporary folder, with our versions of scikit-learn and pandas; of its pages only the one about
performance is opened. Needs Chromium and a package index. Run: python tests/bench/performance.py [moves]
"""

from __future__ import annotations

import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from dataclasses import astuple, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import TimeoutError as TookTooLong

from tests.bench.page import CHROMIUM, FLAGS
from tests.bench.peer_app import LABELS, fit
from tests.bench.serving import serving, table

HERE = Path(__file__).resolve().parent
PEER = "explainerdashboard==0.5.8"
STARTS, LOADS, FIRST_VISITS = 5, 5, 3
SCREEN: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "bypass_csp": True}
PLOTTED = """requestAnimationFrame(function look() {
  const drawn = document.querySelector(".js-plotly-plot .main-svg");
  if (drawn) window.plotted ??= performance.now();
  if (drawn && !document.querySelector("#prerender")) window.there = performance.now();
  else requestAnimationFrame(look);
});"""

# What a person does to the cut-off, on either page.
OURS = """value => {
  const slider = document.querySelector("#cut-off-slider");
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(slider, slider.max * value);
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


# From a click on a link to the first plot of another page.
CLICK = """async (name) => {
  const before = document.querySelector("#plots");
  const link = [...document.querySelectorAll("a")].find((a) => a.textContent.trim() === name && a.offsetParent);
  const start = performance.now();
  link.click();
  for (;;) {
    await new Promise(requestAnimationFrame);
    const page = document.querySelector("#plots");
    if (page && page !== before && page.querySelector(".js-plotly-plot .main-svg")) break;
    if (performance.now() - start > 30000) throw new Error("no plot after " + name);
  }
  return performance.now() - start;
}"""


@dataclass(frozen=True)
class Figures:
    """Of one page: kB, milliseconds (first plots; cut-off: median and 95 %), and requests a moved cut-off makes."""

    kilobytes: float
    cold: float
    private: float
    again: float
    there: float
    inside: float
    moved: float
    slow: float
    requests: float


@dataclass(frozen=True)
class Case:
    """What is measured: how it is served, the page, what moves its cut-off, and links inside the app to it and away."""

    command: list[str]
    path: str
    move: str
    links: tuple[str, str] | None = None


def opened(context: BrowserContext, url: str, *, weigh: bool = False) -> tuple[Page, float]:
    """A page of a browser, and milliseconds to its first plot; or, weighed, kB over the wire.

    The page itself keeps as ``there`` when it could be worked with.
    """
    page = context.new_page()
    page.add_init_script(PLOTTED)
    sizes: list[float] = []
    if weigh:  # not while time is taken: it costs some
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(url, wait_until="commit")
    try:
        page.wait_for_function("() => window.there", timeout=60_000)
    except TookTooLong:
        print(f"{url} drew nothing within a minute, and was opened again: the figure is that of the second time.")
        page.reload(wait_until="commit")
        page.wait_for_function("() => window.there", timeout=60_000)
    page.wait_for_timeout(3000)
    return page, sum(sizes) / 1000 if weigh else page.evaluate("window.plotted")


def measure(browser: Browser, case: Case, moves: int, folder: Path) -> Figures:
    """Start the server some times; of the last one open the page again and move its cut-off."""
    cold = []
    for start in range(STARTS):
        var = folder / f"var-{start}"  # nothing is cached
        given = {"VAR_DIR": str(var), "MODELS_DIR": str(folder / "models")}
        context = browser.new_context(**SCREEN)
        with serving(case.command, "/", **given) as server:
            cold.append(opened(context, server.url + case.path)[1])
            if start == STARTS - 1:
                found = _of_a_server_that_runs(browser, context, case, server.url + case.path, moves)
        context.close()
        shutil.rmtree(var, ignore_errors=True)
    return Figures(cold=statistics.median(cold), **found)


def _of_a_server_that_runs(
    browser: Browser, private: BrowserContext, case: Case, url: str, moves: int
) -> dict[str, float]:
    """What a page takes that was seen before, and what it does then."""
    other = browser.new_context(**SCREEN)
    kilobytes = opened(other, url, weigh=True)[1]
    other.close()
    seen = [_timed(private, url)[0] for _ in range(LOADS)]
    with tempfile.TemporaryDirectory() as folder:
        own = browser.browser_type.launch_persistent_context(folder, executable_path=_chromium(), args=FLAGS, **SCREEN)
        times = [_timed(own, url) for _ in range(FIRST_VISITS + LOADS)][FIRST_VISITS:]
        own.close()
    page = opened(private, url)[0]
    inside = _inside(page, case.links) if case.links else math.nan
    page.evaluate(MOVE, [case.move, 0.42])  # what comes with the first move only
    found = [page.evaluate(MOVE, [case.move, 0.1 + 0.8 * (at % 9) / 9]) for at in range(moves)]
    moved = [time for time, _ in found]
    return {
        "kilobytes": kilobytes,
        "private": statistics.median(seen),
        "again": statistics.median(plotted for plotted, _ in times),
        "there": statistics.median(there for _, there in times),
        "inside": inside,
        "moved": statistics.median(moved),
        "slow": statistics.quantiles(moved, n=20)[-1],
        "requests": statistics.mean(asked for _, asked in found),
    }


def _timed(context: BrowserContext, url: str) -> tuple[float, float]:
    """Milliseconds to the first plot of a page, and until it can be worked with."""
    page, plotted = opened(context, url)
    there = page.evaluate("window.there")
    page.close()
    return plotted, there


def _chromium() -> str | None:
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


def _inside(page: Page, links: tuple[str, str]) -> float:
    """Milliseconds from a click on the link to the first plot of its page."""
    here, away = links
    found = []
    for _ in range(LOADS):
        for name in (away, here):
            took = page.evaluate(CLICK, name)
            page.wait_for_timeout(2000)
        found.append(took)
    median: float = statistics.median(found)
    return median


def add_ours(models: Path) -> None:
    """Add the forest to a folder of models."""
    from ml.training.build import build_bundle
    from ml.training.infer_schema import infer_schema
    from ml.training.trained import Trained, outcomes_of

    found = fit()
    outcomes = outcomes_of(found.forest, 1, dict(enumerate(LABELS)))
    about: dict[str, Any] = {"title": "Breast cancer", "description": "For figures."}
    schema = infer_schema(found.training)
    rows: dict[str, Any] = {"training": found.training, "holdout": found.holdout, "truth": found.truth}
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
    chromium = _chromium()
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

        links = ("Performance", "Insights")
        found = {"Likely": measure(browser, Case(ours, "/cancer/performance", OURS, links), moves, folder)}
        _print(found, moves)  # the peer may need many minutes, or never end
        if theirs:
            found[PEER.replace("==", " ")] = measure(browser, Case(peer, "/", THEIRS), moves, folder)
        browser.close()
    _print(found, moves)


def _print(found: dict[str, Figures], moves: int) -> None:
    header = ["", "page transfer", "first plot, from nothing", "seen before, private window", "seen before"]
    header += ["to work with", "inside the app"]
    header += [f"cut-off moved, median of {moves}", "p95", "requests a move"]
    units = ("{:.0f} kB", *["{:.0f} ms"] * 7, "{:.1f}")
    rows = [[name, *map(_written, units, astuple(figures))] for name, figures in found.items()]
    if len(found) == 2:
        ours, theirs = map(astuple, found.values())
        times = [_written("{:.1f} times", b / a) for a, b in zip(ours[:8], theirs[:8], strict=True)]
        rows.append(["the peer against Likely", *times, ""])
    busy = " and ".join(f"{load:.1f}" for load in os.getloadavg()[:2])
    table(f"How good a model is: the page (load of the machine in the last 1 and 5 minutes: {busy})", header, rows)


def _written(unit: str, figure: float) -> str:
    return "" if math.isnan(figure) else unit.format(figure)


if __name__ == "__main__":
    main()
