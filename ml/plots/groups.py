"""Groups of records against the largest group: who is acted on, found, and rightly called."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ml.groups import FOUR_FIFTHS, Groups, groups
from ml.plots.choices import CUT_OFF, MARGIN, cut_off_of, named_rows, spans, text_of, upright
from ml.plots.option import Option
from ml.plots.plot import Rows, Study, View
from ml.plots.rows import feature_choice, height_of, rows_axis
from ml.plots.theme import FAINT, INK, count, figure, percent
from ml.words import listed, number_text

if TYPE_CHECKING:
    import plotly.graph_objects as go

NAMES = {
    "selection": "Share acted on",
    "recall": "Share found of those with the outcome",
    "precision": "Share right of those acted on",
}
OPTIONS = (
    feature_choice(),
    Option("rate", "Compare", lambda *_: list(NAMES.items()), computed=False),
    CUT_OFF,
)
TICKS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.6, 2.5, 5.0, 10.0)


def compute(study: Study) -> Groups:
    """The rates of the parts of the chosen feature."""
    return groups(study.bundle, study.answers, text_of(study.options["feature"]), cut_off_of(study))


def draw(result: Groups, view: View) -> go.Figure:
    """A dot and its interval for each group on a scale of ratios; shaded: within four fifths of each other."""
    key = _rate(view)
    low, high = (_shown(end[key]) for end in (result.low, result.high))
    places = [at for at, ratio in enumerate(result.ratio[key]) if ratio]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [result.ratio[key][at] for at in places],
        "y": places,
        "marker": {
            "size": 11,
            "color": view.colour,
            "symbol": ["diamond" if at == result.reference else "circle" for at in places],
        },
        "cliponaxis": False,
        "hovertext": [_words(result, key, at) for at in places],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    ends = [value for column in (low, high, result.ratio[key]) for value in column if value]
    least, most = min([0.7, *ends]) * 0.94, max([1.4, *ends]) * 1.06
    values = ["none counted" if rate is None else percent(rate) for rate in result.rate[key]]
    sizes = [f"of {count(whole)}" for whole in result.counted[key]]
    return figure(
        [upright(1.0, len(result.groups)), spans(low, high, INK), dots],
        margin=MARGIN,
        height=height_of(len(result.groups)) + 10,
        annotations=named_rows(result.groups, values, sizes, math.log10(least)),
        shapes=[_fifths()],
        xaxis={
            "type": "log",
            "range": [math.log10(least), math.log10(most)],
            "tickvals": _ticks(least, most),
            "ticktext": [number_text(tick) for tick in _ticks(least, most)],
            "title": {"text": "Times the largest group's rate (log scale)"},
        },
        yaxis=rows_axis(len(result.groups)),
    )


def say(result: Groups, view: View) -> str:
    """Which groups' rates are under four fifths of the other's, and how sure that is."""
    key, reference = _rate(view), result.groups[result.reference]
    rate = result.rate[key][result.reference]
    what = f"{NAMES[key]} is {'not counted' if rate is None else percent(rate)} in the largest group, “{reference}”."
    if not rate:
        return f"{what} There is no ratio to it."
    apart = [at for at, value in enumerate(result.ratio[key]) if value is not None and not _within(value)]
    if not apart:
        flag = " Every other group is within four fifths of it."
    else:
        listed_ones = listed([_flag(result, key, at) for at in apart])
        verb = "group is" if len(apart) == 1 else "groups are"
        flag = f" {count(len(apart))} {verb} not within four fifths of it: {listed_ones}."
    return (
        f"{what}{flag} Shaded: one rate is at least four fifths of the other; lines: 95\u00a0% intervals. This "
        f"compares rates; it does not say why they differ, or whether they may."
    )


def rows(result: Groups, _view: View) -> Rows:
    """One row a group, all three rates."""
    header = [result.feature, "records"]
    for key in NAMES:
        header += [key, f"{key} counted", f"{key} ratio", f"{key} low", f"{key} high"]
    tables = [
        table[key] for key in NAMES for table in (result.rate, result.counted, result.ratio, result.low, result.high)
    ]
    return header, [
        [name, result.records[at], *(table[at] for table in tables)] for at, name in enumerate(result.groups)
    ]


def _rate(view: View) -> str:
    return text_of(view.options.get("rate")) or "selection"


def _within(ratio: float) -> bool:
    return FOUR_FIFTHS <= ratio <= 1 / FOUR_FIFTHS


def _flag(result: Groups, key: str, at: int) -> str:
    """One group that differs, and whether chance could be why."""
    ratio, low, high = (table[key][at] or 0.0 for table in (result.ratio, result.low, result.high))
    if result.low[key][at] is None:
        return f"“{result.groups[at]}” (none; too few to say how sure)"
    text = f"“{result.groups[at]}” ({number_text(round(ratio, 2))} times"
    chance = "" if high < FOUR_FIFTHS or low > 1 / FOUR_FIFTHS else ", may be chance"
    return f"{text}; {number_text(round(low, 2))} to {number_text(round(high, 2))}{chance})"


def _words(result: Groups, key: str, at: int) -> str:
    rate, ratio = result.rate[key][at], result.ratio[key][at]
    span = ""
    if result.low[key][at] is not None:
        low, high = (number_text(round(end[key][at] or 0.0, 2)) for end in (result.low, result.high))
        span = f" ({low} to {high})"
    return (
        f"<b>{result.groups[at]}</b><br>{NAMES[key]}: {percent(rate or 0.0)} of {count(result.counted[key][at])}<br>"
        f"{number_text(round(ratio or 0.0, 2))} times that of “{result.groups[result.reference]}”{span}"
    )


def _shown(values: list[float | None]) -> list[float | None]:
    """Ends of intervals, kept within a scale that can be read."""
    return [None if value is None else min(max(value, 0.02), 50.0) for value in values]


def _ticks(least: float, most: float) -> list[float]:
    inside = [tick for tick in TICKS if least <= tick <= most]
    wanted = (0.1, 0.4, 1.0, 2.5, 10.0) if most > 5 * least else inside
    return [tick for tick in inside if tick in wanted]


def _fifths() -> dict:
    return {
        "type": "rect",
        "x0": FOUR_FIFTHS,
        "x1": 1 / FOUR_FIFTHS,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "fillcolor": FAINT,
        "opacity": 0.18,
        "line": {"width": 0},
        "layer": "below",
    }
