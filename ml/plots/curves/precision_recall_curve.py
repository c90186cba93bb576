"""Plot ``precision-recall``: precision-recall curve of one outcome."""

from __future__ import annotations

import numpy as np

from ml.metrics.curves import PrecisionRecall, precision_recall, reach
from ml.plots.columns import Column, Columns, cut_off
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, View
from ml.plots.theme import Figure, curves, hover, note, share_axis
from ml.plots.traces import compared, line
from ml.text.number_words import count, decimal, percent, shortened
from ml.translation import mark, text


def draw(result: PrecisionRecall, view: View) -> Figure:
    """The curve in steps, and the base rate."""
    rate = result.positive / (result.positive + result.negative)
    places = {"cut_off": "%{customdata}", "right": "%{y:.1%}", "found": "%{x:.1%}"}
    curve = line(
        result.recall,
        result.precision,
        view.colour,
        # Steps as average precision counts them: each rise of recall at the precision reached with it.
        shape="vh",
        customdata=[percent(value) for value in result.cut_off],
        hovertemplate=hover(text("Act from {cut_off}:<br>right in {right}<br>finds {found}", **places)),
    )
    end = reach(np.array(result.precision))
    # Where the curve leaves room: above it, or below it and the dashed line.
    above = result.average_precision < 0.5 * end
    x, anchor, y = (0.98, "right", 0.9) if above else (0.02, "left", 0.1 if rate > 0.2 else 0.3)
    ap = text("AP {value}", value=decimal(result.average_precision, 3))
    return curves(
        [compared([0, 1], [rate, rate]), curve],
        xaxis=share_axis(text("Recall: share of “{outcome}” found", outcome=shortened(view.label, 16))),
        yaxis=share_axis(text("Precision: share that is right"), end),
        annotations=[
            note(f"<b>{ap}</b>", x, y * end, xanchor=anchor, font={"size": 17}),
            note(
                text("dashed: base rate ({share})", share=percent(rate)),
                x,
                (y - 0.07) * end,
                xanchor=anchor,
                font={"size": 12},
            ),
        ],
    )


def say(result: PrecisionRecall, view: View) -> str:
    """Sentence: average precision against the base rate, and precision at a recall of one half."""
    rate = result.positive / (result.positive + result.negative)
    at = next(at for at, recall in enumerate(result.recall) if recall >= 0.5)
    return text(
        "To find half of the {n} {records}, act from {cut_off}: {right} of those acted on have it. Picked at random, "
        "{rate} would. Over all cut-offs the average precision is {precision}.",
        n=count(result.positive),
        records=view.records,
        cut_off=percent(result.cut_off[at]),
        right=percent(result.precision[at]),
        rate=percent(rate),
        precision=decimal(result.average_precision, 3),
    )


def columns(_result: PrecisionRecall, view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    recall = text("Recall: share of “{outcome}” found", outcome=view.label)
    return {
        "cut_off": cut_off(),
        "recall": Column(recall, percent),
        "precision": Column(text("Precision: share that is right"), percent),
    }


PLOT = Plot(
    key="precision-recall",
    question=mark("What does finding more cost in being right?"),
    method=mark("Precision and recall"),
    page="performance",
    result=PrecisionRecall,
    compute=lambda study: precision_recall(study.answers, study.label),
    draw=draw,
    say=say,
    columns=columns,
    needs=PROBABILITIES,
    mark=CutOffMark("recall", "precision"),
)
