"""The Prediction page in a real browser: bytes and requests of its first load, and from a change to the number.

Ours beside the usual Dash page (``usual.py``), the same model, each under Gunicorn with 2 workers, in
one run. Needs Chromium. Run: python tests/bench/page.py [changes]
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Browser, Page, sync_playwright

from ml.data.feature import text_of
from ml.service import open_service
from tests.bench import ten
from tests.bench.length import either
from tests.bench.serving import gunicorn, serving, table

CHROMIUM = ["chromium", "chromium-browser", "google-chrome"]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# Set a field as a person does who commits a value, and wait until another number is painted.
CHANGE = """
async ([field, value, answer]) => {
  const input = document.querySelector(field);
  const before = document.querySelector(answer).textContent;
  const start = performance.now();
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, value);
  input.dispatchEvent(new Event('input', {bubbles: true}));
  input.dispatchEvent(new Event('change', {bubbles: true}));
  while (document.querySelector(answer).textContent === before) {
    if (performance.now() - start > 5000) throw new Error('no new number within 5 s');
    await new Promise(requestAnimationFrame);
  }
  return performance.now() - start;
}
"""


@dataclass(frozen=True)
class Side:
    """One page to be measured: how it is served, and where its field and its number are."""

    name: str
    command: list[str]
    path: str
    field: str
    answer: str
    environ: dict[str, str]


SIDES = (
    Side(
        "ours",
        [sys.executable, "app.py", "--port", "{port}"],
        f"/{ten.NAME}/predict",
        f"[data-feature='{ten.FIELD}'] input",
        "#result",
        {},
    ),
    Side(
        "usual Dash page",
        gunicorn("tests.bench.usual:server"),
        "/",
        f"#{ten.FIELD}",
        "#answer",
        {"USUAL": "dash", "MODEL": ten.NAME},
    ),
)


# The same, and until the reasons of this very score are painted beside it.
REASONS = """
async ([field, value]) => {
  const input = document.querySelector(field);
  const serial = () => document.querySelector('#reasons [data-serial]')?.dataset.serial;
  const before = serial();
  const start = performance.now();
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, value);
  input.dispatchEvent(new Event('input', {bubbles: true}));
  input.dispatchEvent(new Event('change', {bubbles: true}));
  while (serial() === before || document.querySelector('.reasons').dataset.state !== 'current') {
    if (performance.now() - start > 5000) throw new Error('no reasons within 5 s');
    await new Promise(requestAnimationFrame);
  }
  return performance.now() - start;
}
"""


def with_values(models: Path, side: Side) -> Side:
    """The side with the defaults in its address: ours opens blank otherwise, the usual page with these values."""
    if side.path == "/":
        return side
    schema = open_service(models).model(ten.NAME).schema
    query = urlencode({feature.name: text_of(feature.default) for feature in schema.features})
    return replace(side, path=f"{side.path}?{query}")


def load(browser: Browser, url: str, side: Side) -> tuple[Page, dict[str, float]]:
    """Open the page with an empty cache; count what came over the wire."""
    page = browser.new_context().new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    callbacks: list[str] = []
    page.on(
        "request", lambda request: callbacks.append(request.url) if "_dash-update-component" in request.url else None
    )
    page.goto(url + side.path, wait_until="commit")
    page.wait_for_function("answer => document.querySelector(answer)?.textContent.match(/\\d/)", arg=side.answer)
    answered = page.evaluate("performance.now()")
    page.wait_for_load_state("networkidle")
    counts = {"requests": len(sizes), "kB": sum(sizes) / 1000, "callbacks": len(callbacks), "answered": answered}
    return page, counts


def change_times(page: Page, side: Side, changes: int) -> list[float]:
    """Milliseconds from a committed change to the new number on the screen, for each change."""
    times = []
    for at in range(changes + 5):
        took = page.evaluate(CHANGE, [side.field, _typed(at), side.answer])
        if at >= 5:  # the first ones warm the server's workers
            times.append(took)
        page.wait_for_timeout(60)
    return times


def _typed(at: float) -> str:
    """Now low, now high, and never the same again."""
    return f"{(ten.HIGH if at % 2 >= 1 else ten.LOW) + at * 0.0001:.5f}"


def reason_times(page: Page, side: Side, changes: int) -> list[float]:
    """Milliseconds from a committed change to its reasons on the screen; empty where the page gives none."""
    if not page.locator("#reasons").count():
        return []
    times = []
    for at in range(changes + 5):
        took = page.evaluate(REASONS, [side.field, _typed(at + 0.5)])
        if at >= 5:
            times.append(took)
        page.wait_for_timeout(60)
    return times


def measure(browser: Browser, side: Side, changes: int, rooms: dict[str, str]) -> list[str]:
    """One side's row of figures."""
    side = with_values(Path(rooms["MODELS_DIR"]), side)
    with serving(side.command, side.path, **side.environ, **rooms) as server:
        page, counts = load(browser, server.url, side)
        times = change_times(page, side, changes)
        reasons = reason_times(page, side, changes)
        page.context.close()
    at = statistics.quantiles(times, n=20)
    return [
        side.name,
        f"{counts['kB']:.0f} kB",
        str(counts["requests"]),
        str(counts["callbacks"]),
        f"{counts['answered']:.0f} ms",
        f"{statistics.median(times):.0f} ms",
        f"{at[-1]:.0f} ms",
        f"{statistics.median(reasons):.0f} ms" if reasons else "–",
    ]


def main() -> None:
    """Measure both sides."""
    chromium = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if chromium is None:
        print("page: left out, for there is no Chromium on this machine")
        return
    changes = int(sys.argv[1]) if len(sys.argv) > 1 else either(30, 3)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        rooms = {"MODELS_DIR": f"{scratch}/models", "VAR_DIR": f"{scratch}/var"}
        ten.add(Path(rooms["MODELS_DIR"]))
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        rows = [measure(browser, side, changes, rooms) for side in SIDES]
        browser.close()
    header = [
        "",
        "first load",
        "requests",
        "callback requests",
        "first number",
        f"change, median of {changes}",
        "p95",
        "reasons",
    ]
    table("The Prediction page of a model with ten numbers and 200 trees", header, rows)


if __name__ == "__main__":
    main()
