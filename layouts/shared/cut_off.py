"""The cut-off as people read it, and its mark on a bar."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from layouts.shared.percent import TENTHS, percents
from ml.locale import percent


def cut_off_text(probability: float) -> str:
    """A probability that somebody chose: "35 %", and "12.5 %" where it is no whole percent."""
    tenths = round(TENTHS * probability)
    if tenths % 10 == 0 and (0 < tenths < TENTHS or probability in (0, 1)):
        return percent(f"{tenths // 10}")
    return percents([probability], exclusive=False)[0]


def tick(cut_off: float) -> list[Component]:
    """The mark of the cut-off across a bar, with its words, which screen readers read, too."""
    place = {"--at": f"{cut_off:.4%}"}
    return [
        html.Span(className="tick", style=place, **{"aria-hidden": "true"}),
        html.Span(f"Cut-off {cut_off_text(cut_off)}", className="tick-words", style=place),
    ]
