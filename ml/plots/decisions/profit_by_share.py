"""Plot ``profit-share``: profit by share of records acted on, most probable first; options as ``profit_curve.py``."""

from __future__ import annotations

from ml.metrics.profit import ProfitCurve
from ml.plots.decisions.profit_curve import PAYOFF_OPTIONS, columns, compute, profit_figure
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, View
from ml.plots.profit_words import amount
from ml.plots.theme import Figure
from ml.text.number_words import count, percent
from ml.translation import mark, text


def draw(result: ProfitCurve, view: View) -> Figure:
    """The curve with its interval from acting on none to acting on all."""
    return profit_figure(result, view, result.selected, text("Share we act on, the most probable first"))


def say(result: ProfitCurve, view: View) -> str:
    """Sentence: profit of the best share against acting on all."""
    slots = {"all": amount(result.profit[0], result), "n": count(1000)}
    at = result.best
    if at is None:
        return text("Acting on all brings {all} for {n} records; no share keeps to both limits.", **slots)
    if result.selected[at] == 1:
        return text("Acting on all brings {all} for {n} records, and no smaller share brings more.", **slots)
    slots["best"] = amount(result.profit[at], result)
    if result.selected[at] == 0:
        return text(
            "Acting on all brings {all} for {n} records; acting on none brings {best}, and no share brings more.",
            **slots,
        )
    return text(
        "Acting on the {share} with the highest probabilities of “{outcome}” brings {best} for {n} records; acting on "
        "all brings {all}.",
        **slots,
        share=percent(result.selected[at]),
        outcome=view.label,
    )


PLOT = Plot(
    key="profit-share",
    question=mark("How many records should we act on?"),
    method=mark("Profit by share"),
    page="performance",
    section="money",
    result=ProfitCurve,
    compute=compute,
    draw=draw,
    say=say,
    columns=columns,
    needs=PROBABILITIES,
    options=PAYOFF_OPTIONS,
    revision=2,
    mark=CutOffMark("selected"),
)
