"""Plot ``threshold``: precision, recall and the share acted on by cut-off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ml.data.array_types import OptionalFloats
from ml.metrics.threshold_plots import MetricsByThreshold, metrics_by_threshold
from ml.metrics.threshold_table import threshold_table_of
from ml.plots.columns import Column, Columns, cut_off
from ml.plots.palette import COLOURS
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, View
from ml.plots.theme import ON_PAPER, Figure, curves, hover, note, share_axis
from ml.plots.traces import line
from ml.text.number_words import decimal, percent
from ml.translation import mark, text

Line = tuple[str, OptionalFloats, str, str]  # name, values, colour, dash
NAMED_FROM, NAMED_TO = 0.12, 0.88  # of the axis: names stay inside
NAME_WIDTH, NAME_HEIGHT = 0.5, 0.09  # of the axes, on a phone
STROKES = {"solid": "━━", "dash": "━ ━", "dot": "┅┅"}


def draw(result: MetricsByThreshold, view: View) -> Figure:
    """Three lines that differ in colour and stroke, each with its name where it is farthest from the others."""
    others = [colour for colour in COLOURS[:3] if colour != view.colour]
    lines = (
        (text("Precision"), result.precision, view.colour, "solid"),
        (text("Recall"), result.recall, others[0], "dash"),
        (text("Acted on"), result.selected, others[1], "dot"),
    )
    places = {"cut_off": "%{x:.1%}", "share": "%{y:.1%}"}
    hovers = (
        text("Act from {cut_off}:<br>precision {share}", **places),
        text("Act from {cut_off}:<br>recall {share}", **places),
        text("Act from {cut_off}:<br>acted on {share}", **places),
    )
    traces = [
        # Between the previous cut-off and this one, decisions are those at this one.
        line(result.cut_off, values, colour, dash=dash, shape="vh", name=name, hovertemplate=hover(words))
        for (name, values, colour, dash), words in zip(lines, hovers, strict=True)
    ]
    return curves(
        traces,
        height=400,
        annotations=_names(result, lines),
        xaxis=share_axis(text("Cut-off: act from this probability"), result.reach),
        yaxis=share_axis(text("Share")),
    )


def _names(result: MetricsByThreshold, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The name of each line on it, behind a piece of its stroke, where the others are farthest away."""
    columns = np.array([[np.inf if value is None else value for value in values] for _, values, *_ in lines])
    cuts = np.array(result.cut_off)
    inside = (cuts >= NAMED_FROM * result.reach) & (cuts <= NAMED_TO * result.reach)
    names: list[dict[str, Any]] = []
    for at, (name, values, colour, dash) in enumerate(lines):
        others = np.delete(columns, at, axis=0)
        known = inside & np.isfinite(columns[at])
        own = np.where(known, columns[at], 0.0)
        for each in names:  # names do not cover each other
            beside = np.abs(cuts - each["x"]) >= NAME_WIDTH * result.reach
            known &= beside | (np.abs(own - each["y"]) >= NAME_HEIGHT)
        place = int(np.argmax(np.where(known, np.abs(others - own).min(axis=0), -1.0)))
        words = f"<span style='color:{colour}'>{STROKES[dash]}</span> {name}"
        names.append(note(words, float(cuts[place]), values[place] or 0.0, **ON_PAPER))
    return names


def say(result: MetricsByThreshold, view: View) -> str:
    """Sentence: the cut-off with the highest F1, and the measures there."""
    return text(
        "A lower cut-off finds more and is wrong more often. Precision and recall are best together (F1 {f1}) when "
        "acting from {cut_off}: that finds {found} of the {records}, {right} of those acted on have it, and {selected} "
        "of all records are acted on.",
        f1=decimal(result.best_f1, 2),
        cut_off=percent(result.best),
        found=percent(result.best_recall),
        records=view.records,
        right=percent(result.best_precision),
        selected=percent(result.best_selected),
    )


def columns(_result: MetricsByThreshold, _view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    return {
        "cut_off": cut_off(),
        "precision": Column(text("Precision"), percent),
        "recall": Column(text("Recall"), percent),
        "selected": Column(text("Acted on"), percent),
    }


PLOT = Plot(
    key="threshold",
    question=mark("What changes as the cut-off moves?"),
    method=mark("Precision, recall and share acted on, by cut-off"),
    page="performance",
    result=MetricsByThreshold,
    compute=lambda study: metrics_by_threshold(threshold_table_of(study.bundle, study.outcome)),
    draw=draw,
    say=say,
    columns=columns,
    needs=PROBABILITIES,
    revision=2,
    mark=CutOffMark("cut_off"),
)
