"""Plot ``roc``: ROC curve of one outcome, true positive rate against false positive rate."""

from __future__ import annotations

from ml.metrics.curves import RocCurve, roc
from ml.plots.columns import Column, Columns, cut_off
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, View
from ml.plots.theme import Figure, above, curves, hover, note, share_axis
from ml.plots.traces import Trace, compared, line
from ml.text.number_words import count, decimal, percent, shortened
from ml.translation import mark, text


def draw(result: RocCurve, view: View) -> Figure:
    """The curve, the diagonal of guessing, and the point of the estimator's own labels."""
    low = (
        0.15 if result.own_true_positive_rate < 0.15 else 0.03
    )  # above the label of the point where that is near the axis
    auc = text("AUC {value}", value=decimal(result.area, 3))
    return curves(
        [compared([0, 1], [0, 1]), _curve(result, view), _own(result, view)],
        xaxis=share_axis(text("False alarms among all others")),
        yaxis=share_axis(text("Share of “{outcome}” found", outcome=shortened(view.label, 20))),
        annotations=[
            note(f"<b>{auc}</b>", 0.98, low + 0.07, xanchor="right", font={"size": 17}),
            note(text("dashed: guessing ({auc})", auc=decimal(0.5, 3)), 0.98, low, xanchor="right", font={"size": 12}),
        ],
    )


def say(result: RocCurve, view: View) -> str:
    """Sentence: the area as ordered pairs, and the estimator's point as recall and false positive rate."""
    return text(
        "Of all pairs of one record with “{outcome}” and one without, the model puts {area} in the right order "
        "({guessing} would be guessing). The labels that it gives by itself, whatever the cut-off, find {found} of the "
        "{n} {records}, and raise a false alarm at {alarms} of the {others} others.",
        outcome=view.label,
        area=percent(result.area),
        guessing=percent(0.5),
        found=percent(result.own_true_positive_rate),
        n=count(result.positive),
        records=view.records,
        alarms=percent(result.own_false_positive_rate),
        others=count(result.negative),
    )


def _curve(result: RocCurve, view: View) -> Trace:
    places = {"cut_off": "%{customdata}", "found": "%{y:.1%}", "alarms": "%{x:.1%}"}
    return line(
        result.false_positive_rate,
        result.true_positive_rate,
        view.colour,
        customdata=[above(cut_off) for cut_off in result.cut_off],
        hovertemplate=hover(text("Act from {cut_off}:<br>finds {found}<br>false alarms {alarms}", **places)),
    )


def _own(result: RocCurve, view: View) -> Trace:
    places = {"found": "%{y:.1%}", "alarms": "%{x:.1%}"}
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [result.own_false_positive_rate],
        "y": [result.own_true_positive_rate],
        "text": [text("its own labels")],
        # Below the point, away from the curve; at the lower edge beside it, off the axis.
        "textposition": f"{'middle' if result.own_true_positive_rate < 0.06 else 'bottom'} "
        f"{'right' if result.own_false_positive_rate < 0.6 else 'left'}",
        "marker": {"size": 11, "color": view.colour, "line": {"width": 2, "color": "#ffffff"}},
        "cliponaxis": False,
        "hovertemplate": hover(text("The model's own labels:<br>finds {found}<br>false alarms {alarms}", **places)),
    }


def columns(_result: RocCurve, view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    return {
        "cut_off": cut_off(),
        "true_positive_rate": Column(text("Share of “{outcome}” found", outcome=view.label), percent),
        "false_positive_rate": Column(text("False alarms among all others"), percent),
    }


PLOT = Plot(
    key="roc",
    question=mark("How well are records told apart, at any cut-off?"),
    method=mark("ROC curve"),
    page="performance",
    result=RocCurve,
    compute=lambda study: roc(study.answers, study.label),
    draw=draw,
    say=say,
    columns=columns,
    needs=PROBABILITIES,
    mark=CutOffMark("false_positive_rate", "recall"),
)
