"""Plot of the confusion matrix of the estimator's own labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ml.metrics.confusion_matrix import ConfusionMatrix, confusion
from ml.plots.option import Option
from ml.plots.plot import Plot, Study, View
from ml.plots.theme import INK, faded, figure
from ml.text.number_words import count, percent, shortened

if TYPE_CHECKING:
    import plotly.graph_objects as go

# Most outcomes with room, on a phone, for count and share in a tile, and for a bare percentage.
ROOMY, TIGHT = 4, 12

SHOWN = (
    ("counts", "Counts"),
    ("truth", "Share of each true outcome"),
    ("label", "Share of each label"),
)
OPTIONS = (Option("show", "Show", choices=lambda *_: SHOWN, computed=False),)


def compute(study: Study) -> ConfusionMatrix:
    """Counts of true outcome against label."""
    return confusion(study.evaluation, study.outcome)


def draw(result: ConfusionMatrix, view: View) -> go.Figure:
    """A tile for each pair of truth and label: the chosen number as text, the share as colour."""
    shown = view.options.get("show")
    shares = shares_of(result, by_label=shown == "label")
    bare = shown in ("truth", "label")
    roomy = len(result.names) <= ROOMY
    names = [shortened(name, 16 if roomy else 12) for name in result.names]
    places = list(range(len(names)))
    tiles = {
        "type": "heatmap",
        # Colours are shares, not counts: a rare outcome is as readable as a frequent one.
        "z": shares,
        "x": places,
        "y": places,
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, faded(view.colour, 0.06)], [1, faded(view.colour, 0.6)]],
        "showscale": False,
        "xgap": 4,
        "ygap": 4,
        "customdata": result.counts,
        "text": [
            [_inside(*cell, roomy, bare) for cell in zip(*row, strict=True)]
            for row in zip(result.counts, shares, strict=True)
        ],
        "texttemplate": "%{text}" if len(names) <= TIGHT else "",
        "textfont": {"size": 14 if roomy else 10, "color": INK},
        "hovertext": [[_words(result, row, column) for column in places] for row in places],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    axis = {"tickvals": places, "ticktext": names, "showgrid": False}
    end = len(names) - 0.5
    asked = "" if view.outcomes.exclusive else f" “{shortened(view.label, 24)}”"
    unit = "" if roomy else f" (% of each {'column' if shown == 'label' else 'row'})"
    return figure(
        [tiles],
        height=200 + 68 * len(names) if roomy else min(800, 190 + 34 * len(names)),
        xaxis={
            **axis,
            "title": {"text": f"The model says{asked}{unit}"},
            "side": "top",
            "range": [-0.5, end],
            "tickangle": 0 if roomy else -90,
        },
        yaxis={**axis, "title": {"text": "In truth"}, "range": [end, -0.5], "tickangle": -90 if roomy else 0},
    )


def say(result: ConfusionMatrix, view: View) -> str:
    """Sentence: share of correct labels, over all and for the outcome of the page."""
    total = sum(map(sum, result.counts))
    right = sum(row[at] for at, row in enumerate(result.counts))
    hit = result.counts[result.focus][result.focus]
    true = sum(result.counts[result.focus])
    called = sum(row[result.focus] for row in result.counts)
    overall = (
        f"By the labels that the model gives by itself, whatever the cut-off: {count(right)} of {count(total)} "
        f"are right ({percent(_part(right, total))}). "
    )
    found = f"Of the {count(true)} {view.records}, the model finds {count(hit)}" + _share(hit, true)
    trust = f"of the {count(called)} that it calls so, {count(hit)} are" + _share(hit, called)
    none = f"The hold-out has no {view.records}" if not true else found
    return overall + none + ("; " + trust if called else "; it calls none so") + "."


def shares_of(result: ConfusionMatrix, by_label: bool) -> list[list[float]]:
    """Each count as a share of its row (the true outcome), or of its column (the label)."""
    rows = [sum(row) for row in result.counts]
    columns = [sum(column) for column in zip(*result.counts, strict=True)]
    return [
        [_part(cell, columns[column] if by_label else rows[row]) for column, cell in enumerate(cells)]
        for row, cells in enumerate(result.counts)
    ]


def _inside(cell: float, share: float, roomy: bool, bare: bool) -> str:
    if not roomy:
        return f"{100 * share:.0f}"
    return f"<b>{percent(share)}</b>" if bare else f"<b>{count(cell)}</b><br>{percent(share)}"


def _words(result: ConfusionMatrix, row: int, column: int) -> str:
    cell, true = result.counts[row][column], sum(result.counts[row])
    says = "rightly" if row == column else "wrongly"
    return f"{count(cell)} of {count(true)} “{result.names[row]}”<br>{says} called “{result.names[column]}”"


def rows(result: ConfusionMatrix, _: View) -> tuple[list[str], list[list[Any]]]:
    """The counts as a table: one row a true outcome, one column a label."""
    return ["in truth", *result.names], [[name, *row] for name, row in zip(result.names, result.counts, strict=True)]


def _share(part: float, whole: float) -> str:
    return f" ({percent(part / whole)})" if whole else ""


def _part(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


PLOT = Plot(
    key="confusion",
    question="Which outcomes does the model mix up?",
    method="Confusion matrix of all outcomes",
    page="performance",
    result=ConfusionMatrix,
    compute=compute,
    draw=draw,
    say=say,
    options=OPTIONS,
    rows=rows,
)
