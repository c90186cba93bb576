"""The mark of the cut-off on a bar."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from ml.text.spoken import cut_off_text


def tick(cut_off: float) -> list[Component]:
    """The mark of the cut-off across a bar, with its words, which screen readers read, too."""
    place = {"--at": f"{cut_off:.4%}"}
    return [
        html.Span(className="tick", style=place, **{"aria-hidden": "true"}),
        html.Span(f"Cut-off {cut_off_text(cut_off)}", className="tick-words", style=place),
    ]
