"""An arrow key held for 3 s in a number's field: what can be read of the result meanwhile.

Ours beside the usual Dash page (``usual.py``), the same model, without and with 400 ms of latency, and while 15 other
people edit once a second: the longest time without a readable number, how many numbers were shown, the longest time
between two, and the time from the release of the key to the last number. Needs Chromium.

Run: python tests/bench/hold.py
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Browser, sync_playwright

from tests.bench import ten
from tests.bench.crowd import crowd
from tests.bench.length import either
from tests.bench.page import CHROMIUM, FLAGS, SIDES, Side, with_values
from tests.bench.post import port_of
from tests.bench.serving import serving, table

CONDITIONS = ((0, 0), (400, 0), (0, 15))  # latency in ms, other people
EVERY = 1.0  # s between two edits of one of them
HELD = either(3, 1)  # s
REPEAT = 33  # ms between two steps, as keyboards repeat them

# Of each frame: what is written, and whether it can be read
WATCH = """
answer => {
  window.frames = [];
  const look = () => {
    const place = document.querySelector(answer);
    const read = place?.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    window.frames.push([performance.now(), read ? place.textContent : ""]);
    window.looking = requestAnimationFrame(look);
  };
  look();
}
"""


def hold(browser: Browser, url: str, side: Side, latency: int, others: int) -> list[str]:
    """One row: a side at a latency, beside other people."""
    page = browser.new_context().new_page()
    page.goto(url + side.path)
    page.wait_for_function("answer => document.querySelector(answer)?.textContent.match(/\\d/)", arg=side.answer)
    page.wait_for_load_state("networkidle")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    limits = {"offline": False, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", limits)
    number = side.answer if side.answer != "#result" else "#result .number"
    page.locator(side.field).first.focus()
    page.evaluate(WATCH, number)
    began = page.evaluate("performance.now()")
    while page.evaluate("performance.now()") - began < 1000 * HELD:
        page.keyboard.down("ArrowUp")
        page.wait_for_timeout(REPEAT)
    page.keyboard.up("ArrowUp")
    ended = page.evaluate("performance.now()")
    page.wait_for_timeout(4 * latency + 2_000)
    frames: list[tuple[float, str]] = page.evaluate("window.frames")
    page.context.close()
    return [side.name, f"{latency} ms", str(others), *_figures([f for f in frames if f[0] >= began], ended)]


def _figures(frames: list[tuple[float, str]], ended: float) -> list[str]:
    hidden = longest = 0.0
    changes = [frames[0][0]]
    for (before, was), (at, text) in pairwise(frames):
        hidden = 0.0 if text else hidden + at - before
        longest = max(longest, hidden)
        if text and text != was:
            changes.append(at)
    while_held = [at for at in changes if at <= ended] + [ended]
    between = max(later - at for at, later in pairwise(while_held))
    last = max(0.0, changes[-1] - ended)
    return [f"{longest:.0f} ms", str(len(while_held) - 2), f"{between:.0f} ms", f"{last:.0f} ms"]


def main() -> None:
    """Measure both sides at each latency."""
    chromium = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if chromium is None:
        print("hold: left out, for there is no Chromium on this machine")
        return
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        rooms = {"MODELS_DIR": f"{scratch}/models", "VAR_DIR": f"{scratch}/var"}
        ten.add(Path(rooms["MODELS_DIR"]))
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        rows = []
        models = Path(rooms["MODELS_DIR"])
        for side in (with_values(models, each) for each in SIDES):
            with serving(side.command, side.path, **side.environ, **rooms) as server:
                for latency, others in CONDITIONS:
                    with crowd(port_of(server), models, others, EVERY, usual=side.path == "/"):
                        rows.append(hold(browser, server.url, side, latency, others))
        browser.close()
    header = [
        "",
        "latency",
        "others",
        "longest without a number",
        "new numbers",
        "longest between two",
        "then, to the last number",
    ]
    table(f"An arrow key held for {HELD:.0f} s, ten numbers and 200 trees", header, rows)


if __name__ == "__main__":
    main()
