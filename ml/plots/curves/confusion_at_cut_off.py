"""Plot ``cells``: 2 x 2 confusion matrix of one outcome at a cut-off.

The result holds the counts at every cut-off of the threshold table, so moving the cut-off needs no
request. The drawing shows the row nearest to the option "cut_off". The trace of the tiles
has ``meta={"mark": "cells"}``: a page fills its ``z``, ``text`` and ``customdata`` from the same
table, rows "without" and "with", columns "leave" and "act":

    z       [[specificity, false_positive_rate], [false_negative_rate, recall]]
    counts  [[true_negative, false_positive], [false_negative, true_positive]]
"""

from __future__ import annotations

import numpy as np

from ml.decision.cut_offs import DEFAULT
from ml.metrics.threshold_plots import ConfusionTable, confusion_table
from ml.metrics.threshold_table import threshold_table_of
from ml.plots.columns import Column, Columns, cut_off
from ml.plots.option import Option
from ml.plots.plot import PROBABILITIES, Plot, Rows, View
from ml.plots.theme import INK, Figure, figure
from ml.plots.traces import tiles
from ml.text.cut_off_words import cut_off_text
from ml.text.number_words import count, percent, shortened
from ml.translation import mark, text

OPTIONS = (Option("cut_off", mark("Cut-off"), default=lambda *_: DEFAULT, low=0.0, high=1.0, computed=False),)


def at(result: ConfusionTable, view: View) -> int:
    """Row of the cut-off nearest to the chosen one."""
    chosen = view.options.get("cut_off")
    return int(np.argmin(np.abs(np.array(result.cut_off) - (DEFAULT if chosen is None else float(chosen)))))


def counts_at(result: ConfusionTable, row: int) -> list[list[float]]:
    """2 x 2 counts at a row: without and with the outcome (rows), not acted on and acted on (columns)."""
    return [
        [result.true_negative[row], result.false_positive[row]],
        [result.false_negative[row], result.true_positive[row]],
    ]


def draw(result: ConfusionTable, view: View) -> Figure:
    """A tile for each pair of truth and decision: the count, and its share of the row as text and colour."""
    row = at(result, view)
    table = counts_at(result, row)
    shares = [[cell / sum(line) for cell in line] for line in table]
    name = shortened(view.label, 16)
    matrix = tiles(shares, view.colour) | {
        "meta": {"mark": "cells"},
        "x": [0, 1],
        "y": [0, 1],
        "xgap": 4,
        "ygap": 4,
        "customdata": table,
        "text": [
            [f"<b>{count(cell)}</b><br>{percent(share)}" for cell, share in zip(*pair, strict=True)]
            for pair in zip(table, shares, strict=True)
        ],
        "texttemplate": "%{text}",
        "textfont": {"size": 14, "color": INK},
        "hoverinfo": "skip",
    }
    axis = {"tickvals": [0, 1], "showgrid": False}
    return figure(
        [matrix],
        height=336,
        xaxis={
            **axis,
            "ticktext": [text("leave"), text("act")],
            "title": {"text": text("We")},
            "side": "top",
            "range": [-0.5, 1.5],
        },
        yaxis={
            **axis,
            "ticktext": [text("not {outcome}", outcome=name) if view.outcomes.exclusive else text("without"), name],
            "title": {"text": text("In truth")},
            "range": [1.5, -0.5],
            "tickangle": -90,
        },
    )


def say(result: ConfusionTable, view: View) -> str:
    """Sentence: how often acting is right at the cut-off, and how often leaving is."""
    return said_at(result, at(result, view))


def said_at(result: ConfusionTable, row: int) -> str:
    """The sentence of a row."""
    (left, alarms), (missed, hits) = counts_at(result, row)
    slots = {"cut_off": cut_off_text(result.cut_off[row])}
    acting = {"n": count(hits), "acted": count(hits + alarms), "right": percent(hits / (hits + alarms or 1))}
    leaving = {"m": count(left), "left": count(left + missed), "kept": percent(left / (left + missed or 1))}
    if not hits + alarms:
        return text(
            "From {cut_off} on nothing is acted on; leaving is right for {m} of {left} ({kept}).", **slots, **leaving
        )
    if not left + missed:
        return text(
            "From {cut_off} on nothing is left; acting is right for {n} of {acted} ({right}).", **slots, **acting
        )
    return text(
        "Acting from {cut_off} is right for {n} of {acted} ({right}), leaving the others for {m} of {left} ({kept}).",
        **slots,
        **acting,
        **leaving,
    )


def rows(result: ConfusionTable, _: View) -> Rows:
    """Confusion counts at every cut-off."""
    columns = ("cut_off", "true_positive", "false_positive", "false_negative", "true_negative")
    return list(columns), [list(row) for row in zip(*(getattr(result, name) for name in columns), strict=True)]


def columns(_result: ConfusionTable, _view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    return {
        "cut_off": cut_off(),
        "true_positive": Column(text("Acted on, rightly"), count),
        "false_positive": Column(text("Acted on, wrongly"), count),
        "false_negative": Column(text("Left, wrongly"), count),
        "true_negative": Column(text("Left, rightly"), count),
    }


PLOT = Plot(
    key="cells",
    question=mark("How often is acting right, and how often is leaving?"),
    method=mark("Confusion matrix at the cut-off"),
    page="performance",
    result=ConfusionTable,
    compute=lambda study: confusion_table(threshold_table_of(study.bundle, study.outcome)),
    draw=draw,
    say=say,
    columns=columns,
    needs=PROBABILITIES,
    options=OPTIONS,
    rows=rows,
)
