"""The pictures in docs/screens/: every plot of both pages, light and dark, at 1440 and at 380 px.

Needs Chromium. Run: python tests/bench/screens.py [model]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.page import CHROMIUM, FLAGS
from tests.bench.serving import serving

SCREENS = Path(__file__).resolve().parents[2] / "docs" / "screens"
PLOTTED = ".plot-card .js-plotly-plot .main-svg"
UNFOLD = "document.querySelectorAll('details.plots-more').forEach(part => part.open = true)"
SCALE = 0.6
PAUSE, PATIENCE = 1_000, 60_000  # ms


def settle(page: Page) -> None:
    """Unfold the page and go through it until every plot is drawn."""
    page.wait_for_selector(PLOTTED, timeout=PATIENCE)
    page.evaluate(UNFOLD)
    for card in page.locator(".plot-card:not([hidden])").all():
        card.scroll_into_view_if_needed()
        card.locator(".plot-waiting").wait_for(state="detached", timeout=PATIENCE)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(PAUSE)


def picture(browser: Browser, url: str, name: str, width: int, scheme: str) -> Path:
    """Take one picture."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, device_scale_factor=SCALE
    )
    page = context.new_page()
    page.goto(url)
    settle(page)
    file = SCREENS / f"{name}-{width}-{scheme}.jpg"
    page.screenshot(path=file, full_page=True, type="jpeg", quality=70)
    context.close()
    return file


def main() -> None:
    """Take all pictures."""
    chromium = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if chromium is None:
        print("screens: left out, for there is no Chromium on this machine")
        return
    model = sys.argv[1] if len(sys.argv) > 1 else "bank-products"
    SCREENS.mkdir(exist_ok=True)
    command = [sys.executable, "app.py", "--port", "{port}"]
    with tempfile.TemporaryDirectory() as var, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        with serving(command, "/", VAR_DIR=var) as server:
            for name, width, scheme in product(("performance", "insights"), (1440, 380), ("light", "dark")):
                file = picture(browser, f"{server.url}/{model}/{name}", name, width, scheme)
                print(f"{file.name}: {file.stat().st_size // 1000} kB")
        browser.close()


if __name__ == "__main__":
    main()
