"""Plot of segments: one measure in each part of a feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml.plots.plot import Plot, Study, View
from ml.plots.row_layout import MARGIN, height_of, named_rows, rows_axis, spans, upright
from ml.plots.shared_options import (
    AT_CUT_OFF,
    MEASURE,
    chosen,
    cut_off_of,
    feature_choice,
    measure_axis,
    measure_text,
    promises_text,
)
from ml.plots.theme import INK, figure
from ml.slices.segments import LABELS, Segments, segments
from ml.text.few_words import few_words
from ml.text.number_words import count, percent

if TYPE_CHECKING:
    import plotly.graph_objects as go

FEW = 5  # records in the denominator: a part with fewer is drawn, but not named in the sentence
OPTIONS = (feature_choice(), MEASURE, AT_CUT_OFF)


def compute(study: Study) -> Segments:
    """The measure of the parts of the chosen feature."""
    feature, measure = (chosen(study.options[key]) for key in ("feature", "measure"))
    return segments(study.bundle, study.answers, feature, measure, cut_off_of(study))


def draw(result: Segments, view: View) -> go.Figure:
    """A dot and its interval for each part, its name above it; upright: all records."""
    axis = measure_axis(result.measure, [*result.value, *result.low, *result.high, result.whole])
    places = [place for place, value in enumerate(result.value) if value is not None]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [result.value[place] for place in places],
        "y": places,
        "marker": {"size": 11, "color": view.colour},
        "cliponaxis": False,
        "hovertext": [_words(result, view, place) for place in places],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    values = [measure_text(result.measure, value) for value in result.value]
    sizes = [f"of {count(weight)}" for weight in result.counted]
    return figure(
        [upright(result.whole, len(result.parts)), spans(result.low, result.high, INK), dots],
        margin=MARGIN,
        height=height_of(len(result.parts)),
        annotations=named_rows(result.parts, values, sizes, axis["range"][0]),
        xaxis=axis,
        yaxis=rows_axis(len(result.parts)),
    )


def say(result: Segments, _view: View) -> str:
    """Sentence: parts with the highest and lowest value, and parts that differ clearly from all records."""
    label, whole = LABELS[result.measure], measure_text(result.measure, result.whole)
    everywhere = f"{label} is {whole} on all records"
    enough = [place for place in range(len(result.parts)) if _enough(result, place)]
    if not enough:
        return f"{everywhere}; no part of {result.feature} counts {FEW} records, too few to say more."
    most = max(enough, key=lambda place: result.value[place] or 0.0)
    least = min(enough, key=lambda place: result.value[place] or 0.0)
    low, high = (measure_text(result.measure, result.value[place]) for place in (least, most))
    if result.value[most] == result.value[least]:
        return f"{everywhere} and {high} {_where(result, enough)}."
    span = f"; by {result.feature} it goes from {low} (“{result.parts[least]}”) to {high} (“{result.parts[most]}”). "
    apart = [part for part, beyond in zip(result.parts, result.beyond, strict=True) if beyond]
    few = few_words(min(result.counted[least], result.counted[most]))
    clearly = f"Apart from all records beyond chance: {', '.join(apart)}. " if apart else "None differs beyond chance. "
    return (
        f"{everywhere}{span.rstrip()}{few} {clearly}{_left_out(result, enough)}"
        f"The lines are 95\u00a0% intervals, each for itself; "
        f"what is beyond chance is corrected for looking at all parts.{promises_text(result.parts, result)}"
    )


def _enough(result: Segments, place: int) -> bool:
    """Whether a part has enough records to be named."""
    return result.value[place] is not None and result.counted[place] >= FEW


def _where(result: Segments, enough: list[int]) -> str:
    """Words for parts that all have the same value."""
    if len(enough) == len(result.parts):
        return f"in every part of {result.feature}"
    if len(enough) == 1:
        return f"where {result.feature} is “{result.parts[enough[0]]}”, the only part of which enough is known"
    return f"in the {len(enough)} of {len(result.parts)} parts of {result.feature} of which enough is known"


def _left_out(result: Segments, enough: list[int]) -> str:
    """Words for the parts that are drawn but not named, or not drawn."""
    few = len(result.parts) - len(enough)
    what = f"{count(few)} part counts" if few == 1 else f"{count(few)} parts count"
    return f"Not named: {what} fewer than {FEW} records, or the measure is undefined. " if few else ""


def _words(result: Segments, view: View, place: int) -> str:
    low, high = (measure_text(result.measure, end[place]) for end in (result.low, result.high))
    span = f" ({low} to {high})" if result.low[place] is not None and result.high[place] is not None else ""
    promise = f"<br>{percent(result.said[place])} announced, {percent(result.came[place])} came" if result.said else ""
    return (
        f"<b>{result.parts[place]}</b><br>{LABELS[result.measure]} "
        f"{measure_text(result.measure, result.value[place])}{span}<br>{count(result.records[place])} records, "
        f"{count(result.positive[place])} with “{view.label}”{promise}"
    )


PLOT = Plot(
    key="segments",
    question="Is the model as good everywhere?",
    method="Measure by part of a feature",
    page="performance",
    section="segments",
    result=Segments,
    compute=compute,
    draw=draw,
    say=say,
    options=OPTIONS,
    revision=3,
)
