"""Callback of the plots: each card of the Insights and the Performance page requests its own."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import MATCH, Dash, Input, Output
from dash.development.base_component import Component

from layouts.shared import ids, plot_cards
from ml.decision.payoff import Payoff
from ml.errors import LikelyError
from ml.metrics.overview import read_cut_off, read_extra, table_of
from ml.metrics.profit import ProfitCurve, profits
from ml.metrics.threshold_table import ThresholdTable
from ml.plots.cut_off_mark import marked
from ml.plots.decisions.profit_curve import amount, beyond
from ml.plots.results import Drawn, drawn
from ml.runtime.deadline import StillWorking, deadline
from ml.service import Service
from ml.text.spoken import cut_off_text

PATIENCE = 8.0  # seconds that a request waits for a result; routers in front end one at 30


def register(app: Dash, service: Service) -> None:
    """Draw a plot when its card asks."""
    app.callback(
        Output(ids.plot(MATCH, MATCH), "children"),
        Input(ids.plot_request(MATCH, MATCH), "data"),
        prevent_initial_call=True,
    )(partial(show_plot, service))


def show_plot(service: Service, request: Any) -> list[Component]:
    """A card's plot with its sentence, or the reason why there is none.

    Parameters
    ----------
    service : Service
    request : dict
        ``{"model": key, "plot": key, "outcome": name, "options": {key: text}, "cut_off": number or
        None, "extra": numbers}``; as all that a browser sends, it may be anything.
    """
    try:
        with deadline(PATIENCE):
            return draw_plot(service, request if isinstance(request, dict) else {})
    except StillWorking as error:
        return plot_cards.unfinished(error)
    except LikelyError as error:
        return plot_cards.refusal(error)


def draw_plot(service: Service, request: dict[str, Any]) -> list[Component]:
    """As :func:`show_plot`, but raises errors: StillWorking, or any LikelyError."""
    model, outcome = str(request.get("model")), request.get("outcome")
    found = drawn(service, model, request.get("plot"), outcome, request.get("options"))
    table = _threshold_table(service, model, found, request)
    if table is None:
        return plot_cards.shown(found)
    row = table.at(read_cut_off(request.get("cut_off")) or 0.0)
    if found.plot.mark:
        marked(found.figure, found.plot.mark, table, row)
    return [*plot_cards.shown(found), *_beside(found, table)]


def _threshold_table(service: Service, model: str, found: Drawn, request: dict[str, Any]) -> ThresholdTable | None:
    """The page's threshold table, where the page has a cut-off and the plot marks it."""
    if not found.plot.mark or read_cut_off(request.get("cut_off")) is None:
        return None
    return table_of(service, service.model(model), found.view.outcome, read_extra(request.get("extra")))


def _beside(found: Drawn, table: ThresholdTable) -> list[Component]:
    """Profit at each cut-off of the page compared with the best, on the card of the profit curve."""
    result = found.result
    if not isinstance(result, ProfitCurve) or found.plot.key != "profit":
        return []
    brings = profits(Payoff(**result.payoff), table.columns)
    texts = [f"At {cut_off_text(cut)}: {amount(each, result)}" for cut, each in zip(table.cut_off, brings, strict=True)]
    limits = [beyond(result, *each) for each in zip(table.columns["selected"], table.columns["recall"], strict=True)]
    if result.best is None:
        words = [f"{text} for 1,000 records{over}." for text, over in zip(texts, limits, strict=True)]
        return plot_cards.followed(words)
    best, most = result.cut_off[result.best], result.profit[result.best]
    behind = [over or _against(most - each, result) for each, over in zip(brings, limits, strict=True)]
    words = [f"{text} for 1,000 records{more}." for text, more in zip(texts, behind, strict=True)]
    return plot_cards.followed(words, (best, cut_off_text(best)))


def _against(behind: float, result: ProfitCurve) -> str:
    if abs(behind) < 1e-9:
        return ", the most there is"
    return f", {amount(abs(behind), result)} {'less' if behind > 0 else 'more'} than at the best cut-off"
