"""Plot ``ks``: Kolmogorov-Smirnov separation, cumulative shares of both sides and their largest distance."""

from __future__ import annotations

from ml.metrics.separation import KolmogorovSmirnov, kolmogorov_smirnov
from ml.plots.columns import Column, Columns
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, View
from ml.plots.theme import INK, Figure, curves, hover, legend_on_top, note, share_axis
from ml.plots.traces import Trace, line
from ml.text.number_words import percent, shortened
from ml.translation import mark, text


def draw(result: KolmogorovSmirnov, view: View) -> Figure:
    """Both curves in steps, and their largest distance."""
    gap = line(
        [result.best, result.best],
        [result.best_positive, result.best_negative],
        INK,
        width=2,
        mode="lines+markers",
        marker={"size": 7, "color": INK},
        hoverinfo="skip",
        showlegend=False,
    )
    right = result.best < 0.6 * result.reach
    words = note(
        text("{share} apart", share=f"<b>{percent(result.distance)}</b>"),
        result.best,
        (result.best_positive + result.best_negative) / 2,
        xanchor="left" if right else "right",
        xshift=8 if right else -8,
    )
    sides = (
        (text("with “{outcome}”", outcome=shortened(view.label, 20)), result.positive_below, view.colour, "solid"),
        (text("without"), result.negative_below, INK, "dash"),
    )
    return curves(
        [*(_curve(result, *side) for side in sides), gap],
        xaxis=share_axis(text("Probability of “{outcome}”", outcome=shortened(view.label, 18)), result.reach),
        yaxis=share_axis(text("Share below this probability")),
        annotations=[words],
        **legend_on_top(),
    )


def say(result: KolmogorovSmirnov, view: View) -> str:
    """Sentence: the largest distance and its cut-off."""
    return text(
        "The two sides lie farthest apart at {cut_off}: {others} of the others lie below it, and {share} of the "
        "{records}. That distance, {distance}, is the Kolmogorov–Smirnov statistic: {none} tells nothing apart, {all} "
        "all.",
        cut_off=percent(result.best),
        others=percent(result.best_negative),
        share=percent(result.best_positive),
        records=view.records,
        distance=percent(result.distance),
        none=percent(0),
        all=percent(1),
    )


def _curve(result: KolmogorovSmirnov, name: str, below: list[float], colour: str, dash: str) -> Trace:
    words = text("{who}:<br>{share} below {cut_off}", who=name, share="%{y:.1%}", cut_off="%{x:.1%}")
    return line(result.cut_off, below, colour, dash=dash, shape="vh", name=name, hovertemplate=hover(words))


def columns(_result: KolmogorovSmirnov, view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    return {
        "cut_off": Column(text("Probability"), percent),
        "positive_below": Column(text("Below it, with “{outcome}”", outcome=view.label), percent),
        "negative_below": Column(text("Below it, without"), percent),
    }


PLOT = Plot(
    key="ks",
    question=mark("Where do the two sides lie farthest apart?"),
    method=mark("Kolmogorov–Smirnov distance"),
    page="performance",
    result=KolmogorovSmirnov,
    compute=lambda study: kolmogorov_smirnov(study.answers, study.label),
    draw=draw,
    say=say,
    columns=columns,
    needs=PROBABILITIES,
    revision=2,
    mark=CutOffMark("cut_off"),
)
