"""Checks of the figures of the Insights page, one a plot: they show the numbers of their results."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
import pytest

from ml.plots.insights import (
    beeswarm,
    interaction_strength,
    leakage,
    mean_shapley,
    missing_values,
    permutation_importance,
)
from ml.plots.plot import View


def points(values: Iterable[Any]) -> list[float]:
    """Differences of probability in points."""
    return [100 * value for value in values]


def falling(values: Iterable[float], most: int) -> list[float]:
    """The largest values, the largest first."""
    return sorted(values, reverse=True)[:most]


def of_importance(result: Any, view: View, figure: go.Figure) -> None:
    """Bars in falling order, each with the spread over the shuffles."""
    (bars,) = figure.data
    k = view.index
    assert list(bars.x) == falling(result.mean[k], permutation_importance.MOST_SHOWN)
    at = sorted(range(len(result.labels)), key=lambda place: -result.mean[k][place])[
        : permutation_importance.MOST_SHOWN
    ]
    for place, more, less, note in zip(
        at, bars.error_x.array, bars.error_x.arrayminus, figure.layout.annotations, strict=True
    ):
        assert result.mean[k][place] + more == pytest.approx(result.high[k][place])
        assert result.mean[k][place] - less == pytest.approx(result.low[k][place])
        assert note.text.startswith(result.labels[place][:20])


def of_contributions(result: Any, view: View, figure: go.Figure) -> None:
    """Bars in falling order, in points, with their intervals and under their names."""
    (bars,) = figure.data
    sizes = result.size[view.index]
    largest = falling(sizes, mean_shapley.MOST_SHOWN)
    assert list(bars.x) == points(largest)
    wide = [
        1.959964 * 100 * error for _, error in sorted(zip(sizes, result.error[view.index], strict=True), reverse=True)
    ]
    assert sorted(bars.error_x.array) == pytest.approx(sorted(wide[: len(largest)]))
    for note, size in zip(figure.layout.annotations, largest, strict=True):
        assert note.text.split("  <b>")[0] in [result.features[at] for at, own in enumerate(sizes) if own == size]


def of_dependence(result: Any, view: View, figure: go.Figure) -> None:
    """Mean, single records and distribution; of choices the mean and where most records lie."""
    k = view.index
    if not result.ordered:
        (dots,) = figure.data
        assert list(dots.x) == result.mean[k]
        assert [x + up for x, up in zip(dots.x, dots.error_x.array, strict=True)] == pytest.approx(result.high[k])
        assert [x - d for x, d in zip(dots.x, dots.error_x.arrayminus, strict=True)] == pytest.approx(result.low[k])
        assert [note.text.split("  ")[0] for note in figure.layout.annotations] == result.names
        return
    *single, mean, bars = figure.data
    assert [list(line.y) for line in single] == result.lines[k]
    assert all(list(line.x) == result.places for line in (*single, mean))
    assert list(mean.y) == result.mean[k]
    assert mean.line.color == view.colour
    assert list(bars.y) == result.shares
    assert list(bars.x) == pytest.approx([(a + b) / 2 for a, b in pairwise(result.edges)])


def of_two(result: Any, view: View, figure: go.Figure) -> None:
    """A tile for each pair of values; a dot where no record is near."""
    (tiles,) = figure.data
    assert [list(line) for line in zip(*tiles.z, strict=True)] == result.mean[view.index]
    for edges, places in ((tiles.x, result.places[0]), (tiles.y, result.places[1])):
        assert len(edges) == len(places) + 1
        assert all(low < place < high for (low, high), place in zip(pairwise(edges), places, strict=True))
    for x, line in enumerate(result.count):
        for y, records in enumerate(line):
            assert ("·" in tiles.text[y][x]) == (records == 0) or not tiles.text[y][x]


def of_interaction(result: Any, view: View, figure: go.Figure) -> None:
    """The strongest pairs, in points."""
    (bars,) = figure.data
    assert list(bars.x) == points(falling(result.strength[view.index], interaction_strength.MOST_SHOWN))


def of_beeswarm(result: Any, _view: View, figure: go.Figure) -> None:
    """A point for each record, in its feature's row."""
    assert len(figure.data) == len(result.features) <= beeswarm.MOST_FEATURES
    for place, swarm in enumerate(figure.data):
        assert list(swarm.x) == points(result.contributions[place])
        assert all(abs(y - place - 0.1) <= 0.31 for y in swarm.y)
        assert [text.split("</b>: ")[1].split("<br>")[0] for text in swarm.hovertext] == result.values[place]


def of_contribution_by_value(result: Any, view: View, figure: go.Figure) -> None:
    """Value and contribution of each record."""
    (marks,) = figure.data
    if result.ordered:
        assert (list(marks.x), list(marks.y)) == (result.places, points(result.contributions))
    else:
        assert list(marks.x) == points(result.contributions)
        assert [round(y - 0.1) for y in marks.y] == result.places
    assert marks.marker.color == view.colour


def of_distribution(result: Any, view: View, figure: go.Figure) -> None:
    """Both sides: steps that end at the last edge, or a bar for each choice."""
    if result.ordered:
        without, having = figure.data
        assert list(having.x) == list(without.x) == result.edges
        assert list(having.y) == [*result.positive, result.positive[-1]]
        assert list(without.y) == [*result.negative, result.negative[-1]]
        assert having.line.color == view.colour
    else:
        having, without = figure.data
        assert (list(having.x), list(without.x)) == (result.positive, result.negative)


def of_missing(result: Any, view: View, figure: go.Figure) -> None:
    """A bar a feature with missing values, under its name."""
    (bars,) = figure.data
    most = missing_values.MOST_SHOWN
    assert list(bars.x) == result.shares[:most] == sorted(result.shares, reverse=True)[:most]
    assert bars.marker.color == view.colour
    for note, name in zip(figure.layout.annotations, result.features, strict=False):
        assert note.text.startswith(f"{name}  <b>")


def of_association(result: Any, _view: View, figure: go.Figure) -> None:
    """Each pair once."""
    (tiles,) = figure.data
    size = len(result.features)
    assert [list(line) for line in tiles.z] == [
        [result.strength[y][x] if x < y else None for x in range(size - 1)] for y in range(1, size)
    ]
    axis = figure.layout
    assert [*axis.xaxis.ticktext, axis.yaxis.ticktext[-1]] == [name[:16] for name in result.features]


def of_rules(result: Any, view: View, figure: go.Figure) -> None:
    """A bar a rule, under its words."""
    (bars,) = figure.data
    assert list(bars.x) == result.probability
    assert bars.marker.color == view.colour
    texts = [note.text.replace("<br>", " ") for note in figure.layout.annotations]
    assert all(text.startswith(rule) for text, rule in zip(texts, result.rules, strict=True))


def of_leaks(result: Any, _view: View, figure: go.Figure) -> None:
    """Each feature's AUC from a half, and the model's own beside it."""
    (bars,) = figure.data
    assert [x + bars.base for x in bars.x] == pytest.approx(result.alone[: leakage.MOST_SHOWN])
    assert {(line.x0, line.x1) for line in figure.layout.shapes} == {(result.model, result.model)}


INSIGHTS = {
    "importance": of_importance,
    "contributions": of_contributions,
    "dependence": of_dependence,
    "dependence-of-two": of_two,
    "interaction": of_interaction,
    "beeswarm": of_beeswarm,
    "contribution-by-value": of_contribution_by_value,
    "distribution": of_distribution,
    "missing": of_missing,
    "association": of_association,
    "rules": of_rules,
    "leaks": of_leaks,
}
