"""Plot ``confusion``: confusion matrix of the estimator's own labels."""

from __future__ import annotations

from ml.metrics.confusion_matrix import ConfusionMatrix, confusion
from ml.plots.columns import Column, Columns
from ml.plots.option import Option
from ml.plots.plot import Plot, Rows, View
from ml.plots.theme import INK, Figure, figure
from ml.plots.traces import pointed_at, tiles
from ml.text.number_words import count, percent, shortened
from ml.translation import mark, text

# Most outcomes with room, on a phone, for count and share in a tile, and for a bare percentage.
ROOMY, TIGHT = 4, 12

SHOWN = (
    ("counts", mark("Counts")),
    ("truth", mark("Share of each true outcome")),
    ("label", mark("Share of each label")),
)
OPTIONS = (
    Option("show", mark("Show"), choices=lambda *_: [(key, text(label)) for key, label in SHOWN], computed=False),
)


def draw(result: ConfusionMatrix, view: View) -> Figure:
    """A tile for each pair of truth and label: the chosen number as text, the share as colour."""
    shown = view.options.get("show")
    shares = shares_of(result, by_label=shown == "label")
    bare = shown in ("truth", "label")
    roomy = len(result.names) <= ROOMY
    names = [shortened(name, 16 if roomy else 12) for name in result.names]
    places = list(range(len(names)))
    # Colours are shares, not counts: a rare outcome is as readable as a frequent one.
    matrix = tiles(shares, view.colour) | {
        "x": places,
        "y": places,
        "xgap": 4,
        "ygap": 4,
        "customdata": result.counts,
        "text": [
            [_inside(*cell, roomy, bare) for cell in zip(*row, strict=True)]
            for row in zip(result.counts, shares, strict=True)
        ],
        "texttemplate": "%{text}" if len(names) <= TIGHT else "",
        "textfont": {"size": 14 if roomy else 10, "color": INK},
        **pointed_at([[_words(result, row, column) for column in places] for row in places]),
    }
    axis = {"tickvals": places, "ticktext": names, "showgrid": False}
    end = len(names) - 0.5
    return figure(
        [matrix],
        height=200 + 68 * len(names) if roomy else min(800, 190 + 34 * len(names)),
        xaxis={
            **axis,
            "title": {"text": _title(view, by_label=shown == "label", roomy=roomy)},
            "side": "top",
            "range": [-0.5, end],
            "tickangle": 0 if roomy else -90,
        },
        yaxis={**axis, "title": {"text": text("In truth")}, "range": [end, -0.5], "tickangle": -90 if roomy else 0},
    )


def say(result: ConfusionMatrix, view: View) -> str:
    """Sentence: share of correct labels, over all and for the outcome of the page."""
    total = sum(map(sum, result.counts))
    right = sum(row[at] for at, row in enumerate(result.counts))
    hit = result.counts[result.focus][result.focus]
    true = sum(result.counts[result.focus])
    called = sum(row[result.focus] for row in result.counts)
    overall = text(
        "By the labels that the model gives by itself, whatever the cut-off: {n} of {all} are right ({share}).",
        n=count(right),
        all=count(total),
        share=percent(_part(right, total)),
    )
    slots = {"n": count(hit), "all": count(true), "records": view.records, "share": percent(_part(hit, true))}
    figures = {"called": count(called), "right": percent(_part(hit, called))}
    if true and called:
        sentence = text(
            "Of the {all} {records}, the model finds {n} ({share}); of the {called} that it calls so, {n} are "
            "({right}).",
            **slots,
            **figures,
        )
    elif true:
        sentence = text("Of the {all} {records}, the model finds {n} ({share}); it calls none so.", **slots)
    elif called:
        sentence = text(
            "The hold-out has no {records}; of the {called} that it calls so, {n} are ({right}).",
            records=view.records,
            n=count(hit),
            **figures,
        )
    else:
        sentence = text("The hold-out has no {records}; it calls none so.", records=view.records)
    return f"{overall} {sentence}"


def _title(view: View, by_label: bool, roomy: bool) -> str:
    """Title of the axis of labels, with the unit where the tiles have no room for a sign."""
    said = text("The model says")
    if not view.outcomes.exclusive:
        said = text("The model says “{outcome}”", outcome=shortened(view.label, 24))
    if roomy:
        return said
    return text("{title} (% of each column)", title=said) if by_label else text("{title} (% of each row)", title=said)


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
    slots = {"n": count(cell), "all": count(true), "outcome": result.names[row], "label": result.names[column]}
    if row == column:
        return text("{n} of {all} “{outcome}”<br>rightly called “{label}”", **slots)
    return text("{n} of {all} “{outcome}”<br>wrongly called “{label}”", **slots)


def rows(result: ConfusionMatrix, _: View) -> Rows:
    """The counts as a table: one row a true outcome, one column a label."""
    return ["in truth", *result.names], [[name, *row] for name, row in zip(result.names, result.counts, strict=True)]


def _part(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def columns(result: ConfusionMatrix, _view: View) -> Columns:
    """Columns for people: how often each label was given."""
    labels = {name: Column(text("called “{label}”", label=name), count) for name in result.names}
    return {"in truth": Column(text("In truth"))} | labels


PLOT = Plot(
    key="confusion",
    question=mark("Which outcomes does the model mix up?"),
    method=mark("Confusion matrix of all outcomes"),
    page="performance",
    result=ConfusionMatrix,
    compute=lambda study: confusion(study.evaluation, study.outcome),
    draw=draw,
    say=say,
    columns=columns,
    options=OPTIONS,
    rows=rows,
)
