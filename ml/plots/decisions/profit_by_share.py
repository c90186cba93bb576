"""Plot of profit by the share of records acted on, the most probable first; options as ``profit_curve.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml.metrics.profit import ProfitCurve
from ml.plots.decisions.profit_curve import PAYOFF_OPTIONS, amount, compute, profit_figure
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, View
from ml.text.number_words import percent

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw(result: ProfitCurve, view: View) -> go.Figure:
    """The curve with its interval from acting on none to acting on all."""
    return profit_figure(result, view, result.selected, "Share we act on, the most probable first")


def say(result: ProfitCurve, view: View) -> str:
    """Sentence: profit of the best share against acting on all."""
    everybody = f"Acting on all brings {amount(result.profit[0], result)} for 1,000 records"
    if result.best is None:
        return f"{everybody}; no share keeps to both limits."
    at = result.best
    if result.selected[at] == 1:
        return f"{everybody}, and no smaller share brings more."
    if result.selected[at] == 0:
        return f"{everybody}; acting on none brings {amount(result.profit[at], result)}, and no share brings more."
    return (
        f"Acting on the {percent(result.selected[at])} with the highest probabilities of “{view.label}” brings "
        f"{amount(result.profit[at], result)} for 1,000 records; acting on all brings "
        f"{amount(result.profit[0], result)}."
    )


PLOT = Plot(
    key="profit-share",
    question="How many records should we act on?",
    method="Profit by share",
    page="performance",
    section="money",
    result=ProfitCurve,
    compute=compute,
    draw=draw,
    say=say,
    needs=PROBABILITIES,
    options=PAYOFF_OPTIONS,
    revision=2,
    mark=CutOffMark("selected"),
)
