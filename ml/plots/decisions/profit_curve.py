"""Plot ``profit``: profit curve, profit by cut-off.

This plot and ``profit_by_share.py`` draw the same result and share their options, :data:`PAYOFF_OPTIONS` (the
same objects): a page may show the fields once and send them to both. The result has the best cut-off
(``cut_off[best]``, ready to be stored) and the loss of every other one against it (``behind``, by row
of the threshold table).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ml.bundle.bundle import Bundle
from ml.decision.payoff import Payoff, payoff_of
from ml.metrics.profit import NEUTRAL, CutOffLimits, ProfitCurve, profit_curve, profits
from ml.metrics.threshold_table import ThresholdTable
from ml.plots.columns import Column, Columns, cut_off, ends
from ml.plots.option import Option, Setting
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, Study, View
from ml.plots.profit_words import PER, amount, best_words
from ml.plots.theme import FAINT, ON_PAPER, Figure, band, figure, note
from ml.plots.traces import line, pointed_at
from ml.text.cut_off_words import cut_off_text
from ml.text.number_words import count, percent
from ml.translation import mark, text

LARGEST = 1e9


def _stated(name: str) -> Callable[[Bundle, str], float]:
    return lambda bundle, outcome: getattr(payoff_of(bundle.card, outcome) or NEUTRAL, name)


def _value(key: str, label: str, words: str) -> Option:
    return Option(key, label, default=_stated(key), low=-LARGEST, high=LARGEST, help=words)


PAYOFF_OPTIONS: tuple[Option, ...] = (
    _value("true_positive", mark("Value of a hit"), mark("We act, and the record has the outcome. A loss is below 0.")),
    _value("false_positive", mark("Value of a false alarm"), mark("We act, and it has not. A loss is below 0.")),
    Option(
        "call",
        mark("Cost of acting"),
        default=_stated("call"),
        low=0,
        high=LARGEST,
        help=mark("For each record we act on."),
    ),
    _value("false_negative", mark("Value of a miss"), mark("We do not act, and it has the outcome.")),
    _value("true_negative", mark("Value of leaving alone"), mark("We do not act, and it has not.")),
    Option(
        "most_calls",
        mark("Act on at most"),
        low=0,
        high=1000,
        unit=mark("of 1,000 records"),
        help=mark("Blank: as many as pay."),
    ),
    Option(
        "least_recall", mark("Find at least"), low=0, high=100, unit="%", help=mark("Of the records with the outcome.")
    ),
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


def draw(result: ProfitCurve, view: View) -> Figure:
    """The curve with its interval, and the best cut-off with its own."""
    return profit_figure(result, view, result.cut_off, text("Act from this probability"))


def profit_figure(result: ProfitCurve, view: View, x: list[float], across: str) -> Figure:
    """Figure of the profit over one of the result's columns, a share."""
    ticks = [0, 0.25, 0.5, 0.75, 1]
    lowest, highest = min(0.0, *result.low), max(0.0, *result.high)
    room = 0.12 * (highest - lowest) or 1.0
    title = text("Profit of {n} records", n=count(PER))
    if currency := result.payoff["currency"]:
        title = text("Profit of {n} records, {currency}", n=count(PER), currency=currency)
    return figure(
        [*_band(result, view, x), *_best(result, view, x)],
        height=360,
        margin={"l": 8, "r": 24, "t": 8, "b": 8},
        annotations=_named(result, x),
        xaxis={
            "range": [-0.02, 1.02],
            "tickvals": ticks,
            "ticktext": [percent(tick) for tick in ticks],
            "title": {"text": across},
        },
        yaxis={
            "range": [lowest - room / 3, highest + room],
            "title": {"text": title},
            "zeroline": True,
            "zerolinecolor": FAINT,
            "nticks": 6,
        },
    )


def profit_of_none(result: ProfitCurve, table: ThresholdTable) -> float:
    """Profit for 1,000 records of acting on none of them."""
    none = {"true_positive": 0.0, "false_positive": 0.0}
    none |= {"false_negative": table.positive, "true_negative": table.negative}
    return profits(Payoff(**result.payoff), {name: [value] for name, value in none.items()})[0]


def _band(result: ProfitCurve, view: View, x: list[float]) -> list[dict[str, Any]]:
    texts = [
        text(
            "Act from {cut_off}:<br>{profit} ({low} to {high})<br>acts on {selected}, finds {found}",
            cut_off=cut_off_text(cut),
            profit=amount(profit, result),
            low=amount(low, result),
            high=amount(high, result),
            selected=percent(selected),
            found=percent(recall),
        )
        for cut, profit, low, high, selected, recall in zip(
            result.cut_off, result.profit, result.low, result.high, result.selected, result.recall, strict=True
        )
    ]
    return [
        *band(x, result.low, result.high, view.colour),
        line(x, result.profit, view.colour, **pointed_at(texts)),
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
    words = f"<b>{text('best: {amount}', amount=amount(result.profit[at], result))}</b>"
    more = {"xanchor": side, "xshift": shift, "yanchor": "bottom", "yshift": 7, **ON_PAPER}
    return [note(words, x[at], result.profit[at], **more)]


def _number(options: Mapping[str, Setting], key: str) -> float | None:
    value = options.get(key)
    return None if value is None else float(value)


def columns(result: ProfitCurve, view: View) -> Columns:
    """Columns for people: profit of each cut-off."""

    def money(value: float) -> str:
        return amount(value, result)

    share_found = Column(text("Share of “{outcome}” found", outcome=view.label), percent)
    profit = Column(text("Profit of {n} records", n=count(PER)), money)
    acted = Column(text("Share acted on"), percent)
    return {"cut_off": cut_off(), "selected": acted, "recall": share_found, "profit": profit} | ends(money)


PLOT = Plot(
    key="profit",
    question=mark("From which probability does acting pay most?"),
    method=mark("Profit by cut-off"),
    page="performance",
    section="money",
    result=ProfitCurve,
    compute=compute,
    draw=draw,
    say=best_words,
    columns=columns,
    needs=PROBABILITIES,
    options=PAYOFF_OPTIONS,
    revision=3,
    mark=CutOffMark("cut_off"),
)
