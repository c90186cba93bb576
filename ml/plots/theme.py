"""Theme of all figures. plotly is imported when the first figure is drawn, not before.

Backgrounds are transparent and the ink is a middle grey, so a figure is readable on a light and on a dark
page and in an exported picture; the page's own style sheet sharpens the ink (``assets/css/plots/60-plots.css``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from ml import locale
from ml.text.number_words import percent
from ml.translation import text

if TYPE_CHECKING:
    import plotly.graph_objects as go

Figure: TypeAlias = "go.Figure"

INK = "#767c85"  # 4.2:1 on white, 4.3:1 on the dark page
FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
GRID = "rgba(128, 134, 145, 0.22)"
FAINT = "rgba(128, 134, 145, 0.6)"

CONFIG: Any = {
    "displaylogo": False,
    "showSendToCloud": False,  # plotly.js 4 would offer to upload the chart
    "displayModeBar": False,  # each card has its own menu
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
}

_AXIS = {
    "showgrid": True, "gridcolor": GRID, "gridwidth": 1, "zeroline": False, "showline": False, "ticks": "",
    "fixedrange": True, "automargin": True, "title": {"standoff": 10, "font": {"size": 13}},
}  # fmt: skip
_TEMPLATE = {
    "layout": {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FAMILY, "size": 13, "color": INK},
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {"font": {"family": FAMILY, "size": 13}, "align": "left"},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": FAINT, "activecolor": INK},
        "xaxis": _AXIS,
        "yaxis": _AXIS,
    }
}


def figure(traces: Sequence[dict[str, Any]], **layout: Any) -> Figure:
    """A figure of traces and layout written as plain dicts, in our own template.

    plotly checks every name and value and raises ValueError at one that it does not know.
    """
    import plotly.graph_objects as go

    if stated := locale.reader_format():
        layout = {"separators": stated.decimal + stated.group, **layout}
    return go.Figure(data=list(traces), layout={"template": _TEMPLATE, **layout})


def curves(traces: Sequence[dict[str, Any]], height: int = 380, **layout: Any) -> Figure:
    """A figure of curves over shares: with room at the right for the label of the last tick."""
    return figure(traces, height=height, margin={"l": 8, "r": 20, "t": 8, "b": 8}, **layout)


# Of a label that a line may cross; the page's style sheet sets its background to the page's.
ON_PAPER = {"bgcolor": "#ffffff", "borderpad": 2}


def hover(words: str) -> str:
    """Hover template of words, whose slots may hold Plotly's own, such as ``%{x}``; without the name of the trace."""
    return f"{words}<extra></extra>"


def above(cut_off: float | None) -> str:
    """A cut-off in percent; None is one above every probability."""
    return text("above every probability") if cut_off is None else percent(cut_off)


def note(words: str, x: float, y: float, **more: Any) -> dict[str, Any]:
    """Text annotation without an arrow."""
    return {"text": words, "x": x, "y": y, "showarrow": False, "font": {"size": 13}, **more}


def share_axis(title: str, end: float = 1.0, **more: Any) -> dict[str, Any]:
    """Axis of shares from 0 to 100 %, or to a smaller `end`; with room for the mark of a cut-off at either."""
    ticks = [end * at for at in (0, 0.2, 0.4, 0.6, 0.8, 1)] if end < 1 else [0, 0.25, 0.5, 0.75, 1]
    return {
        "range": [-0.04 * end, 1.04 * end],
        "tickvals": ticks,
        "ticktext": [percent(round(tick, 9)) for tick in ticks],
        "title": {"text": title},
        **more,
    }


def percent_ticks(low: float, high: float) -> dict[str, Any]:
    """Tick values and texts of an axis of shares with any limits: at most seven round ones."""
    rough = max(high - low, 1e-6) / 6
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * times for times in (1, 2, 5, 10) if size * times >= rough * (1 - 1e-9))
    ticks = [step * at for at in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
    digits = max(-math.floor(math.log10(step) + 1e-9) - 2, 0)
    return {"tickvals": ticks, "ticktext": [locale.percent(f"{100 * tick:.{digits}f}") for tick in ticks]}


def legend_on_top() -> dict[str, Any]:
    """Layout with a legend above the figure, for lines too close for names beside them."""
    above = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "itemclick": False}
    return {"showlegend": True, "legend": {**above, "itemdoubleclick": False, "font": {"size": 13}}}


def faded(colour: str, strength: float) -> str:
    """The colour ``#rrggbb`` with an opacity of 0 to 1."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {strength:.3f})"


def band(x: Sequence[float], low: Sequence[float | None], high: Sequence[float | None], colour: str) -> list[Any]:
    """Two traces without lines or hover texts and the faint area between them: an interval along a curve.

    Points without an interval are left out.
    """
    known = [row for row in zip(x, low, high, strict=True) if row[1] is not None and row[2] is not None]
    hidden = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    hidden["x"] = [row[0] for row in known]
    return [
        {**hidden, "y": [row[1] for row in known]},
        {**hidden, "y": [row[2] for row in known], "fill": "tonexty", "fillcolor": faded(colour, 0.16)},
    ]
