"""Plot of the slice finder: the worst segments among all parts and pairs of parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ml.plots.option import Choices, Option
from ml.plots.plot import Plot, Study, View
from ml.plots.row_layout import LINE, LINE_HEIGHT, MARGIN, filled, upright
from ml.plots.shared_options import CUT_OFF, LEAST, chosen, cut_off_of, least_of, three
from ml.plots.theme import FAINT, figure, note, share_axis
from ml.slices.slice_finder import LOSS, WRONG, WorstSegments, worst_segments
from ml.text.number_words import count, percent, shortened
from ml.text.words import number_text

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from ml.bundle.bundle import Bundle

ROW = 28  # pixels of a dot, and of the room around it


def _sorts(bundle: Bundle, _: str) -> Choices:
    found = [(WRONG, "Wrong decisions")]
    return [*found, (LOSS, "Log-loss")] if bundle.offers == "probabilities" else found


OPTIONS = (Option("by", "Measured by", _sorts), LEAST, CUT_OFF)


def compute(study: Study) -> WorstSegments:
    """Worst segments by the chosen error."""
    by = chosen(study.options["by"])
    return worst_segments(study.bundle, study.answers, by, cut_off_of(study), least_of(study))


def draw(result: WorstSegments, view: View) -> go.Figure:
    """A dot a segment, filled where beyond chance; the upright line is all records."""
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
        "x": [x for error in result.error for x in (result.whole, error, None)],
        "y": [y for place in places for y in (place, place, None)],
        "line": {"color": FAINT, "width": 2},
        "hoverinfo": "skip",
    }
    axis = _axis(result)
    names = [_name(result, at) for at in places]
    return figure(
        [upright(result.whole, len(places)), stems, dots],
        margin=MARGIN,
        height=80 + (ROW + LINE_HEIGHT * max(map(len, names))) * len(places),
        annotations=[
            note("<br>".join(name), axis["range"][0], at, xanchor="left", yanchor="bottom", yshift=7, align="left")
            for at, name in enumerate(names)
        ],
        xaxis=axis,
        yaxis={"visible": False, "range": [len(places) - 0.6, -0.85]},
    )


def say(result: WorstSegments, _view: View) -> str:
    """Sentence: number of segments with errors beyond chance, after correction for multiple testing."""
    looked = f"{count(result.looked_at)} segments of at least {count(result.least)} records"
    if not result.found:
        return (
            f"None of {looked} is worse than chance makes the worst of so many: the figure shows the "
            f"largest of them, open dots, and they prove nothing."
        )
    verb = "segment is" if result.found == 1 else "segments are"
    worst_one = (
        f"{count(result.found)} {verb} worse than chance would make the worst of {looked} (filled dots; permutation "
        f"test, corrected for looking at all of them). Surest: {result.segment[0]}, "
        f"{_text(result, result.error[0])} of {count(result.records[0])} records against "
        f"{_text(result, result.rest[0])} of all others. "
    )
    return worst_one + "Such records may be harder to tell apart, not only badly learnt."


def _axis(result: WorstSegments) -> dict[str, Any]:
    if result.by == WRONG:
        return share_axis("Share decided wrongly")
    top = max(result.error)
    return {"range": [-0.03 * top, 1.06 * top], "title": {"text": "Log-loss"}, "nticks": 6}


def _name(result: WorstSegments, place: int) -> list[str]:
    """A line each part of the segment; the error stands behind the last one, or below where there is no room."""
    *before, last = [shortened(part, LINE) for part in result.segment[place].split("; ")]
    value = percent(result.error[place]) if result.by == WRONG else three(result.error[place])
    found = f"{value}  of {count(result.records[place])}"
    lines = filled([last, found], "  ")
    lines[-1] = lines[-1].removesuffix(found) + found.replace(value, f"<b>{value}</b>", 1)
    return [*before, *lines]


def _words(result: WorstSegments, place: int) -> str:
    return (
        f"<b>{result.segment[place].replace('; ', '<br>')}</b><br>{_text(result, result.error[place])}, all others "
        f"{_text(result, result.rest[place])}<br>{count(result.records[place])} records; corrected p-value "
        f"{number_text(round(result.chance[place], 3))}"
    )


def _text(result: WorstSegments, value: float) -> str:
    return f"{percent(value)} wrong" if result.by == WRONG else f"log-loss {three(value)}"


PLOT = Plot(
    key="worst-segments",
    title="Worst segments",
    question="Where does the model err most?",
    page="performance",
    section="segments",
    result=WorstSegments,
    compute=compute,
    draw=draw,
    say=say,
    options=OPTIONS,
)
