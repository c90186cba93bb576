"""Plot ``groups``: group fairness, rates of groups as ratios to the group acted on most often."""

from __future__ import annotations

import math
from typing import Any

from ml.data.array_types import OptionalFloats
from ml.plots.columns import Column, Columns, ends, records
from ml.plots.option import Option
from ml.plots.plot import Plot, Rows, Study, View
from ml.plots.row_layout import MARGIN, height_of, named_rows, rows_axis, spans, upright
from ml.plots.shared_options import AT_CUT_OFF, chosen, cut_off_of, feature_choice, promises_text
from ml.plots.theme import FAINT, Figure, figure
from ml.plots.traces import dots
from ml.slices.fairness import FOUR_FIFTHS, GroupFairness, group_fairness
from ml.text.number_words import count, percent, shortened
from ml.text.words import number_text
from ml.translation import listed, mark, plural, text

NAMES = {
    "selection": mark("Share acted on"),
    "recall": mark("Share found of those with the outcome"),
    "precision": mark("Share right of those acted on"),
}
OPTIONS = (
    feature_choice(),
    Option("rate", mark("Compare"), lambda *_: [(key, text(name)) for key, name in NAMES.items()], computed=False),
    AT_CUT_OFF,
)
TICKS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.6, 2.5, 5.0, 10.0)
LEAST, MOST = 0.02, 50.0  # ends of the scale: a ratio beyond, such as 0, is a triangle at the end
ROUNDING = 1e-9  # floating point: 48 % over 60 % must be four fifths
LONGEST = 16  # characters of a group's name below the axis, on a phone


def compute(study: Study) -> GroupFairness:
    """The rates of the parts of the chosen feature."""
    return group_fairness(study.bundle, study.answers, chosen(study.options["feature"]), cut_off_of(study))


def draw(result: GroupFairness, view: View) -> Figure:
    """A dot and its interval for each group on a scale of ratios; the four-fifths range is shaded."""
    key = _rate(view)
    low, high, ratios = (_shown(table[key]) for table in (result.low, result.high, result.ratio))
    places = [at for at, ratio in enumerate(ratios) if ratio is not None]
    words, symbols = ([each(result, key, at) for at in places] for each in (_words, _symbol))
    groups = dots([ratios[at] for at in places], places, words, color=view.colour, symbol=symbols)
    ends = [value for column in (low, high, ratios) for value in column if value is not None]
    least, most = min([0.7, *ends]) * 0.94, max([1.4, *ends]) * 1.06
    values = [text("none counted") if rate is None else percent(rate) for rate in result.rate[key]]
    reference = shortened(result.groups[result.reference], LONGEST)
    sizes = [text("of {n}", n=count(whole)) for whole in result.counted[key]]
    return figure(
        [upright(1.0, len(result.groups)), spans(low, high), groups],
        margin=MARGIN,
        height=height_of(len(result.groups)) + 10,
        annotations=named_rows(result.groups, values, sizes, math.log10(least)),
        shapes=[_fifths()],
        xaxis={
            "type": "log",
            "range": [math.log10(least), math.log10(most)],
            "tickvals": _ticks(least, most),
            "ticktext": [number_text(tick) if tick > LEAST else "0" for tick in _ticks(least, most)],
            "title": {"text": text("Times the rate of “{group}” (log scale)", group=reference)},
        },
        yaxis=rows_axis(len(result.groups)),
    )


def say(result: GroupFairness, view: View) -> str:
    """Sentence: groups outside the four-fifths range, with intervals."""
    key, at = _rate(view), result.reference
    if not result.rate["selection"][at]:
        return text("Nobody is acted on, in any group: there is nothing to compare.")
    rate = result.rate[key][at]
    what = _reference(result, text(NAMES[key]), text("not counted") if rate is None else percent(rate))
    if not rate:
        return f"{what} {text('There is no ratio to it.')}"
    how = text(
        "Shaded: one rate is at least four fifths of the other; lines: {level} intervals of all groups together. This "
        "compares rates; it does not say why they differ, or whether they may.",
        level=percent(0.95),
    )
    return f"{what} {_compared(result, key)} {how}{promises_text(result.groups, result)}"


def rows(result: GroupFairness, _view: View) -> Rows:
    """One row a group: all three rates, and whether as many came as its probabilities announce."""
    header = [result.feature, "records"]
    for key in NAMES:
        header += [key, f"{key} counted", f"{key} ratio", f"{key} low", f"{key} high"]
    tables: list[OptionalFloats] = [
        [*table[key]] for key in NAMES for table in (result.rate, result.counted, result.ratio, result.low, result.high)
    ]
    promises = (result.said, result.came, result.gap_low, result.gap_high)
    header += ["said", "came", "gap_low", "gap_high"]
    tables += [[*each] or [None] * len(result.groups) for each in promises]
    return header, [
        [name, result.records[at], *(table[at] for table in tables)] for at, name in enumerate(result.groups)
    ]


def _rate(view: View) -> str:
    return chosen(view.options.get("rate")) or "selection"


def _reference(result: GroupFairness, rate: str, amount: str) -> str:
    """The rate of the reference, which is one of the groups of enough records where not all have enough."""
    slots = {"rate": rate, "amount": amount, "group": result.groups[result.reference]}
    if min(result.records) < result.least <= result.records[result.reference]:
        return text(
            "{rate} is {amount} in “{group}”, the group acted on most often of those with at least {n} records.",
            **slots,
            n=count(result.least),
        )
    return text("{rate} is {amount} in “{group}”, the group acted on most often.", **slots)


def _compared(result: GroupFairness, key: str) -> str:
    """Words for the groups outside four fifths of the reference; groups without a ratio are left out."""
    others = {at: value for at, value in enumerate(result.ratio[key]) if value is not None and at != result.reference}
    apart = [at for at, value in others.items() if not FOUR_FIFTHS - ROUNDING <= value <= 1 / FOUR_FIFTHS + ROUNDING]
    if not others:
        return text("No other group has such records.")
    if apart:
        return plural(
            "{n} group is not within four fifths of it: {groups}.",
            "{n} groups are not within four fifths of it: {groups}.",
            len(apart),
            n=count(len(apart)),
            groups=listed([_flag(result, key, at) for at in apart]),
        )
    if len(others) == len(result.groups) - 1:
        return text("Every other group is within four fifths of it.")
    return text("Every other group that has such records is within four fifths of it.")


def _flag(result: GroupFairness, key: str, at: int) -> str:
    """Words for one group that differs, and whether it may be chance."""
    ratio, low, high = (table[key][at] or 0.0 for table in (result.ratio, result.low, result.high))
    amount = text("{ratio} times", ratio=_times(ratio))
    if not ratio:
        amount = text("0 times: none of {n}", n=count(result.counted[key][at]))
    slots = {"group": result.groups[at], "amount": amount, "low": _times(low), "high": _times(high)}
    if high < FOUR_FIFTHS or low > 1 / FOUR_FIFTHS:
        return text("“{group}” ({amount}; {low} to {high})", **slots)
    return text("“{group}” ({amount}; {low} to {high}, may be chance)", **slots)


def _times(value: float) -> str:
    """A ratio with two decimals; 0 only where it is exactly that."""
    if 0 < value < 0.005:
        return text("under {share}", share=number_text(0.01))
    return number_text(round(value, 2))


def _words(result: GroupFairness, key: str, at: int) -> str:
    rate, ratio = result.rate[key][at], result.ratio[key][at]
    own = text(
        "{rate}: {share} of {n}", rate=text(NAMES[key]), share=percent(rate or 0.0), n=count(result.counted[key][at])
    )
    times = {"ratio": _times(ratio or 0.0), "group": result.groups[result.reference]}
    said = text("{ratio} times that of “{group}”", **times)
    if result.low[key][at] is not None:
        low, high = (_times(end[key][at] or 0.0) for end in (result.low, result.high))
        said = text("{ratio} times that of “{group}” ({low} to {high})", **times, low=low, high=high)
    return f"<b>{result.groups[at]}</b><br>{own}<br>{said}"


def _shown(values: OptionalFloats) -> OptionalFloats:
    """Ratios and ends of intervals, clipped to the scale."""
    return [None if value is None else min(max(value, LEAST), MOST) for value in values]


def _symbol(result: GroupFairness, key: str, at: int) -> str:
    if at == result.reference:
        return "diamond"
    ratio = result.ratio[key][at] or 0.0
    return "triangle-left" if ratio < LEAST else "triangle-right" if ratio > MOST else "circle"


def _ticks(least: float, most: float) -> list[float]:
    inside = [tick for tick in TICKS if least <= tick <= most]
    wanted = (0.1, 0.4, 1.0, 2.5, 10.0) if most > 5 * least else inside
    return [LEAST] * (least < LEAST) + [tick for tick in inside if tick in wanted]


def _fifths() -> dict[str, Any]:
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


def columns(result: GroupFairness, view: View) -> Columns:
    """Columns for people, of the chosen rate."""
    key = _rate(view)
    low, high = ends(_times).values()
    return {
        result.feature: Column(result.feature),
        "records": records(),
        key: Column(text(NAMES[key]), percent),
        f"{key} counted": Column(text("Of so many"), count),
        f"{key} ratio": Column(text("Times that of “{group}”", group=result.groups[result.reference]), _times),
        f"{key} low": low,
        f"{key} high": high,
    }


PLOT = Plot(
    key="groups",
    question=mark("Are groups treated alike?"),
    method=mark("Rates of groups compared"),
    page="performance",
    section="segments",
    result=GroupFairness,
    compute=compute,
    draw=draw,
    say=say,
    columns=columns,
    rows=rows,
    named=("groups",),
    options=OPTIONS,
    revision=4,
)
