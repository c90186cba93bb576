"""Plot of the profit curve: profit by cut-off.

This plot and ``profit_by_share.py`` draw the same result and share their options, :data:`PAYOFF_OPTIONS` (the
same objects): a page may show the fields once and send them to both. The result has the best cut-off
(``cut_off[best]``, ready to be stored) and the loss of every other one against it (``behind``, by row
of the threshold table).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ml.decision.payoff import Payoff, payoff_of
from ml.metrics.profit import NEUTRAL, CutOffLimits, ProfitCurve, profit_curve, profits
from ml.plots.option import Option, Setting
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, Study, View
from ml.plots.theme import FAINT, ON_PAPER, band, figure, note
from ml.text.number_words import count, percent
from ml.text.spoken import cut_off_text

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from ml.bundle.bundle import Bundle
    from ml.metrics.threshold_table import ThresholdTable

LARGEST = 1e9


def _stated(name: str) -> Callable[[Bundle, str], float]:
    return lambda bundle, outcome: getattr(payoff_of(bundle.card, outcome) or NEUTRAL, name)


def _value(key: str, label: str, text: str) -> Option:
    return Option(key, label, default=_stated(key), low=-LARGEST, high=LARGEST, help=text)


PAYOFF_OPTIONS: tuple[Option, ...] = (
    _value("true_positive", "Value of a hit", "We act, and the record has the outcome. A loss is below 0."),
    _value("false_positive", "Value of a false alarm", "We act, and it has not. A loss is below 0."),
    Option("call", "Cost of acting", default=_stated("call"), low=0, high=LARGEST, help="For each record we act on."),
    _value("false_negative", "Value of a miss", "We do not act, and it has the outcome."),
    _value("true_negative", "Value of leaving alone", "We do not act, and it has not."),
    Option("most_calls", "Act on at most", low=0, high=1000, unit="of 1,000 records", help="Blank: as many as pay."),
    Option("least_recall", "Find at least", low=0, high=100, unit="%", help="Of the records with the outcome."),
)


def compute(study: Study) -> ProfitCurve:
    """Profit at every cut-off, with the values and limits of the options."""
    given = study.options
    known = payoff_of(study.bundle.card, study.outcome)
    values = {name: _number(given, name) or 0.0 for name in ("true_positive", "false_positive", "call")}
    values |= {name: _number(given, name) or 0.0 for name in ("false_negative", "true_negative")}
    payoff = Payoff(**values, currency=known.currency if known else "")
    recall = _number(given, "least_recall")
    limits = CutOffLimits(_number(given, "most_calls"), None if recall is None else recall / 100)
    return profit_curve(study.answers, payoff, study.label, limits)


def draw(result: ProfitCurve, view: View) -> go.Figure:
    """The curve with its interval, and the best cut-off with its own."""
    return profit_figure(result, view, result.cut_off, "Act from this probability")


def say(result: ProfitCurve, view: View) -> str:
    """Sentence: the best cut-off, its profit and how many it acts on, with intervals."""
    if result.best is None:
        return _impossible(result, view) + _unstated(result)
    at = result.best
    if not result.selected[at]:
        return f"No cut-off{_within(result)} brings more than acting on none." + _unstated(result)
    best = (
        f"Acting from {cut_off_text(result.cut_off[at])} brings most{_within(result)}: "
        f"{amount(result.profit[at], result)} for 1,000 records like these "
        f"({amount(result.low[at], result)} to {amount(result.high[at], result)}), "
        f"acting on {percent(result.selected[at])} of them and finding {percent(result.recall[at])} of the "
        f"{view.records}."
    )
    return best + _sure(result) + _unstated(result)


def profit_figure(result: ProfitCurve, view: View, x: list[float], title: str) -> go.Figure:
    """Figure of the profit over one of the result's columns, a share."""
    ticks = [0, 0.25, 0.5, 0.75, 1]
    lowest, highest = min(0.0, *result.low), max(0.0, *result.high)
    room = 0.12 * (highest - lowest) or 1.0
    unit = f", {result.payoff['currency']}" if result.payoff["currency"] else ""
    return figure(
        [*_band(result, view, x), *_best(result, view, x)],
        height=360,
        margin={"l": 8, "r": 24, "t": 8, "b": 8},
        annotations=_named(result, x),
        xaxis={
            "range": [-0.02, 1.02],
            "tickvals": ticks,
            "ticktext": [percent(tick) for tick in ticks],
            "title": {"text": title},
        },
        yaxis={
            "range": [lowest - room / 3, highest + room],
            "title": {"text": f"Profit of 1,000 records{unit}"},
            "zeroline": True,
            "zerolinecolor": FAINT,
            "nticks": 6,
        },
    )


def amount(value: float, result: ProfitCurve) -> str:
    """Money in words, without decimals from 10 on."""
    shown = round(value) if abs(value) >= 10 or value == round(value) else round(value, 1)
    text = count(abs(shown)) + (f"\u00a0{result.payoff['currency']}" if result.payoff["currency"] else "")
    return f"−{text}" if shown < 0 else text


def brings(result: ProfitCurve, table: ThresholdTable, row: int) -> str:
    """What acting from a cut-off of the table brings, against the most that there is; no full stop."""
    here = profits(Payoff(**result.payoff), table.columns)[row]
    said = f"At this cut-off 1,000 records like these bring {amount(here, result)}"
    if result.best is None:
        return said
    best = result.profit[result.best]
    if best - here < 1e-9:
        return f"{said}, the most there is"
    return f"{said}; the most is {amount(best, result)}, acting from {cut_off_text(result.cut_off[result.best])}"


def profit_of_none(result: ProfitCurve, table: ThresholdTable) -> float:
    """Profit for 1,000 records of acting on none of them."""
    none = {"true_positive": 0.0, "false_positive": 0.0}
    none |= {"false_negative": table.positive, "true_negative": table.negative}
    return profits(Payoff(**result.payoff), {name: [value] for name, value in none.items()})[0]


def beyond(result: ProfitCurve, selected: float | None, recall: float | None) -> str:
    """Words for the limits that a cut-off breaks, and by how much; empty where it keeps to them."""
    broken, acted = [], 1000 * (selected or 0.0)
    if result.most_calls is not None and acted > result.most_calls * (1 + 1e-9):
        broken.append(f"it acts on {count(round(acted))} of 1,000 and {count(result.most_calls)} are allowed")
    if result.least_recall is not None and (recall or 0.0) < result.least_recall * (1 - 1e-9):
        broken.append(f"it finds {percent(recall or 0.0)} and {percent(result.least_recall)} are asked for")
    return f", but beyond the limits: {' and '.join(broken)}" if broken else ""


def _band(result: ProfitCurve, view: View, x: list[float]) -> list[dict[str, Any]]:
    texts = [
        f"Act from {cut_off_text(cut)}:<br>{amount(profit, result)} ({amount(low, result)} to {amount(high, result)})"
        f"<br>acts on {percent(selected)}, finds {percent(recall)}"
        for cut, profit, low, high, selected, recall in zip(
            result.cut_off, result.profit, result.low, result.high, result.selected, result.recall, strict=True
        )
    ]
    return [
        *band(x, result.low, result.high, view.colour),
        {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": result.profit,
            "line": {"color": view.colour, "width": 2.5},
            "hovertext": texts,
            "hovertemplate": "%{hovertext}<extra></extra>",
        },
    ]


def _best(result: ProfitCurve, view: View, x: list[float]) -> list[dict[str, Any]]:
    if result.best is None:
        return []
    at = result.best
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [x[at]],
            "y": [result.profit[at]],
            "marker": {"size": 11, "color": view.colour, "line": {"width": 2, "color": "#ffffff"}},
            "cliponaxis": False,
            "hoverinfo": "skip",
        }
    ]


def _named(result: ProfitCurve, x: list[float]) -> list[dict[str, Any]]:
    """Label of the best profit, on an opaque background: the line of the cut-off may run behind it."""
    if result.best is None:
        return []
    at = result.best
    side = "left" if x[at] < 0.3 else "right" if x[at] > 0.7 else "center"
    shift = {"left": 8, "right": -8, "center": 0}[side]
    words = f"<b>best: {amount(result.profit[at], result)}</b>"
    more = {"xanchor": side, "xshift": shift, "yanchor": "bottom", "yshift": 7, **ON_PAPER}
    return [note(words, x[at], result.profit[at], **more)]


def _within(result: ProfitCurve) -> str:
    parts = []
    if result.most_calls is not None:
        parts.append(f"at most {count(result.most_calls)} of 1,000")
    if result.least_recall is not None:
        parts.append(f"finding at least {percent(result.least_recall)}")
    return f" within the limits ({', '.join(parts)})" if parts else ""


def _sure(result: ProfitCurve) -> str:
    if result.best_low is None or result.best_high is None:
        return ""
    span = (
        f" Other records of the same kind could put the best cut-off anywhere from "
        f"{cut_off_text(result.best_low)} to {cut_off_text(result.best_high)}."
    )
    if result.luck is None or result.luck <= 0.005 * abs(result.profit[result.best or 0]):
        return span
    return f"{span} About {amount(result.luck, result)} is the luck of having chosen it on these very records."


def _impossible(result: ProfitCurve, view: View) -> str:
    return (
        f"No cut-off keeps to both limits: acting on at most {count(result.most_calls or 0)} of 1,000 the model finds "
        f"{percent(result.most_reached or 0)} of the {view.records}, and to find {percent(result.least_recall or 0)} "
        f"it must act on {count(round(result.calls_needed or 0))}."
    )


def _unstated(result: ProfitCurve) -> str:
    if result.stated:
        return ""
    return (
        " Nobody has said what a decision is worth, so a hit counts 1 and a false alarm −1: type what they are "
        "worth to you."
    )


def _number(options: Mapping[str, Setting], key: str) -> float | None:
    value = options.get(key)
    return None if value is None else float(value)


PLOT = Plot(
    key="profit",
    question="From which probability does acting pay most?",
    method="Profit by cut-off",
    page="performance",
    section="money",
    result=ProfitCurve,
    compute=compute,
    draw=draw,
    say=say,
    needs=PROBABILITIES,
    options=PAYOFF_OPTIONS,
    revision=3,
    mark=CutOffMark("cut_off"),
)
