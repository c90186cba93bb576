"""plotly.js: the smaller build, and on the way before the first figure is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

FILE = "vendor/plotly-cartesian.min.js"
WIDE = "(min-width: 40rem)"  # on a phone the first plot may lie far below: it is asked for where it is near


class DrawingScript:
    """What the index page says of plotly.js; ``assets/59-drawing.js`` does the rest.

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
        self._file, self._draws = assets / FILE, draws

    def address(self) -> str:
        """Where a browser finds it; the stamp lets it be kept for a year."""
        return f"/assets/{FILE}?m={self._file.stat().st_mtime}"

    def compressed(self) -> bytes:
        """Its body in brotli at the highest level, which takes too long while somebody waits: made once, by hand."""
        return self._file.with_name(f"{self._file.name}.br").read_bytes()

    def head(self, path: str) -> str:
        """What the head of the page at a path gets: the address, and a head start where figures are drawn."""
        address = self.address()
        told = f'<meta name="likely-drawing" content="{address}">\n'
        return told + (
            f'<link rel="preload" as="script" href="{address}" media="{WIDE}">\n' if self._draws(path) else ""
        )
