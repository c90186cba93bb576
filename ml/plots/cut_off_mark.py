"""Mark of the page's cut-off in a figure.

The mark is a shape called "cut-off": a point, or a line across. Shapes are moved without redrawing the
figure, and saved pictures contain them.
"""

from __future__ import annotations

from typing import Any

from ml.data.array_types import OptionalFloats
from ml.metrics.threshold_table import ThresholdTable
from ml.plots.plot import CutOffMark
from ml.plots.theme import INK, Figure

NAME = "cut-off"
RADIUS = 7  # pixels


def column(table: ThresholdTable, name: str) -> OptionalFloats:
    """A column of the threshold table; "cut_off" is the cut-off itself."""
    return [*table.cut_off] if name == "cut_off" else table.columns[name]


def marked(figure: Figure, mark: CutOffMark, table: ThresholdTable, row: int) -> Figure:
    """The figure with a mark at one row of the table; hidden where the row has no number."""
    figure.add_shape(shape(mark, table, row))
    return figure


def shape(mark: CutOffMark, table: ThresholdTable, row: int) -> dict[str, Any]:
    """The mark as a shape of plotly."""
    x = column(table, mark.x)[row]
    y = column(table, mark.y)[row] if mark.y else 0.0
    common = {"name": NAME, "visible": x is not None and y is not None, "layer": "above"}
    if not mark.y:
        line = {"color": INK, "width": 2, "dash": "dot"}
        return common | {"type": "line", "x0": x or 0, "x1": x or 0, "yref": "paper", "y0": 0, "y1": 1, "line": line}
    return common | {
        "type": "circle",
        "xsizemode": "pixel",
        "ysizemode": "pixel",
        "xanchor": x or 0,
        "yanchor": y or 0,
        "x0": -RADIUS,
        "x1": RADIUS,
        "y0": -RADIUS,
        "y1": RADIUS,
        "fillcolor": "#ffffff",
        "line": {"color": "#1b212b", "width": 3},
    }
