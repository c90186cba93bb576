"""Plot ``decision-curve``: net benefit of the model, of acting on all and on none (Vickers & Elkin 2006)."""

from __future__ import annotations

from ml.metrics.threshold_plots import DecisionCurve, decision_curve
from ml.metrics.threshold_table import threshold_table_of
from ml.plots.columns import Column, Columns, cut_off, ends
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, Study, View
from ml.plots.shared_options import three
from ml.plots.theme import INK, Figure, band, curves, hover, legend_on_top, share_axis
from ml.plots.traces import line
from ml.text.number_words import decimal, percent
from ml.translation import mark, text

PLACES = {"cut_off": "%{x:.1%}", "benefit": "%{y:.3f}"}  # Plotly's, in hover templates


def compute(study: Study) -> DecisionCurve:
    """From the threshold table; OneOutcomeOnly where the hold-out has one side only."""
    weight = study.answers.weight
    worth = float(weight.sum() ** 2 / (weight**2).sum())
    return decision_curve(threshold_table_of(study.bundle, study.outcome), worth)


def draw(result: DecisionCurve, view: View) -> Figure:
    """Three lines, the model's with its interval; net benefits far below zero are cut off."""
    lines = (
        (text("The model"), result.cut_off, result.model, view.colour, "solid"),
        (text("All"), result.cut_off, result.all_, INK, "dash"),
        (text("None"), [0, 1], [0, 0], INK, "dot"),
    )
    traces = [
        line(
            x,
            y,
            colour,
            width=2.5 if dash == "solid" else 1.8,
            dash=dash,
            name=name,
            hovertemplate=hover(text("{who}, acting from {cut_off}:<br>net benefit {benefit}", who=name, **PLACES)),
        )
        for name, x, y, colour, dash in lines
    ]
    return curves(
        [*band(result.cut_off, result.low, result.high, view.colour), *traces],
        height=400,
        xaxis=share_axis(text("Cut-off: act from this probability"), result.reach),
        yaxis={
            "title": {"text": text("Net benefit a record")},
            "range": [-0.3 * result.rate, 1.08 * result.rate],
            "nticks": 6,
        },
        **legend_on_top(),
    )


def say(result: DecisionCurve, view: View) -> str:
    """Sentence: cut-offs at which the model beats acting on all and on none."""
    if result.useful_from is None or result.useful_to is None:
        use = text(
            "At no cut-off does acting by the model bring more for “{outcome}” than acting on all or on none.",
            outcome=view.label,
        )
    else:
        better = text(
            "From {low} to {high}, acting by the model brings more for “{outcome}” than acting on all or on none.",
            low=percent(result.useful_from),
            high=percent(result.useful_to),
            outcome=view.label,
        )
        use = f"{better} {_sure(result)}"
    how = text(
        "The band is the {level} interval. The cut-off says what a false alarm costs: whoever acts from {cut_off} "
        "takes four false alarms for one hit. A net benefit of {benefit} is five hits in a hundred records, at no "
        "false alarm.",
        level=percent(0.95),
        cut_off=percent(0.2),
        benefit=decimal(0.05, 2),
    )
    return f"{use} {how}"


def _sure(result: DecisionCurve) -> str:
    if result.sure_from is None or result.sure_to is None:
        return text("At none of these is that beyond chance.")
    span = {"low": percent(result.sure_from), "high": percent(result.sure_to)}
    return text("From {low} to {high} that is beyond chance.", **span)


def columns(_result: DecisionCurve, _view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    return {
        "cut_off": cut_off(),
        "model": Column(text("Net benefit a record"), three),
        **ends(three),
        "all_": Column(text("Acting on all"), three),
    }


PLOT = Plot(
    key="decision-curve",
    question=mark("Is acting by the model better than acting on all, or on none?"),
    method=mark("Decision curve"),
    page="performance",
    result=DecisionCurve,
    compute=compute,
    draw=draw,
    say=say,
    columns=columns,
    needs=PROBABILITIES,
    revision=4,
    mark=CutOffMark("cut_off", "net_benefit"),
)
