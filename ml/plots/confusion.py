"""The confusion matrix, from the estimator's own labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml.decisions import Confusion, confusion
from ml.plots.plot import View
from ml.plots.theme import INK, count, faded, figure, percent, shortened

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from ml.bundle import Bundle
    from ml.evaluation import Evaluation

# How many outcomes leave room, on a phone, for count and share in a tile, and for a bare percentage.
ROOMY, TIGHT = 4, 12


def compute(bundle: Bundle, evaluation: Evaluation, outcome: str) -> Confusion:  # noqa: ARG001 - all plots are called alike
    """Counts of true outcome against label."""
    return confusion(evaluation, outcome)


def draw(result: Confusion, view: View) -> go.Figure:
    """A tile for each pair of truth and label: the count, and its share of the row as text and colour."""
    shares = [[_part(cell, sum(row)) for cell in row] for row in result.counts]
    roomy = len(result.names) <= ROOMY
    names = [shortened(name, 16 if roomy else 12) for name in result.names]
    places = list(range(len(names)))
    tiles = {
        "type": "heatmap",
        # Shares give the colour, not counts: a rare outcome is read as well as a frequent one.
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
            [_inside(*cell, roomy) for cell in zip(*row, strict=True)]
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
    unit = "" if roomy else " (% of each row)"
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


def say(result: Confusion, view: View) -> str:
    """Share of right labels, and what that is for the outcome that the page is about."""
    total = sum(map(sum, result.counts))
    right = sum(row[at] for at, row in enumerate(result.counts))
    hit = result.counts[result.focus][result.focus]
    true = sum(result.counts[result.focus])
    called = sum(row[result.focus] for row in result.counts)
    overall = f"{count(right)} of {count(total)} labels are right ({percent(_part(right, total))}). "
    found = f"Of the {count(true)} {view.records}, the model finds {count(hit)}" + _share(hit, true)
    trust = f"of the {count(called)} that it calls so, {count(hit)} are" + _share(hit, called)
    none = f"The hold-out has no {view.records}" if not true else found
    return overall + none + ("; " + trust if called else "; it calls none so") + "."


def _inside(cell: float, share: float, roomy: bool) -> str:
    return f"<b>{count(cell)}</b><br>{percent(share)}" if roomy else f"{100 * share:.0f}"


def _words(result: Confusion, row: int, column: int) -> str:
    cell, true = result.counts[row][column], sum(result.counts[row])
    says = "rightly" if row == column else "wrongly"
    return f"{count(cell)} of {count(true)} “{result.names[row]}”<br>{says} called “{result.names[column]}”"


def _share(part: float, whole: float) -> str:
    return f" ({percent(part / whole)})" if whole else ""


def _part(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
