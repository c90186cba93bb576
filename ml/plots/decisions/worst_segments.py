"""Plot of the slice finder: the worst segments among all parts and pairs of parts."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from ml.plots.option import Choices, Option
from ml.plots.plot import Plot, Study, View
from ml.plots.row_layout import LINE, LINE_HEIGHT, MARGIN, upright
from ml.plots.shared_options import AT_CUT_OFF, LEAST, chosen, cut_off_of, least_of, three
from ml.plots.theme import FAINT, figure, note, percent_ticks
from ml.slices.slice_finder import LOSS, WRONG, WorstSegments, worst_segments
from ml.text.few_words import few_words
from ml.text.number_words import count, percent
from ml.text.words import number_text

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from ml.bundle.bundle import Bundle

ROW = 28  # pixels of a dot, and of the room around it


def _sorts(bundle: Bundle, _: str) -> Choices:
    found = [(WRONG, "Wrong decisions")]
    return [*found, (LOSS, "Log-loss")] if bundle.offers == "probabilities" else found


OPTIONS = (Option("by", "Measured by", _sorts), LEAST, AT_CUT_OFF)


def compute(study: Study) -> WorstSegments:
    """Worst segments by the chosen error."""
    by = chosen(study.options["by"])
    return worst_segments(study.bundle, study.answers, by, cut_off_of(study), least_of(study))


def draw(result: WorstSegments, view: View) -> go.Figure:
    """A dot a segment, filled where beyond chance, and a line to it from the error that the model itself expects."""
    places = list(range(len(result.segment)))
    sure = [place < result.found for place in places]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": result.error,
        "y": places,
        "marker": {
            "size": 12,
            "color": view.colour,
            "symbol": ["circle" if each else "circle-open" for each in sure],
            "line": {"width": 2, "color": view.colour},
        },
        "cliponaxis": False,
        "hovertext": [_words(result, place) for place in places],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    stems = {
        "type": "scatter",
        "mode": "lines",
        "x": [x for ends in zip(result.expected, result.error, strict=True) for x in (*ends, None)],
        "y": [y for place in places for y in (place, place, None)],
        "line": {"color": FAINT, "width": 2},
        "hoverinfo": "skip",
    }
    axis = _axis(result)
    names = [_name(result, at) for at in places]
    high = ROW + LINE_HEIGHT * max(map(len, names))
    return figure(
        [upright(result.whole, len(places), high), stems, dots],
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
    looked = f"{count(result.looked_at)} segments of at least {count(result.least)} records"
    than = "the model itself expects" if result.own else "elsewhere"
    if not result.found:
        return (
            f"In none of {looked} does it err more than {than}, beyond what chance makes of the worst of so many: the "
            f"open dots are the largest of them, and they prove nothing."
        )
    test = "truths drawn from its probabilities" if result.own else "permutation test"
    segments = "1 segment" if result.found == 1 else f"{count(result.found)} segments"
    wrong, rest = _text(result, result.error[0]), _text(result, result.rest[0])
    against = f"where the model expects {_text(result, result.expected[0])}; " if result.own else "against "
    return (
        f"In {segments} it errs more than {than}, beyond what chance makes of the worst of {looked} (filled dots; "
        f"{test}, corrected for looking at all of them). Surest: {result.segment[0]}, {wrong} of "
        f"{count(result.records[0])} records, {against}{rest} of all others."
        f"{few_words(result.records[0])} {_meaning(result)}"
    )


def _meaning(result: WorstSegments) -> str:
    """What a find means."""
    if result.own:
        return (
            "What is hard for every model is not counted: a line begins at the error that the model, recalibrated as a "
            "whole, expects there. In such a segment it misses something, or something has changed."
        )
    return "Such records may be harder to tell apart, not only badly learnt: labels alone do not say what to expect."


def _axis(result: WorstSegments) -> dict[str, Any]:
    start = "what the model expects" if result.own else "that of all records"
    title = "Share decided wrongly" if result.by == WRONG else "Log-loss"
    top = max(*result.error, *result.expected, result.whole, 1e-6)
    ticks = percent_ticks(0, top) if result.by == WRONG else {"nticks": 6}
    words = f"{title}<br>Each line begins at {start};<br>upright stroke: all records"
    return {"range": [-0.03 * top, 1.06 * top], "title": {"text": words}, **ticks}


def _name(result: WorstSegments, place: int) -> list[str]:
    """Each part of the segment from a line of its own on, and the error below them."""
    value = percent(result.error[place]) if result.by == WRONG else three(result.error[place])
    parts = [line for part in result.segment[place].split("; ") for line in wrap(part, LINE)]
    return [*parts, f"<b>{value}</b> of {count(result.records[place])} records"]


def _words(result: WorstSegments, place: int) -> str:
    error, expected, rest = (_text(result, each[place]) for each in (result.error, result.expected, result.rest))
    return (
        f"<b>{result.segment[place].replace('; ', '<br>')}</b><br>{error}, expected {expected}<br>all others {rest}<br>"
        f"{count(result.records[place])} records; corrected p-value {number_text(round(result.chance[place], 3))}"
    )


def _text(result: WorstSegments, value: float) -> str:
    return f"{percent(value)} wrong" if result.by == WRONG else f"log-loss {three(value)}"


PLOT = Plot(
    key="worst-segments",
    question="Where does the model err more than it should?",
    method="Worst segments (slice finder)",
    page="performance",
    section="segments",
    result=WorstSegments,
    compute=compute,
    draw=draw,
    say=say,
    options=OPTIONS,
    revision=2,
)
