"""The records on which the model was most wrong. Their links (``result.link``) open them on the Prediction page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml.mistakes import ALARM, BOTH, MISSED, Mistakes, mistakes
from ml.plots.choices import MARGIN, text_of
from ml.plots.option import Choices, Option
from ml.plots.plot import Study, View
from ml.plots.theme import FAINT, INK, count, figure, note, percent, share_axis, shortened

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from ml.bundle import Bundle

MOST = 12
LINE = 44  # characters on a phone
ROW = 58  # pixels: two lines, and the dot


def _sorts(bundle: Bundle, outcome: str) -> Choices:
    label = bundle.outcomes[outcome].label
    return [(BOTH, "All records"), (MISSED, f"With “{label}”"), (ALARM, f"Without “{label}”")]


OPTIONS = (Option("sort", "Records", _sorts),)


def compute(study: Study) -> Mistakes:
    """The records with the largest distance between probability and truth."""
    return mistakes(study.bundle, study.answers, study.outcome, text_of(study.options["sort"]), MOST)


def draw(result: Mistakes, view: View) -> go.Figure:
    """For each record a line from what was true to what the model said."""
    places = list(range(len(result.record)))
    ends = [1.0 if truth else 0.0 for truth in result.truth]
    lines = {
        "type": "scatter",
        "mode": "lines",
        "x": [x for end, said in zip(ends, result.probability, strict=True) for x in (end, said, None)],
        "y": [y for place in places for y in (place, place, None)],
        "line": {"color": FAINT, "width": 2},
        "hoverinfo": "skip",
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": result.probability,
        "y": places,
        "customdata": result.link,
        "marker": {"size": 11, "color": view.colour},
        "cliponaxis": False,
        "hovertext": [_words(result, view, at) for at in places],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    truth = {
        "type": "scatter",
        "mode": "markers",
        "x": ends,
        "y": places,
        "marker": {"size": 10, "color": INK, "symbol": "line-ns", "line": {"width": 3, "color": INK}},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }
    return figure(
        [lines, truth, dots],
        margin=MARGIN,
        height=80 + ROW * len(places),
        annotations=[
            note(_name(result, at), -0.02, at, xanchor="left", yanchor="bottom", yshift=6, align="left")
            for at in places
        ],
        xaxis=share_axis(f"Probability of “{shortened(view.label, 24)}”; bar: the truth"),
        yaxis={"visible": False, "range": [len(places) - 0.6, -0.95]},
    )


def say(result: Mistakes, view: View) -> str:
    """How far the worst ones are off, and how many are on the wrong side of one half."""
    said, was = percent(result.probability[0]), result.was[0]
    return (
        f"The model was most wrong on record {count(result.record[0])}: it said {said} for “{view.label}”; in truth: "
        f"{was}. On {count(result.wrong)} of {count(result.records)} records it was more than 50 points off. "
        f"A record that is far off may be a wrong entry as well as a hard case."
    )


def _name(result: Mistakes, at: int) -> str:
    first = f"Record {result.record[at]}: <b>{percent(result.probability[at])}</b>, was {shortened(result.was[at], 22)}"
    return f"{first}<br>{shortened(result.unusual[at], LINE)}" if result.unusual[at] else first


def _words(result: Mistakes, view: View, at: int) -> str:
    unusual = f"<br>{result.unusual[at].replace(', ', '<br>')}" if result.unusual[at] else ""
    return (
        f"<b>Record {result.record[at]}</b><br>said {percent(result.probability[at])} for “{view.label}”, "
        f"in truth: {result.was[at]}{unusual}"
    )
