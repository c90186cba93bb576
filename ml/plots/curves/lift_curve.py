"""Plot ``lift``: lift of one outcome by tenths, and of all records acted on."""

from __future__ import annotations

from ml.metrics.gain_lift import Lift, lift
from ml.plots.columns import Column, Columns, ends
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, Rows, View
from ml.plots.theme import Figure, band, curves, faded, hover, share_axis
from ml.plots.traces import compared, line, whiskers
from ml.text.few_words import few_words
from ml.text.number_words import count, decimal, percent
from ml.translation import mark, text


def draw(result: Lift, view: View) -> Figure:
    """Bars of the lift of each tenth with its interval, and a line of the cumulative lift."""
    middles = [(2 * at + 1) / 20 for at in range(10)]
    tenth = {"low": "%{customdata[0]}", "high": "%{customdata[1]}", "share": "%{customdata[2]}", "lift": "%{y:.2f}"}
    bars = {
        "type": "bar",
        "x": middles,
        "y": result.tenth,
        "width": 0.084,
        "marker": {"color": faded(view.colour, 0.45), "cornerradius": 3},
        "error_y": whiskers(result.tenth, result.low, result.high) | {"width": 3},
        "customdata": [
            [10 * at, percent(0.1 * at + 0.1), percent(lift * result.rate)] for at, lift in enumerate(result.tenth)
        ],
        "hovertemplate": hover(text("From {low} to {high} by probability:<br>lift {lift}, {share} have it", **tenth)),
    }
    words = text("First {share} together:<br>lift {lift}", share="%{x:.1%}", lift="%{y:.2f}")
    curve = line(result.selected, result.lift, view.colour, hovertemplate=hover(words))
    top = 1.08 * max(*result.high, *result.lift)
    return curves(
        [bars, compared([0, 1], [1, 1]), *band(result.selected, result.lift_low, result.lift_high, view.colour), curve],
        xaxis=share_axis(text("Records, highest first"), showgrid=False),
        yaxis={"title": {"text": text("Lift (1: as among all)")}, "range": [0, top], "nticks": 7},
    )


def say(result: Lift, view: View) -> str:
    """Sentence: lift of the first and of the last tenth."""
    first, last = result.tenth[0], result.tenth[-1]
    slots = {"n": count(result.records), "share": percent(result.rate), "outcome": view.label}
    slots |= {"first": percent(first * result.rate), "times": decimal(first, 1), "last": percent(last * result.rate)}
    if view.outcomes.exclusive:
        said = text(
            "Of all {n} records, {share} are “{outcome}”; of the tenth with the highest probabilities {first}, {times} "
            "times as often; of the last tenth {last}.",
            **slots,
        )
    else:
        said = text(
            "Of all {n} records, {share} have “{outcome}”; of the tenth with the highest probabilities {first}, "
            "{times} times as often; of the last tenth {last}.",
            **slots,
        )
    few = few_words(result.records / 10, text("records in each"))
    how = text(
        "Bars are tenths with their {level} interval, the line is all records from the first down to that place with "
        "its band.",
        level=percent(0.95),
    )
    return f"{said}{few} {how}"


def rows(result: Lift, _: View) -> Rows:
    """The tenths as a table."""
    columns = (range(1, 11), result.tenth, result.low, result.high)
    return ["tenth", "lift", "low", "high"], [list(row) for row in zip(*columns, strict=True)]


def columns(_result: Lift, _view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    lift = Column(text("Lift (times the base rate)"), _lift)
    return {"tenth": Column(text("Tenth of the list, highest first"), count), "lift": lift} | ends(_lift)


def _lift(value: float) -> str:
    return decimal(value, 2)


PLOT = Plot(
    key="lift",
    question=mark("How much richer is the top of the list?"),
    method=mark("Lift"),
    page="performance",
    result=Lift,
    compute=lambda study: lift(study.answers, study.label),
    draw=draw,
    say=say,
    columns=columns,
    needs=PROBABILITIES,
    mark=CutOffMark("selected", "lift"),
    rows=rows,
    revision=2,
)
