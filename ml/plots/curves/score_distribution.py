"""Plot ``scores``: histograms of the probabilities with and without one outcome (score distribution)."""

from __future__ import annotations

from typing import Any

from ml.metrics.separation import ScoreDistribution, score_distribution
from ml.plots.columns import Column, Columns
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, View
from ml.plots.theme import FAINT, ON_PAPER, Figure, curves, hover, note, share_axis
from ml.text.number_words import percent, shortened
from ml.translation import mark, text


def draw(result: ScoreDistribution, view: View) -> Figure:
    """Records with the outcome upwards, the others downwards, each as shares of their own number."""
    most = max(*result.positive, *result.negative)
    step = next((step for step in (0.05, 0.1, 0.2, 0.25) if most <= 4 * step), 0.5)
    ticks = [at * step for at in range(-int(most // step) - 1, int(most // step) + 2)]
    own = text("with “{outcome}”", outcome=shortened(view.label, 24))
    paper = {**ON_PAPER, "xref": "paper", "yref": "paper", "xanchor": "right"}
    return curves(
        [_bars(result, result.positive, 1, view.colour), _bars(result, result.negative, -1, FAINT)],
        barmode="overlay",
        xaxis=share_axis(text("Probability of “{outcome}”", outcome=shortened(view.label, 18)), result.end[-1]),
        yaxis={
            "title": {"text": text("Share of each side")},
            "range": [-1.22 * most, 1.22 * most],
            "tickvals": ticks,
            "ticktext": [percent(round(abs(tick), 9)) for tick in ticks],
            "zeroline": True,
            "zerolinecolor": FAINT,
        },
        annotations=[
            note(own, 1, 1, **paper, yanchor="top", font={"color": view.colour}),
            note(text("without"), 1, 0, **paper, yanchor="bottom"),
        ],
    )


def say(result: ScoreDistribution, view: View) -> str:
    """Sentence: the median probability of each side."""
    return text(
        "Half of the {records} get a probability of at most {most}, half of the others at most {others}. The less both "
        "sides overlap, the better.",
        records=view.records,
        most=percent(result.median_positive),
        others=percent(result.median_negative),
    )


def _bars(result: ScoreDistribution, shares: list[float], way: int, colour: str) -> dict[str, Any]:
    places = {"low": "%{x:.3~%}", "high": "%{customdata[0]}", "share": "%{customdata[1]}"}
    return {
        "type": "bar",
        "x": result.start,
        "y": [way * share for share in shares],
        "offset": 0,
        "width": [0.92 * (end - start) for start, end in zip(result.start, result.end, strict=True)],
        "marker": {"color": colour},
        "customdata": [[percent(end), percent(share)] for end, share in zip(result.end, shares, strict=True)],
        "hovertemplate": hover(text("{low} to {high}:<br>{share} of this side", **places)),
    }


def columns(_result: ScoreDistribution, view: View) -> Columns:
    """Columns for people: shares of each side in each range of probabilities."""
    return {
        "start": Column(text("Probability from"), percent),
        "end": Column(text("to"), percent),
        "positive": Column(text("Share of those with “{outcome}”", outcome=view.label), percent),
        "negative": Column(text("Share of those without"), percent),
    }


PLOT = Plot(
    key="scores",
    question=mark("How far do records with and without the outcome overlap?"),
    method=mark("Distribution of the probabilities, by truth"),
    page="performance",
    result=ScoreDistribution,
    compute=lambda study: score_distribution(study.answers, study.label),
    draw=draw,
    say=say,
    columns=columns,
    needs=PROBABILITIES,
    revision=2,
    mark=CutOffMark("cut_off"),
)
