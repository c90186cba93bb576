"""Plot ``calibration``: reliability diagram of one outcome's probabilities."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from ml.metrics.calibration import GROUPS, Calibration, calibration
from ml.metrics.curves import reach
from ml.metrics.recalibration.check import CalibrationCheck
from ml.plots.columns import Column, Columns, ends, records
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, Rows, View
from ml.plots.theme import ON_PAPER, Figure, curves, faded, hover, note, share_axis
from ml.plots.traces import compared, line
from ml.text.number_words import count, decimal, p_value_text, percent, shortened
from ml.text.words import points_number, points_text
from ml.translation import mark, text

LEVEL = 0.05  # significance level of the test by which the sentence is chosen


def draw(result: Calibration, view: View) -> Figure:
    """Each group's share with its interval over the diagonal, and the histogram of the probabilities below."""
    end = result.edges[-1]
    top = reach(np.array([end, *result.high]))
    places = {"said": "%{x:.1%}", "came": "%{y:.1%}", "n": "%{customdata}"}
    points = line(result.said, result.came, view.colour, width=1.5, mode="lines+markers") | {
        "marker": {"size": 8},
        "error_y": {
            "array": [high - came for high, came in zip(result.high, result.came, strict=True)],
            "arrayminus": [came - low for low, came in zip(result.low, result.came, strict=True)],
            "thickness": 1.5,
            "width": 4,
        },
        "customdata": [count(records) for records in result.records],
        "hovertemplate": hover(text("Says {said}, came true in {came}<br>{n} records", **places)),
    }
    bin_places = {"low": "%{x:.3~%}", "high": "%{customdata}", "share": "%{y:.1%}"}
    spread = {
        "type": "bar",
        "x": result.edges[:-1],
        "y": result.spread,
        "offset": 0,
        "width": [end - start for start, end in zip(result.edges, result.edges[1:], strict=False)],
        "marker": {"color": faded(view.colour, 0.45)},
        "yaxis": "y2",
        "customdata": [percent(end) for end in result.edges[1:]],
        "hovertemplate": hover(text("{low} to {high}:<br>{share} of all records", **bin_places)),
    }
    return curves(
        [compared([0, end], [0, end]), points, spread],
        height=460,
        bargap=0.1,
        xaxis=share_axis(text("Probability of “{outcome}”", outcome=shortened(view.label, 18)), end, anchor="y2"),
        yaxis=share_axis(text("Share that came true"), top, domain=[0.3, 1]),
        yaxis2={"domain": [0, 0.2], "visible": False, "rangemode": "tozero"},
        annotations=[
            note(
                text("how many records"),
                1,
                0.2,
                xref="paper",
                yref="paper",
                xanchor="right",
                font={"size": 12},
                **ON_PAPER,
            )
        ],
    )


def say(result: Calibration, view: View) -> str:
    """Sentence: mean probability and share of the outcome, the verdict of the one test, and how far they are off."""
    mean = text(
        "On average the model says {said} for “{outcome}”, and {came} of the records have it.",
        said=percent(result.mean_said),
        outcome=view.label,
        came=percent(result.mean_came),
    )
    p_value = p_value_text(result.p_value)
    if result.p_value > LEVEL:
        verdict = text(
            "No more than chance speaks against its probabilities (one test of all probabilities, {p_value}).",
            p_value=p_value,
        )
    else:
        verdict = text(
            "The probabilities do not mean what they say, beyond chance (one test of all probabilities, {p_value}): "
            "{how}.",
            p_value=p_value,
            how=how_off(result),
        )
    return f"{mean} {verdict} {_off(result)}"


def how_off(result: Calibration) -> str:
    """Words for the ways in which the probabilities are off: of which the intervals are sure, else the worst group."""
    sentences = []
    numbers = {"expected": count(round(result.expected)), "came": count(round(result.actual))}
    if result.intercept_high < 0:
        sentences.append(text("the model promises too much ({expected} expected, {came} came)", **numbers))
    elif result.intercept_low > 0:
        sentences.append(text("the model promises too little ({expected} expected, {came} came)", **numbers))
    if result.slope_high is not None and result.slope_low is not None:
        ends = (result.slope or 0.0, result.slope_low, result.slope_high)
        slope = dict(zip(("slope", "low", "high"), (decimal(end, 2) for end in ends), strict=True))
        if result.slope_high < 1:
            sentences.append(
                text(
                    "it is too sure of itself: high probabilities are too high and low ones too low (slope {slope}, "
                    "{low} to {high}; 1 is right)",
                    **slope,
                )
            )
        elif result.slope_low > 1:
            sentences.append(
                text(
                    "it is too cautious: high probabilities could be higher and low ones lower (slope {slope}, {low} "
                    "to {high}; 1 is right)",
                    **slope,
                )
            )
    worst = max(range(len(result.said)), key=lambda at: _sure(result, at))
    worst_group = {"said": percent(result.said[worst]), "came": percent(result.came[worst])}
    sentences.append(text("clearest where it says {said} and {came} have it", **worst_group))
    return "; ".join(sentences)


def _sure(result: Calibration, at: int) -> float:
    """Distance of a group, in half widths of its interval on that side."""
    said, came = result.said[at], result.came[at]
    return abs(said - came) / max(came - result.low[at] if said < came else result.high[at] - came, 1e-12)


def _off(result: Calibration) -> str:
    """Words for the expected calibration error."""
    slots = {"error": points_text(100 * result.error), "high": points_text(100 * result.error_high)}
    slots |= {"low": points_number(100 * result.error_low), "level": percent(0.95)}
    if len(result.said) == 1:
        return text("They are off by {error} on average over all records ({level}: {low} to {high}).", **slots)
    if len(result.said) == GROUPS:
        return text("They are off by {error} on average over ten groups ({level}: {low} to {high}).", **slots)
    groups = count(len(result.said))
    return text("They are off by {error} on average over {n} groups ({level}: {low} to {high}).", **slots, n=groups)


def rows(result: Calibration, _: View) -> Rows:
    """The groups as a table, with the check of all probabilities on every row."""
    columns = (result.said, result.came, result.low, result.high, result.records)
    check = {each.name: getattr(result, each.name) for each in fields(CalibrationCheck)}
    header = ["said", "came", "low", "high", "records", *check]
    return header, [[*row, *check.values()] for row in zip(*columns, strict=True)]


def columns(_result: Calibration, view: View) -> Columns:
    """Columns for people: what was said and what came, in groups of records."""
    came = Column(text("Came: share with “{outcome}”", outcome=view.label), percent)
    said = Column(text("Mean probability of the group"), percent)
    return {"said": said, "came": came, **ends(), "records": records()}


PLOT = Plot(
    key="calibration",
    question=mark("Do the probabilities mean what they say?"),
    method=mark("Calibration"),
    page="performance",
    result=Calibration,
    compute=lambda study: calibration(study.answers, study.label),
    draw=draw,
    say=say,
    columns=columns,
    needs=PROBABILITIES,
    revision=3,
    mark=CutOffMark("cut_off"),
    rows=rows,
)
