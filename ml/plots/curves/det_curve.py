"""Plot ``det``: detection error trade-off (DET) curve, on axes of normal deviates."""

from __future__ import annotations

import numpy as np

from ml.metrics.curves import DetCurve, det, normal_deviates
from ml.plots.columns import Column, Columns, cut_off
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, View
from ml.plots.theme import Figure, above, curves, hover, note
from ml.plots.traces import compared, line
from ml.text.number_words import percent, shortened
from ml.translation import mark, text

TICKS = (0.01, 0.1, 0.5, 0.9, 0.99)
END = 3.4  # beyond the deviate of the last rate, with room for the mark of a cut-off


def draw(result: DetCurve, view: View) -> Figure:
    """The curve on axes of normal deviates, and the line of equal errors."""
    ticks, ends = normal_deviates(np.array(TICKS)).tolist(), [-END, END]
    axis = {"range": ends, "tickvals": ticks, "tickangle": 0, "ticktext": [percent(rate) for rate in TICKS]}
    places = {"cut_off": "%{customdata[2]}", "missed": "%{customdata[0]}", "alarms": "%{customdata[1]}"}
    curve = line(
        result.x,
        result.y,
        view.colour,
        customdata=[
            [percent(missed), percent(alarms), above(cut)]
            for missed, alarms, cut in zip(
                result.false_negative_rate, result.false_positive_rate, result.cut_off, strict=True
            )
        ],
        hovertemplate=hover(text("Act from {cut_off}:<br>misses {missed}<br>false alarms {alarms}", **places)),
    )
    words = text("{share} where both are alike", share=f"<b>{percent(result.equal_error)}</b>")
    equal = note(words, END, 0.35 * END, xanchor="right")
    return curves(
        [compared(ends, ends), curve],
        xaxis={**axis, "title": {"text": text("False alarms among all others")}},
        yaxis={**axis, "title": {"text": text("Share of “{outcome}” missed", outcome=shortened(view.label, 20))}},
        annotations=[equal],
    )


def say(result: DetCurve, view: View) -> str:
    """Sentence: the equal error rate."""
    return text(
        "At the cut-off at which both errors are alike, {share} of the {records} are missed, and {share} of the others "
        "are false alarms. Nearer to the lower left corner is better; the scale widens the rare errors, so that good "
        "models can be told apart.",
        share=percent(result.equal_error),
        records=view.records,
    )


def columns(_result: DetCurve, view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    return {
        "cut_off": cut_off(),
        "false_negative_rate": Column(text("Share of “{outcome}” missed", outcome=view.label), percent),
        "false_positive_rate": Column(text("False alarms among all others"), percent),
    }


PLOT = Plot(
    key="det",
    question=mark("How many are missed for few false alarms?"),
    method=mark("Detection error tradeoff (DET)"),
    page="performance",
    result=DetCurve,
    compute=lambda study: det(study.answers, study.label),
    draw=draw,
    say=say,
    columns=columns,
    needs=PROBABILITIES,
    mark=CutOffMark("false_positive_deviate", "false_negative_deviate"),
)
