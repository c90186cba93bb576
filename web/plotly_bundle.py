"""plotly.js: the smaller (cartesian) build, preloaded before the first figure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from web.asset_bundle import VENDOR, stamped

FILE = f"{VENDOR}/plotly-cartesian.min.js"
WIDE = "(min-width: 40rem)"  # on a phone the first plot may be below the fold: it is loaded when it comes near


class PlotlyBundle:
    """Preload and address of plotly.js in the index of pages that draw figures; ``assets/ts/plots/plotly.ts`` loads it.

    Dash would load the full build, with maps and three dimensions, after the first figure has come: three times the
    bytes and twice the start-up time, both while the user waits.
    """

    def __init__(self, assets: Path, draws: Callable[[str], bool]) -> None:
        self._assets, self._file, self._draws = assets, assets / FILE, draws

    def address(self) -> str:
        """Cache-busting address of the script."""
        return stamped(self._file, self._assets)

    def compressed(self) -> bytes:
        """The script in brotli at the highest level, compressed ahead of time: too slow for a request."""
        return self._file.with_name(f"{self._file.name}.br").read_bytes()

    def meta_tag(self) -> str:
        """Meta tag with the address of the script, for the head of every page."""
        return f'<meta name="likely-drawing" content="{self.address()}">\n'

    def preload_link(self, path: str) -> str:
        """Preload link, for the head of a page that draws figures."""
        link = f'<link rel="preload" as="script" href="{self.address()}" media="{WIDE}">\n'
        return link if self._draws(path) else ""
