"""Plot ``worst-segments``: slice finder, the worst segments among all parts and pairs of parts."""

from __future__ import annotations

from dataclasses import replace
from textwrap import wrap
from typing import Any

from ml.bundle.bundle import Bundle
from ml.plots.columns import Column, Columns, records
from ml.plots.option import Choices, Option
from ml.plots.plot import Plot, Rows, Study, View, result_columns
from ml.plots.row_layout import LINE, LINE_HEIGHT, MARGIN, spans, upright
from ml.plots.shared_options import AT_CUT_OFF, LEAST, chosen, cut_off_of, least_of, three
from ml.plots.theme import FAINT, Figure, figure, note, percent_ticks
from ml.plots.traces import dots
from ml.slices.expected_errors import LOSS, WRONG
from ml.slices.slice_finder import WorstSegments, worst_segments
from ml.text.few_words import few_words
from ml.text.number_words import count, percent, records_text
from ml.text.words import number_text
from ml.translation import chained, mark, plural, text

ROW = 28  # pixels of a dot, and of the room around it


def _sorts(bundle: Bundle, _: str) -> Choices:
    sorts = [(WRONG, text("Wrong decisions"))]
    return [*sorts, (LOSS, text("Log-loss"))] if bundle.offers == "probabilities" else sorts


OPTIONS = (Option("by", mark("Measured by"), _sorts), LEAST, AT_CUT_OFF)


def compute(study: Study) -> WorstSegments:
    """Worst segments by the chosen error."""
    by = chosen(study.options["by"])
    return worst_segments(study.bundle, study.answers, by, cut_off_of(study), least_of(study))


def draw(result: WorstSegments, view: View) -> Figure:
    """A dot a segment, filled where beyond chance, and a line to it from the error that the model itself expects."""
    places = list(range(len(result.segment)))
    sure = [place < result.found for place in places]
    errors = dots(
        result.error,
        places,
        [_words(result, place) for place in places],
        size=12,
        color=view.colour,
        symbol=["circle" if each else "circle-open" for each in sure],
        line={"width": 2, "color": view.colour},
    )
    axis = _axis(result)
    names = [_name(result, at) for at in places]
    high = ROW + LINE_HEIGHT * max(map(len, names))
    return figure(
        [upright(result.whole, len(places), high), spans(result.expected, result.error, FAINT), errors],
        margin=MARGIN,
        height=97 + high * len(places),
        annotations=[
            note("<br>".join(name), axis["range"][0], at, xanchor="left", yanchor="bottom", yshift=7, align="left")
            for at, name in enumerate(names)
        ],
        xaxis=axis,
        yaxis={"visible": False, "range": [len(places) - 0.6, -0.85]},
    )


def say(result: WorstSegments, _view: View) -> str:
    """Sentence: segments with more error than the model expects, beyond chance after correction for their number."""
    slots = {"n": count(result.looked_at), "least": count(result.least)}
    if not result.found and result.own:
        return text(
            "In none of {n} segments of at least {least} records does it err more than the model itself expects, "
            "beyond what chance makes of the worst of so many: the open dots are the largest of them, and they prove "
            "nothing.",
            **slots,
        )
    if not result.found:
        return text(
            "In none of {n} segments of at least {least} records does it err more than elsewhere, beyond what chance "
            "makes of the worst of so many: the open dots are the largest of them, and they prove nothing.",
            **slots,
        )
    slots |= {"segments": plural("{n} segment", "{n} segments", result.found, n=count(result.found))}
    slots |= {"worst": chained(result.parts[0]), "records": records_text(result.records[0])}
    slots |= {"error": _text(result, result.error[0]), "rest": _text(result, result.rest[0])}
    few = few_words(result.records[0])
    if result.own:
        said = text(
            "In {segments} it errs more than the model itself expects, beyond what chance makes of the worst of {n} "
            "segments of at least {least} records (filled dots; truths drawn from its probabilities, corrected for "
            "looking at all of them). Surest: {worst}, {error} of {records}, where the model expects {expected}; "
            "{rest} of all others.",
            **slots,
            expected=_text(result, result.expected[0]),
        )
        return f"{said}{few} {_meaning(result)}"
    said = text(
        "In {segments} it errs more than elsewhere, beyond what chance makes of the worst of {n} segments of at least "
        "{least} records (filled dots; permutation test, corrected for looking at all of them). Surest: {worst}, "
        "{error} of {records}, against {rest} of all others.",
        **slots,
    )
    return f"{said}{few} {_meaning(result)}"


def _meaning(result: WorstSegments) -> str:
    """Meaning of a find, in words."""
    if result.own:
        return text(
            "What is hard for every model is not counted: a line begins at the error that the model, recalibrated as a "
            "whole, expects there. In such a segment it misses something, or something has changed."
        )
    return text(
        "Such records may be harder to tell apart, not only badly learnt: labels alone do not say what to expect."
    )


def _axis(result: WorstSegments) -> dict[str, Any]:
    title = text("Share decided wrongly") if result.by == WRONG else text("Log-loss")
    start = text("Each line begins at that of all records;<br>upright stroke: all records")
    if result.own:
        start = text("Each line begins at what the model expects;<br>upright stroke: all records")
    top = max(*result.error, *result.expected, result.whole, 1e-6)
    ticks = percent_ticks(0, top) if result.by == WRONG else {"nticks": 6}
    return {"range": [-0.03 * top, 1.06 * top], "title": {"text": f"{title}<br>{start}"}, **ticks}


def _name(result: WorstSegments, place: int) -> list[str]:
    """Each part of the segment from a line of its own on, and the error below them."""
    value = percent(result.error[place]) if result.by == WRONG else three(result.error[place])
    parts = [line for part in result.parts[place] for line in wrap(part, LINE)]
    return [*parts, text("{value} of {records}", value=f"<b>{value}</b>", records=records_text(result.records[place]))]


def _words(result: WorstSegments, place: int) -> str:
    return text(
        "{segment}<br>{error}, expected {expected}<br>all others {rest}<br>{records}; corrected p-value {p_value}",
        segment=f"<b>{'<br>'.join(result.parts[place])}</b>",
        error=_text(result, result.error[place]),
        expected=_text(result, result.expected[place]),
        rest=_text(result, result.rest[place]),
        records=records_text(result.records[place]),
        p_value=number_text(round(result.chance[place], 3)),
    )


def _text(result: WorstSegments, value: float) -> str:
    if result.by == WRONG:
        return text("{share} wrong", share=percent(value))
    return text("log-loss {value}", value=three(value))


def rows(result: WorstSegments, _view: View) -> Rows:
    """One row a segment."""
    header, body = result_columns(replace(result, segment=[chained(each) for each in result.parts]))
    return header, body


def columns(result: WorstSegments, _view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    wrong = result.by == WRONG
    write = percent if wrong else three
    return {
        "segment": Column(text("Segment")),
        "error": Column(text("Share decided wrongly") if wrong else text("Log-loss"), write),
        "expected": Column(text("Expected"), write),
        "rest": Column(text("All others"), write),
        "records": records(),
        "chance": Column(text("Corrected p-value"), lambda value: number_text(round(value, 3))),
    }


PLOT = Plot(
    key="worst-segments",
    question=mark("Where does the model err more than it should?"),
    method=mark("Worst segments (slice finder)"),
    page="performance",
    section="segments",
    result=WorstSegments,
    compute=compute,
    draw=draw,
    say=say,
    columns=columns,
    ranked=True,
    rows=rows,
    named=("parts",),
    options=OPTIONS,
    revision=3,
)
