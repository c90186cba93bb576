"""Plot of the lift of one outcome: by tenths, and of all records acted on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ml.metrics.gain_lift import Lift, lift
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, Study, View
from ml.plots.theme import FAINT, INK, band, faded, figure, share_axis
from ml.text.few_words import few_words
from ml.text.number_words import count, decimal, percent

if TYPE_CHECKING:
    import plotly.graph_objects as go


def compute(study: Study) -> Lift:
    """Tenths and curve; OneOutcomeOnly where the hold-out has one side only."""
    return lift(study.answers, study.label)


def draw(result: Lift, view: View) -> go.Figure:
    """A bar a tenth with its interval, and a line of the lift of all records acted on."""
    middles = [(2 * at + 1) / 20 for at in range(10)]
    bars = {
        "type": "bar",
        "x": middles,
        "y": result.tenth,
        "width": 0.084,
        "marker": {"color": faded(view.colour, 0.45), "cornerradius": 3},
        "error_y": {
            "array": [high - mid for high, mid in zip(result.high, result.tenth, strict=True)],
            "arrayminus": [mid - low for low, mid in zip(result.low, result.tenth, strict=True)],
            "color": INK,
            "thickness": 1.5,
            "width": 3,
        },
        "customdata": [[10 * at, 10 * at + 10, percent(lift * result.rate)] for at, lift in enumerate(result.tenth)],
        "hovertemplate": "From %{customdata[0]} to %{customdata[1]} % by probability:<br>"
        "lift %{y:.2f}, %{customdata[2]} have it<extra></extra>",
    }
    curve = {
        "type": "scatter",
        "mode": "lines",
        "x": result.selected,
        "y": result.lift,
        "line": {"color": view.colour, "width": 2.5},
        "hovertemplate": "First %{x:.1%} together:<br>lift %{y:.2f}<extra></extra>",
    }
    base = {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 1],
        "y": [1, 1],
        "line": {"color": FAINT, "width": 1.5, "dash": "dash"},
        "hoverinfo": "skip",
    }
    top = 1.08 * max(*result.high, *result.lift)
    return figure(
        [bars, base, *band(result.selected, result.lift_low, result.lift_high, view.colour), curve],
        height=380,
        margin={"l": 8, "r": 20, "t": 8, "b": 8},
        xaxis=share_axis("Records, highest first", showgrid=False),
        yaxis={"title": {"text": "Lift (1: as among all)"}, "range": [0, top], "nticks": 7},
    )


def say(result: Lift, view: View) -> str:
    """Sentence: lift of the first and of the last tenth."""
    first, last = result.tenth[0], result.tenth[-1]
    are = "are" if view.outcomes.exclusive else "have"
    return (
        f"Of all {count(result.records)} records, {percent(result.rate)} {are} “{view.label}”; of the tenth with the "
        f"highest probabilities {percent(first * result.rate)}, {decimal(first, 1)} times as often; of the last tenth "
        f"{percent(last * result.rate)}.{few_words(result.records / 10, 'records in each')} "
        f"Bars are tenths with their {percent(0.95)} interval, the line is all records "
        "from the first down to that place with its band."
    )


def rows(result: Lift, _: View) -> tuple[list[str], list[list[Any]]]:
    """The tenths as a table."""
    columns = (range(1, 11), result.tenth, result.low, result.high)
    return ["tenth", "lift", "low", "high"], [list(row) for row in zip(*columns, strict=True)]


PLOT = Plot(
    key="lift",
    question="How much richer is the top of the list?",
    method="Lift",
    page="performance",
    result=Lift,
    compute=compute,
    draw=draw,
    say=say,
    needs=PROBABILITIES,
    mark=CutOffMark("selected", "lift"),
    rows=rows,
    revision=2,
)
