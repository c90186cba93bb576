"""Checks of the figures of the Performance page, one a plot: they show the numbers of their results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
import pytest

from ml.plots.plot import View
from ml.plots.profit_words import amount
from ml.plots.shared_options import measure_text
from ml.plots.table import TextTable
from ml.slices.segments import LABELS
from ml.text.number_words import count, percent

Check = Callable[[Any, View, Any], None]  # of a result, its view, and its figure or table


def curve(trace: int, x: str, y: str, colour: bool = True) -> Check:
    """A check that one trace is two columns of the result."""

    def check(result: Any, view: View, figure: go.Figure) -> None:
        line = figure.data[trace]
        assert (list(line.x), list(line.y)) == (list(getattr(result, x)), list(getattr(result, y)))
        assert not colour or line.line.color == view.colour

    return check


def all_of(*checks: Check) -> Check:
    """One check out of several."""

    def check(result: Any, view: View, figure: go.Figure) -> None:
        for each in checks:
            each(result, view, figure)

    return check


def whiskers(middles: Iterable[float], error: Any, low: Sequence[float], high: Sequence[float]) -> None:
    """The lines at each point reach from the one end to the other."""
    assert [mid + more for mid, more in zip(middles, error.array, strict=True)] == pytest.approx(high)
    assert [mid - less for mid, less in zip(middles, error.arrayminus, strict=True)] == pytest.approx(low)


def known(values: Iterable[Any]) -> list[float]:
    """Without the gaps that part one line from the next."""
    return [value for value in values if value is not None]


def of_confusion(result: Any, view: View, figure: go.Figure) -> None:
    """Counts, their shares of each row (or, if chosen, of each column), and both as text."""
    (tiles,) = figure.data
    shown = view.options.get("show")
    assert [list(row) for row in tiles.customdata] == result.counts
    columns = [sum(column) for column in zip(*result.counts, strict=True)]
    for row, shares, texts in zip(result.counts, tiles.z, tiles.text, strict=True):
        whole = columns if shown == "label" else [sum(row)] * len(row)
        assert list(shares) == [cell / all_ if all_ else 0 for cell, all_ in zip(row, whole, strict=True)]
        if shown == "counts":
            assert list(texts) == [f"<b>{count(c)}</b><br>{percent(s)}" for c, s in zip(row, shares, strict=True)]
        else:
            assert list(texts) == [f"<b>{percent(share)}</b>" for share in shares]


def of_cells(result: Any, view: View, figure: go.Figure) -> None:
    """The confusion counts at the row nearest to the chosen cut-off."""
    (tiles,) = figure.data
    row = min(range(len(result.cut_off)), key=lambda at: abs(result.cut_off[at] - view.options["cut_off"]))
    lines = (("true_negative", "false_positive"), ("false_negative", "true_positive"))
    table = [[getattr(result, name)[row] for name in line] for line in lines]
    assert [list(line) for line in tiles.customdata] == table
    assert [list(line) for line in tiles.z] == [[cell / sum(line) for cell in line] for line in table]


def of_roc(result: Any, _view: View, figure: go.Figure) -> None:
    """The point of the estimator's own labels."""
    own = figure.data[2]
    assert (own.x[0], own.y[0]) == (result.own_false_positive_rate, result.own_true_positive_rate)


def of_precision_recall(result: Any, _view: View, figure: go.Figure) -> None:
    """The base rate."""
    assert set(figure.data[0].y) == {result.positive / (result.positive + result.negative)}


def of_calibration(result: Any, _view: View, figure: go.Figure) -> None:
    """The intervals, and the histogram below."""
    _, groups, bars = figure.data
    whiskers(groups.y, groups.error_y, result.low, result.high)
    assert (list(bars.x), list(bars.y)) == (result.edges[:-1], result.spread)
    assert list(bars.width) == [b - a for a, b in pairwise(result.edges)]


def of_scores(result: Any, view: View, figure: go.Figure) -> None:
    """One side up, the other down."""
    up, down = figure.data
    assert list(up.x) == list(down.x) == result.start
    assert list(up.y) == result.positive
    assert [-share for share in down.y] == result.negative
    assert up.marker.color == view.colour


def interval(trace: int, x: str, low: str = "low", high: str = "high") -> Check:
    """A check that two traces are the known ends of an interval."""

    def check(result: Any, _view: View, figure: go.Figure) -> None:
        ends = zip(getattr(result, x), getattr(result, low), getattr(result, high), strict=True)
        rows = [row for row in ends if None not in row]
        for at, column in ((trace, 1), (trace + 1, 2)):
            assert list(figure.data[at].x) == [row[0] for row in rows]
            assert list(figure.data[at].y) == [row[column] for row in rows]

    return check


def of_lift(result: Any, _view: View, figure: go.Figure) -> None:
    """The tenths with their intervals."""
    bars = figure.data[0]
    assert list(bars.y) == result.tenth
    whiskers(bars.y, bars.error_y, result.low, result.high)


def of_gain(result: Any, _view: View, figure: go.Figure) -> None:
    """The tenths, and the perfect order."""
    assert list(figure.data[5].y) == result.tenth_found
    assert list(figure.data[1].x) == [0, result.rate, 1]


def of_ks(result: Any, _view: View, figure: go.Figure) -> None:
    """The largest distance."""
    gap = figure.data[2]
    assert (list(gap.x), list(gap.y)) == ([result.best] * 2, [result.best_positive, result.best_negative])


def of_profit(column: str) -> Check:
    """The curve, its interval and the best place over one of the result's columns."""

    def check(result: Any, view: View, figure: go.Figure) -> None:
        low, high, line, *best = figure.data
        for trace, values in ((low, result.low), (high, result.high), (line, result.profit)):
            assert (list(trace.x), list(trace.y)) == (getattr(result, column), values)
        assert line.line.color == view.colour
        assert [(each.x[0], each.y[0]) for each in best] == (
            [] if result.best is None else [(getattr(result, column)[result.best], result.profit[result.best])]
        )
        texts = [*(text for each in best for text in each.text or ()), *(n.text for n in figure.layout.annotations)]
        assert not best or f"<b>best: {amount(result.profit[result.best], result)}</b>" in texts

    return check


def of_segments(result: Any, _view: View, figure: go.Figure) -> None:
    """Each part where it has the measure, its interval where that is known, and all records."""
    whole, spans, dots = figure.data
    places = [at for at, value in enumerate(result.value) if value is not None]
    assert (list(dots.x), list(dots.y)) == ([result.value[at] for at in places], places)
    assert [text.split("<br>")[0] for text in dots.hovertext] == [f"<b>{result.parts[at]}</b>" for at in places]
    ends = [pair for pair in zip(result.low, result.high, strict=True) if None not in pair]
    assert known(spans.x) == [end for pair in ends for end in pair]
    assert set(known(whole.x)) == ({result.whole} if result.whole is not None else set())


def of_pairs(result: Any, _view: View, figure: go.Figure) -> None:
    """Each tile with enough records, and the others grey."""
    tiles, few, words = figure.data
    for r, line in enumerate(result.value):
        for c, value in enumerate(line):
            enough = value is not None and result.counted[r][c] >= result.least
            assert tiles.z[r][c] == (value if enough else None)
            assert (few.z[r][c] is None) == enough
            assert f"{result.counted[r][c]:.0f}" in words.text[r][c] or not result.records[r][c]


def of_worst(result: Any, _view: View, figure: go.Figure) -> None:
    """A dot a segment, filled where it is beyond chance, and a line to it from the error that was expected."""
    _whole, stems, dots = figure.data
    assert list(dots.x) == result.error
    assert list(dots.marker.symbol).count("circle") == result.found == sum(p <= 0.05 for p in result.chance)
    assert known(stems.x) == [end for ends in zip(result.expected, result.error, strict=True) for end in ends]


def of_groups(result: Any, view: View, figure: go.Figure) -> None:
    """The ratios of the chosen rate and their intervals, as far as the scale goes."""
    _one, spans, dots = figure.data
    rate = view.options["rate"]
    assert {at for at, value in enumerate(result.ratio[rate]) if value} <= set(dots.y)
    assert list(dots.x) == pytest.approx([min(max(result.ratio[rate][at], 0.02), 50.0) for at in dots.y])
    ends = [pair for pair in zip(result.low[rate], result.high[rate], strict=True) if None not in pair]
    assert known(spans.x) == pytest.approx([min(max(end, 0.02), 50.0) for pair in ends for end in pair])


def of_challenger(result: Any, view: View, figure: go.Figure) -> None:
    """Each measure's gain, to the right where the challenger is better, its interval, and both values as text."""
    _none, spans, dots = figure.data
    better = [1 if good == "high" else -1 for good in result.better]
    gains = [None if gap is None else way * gap for way, gap in zip(better, result.difference, strict=True)]
    assert (list(dots.x), list(dots.y)) == (known(gains), [at for at, gain in enumerate(gains) if gain is not None])
    assert dots.marker.color == view.colour
    ends = zip(better, result.low, result.high, strict=True)
    assert known(spans.x) == [end for way, *pair in ends if None not in pair for end in sorted(way * e for e in pair)]
    for note, key, mine, theirs in zip(
        figure.layout.annotations, result.measures, result.first, result.second, strict=True
    ):
        assert note.text.startswith(LABELS[key][:20])
        assert f"{measure_text(key, mine)} → {measure_text(key, theirs)}" in note.text


def of_mistakes(result: Any, _view: View, table: TextTable) -> None:
    """Record, prediction, truth and reasons of each, and its link."""
    columns = list(zip(*table.rows, strict=True))
    assert columns[0] == tuple(map(count, result.record))
    assert columns[1] == tuple(map(percent, result.probability))
    assert columns[2] == tuple(result.was)
    assert columns[3] == tuple(each or "no value alone" for each in result.reasons)
    assert list(table.links) == result.link


PERFORMANCE = {
    "confusion": of_confusion,
    "cells": of_cells,
    "roc": all_of(curve(1, "false_positive_rate", "true_positive_rate"), of_roc),
    "precision-recall": all_of(curve(1, "recall", "precision"), of_precision_recall),
    "calibration": all_of(curve(1, "said", "came"), of_calibration),
    "scores": of_scores,
    "lift": all_of(curve(4, "selected", "lift"), interval(2, "selected", "lift_low", "lift_high"), of_lift),
    "gain": all_of(curve(4, "selected", "found"), interval(2, "selected"), of_gain),
    "ks": all_of(curve(0, "cut_off", "positive_below"), curve(1, "cut_off", "negative_below", colour=False), of_ks),
    "det": curve(1, "x", "y"),
    "threshold": all_of(
        curve(0, "cut_off", "precision"),
        curve(1, "cut_off", "recall", colour=False),
        curve(2, "cut_off", "selected", colour=False),
    ),
    "decision-curve": all_of(
        interval(0, "cut_off"), curve(2, "cut_off", "model"), curve(3, "cut_off", "all_", colour=False)
    ),
    "profit": of_profit("cut_off"),
    "profit-share": of_profit("selected"),
    "segments": of_segments,
    "segment-pairs": of_pairs,
    "worst-segments": of_worst,
    "groups": of_groups,
    "challenger": of_challenger,
    "mistakes": of_mistakes,
}
