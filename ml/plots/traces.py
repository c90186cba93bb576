"""Traces that several figures draw alike: lines, lines to compare with, dots, bars in rows, tiles; as plain dicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ml.plots.theme import FAINT, INK, faded

Trace = dict[str, Any]


def line(x: Sequence[Any], y: Sequence[Any], colour: str, *, width: float = 2.5, **more: Any) -> Trace:
    """A line; ``dash`` and ``shape`` are its style, all else is of the trace."""
    style = {key: more.pop(key) for key in ("dash", "shape") if key in more}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": colour, "width": width} | style,
    } | more


def compared(x: Sequence[Any], y: Sequence[Any], dash: str = "dash") -> Trace:
    """A faint line that the others are compared with, such as that of chance; it says nothing when pointed at."""
    return line(x, y, FAINT, width=1.5, dash=dash, hoverinfo="skip")


def dots(x: Sequence[Any], y: Sequence[Any], words: Sequence[str], **marker: Any) -> Trace:
    """Dots, whole at the edge of the axes too, with the words of each when it is pointed at."""
    trace = {"type": "scatter", "mode": "markers", "x": x, "y": y, "marker": {"size": 11} | marker}
    return trace | {"cliponaxis": False} | pointed_at(words)


def row_bars(x: Sequence[float], colour: str | Sequence[str], words: Sequence[str], **more: Any) -> Trace:
    """A bar in each row, below its name (``ml/plots/row_layout.py``), with words when it is pointed at."""
    place = {"type": "bar", "orientation": "h", "x": x, "y": list(range(len(x))), "width": 0.34}
    return place | {"marker": {"color": colour, "cornerradius": 3}} | pointed_at(words) | more


def tiles(
    z: Sequence[Sequence[float | None]], colour: str, strength: tuple[float, float] = (0.06, 0.6), **more: Any
) -> Trace:
    """Heat map of values from 0 to 1, unless ``zmin`` and ``zmax`` say otherwise; `strength` is the opacity of both."""
    scale = {"zmin": 0, "zmax": 1, "colorscale": [[end, faded(colour, each)] for end, each in enumerate(strength)]}
    return {"type": "heatmap", "z": z} | scale | {"showscale": False, "xgap": 2, "ygap": 2} | more


def pointed_at(words: Sequence[Any]) -> Trace:
    """Hover texts: one for each point, bar or tile."""
    return {"hovertext": words, "hovertemplate": "%{hovertext}<extra></extra>"}


def whiskers(middle: Sequence[float], low: Sequence[float], high: Sequence[float]) -> Trace:
    """Error bars from `low` to `high`."""
    return {
        "array": [end - mid for end, mid in zip(high, middle, strict=True)],
        "arrayminus": [mid - end for end, mid in zip(low, middle, strict=True)],
        "color": INK,
        "thickness": 1.5,
        "width": 4,
    }
