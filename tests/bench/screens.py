"""The pictures in docs/screens/: every plot of both pages, light and dark, at 1440 and at 380 px.

At 380 px a page is many screens long, so its picture stands in columns, each as wide as the phone.

Needs Chromium. Run: python tests/bench/screens.py [model ...]
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from itertools import pairwise, product
from pathlib import Path
from typing import Any, Literal

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

from tests.bench.page import CHROMIUM, FLAGS
from tests.bench.serving import serving

SCREENS = Path(__file__).resolve().parents[2] / "docs" / "screens"
Scheme = Literal["light", "dark"]
BOTH: tuple[Scheme, ...] = ("light", "dark")
# What the second adds is seen in the light
MODELS: dict[str, tuple[Scheme, ...]] = {"bank-products": BOTH, "loan": ("light",)}
PLOTTED = ".plot-card .js-plotly-plot .main-svg"
UNFOLD = "document.querySelectorAll('details.plots-more').forEach(part => part.open = true)"
# A part's heading stays with its first card.
TOPS = """[...document.querySelectorAll('.plot-card:not(h2 + * > :first-child), .plots-part, .about-card')]
    .map((part) => part.getBoundingClientRect()).filter((box) => box.height).map((box) => Math.floor(box.top + scrollY))
    .sort((one, other) => one - other)"""
PHONE, DESK = 380, 1440
SCALES = {PHONE: 1.0, DESK: 0.6}
COLUMN = 3_600  # pixels, where a card's end allows
COLOURS = 64
PAUSE, PATIENCE = 1_000, 60_000  # ms


def settle(page: Page) -> None:
    """Unfold the page and go through it until every plot is drawn."""
    page.wait_for_selector("#prerender", state="detached", timeout=PATIENCE)  # the picture of the page, not the page
    page.wait_for_selector(PLOTTED, timeout=PATIENCE)
    page.evaluate(UNFOLD)
    for card in page.locator(".plot-card:not([hidden])").all():
        card.scroll_into_view_if_needed()
        for unfinished in (".plot-waiting", "[data-again]", ".dash-graph--pending"):
            card.locator(unfinished).wait_for(state="detached", timeout=PATIENCE)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(PAUSE)


def picture(browser: Browser, url: str, name: str, width: int, scheme: Scheme) -> Path:
    """Take one picture."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, device_scale_factor=SCALES[width]
    )
    page = context.new_page()
    page.goto(url)
    settle(page)
    file = SCREENS / f"{name}-{width}-{scheme}"
    if width == PHONE:
        file = file.with_suffix(".png")
        columns(page).quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(file, optimize=True)
    else:
        file = file.with_suffix(".jpg")
        page.screenshot(path=file, full_page=True, type="jpeg", quality=60)
    context.close()
    return file


def columns(page: Page) -> Image.Image:
    """The whole page in columns side by side; a column ends between two cards."""
    whole = page.evaluate("document.documentElement.scrollHeight")
    ends = cuts([*page.evaluate(TOPS), whole])
    parts = []
    for top, end in pairwise([0, *ends]):
        clip: FloatRect = {"x": 0, "y": top, "width": PHONE, "height": end - top}
        parts.append(Image.open(io.BytesIO(page.screenshot(full_page=True, clip=clip))))
    corner: Any = parts[0].getpixel((1, 1))  # of a screenshot: red, green, blue, and how opaque
    sheet = Image.new("RGB", (PHONE * len(parts), max(part.height for part in parts)), corner[:3])
    for at, part in enumerate(parts):
        sheet.paste(part, (PHONE * at, 0))
    return sheet


def cuts(tops: list[int]) -> list[int]:
    """Where the columns end, out of the places where one may; the last of these is the page's end."""
    ends, start = [], 0
    for top, after in pairwise(tops):
        if after - start > COLUMN and top > start:
            ends.append(top)
            start = top
    return [*ends, tops[-1]]


def main() -> None:
    """Take all pictures."""
    chromium = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if chromium is None:
        print("screens: left out, for there is no Chromium on this machine")
        return
    SCREENS.mkdir(exist_ok=True)
    command = [sys.executable, "app.py", "--port", "{port}"]
    with tempfile.TemporaryDirectory() as var, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        with serving(command, "/", VAR_DIR=var) as server:
            asked = dict.fromkeys(sys.argv[1:], BOTH) or MODELS
            for model, schemes in asked.items():
                for name, width, scheme in product(("performance", "insights"), (DESK, PHONE), schemes):
                    file = picture(browser, f"{server.url}/{model}/{name}", f"{model}-{name}", width, scheme)
                    print(f"{file.name}: {file.stat().st_size // 1000} kB")
        browser.close()


if __name__ == "__main__":
    main()
