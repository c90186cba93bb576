"""Plot of the cumulative gain curve of one outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ml.metrics.gain_lift import TENTHS, Gain, gain
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, Study, View
from ml.plots.theme import FAINT, band, figure, note, share_axis
from ml.text.number_words import count, percent, shortened

if TYPE_CHECKING:
    import plotly.graph_objects as go


def compute(study: Study) -> Gain:
    """Gain curve over all cut-offs; OneOutcomeOnly where the hold-out has one side only."""
    return gain(study.answers, study.label)


def draw(result: Gain, view: View) -> go.Figure:
    """The gain curve with its interval and its tenths, between perfect and random order."""
    curve = {
        "type": "scatter",
        "mode": "lines",
        "x": result.selected,
        "y": result.found,
        "line": {"color": view.colour, "width": 2.5},
        "customdata": ["above every probability" if cut is None else percent(cut) for cut in result.cut_off],
        "hovertemplate": "Act from %{customdata}:<br>first %{x:.1%}<br>find %{y:.1%}<extra></extra>",
    }
    tenths = {
        "type": "scatter",
        "mode": "markers",
        "x": TENTHS[1:].tolist(),
        "y": result.tenth_found,
        "marker": {"size": 7, "color": view.colour},
        "customdata": [
            [percent(share), percent(found), f"{percent(low)} to {percent(high)}"]
            for share, found, low, high in zip(
                TENTHS[1:], result.tenth_found, result.tenth_low, result.tenth_high, strict=True
            )
        ],
        "hovertemplate": "First %{customdata[0]}<br>find %{customdata[1]} (%{customdata[2]})<extra></extra>",
    }
    lines = [_line([0, 1], [0, 1], "dash"), _line([0, result.rate, 1], [0, 1, 1], "dot")]
    return figure(
        [*lines, *band(result.selected, result.low, result.high, view.colour), curve, tenths],
        height=380,
        margin={"l": 8, "r": 20, "t": 8, "b": 8},
        xaxis=share_axis("Share acted on, highest first"),
        yaxis=share_axis(f"Share of “{shortened(view.label, 20)}” found"),
        annotations=[
            note("dotted: a perfect order", 0.98, 0.1, xanchor="right", font={"size": 12}),
            note("dashed: in random order", 0.98, 0.03, xanchor="right", font={"size": 12}),
        ],
    )


def say(result: Gain, view: View) -> str:
    """Sentence: gain of the first tenth and of the first three tenths."""
    one, three = (
        f"{percent(result.tenth_found[at])} ({percent(result.tenth_low[at])} to {percent(result.tenth_high[at])})"
        for at in (0, 2)
    )
    return (
        f"The first {percent(0.1)} by probability hold {one} of the {count(result.positive)} {view.records}, "
        f"the first {percent(0.3)} hold {three}. In random order they would hold {percent(0.1)} and "
        f"{percent(0.3)}; at best {percent(min(1.0, 0.1 / result.rate))} and {percent(min(1.0, 0.3 / result.rate))}."
    )


def rows(result: Gain, _: View) -> tuple[list[str], list[list[Any]]]:
    """The curve as a table."""
    columns = (result.selected, result.found, result.low, result.high, result.cut_off)
    return ["selected", "found", "low", "high", "cut_off"], [list(row) for row in zip(*columns, strict=True)]


def _line(x: list[float], y: list[float], dash: str) -> dict[str, Any]:
    line = {"color": FAINT, "width": 1.5, "dash": dash}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}


PLOT = Plot(
    key="gain",
    question="How many are found by working the list from the top?",
    method="Cumulative gain",
    page="performance",
    result=Gain,
    compute=compute,
    draw=draw,
    say=say,
    needs=PROBABILITIES,
    mark=CutOffMark("selected", "recall"),
    rows=rows,
    revision=2,
)
