"""Plot of the largest errors; links (``result.link``) open the records on the Prediction page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml.plots.option import Choices, Option
from ml.plots.plot import PROBABILITIES, Plot, Study, View
from ml.plots.row_layout import LINE_HEIGHT, MARGIN, filled
from ml.plots.shared_options import chosen
from ml.plots.theme import FAINT, INK, figure, note, share_axis
from ml.slices.largest_errors import ALARM, BOTH, MISSED, LargestErrors, largest_errors
from ml.text.number_words import count, percent, shortened

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from ml.bundle.bundle import Bundle

MOST = 12
ROW = 25  # pixels of a dot, and of the room around it


def _sorts(bundle: Bundle, outcome: str) -> Choices:
    label = bundle.outcomes[outcome].label
    return [(BOTH, "All records"), (MISSED, f"With “{label}”"), (ALARM, f"Without “{label}”")]


OPTIONS = (Option("sort", "Records", _sorts),)


def compute(study: Study) -> LargestErrors:
    """The records with the largest distance between probability and truth."""
    return largest_errors(study.bundle, study.answers, study.outcome, chosen(study.options["sort"]), MOST)


def draw(result: LargestErrors, view: View) -> go.Figure:
    """A line for each record from the truth to the predicted probability."""
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
    names = [_name(result, view, at) for at in places]
    return figure(
        [lines, truth, dots],
        margin=MARGIN,
        height=97 + (ROW + LINE_HEIGHT * max(map(len, names))) * len(places),
        annotations=[
            note("<br>".join(name), -0.02, at, xanchor="left", yanchor="bottom", yshift=6, align="left")
            for at, name in enumerate(names)
        ],
        xaxis=share_axis(f"Probability of “{shortened(view.label, 20)}”<br>Upright stroke: the truth"),
        yaxis={"visible": False, "range": [len(places) - 0.6, -0.95]},
    )


def say(result: LargestErrors, view: View) -> str:
    """Sentence: size of the largest errors, and the number on the wrong side of one half."""
    said, was = percent(result.probability[0]), result.was[0]
    return (
        f"The model was most wrong on record {count(result.record[0])}: it said {said} for “{view.label}”; in truth: "
        f"{was}. On {count(result.wrong)} of {count(result.records)} records it was more than 50 points off. "
        f"A record that is far off may be a wrong entry as well as a hard case."
    )


def _name(result: LargestErrors, view: View, at: int) -> list[str]:
    """Prediction and truth of a record, below it its unusual values; the axis title names the outcome."""
    said = percent(result.probability[at])
    was = f"was {result.was[at]}" if view.outcomes.exclusive else f"in truth {'yes' if result.truth[at] else 'no'}"
    first, *more = filled([f"Record {result.record[at]}: {said},", was], " ")
    return [first.replace(f": {said},", f": <b>{said}</b>,"), *more, *filled(_values(result.unusual[at]), ", ")]


def _values(unusual: str) -> list[str]:
    return unusual.split(", ") if unusual else []


def _words(result: LargestErrors, view: View, at: int) -> str:
    unusual = f"<br>{result.unusual[at].replace(', ', '<br>')}" if result.unusual[at] else ""
    return (
        f"<b>Record {result.record[at]}</b><br>said {percent(result.probability[at])} for “{view.label}”, "
        f"in truth: {result.was[at]}{unusual}"
    )


PLOT = Plot(
    key="mistakes",
    question="On which records was the model most wrong?",
    method="Largest errors",
    page="performance",
    section="errors",
    result=LargestErrors,
    compute=compute,
    draw=draw,
    say=say,
    needs=PROBABILITIES,
    options=OPTIONS,
    revision=2,
)
