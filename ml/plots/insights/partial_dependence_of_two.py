"""Plot ``dependence-of-two``: partial dependence on two features (heat map)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ml.data.array_types import Floats
from ml.errors import NothingToShow
from ml.insights.partial_dependence import PartialDependenceOfTwo, partial_dependence_of_two
from ml.plots.columns import Column, Columns, records
from ml.plots.plot import PROBABILITIES, Plot, Rows, Study, View
from ml.plots.shared_options import feature_choice
from ml.plots.theme import Figure, figure
from ml.plots.traces import pointed_at, tiles
from ml.text.number_words import count, percent, sample_text, shortened
from ml.translation import mark, plural, text

LONGEST = 14
LEAST_WIDTH, LEAST_HEIGHT = 0.08, 0.06  # of the axis: a number fits in, on a phone
LEAST_RANGE = 0.1  # least range of the colour scale: one point must not look like fifty


def compute(study: Study) -> PartialDependenceOfTwo:
    """Partial dependence on the two chosen features, for all outcomes."""
    first, second = study.options["first"], study.options["second"]
    if second is None or first == second:
        raise NothingToShow(text("This takes two different features."), text("Choose another one as the second."))
    return partial_dependence_of_two(study.bundle, str(first), str(second))


def draw(result: PartialDependenceOfTwo, view: View) -> Figure:
    """A tile for each pair of values, as wide and tall as its values reach, darker where more likely.

    A dot stands where no record is near. Tiles too small for their number show it when they are pointed at.
    """
    mean = result.mean[view.index]
    low, high = min(map(min, mean)), max(map(max, mean))
    wide, tall = len(result.names[0]), len(result.names[1])
    edges = [_edges(places) for places in result.places]
    room = [_shares(own) >= least for own, least in zip(edges, (LEAST_WIDTH, LEAST_HEIGHT), strict=True)]
    values = [[mean[x][y] for x in range(wide)] for y in range(tall)]
    grid = tiles(values, view.colour, (0.04, 0.6), zmin=low, zmax=max(high, low + LEAST_RANGE)) | {
        "x": edges[0].tolist(),
        "y": edges[1].tolist(),
        "text": [
            [_cell(mean[x][y], result.count[x][y]) if room[0][x] and room[1][y] else "" for x in range(wide)]
            for y in range(tall)
        ],
        "texttemplate": "%{text}",
        "textfont": {"size": 11},
        **pointed_at([[_hover(result, view, x, y) for x in range(wide)] for y in range(tall)]),
    }
    return figure(
        [grid],
        height=130 + 34 * max(tall, 5),
        xaxis=_axis(result.labels[0], result.names[0], result.places[0], LEAST_WIDTH),
        yaxis=_axis(result.labels[1], result.names[1], result.places[1], LEAST_HEIGHT),
    )


def _edges(places: Sequence[float]) -> Floats:
    """Edges of the tiles: halfway between neighbouring values, and as far beyond the first and the last."""
    if len(places) == 1:
        return np.array([places[0] - 0.5, places[0] + 0.5])
    middles = (np.array(places[1:]) + np.array(places[:-1])) / 2
    ends = 2 * np.array([places[0], places[-1]]) - middles[[0, -1]]
    return np.concatenate([ends[:1], middles, ends[1:]])


def _shares(edges: Floats) -> Floats:
    """Size of each tile as a share of the axis."""
    shares: Floats = np.diff(edges) / (edges[-1] - edges[0])
    return shares


def _axis(label: str, names: Sequence[str], places: Sequence[float], least: float) -> dict[str, Any]:
    """Axis with a tick at each value that is far enough from the last one that has its name."""
    apart = least * (_edges(places)[-1] - _edges(places)[0])
    named: list[int] = []
    for at in range(len(places)):
        if not named or places[at] - places[named[-1]] >= apart:
            named.append(at)
    return {
        "title": {"text": label},
        "tickvals": [places[at] for at in named],
        "ticktext": [shortened(_bare(names[at]), LONGEST) for at in named],
        "showgrid": False,
        "tickfont": {"size": 11},
    }


def _bare(name: str) -> str:
    """A number without its unit, which the ticks would repeat."""
    first, _, rest = name.partition(" ")
    return first if rest and first.replace(",", "").replace(".", "").replace("−", "").isdigit() else name


def _cell(value: float, records: int) -> str:
    shown = f"{100 * value:.0f}"
    return shown if records else f"<i>{shown}</i>·"


def _hover(result: PartialDependenceOfTwo, view: View, x: int, y: int) -> str:
    records = result.count[x][y]
    near = plural("{n} record is near", "{n} records are near", records, n=count(records))
    return (
        f"{result.labels[0]}: {result.names[0][x]}<br>{result.labels[1]}: {result.names[1][y]}<br>"
        f"<b>{percent(result.mean[view.index][x][y])}</b><br>{near}"
    )


def say(result: PartialDependenceOfTwo, view: View) -> str:
    """Sentence: the lowest and highest pair of values, and the share of pairs without records."""
    cells = [(value, x, y) for x, line in enumerate(result.mean[view.index]) for y, value in enumerate(line)]
    (low, lx, ly), (high, hx, hy) = min(cells), max(cells)
    empty = sum(not number for line in result.count for number in line)
    first, second = result.labels
    said = [
        text(
            "The numbers are percent, the mean over {records}. “{outcome}” is least likely, {lowest}, at {first} {low} "
            "with {second} {low_second}, and most likely, {highest}, at {high} with {high_second}.",
            records=sample_text(result.rows, view.holdout),
            outcome=view.label,
            first=first,
            second=second,
            lowest=percent(low),
            low=result.names[0][lx],
            low_second=result.names[1][ly],
            highest=percent(high),
            high=result.names[0][hx],
            high_second=result.names[1][hy],
        )
    ]
    if empty:
        of = {"n": count(empty), "all": count(len(cells))}
        said.append(text("In {n} of {all} tiles (with a dot) no record is near: there the model guesses.", **of))
    return " ".join(said)


def rows(result: PartialDependenceOfTwo, view: View) -> Rows:
    """One row a pair of values."""
    mean = result.mean[view.index]
    body = [
        [first, second, mean[x][y], result.count[x][y]]
        for x, first in enumerate(result.names[0])
        for y, second in enumerate(result.names[1])
    ]
    return [*result.labels, "mean", "records"], body


def columns(result: PartialDependenceOfTwo, view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    mean = Column(text("Mean probability of “{outcome}”", outcome=view.label), percent)
    return {name: Column(name) for name in result.labels} | {"mean": mean, "records": records()}


PLOT = Plot(
    key="dependence-of-two",
    question=mark("Does the one matter more where the other is high?"),
    method=mark("Partial dependence on two features"),
    page="insights",
    section="effects",
    result=PartialDependenceOfTwo,
    compute=compute,
    draw=draw,
    say=say,
    columns=columns,
    named=("names",),
    rows=rows,
    needs=PROBABILITIES,
    per_outcome=False,
    revision=3,
    options=(feature_choice("first", mark("Across")), feature_choice("second", mark("Up"), place=1)),
)
