"""plotly.js: the smaller build, and on the way before the first figure is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from web.asset_bundle import VENDOR, stamped

FILE = f"{VENDOR}/plotly-cartesian.min.js"
WIDE = "(min-width: 40rem)"  # on a phone the first plot may lie far below: it is asked for where it is near


class PlotlyBundle:
    """What the index page says of plotly.js; ``assets/js/plots/59-drawing.js`` does the rest.

    Dash would ask for its own, with maps and three dimensions, when the first figure has come: three
    times the bytes and twice the time to start, both while somebody waits.

    Parameters
    ----------
    assets : Path
        The folder of assets.
    draws : callable
        Whether the page at a path draws figures.
    """

    def __init__(self, assets: Path, draws: Callable[[str], bool]) -> None:
        self._assets, self._file, self._draws = assets, assets / FILE, draws

    def address(self) -> str:
        """Where a browser finds it; the stamp lets it be kept for a year."""
        return stamped(self._file, self._assets)

    def compressed(self) -> bytes:
        """Its body in brotli at the highest level, which takes too long while somebody waits: made once, by hand."""
        return self._file.with_name(f"{self._file.name}.br").read_bytes()

    def told(self) -> str:
        """Where it is, for the head of every page."""
        return f'<meta name="likely-drawing" content="{self.address()}">\n'

    def ahead(self, path: str) -> str:
        """A head start, for the head of a page at a path that draws figures."""
        link = f'<link rel="preload" as="script" href="{self.address()}" media="{WIDE}">\n'
        return link if self._draws(path) else ""
