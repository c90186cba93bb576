"""Plot ``segments``: one measure in each part of a feature."""

from __future__ import annotations

from ml.plots.columns import Column, Columns, ends, records, yes_no
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
    measured,
    promises_text,
)
from ml.plots.theme import Figure, figure
from ml.plots.traces import dots
from ml.slices.segments import LABELS, Segments, segments
from ml.text.few_words import few_words
from ml.text.number_words import count, percent, records_text
from ml.translation import in_row, mark, plural, text

FEW = 5  # records in the denominator: a part with fewer is drawn, but not named in the sentence
OPTIONS = (feature_choice(), MEASURE, AT_CUT_OFF)


def compute(study: Study) -> Segments:
    """The measure of the parts of the chosen feature."""
    feature, measure = (chosen(study.options[key]) for key in ("feature", "measure"))
    return segments(study.bundle, study.answers, feature, measure, cut_off_of(study))


def draw(result: Segments, view: View) -> Figure:
    """A dot and its interval for each part, its name above it; upright: all records."""
    axis = measure_axis(result.measure, [*result.value, *result.low, *result.high, result.whole])
    places = [place for place, value in enumerate(result.value) if value is not None]
    words = [_words(result, view, place) for place in places]
    parts = dots([result.value[place] for place in places], places, words, color=view.colour)
    values = [measure_text(result.measure, value) for value in result.value]
    sizes = [text("of {n}", n=count(weight)) for weight in result.counted]
    return figure(
        [upright(result.whole, len(result.parts)), spans(result.low, result.high), parts],
        margin=MARGIN,
        height=height_of(len(result.parts)),
        annotations=named_rows(result.parts, values, sizes, axis["range"][0]),
        xaxis=axis,
        yaxis=rows_axis(len(result.parts)),
    )


def say(result: Segments, _view: View) -> str:
    """Sentence: parts with the highest and lowest value, and parts that differ clearly from all records."""
    slots = {"measure": text(LABELS[result.measure]), "feature": result.feature}
    slots["whole"] = measure_text(result.measure, result.whole)
    enough = [place for place in range(len(result.parts)) if _enough(result, place)]
    if not enough:
        return text(
            "{measure} is {whole} on all records; no part of {feature} counts {few} records, too few to say more.",
            **slots,
            few=count(FEW),
        )
    most = max(enough, key=lambda place: result.value[place] or 0.0)
    least = min(enough, key=lambda place: result.value[place] or 0.0)
    low, high = (measure_text(result.measure, result.value[place]) for place in (least, most))
    if result.value[most] == result.value[least]:
        return _alike(result, enough, slots | {"value": high})
    apart = [part for part, beyond in zip(result.parts, result.beyond, strict=True) if beyond]
    few = few_words(min(result.counted[least], result.counted[most]))
    span = text(
        "{measure} is {whole} on all records; by {feature} it goes from {lowest} (“{low}”) to {highest} (“{high}”).",
        **slots,
        lowest=low,
        low=result.parts[least],
        highest=high,
        high=result.parts[most],
    )
    clearly = text("None differs beyond chance.")
    if apart:
        clearly = text("Apart from all records beyond chance: {parts}.", parts=in_row(apart))
    how = text(
        "The lines are {level} intervals, each for itself; what is beyond chance is corrected for looking at all "
        "parts.",
        level=percent(0.95),
    )
    said = " ".join(filter(None, (f"{span}{few}", clearly, _left_out(result, enough), how)))
    return said + promises_text(result.parts, result)


def _enough(result: Segments, place: int) -> bool:
    """True when a part has enough records to be named."""
    return result.value[place] is not None and result.counted[place] >= FEW


def _alike(result: Segments, enough: list[int], slots: dict[str, str]) -> str:
    """Sentence on parts that all have the same value."""
    if len(enough) == len(result.parts):
        return text("{measure} is {whole} on all records and {value} in every part of {feature}.", **slots)
    if len(enough) == 1:
        return text(
            "{measure} is {whole} on all records and {value} where {feature} is “{part}”, the only part of which "
            "enough is known.",
            **slots,
            part=result.parts[enough[0]],
        )
    return text(
        "{measure} is {whole} on all records and {value} in the {n} of {all} parts of {feature} of which enough is "
        "known.",
        **slots,
        n=count(len(enough)),
        all=count(len(result.parts)),
    )


def _left_out(result: Segments, enough: list[int]) -> str:
    """Words for the parts that are drawn but not named, or not drawn."""
    few = len(result.parts) - len(enough)
    if not few:
        return ""
    return plural(
        "Not named: {n} part counts fewer than {least} records, or the measure is undefined.",
        "Not named: {n} parts count fewer than {least} records, or the measure is undefined.",
        few,
        n=count(few),
        least=count(FEW),
    )


def _words(result: Segments, view: View, place: int) -> str:
    value = measured(result.measure, *(part[place] for part in (result.value, result.low, result.high)))
    lines = [f"<b>{result.parts[place]}</b>", f"{text(LABELS[result.measure])} {value}"]
    lines.append(
        text(
            "{records}, {n} with “{outcome}”",
            records=records_text(result.records[place]),
            n=count(result.positive[place]),
            outcome=view.label,
        )
    )
    if result.said:
        shares = {"said": percent(result.said[place]), "came": percent(result.came[place])}
        lines.append(text("{said} announced, {came} came", **shares))
    return "<br>".join(lines)


def columns(result: Segments, view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""

    def written(value: float) -> str:
        return measure_text(result.measure, value)

    return {
        "parts": Column(result.feature),
        "value": Column(text(LABELS[result.measure]), written),
        **ends(written),
        "counted": Column(text("Of so many"), count),
        "records": records(),
        "positive": Column(text("With “{outcome}”", outcome=view.label), count),
        "beyond": Column(text("Beyond chance"), yes_no),
    }


PLOT = Plot(
    key="segments",
    question=mark("Is the model as good everywhere?"),
    method=mark("Measure by part of a feature"),
    page="performance",
    section="segments",
    result=Segments,
    compute=compute,
    draw=draw,
    say=say,
    columns=columns,
    named=("parts",),
    options=OPTIONS,
    revision=5,
)
