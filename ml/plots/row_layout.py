"""Layout of figures with one row a feature, segment or record: a bar or a dot, with its name above."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from ml.data.array_types import OptionalFloats
from ml.plots.theme import FAINT, INK, note
from ml.plots.traces import line
from ml.text.number_words import shortened
from ml.translation import isolated

ABOVE: dict[str, Any] = {"xanchor": "left", "yanchor": "bottom", "yshift": 7}  # of a name, over its bar or dot
ROW = 44  # pixels: a bar and the name above it
LINE = 36  # characters of a whole line on a phone
WIDEST = 43  # characters of a name and the words behind it on a phone
LEAST_NAME = 16  # characters of a name, however long the words behind it
LINE_HEIGHT = 17  # pixels
MARGIN = {"l": 8, "r": 24, "t": 8, "b": 8}  # room for the last tick's label


def names_above(names: Sequence[str], values: Sequence[str] = (), x: float = 0.0) -> list[dict[str, Any]]:
    """Annotations above each row: the name, and in bold its value; without values a long name takes several lines."""
    if not values:
        return [note("<br>".join(wrap(name, LINE)), x, at, align="left", **ABOVE) for at, name in enumerate(names)]
    return named_rows(names, values, [""] * len(names), x)


def named_rows(names: Sequence[str], values: Sequence[str], more: Sequence[str], x: float) -> list[dict[str, Any]]:
    """Annotations above each row: the name, in bold its value, and more words after it."""
    return [
        note(f"{isolated(fitted(name, value, rest))}  <b>{value}</b>  {rest}".rstrip(), x, place, **ABOVE)
        for place, (name, value, rest) in enumerate(zip(names, values, more, strict=True))
    ]


def fitted(name: str, *behind: str) -> str:
    """The name, with an ellipsis where a line of a phone has no room for it beside the words behind it."""
    return shortened(name, max(LEAST_NAME, WIDEST - sum(2 + len(words) for words in behind if words)))


def rows_axis(count: int) -> dict[str, Any]:
    """The vertical axis of so many rows, the first on top."""
    return {"visible": False, "range": [count - 0.5, -0.85]}


def height_of(count: int) -> int:
    """Pixels for so many rows and the axis below them."""
    return 70 + ROW * count


def upright(x: float | None, rows: int, high: int = ROW) -> dict[str, Any]:
    """A short vertical line in each row of `high` pixels, which does not cross the name."""
    above, below = ROW * 0.14 / high, ROW * 0.36 / high
    across = [] if x is None else [x, x, None] * rows
    down = [] if x is None else [y for row in range(rows) for y in (row - above, row + below, None)]
    return line(across, down, FAINT, width=2, hoverinfo="skip")


def spans(low: Sequence[float | None], high: Sequence[float | None], colour: str = INK) -> dict[str, Any]:
    """A thin line from low to high in each row, where both are known."""
    x: OptionalFloats = []
    y: OptionalFloats = []
    for place, (left, right) in enumerate(zip(low, high, strict=True)):
        if left is not None and right is not None:
            x += [left, right, None]
            y += [place, place, None]
    return line(x, y, colour, width=2, hoverinfo="skip")
