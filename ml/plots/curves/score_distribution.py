"""Plot of the score distribution: histograms of the probabilities with and without one outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ml.metrics.calibration import ScoreDistribution, score_distribution
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, Study, View
from ml.plots.theme import FAINT, ON_PAPER, figure, note, share_axis
from ml.text.number_words import percent, shortened

if TYPE_CHECKING:
    import plotly.graph_objects as go


def compute(study: Study) -> ScoreDistribution:
    """Both histograms; OneOutcomeOnly where the hold-out has one side only."""
    return score_distribution(study.answers, study.label)


def draw(result: ScoreDistribution, view: View) -> go.Figure:
    """Records with the outcome upwards, the others downwards, each as shares of their own number."""
    most = max(*result.positive, *result.negative)
    step = next((step for step in (0.05, 0.1, 0.2, 0.25) if most <= 4 * step), 0.5)
    ticks = [at * step for at in range(-int(most // step) - 1, int(most // step) + 2)]
    paper = {**ON_PAPER, "xref": "paper", "yref": "paper", "xanchor": "right"}
    return figure(
        [_bars(result, result.positive, 1, view.colour), _bars(result, result.negative, -1, FAINT)],
        height=380,
        margin={"l": 8, "r": 20, "t": 8, "b": 8},
        barmode="overlay",
        xaxis=share_axis(f"Probability of “{shortened(view.label, 18)}”", result.end[-1]),
        yaxis={
            "title": {"text": "Share of each side"},
            "range": [-1.22 * most, 1.22 * most],
            "tickvals": ticks,
            "ticktext": [percent(round(abs(tick), 9)) for tick in ticks],
            "zeroline": True,
            "zerolinecolor": FAINT,
        },
        annotations=[
            note(f"with “{shortened(view.label, 24)}”", 1, 1, **paper, yanchor="top", font={"color": view.colour}),
            note("without", 1, 0, **paper, yanchor="bottom"),
        ],
    )


def say(result: ScoreDistribution, view: View) -> str:
    """Sentence: the median probability of each side."""
    return (
        f"Half of the {view.records} get a probability of at most {percent(result.median_positive)}, half of the "
        f"others at most {percent(result.median_negative)}. The less both sides overlap, the better."
    )


def _bars(result: ScoreDistribution, shares: list[float], way: int, colour: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": result.start,
        "y": [way * share for share in shares],
        "offset": 0,
        "width": [0.92 * (end - start) for start, end in zip(result.start, result.end, strict=True)],
        "marker": {"color": colour},
        "customdata": [[percent(end), percent(share)] for end, share in zip(result.end, shares, strict=True)],
        "hovertemplate": "%{x:.3~%} to %{customdata[0]}:<br>%{customdata[1]} of this side<extra></extra>",
    }


PLOT = Plot(
    key="scores",
    question="How far do records with and without the outcome overlap?",
    method="Distribution of the probabilities, by truth",
    page="performance",
    result=ScoreDistribution,
    compute=compute,
    draw=draw,
    say=say,
    needs=PROBABILITIES,
    revision=2,
    mark=CutOffMark("cut_off"),
)
