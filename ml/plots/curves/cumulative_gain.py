"""Plot ``gain``: cumulative gain curve of one outcome."""

from __future__ import annotations

from ml.metrics.gain_lift import TENTHS, Gain, gain
from ml.plots.columns import Column, Columns, cut_off, ends
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, Rows, View
from ml.plots.theme import Figure, above, band, curves, hover, note, share_axis
from ml.plots.traces import compared, line
from ml.text.number_words import count, percent, shortened, span, with_span
from ml.translation import mark, text


def draw(result: Gain, view: View) -> Figure:
    """The gain curve with its interval and its tenths, between perfect and random order."""
    at = {"cut_off": "%{customdata}", "share": "%{x:.1%}", "found": "%{y:.1%}"}
    tenth = {"share": "%{customdata[0]}", "found": "%{customdata[1]}", "interval": "%{customdata[2]}"}
    curve = line(
        result.selected,
        result.found,
        view.colour,
        customdata=[above(cut) for cut in result.cut_off],
        hovertemplate=hover(text("Act from {cut_off}:<br>first {share}<br>find {found}", **at)),
    )
    tenths = {
        "type": "scatter",
        "mode": "markers",
        "x": TENTHS[1:].tolist(),
        "y": result.tenth_found,
        "marker": {"size": 7, "color": view.colour},
        "customdata": [
            [percent(share), percent(found), span(percent(low), percent(high))]
            for share, found, low, high in zip(
                TENTHS[1:], result.tenth_found, result.tenth_low, result.tenth_high, strict=True
            )
        ],
        "hovertemplate": hover(text("First {share}<br>find {found} ({interval})", **tenth)),
    }
    lines = [compared([0, 1], [0, 1]), compared([0, result.rate, 1], [0, 1, 1], "dot")]
    return curves(
        [*lines, *band(result.selected, result.low, result.high, view.colour), curve, tenths],
        xaxis=share_axis(text("Share acted on, highest first")),
        yaxis=share_axis(text("Share of “{outcome}” found", outcome=shortened(view.label, 20))),
        annotations=[
            note(text("dotted: a perfect order"), 0.98, 0.1, xanchor="right", font={"size": 12}),
            note(text("dashed: in random order"), 0.98, 0.03, xanchor="right", font={"size": 12}),
        ],
    )


def say(result: Gain, view: View) -> str:
    """Sentence: gain of the first tenth and of the first three tenths."""
    one, three = (
        with_span(*(percent(column[at]) for column in (result.tenth_found, result.tenth_low, result.tenth_high)))
        for at in (0, 2)
    )
    return text(
        "The first {tenth} by probability hold {one} of the {n} {records}, the first {tenths} hold {three}. In random "
        "order they would hold {tenth} and {tenths}; at best {best} and {best_three}.",
        tenth=percent(0.1),
        one=one,
        n=count(result.positive),
        records=view.records,
        tenths=percent(0.3),
        three=three,
        best=percent(min(1.0, 0.1 / result.rate)),
        best_three=percent(min(1.0, 0.3 / result.rate)),
    )


def rows(result: Gain, _: View) -> Rows:
    """The curve as a table."""
    columns = (result.selected, result.found, result.low, result.high, result.cut_off)
    return ["selected", "found", "low", "high", "cut_off"], [list(row) for row in zip(*columns, strict=True)]


def columns(_result: Gain, view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    found = Column(text("Share of “{outcome}” found", outcome=view.label), percent)
    return {
        "cut_off": cut_off(),
        "selected": Column(text("Share acted on, highest first"), percent),
        "found": found,
    } | ends()


PLOT = Plot(
    key="gain",
    question=mark("How many are found by working the list from the top?"),
    method=mark("Cumulative gain"),
    page="performance",
    result=Gain,
    compute=lambda study: gain(study.answers, study.label),
    draw=draw,
    say=say,
    columns=columns,
    needs=PROBABILITIES,
    mark=CutOffMark("selected", "recall"),
    rows=rows,
    revision=2,
)
