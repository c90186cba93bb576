"""Callbacks of the pages of plots (Insights, Performance): the outcome, the cards and their options."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, ctx, no_update
from dash.development.base_component import Component

from layouts.insights import answer_cards
from layouts.shared import ids, plot_cards, plot_table
from layouts.shared.form_messages import plain_number
from ml.decision.cut_offs import CUT_OFF
from ml.decision.payoff import Payoff
from ml.errors import LikelyError
from ml.metrics.overview import read_cut_off, read_extra, table_of
from ml.metrics.profit import ProfitCurve, profits
from ml.metrics.threshold_plots import confusion_table
from ml.metrics.threshold_table import ThresholdTable
from ml.plots.catalogue import find
from ml.plots.curves.confusion_at_cut_off import said_at
from ml.plots.cut_off_mark import marked
from ml.plots.drawn_plots import Drawn, drawn, shown_table
from ml.plots.insight_questions import insight_answer, question_by_key
from ml.plots.option import Option
from ml.plots.profit_words import at_cut_off
from ml.plots.table import TextTable
from ml.runtime.deadline import ANSWER_DEADLINE, StillWorking, deadline
from ml.service import Service
from ml.text.cut_off_words import cut_off_text
from ml.translation import text


def register(app: Dash, service: Service) -> None:
    """Draw a plot when its card asks and when its options change; another outcome is another address."""
    of_page, of_options = (MATCH,) * 4, (MATCH, MATCH, MATCH, ALL)
    place = ids.plot(*of_page)
    app.callback(
        Output(place, "children"),
        Output(ids.plot(*of_page, ids.PLOT_DATA), "children"),
        Input(ids.plot(*of_page, ids.PLOT_REQUEST), "data"),
        Input(ids.plot_option(*of_options), "value"),
        Input(ids.plot(*of_page, ids.PLOT_DATA_OPENER), "n_clicks"),
        State(ids.plot_option(*of_options), "id"),
        State(place, "id"),
        prevent_initial_call=True,
    )(partial(show_card, service))
    for name, output, changed in (
        ("answered", Output(place, "data-answered"), (Input(place, "children"), State(place, "id"))),
        ("mirror", Output(ids.PLOTS, "data-mirrored"), (Input(ids.plot_option(ALL, ALL, ALL, ALL), "value"),)),
        ("outcome", Output(ids.LOCATION, "search"), (Input(ids.PLOTS_OUTCOME, "value"),)),
    ):
        clientside = ClientsideFunction("likely", name)
        app.clientside_callback(clientside, output, *changed, prevent_initial_call=True)


def show_card(service: Service, request: Any, values: Any, clicks: Any, options: Any, place: Any) -> tuple[Any, Any]:
    """The plot of a card for its options, and its data where their table is open; nothing before the card asks.

    Parameters
    ----------
    request : dict or None
        ``{"cut_off": number, "extra": numbers}``, empty where the page has no cut-off; None before the card has come
        near the screen.
    values, options : list
        Values and ids of the controls of its options, numbers in the reader's marks.
    clicks : int or None
        How often the table was opened or closed.
    place : dict
        The id of the plot's place, with keys of model, outcome and plot.
    """
    if request is None:
        return no_update, no_update
    try:
        asked = plot_request(request, values, options, place)
    except LikelyError as error:  # no such plot
        return plot_cards.plot_error(error), None
    triggered = ctx.triggered_id if isinstance(ctx.triggered_id, dict) else {}
    plot = no_update if triggered.get("type") == ids.PLOT_DATA_OPENER else show_plot(service, asked)
    return plot, show_data(service, asked) if isinstance(clicks, int) and clicks % 2 else None


def plot_request(request: Any, values: Any, options: Any, place: Any) -> dict[str, Any]:
    """The request of :func:`show_plot`, from what a card sends; it may be anything."""
    request, place = (each if isinstance(each, dict) else {} for each in (request, place))
    controls = zip(options, values, strict=False) if isinstance(options, list) and isinstance(values, list) else ()
    asked = {str(each.get("name")): value for each, value in controls if isinstance(each, dict)}
    if question_by_key(place.get("key")):
        return {"model": place.get("model"), "plot": place["key"], "outcome": place.get("outcome")}
    plot = find(place.get("key"))
    plain = {option.key: _plain(option, asked[option.key]) for option in plot.options if option.key in asked}
    if plot.page == "performance" and any(option.key == CUT_OFF for option in plot.options):
        plain |= {CUT_OFF: request["cut_off"]} if "cut_off" in request else {}
    wanted = {"model": place.get("model"), "plot": plot.key, "outcome": place.get("outcome"), "options": plain}
    return wanted | {name: request[name] for name in ("cut_off", "extra") if name in request}


def _plain(option: Option, value: Any) -> Any:
    """The value of an option's control; a number, which stands there in the reader's marks, as "-1234.5"."""
    return plain_number(value) if option.choices is None and isinstance(value, str) else value


def show_plot(service: Service, request: Any) -> list[Component]:
    """A card's plot with its sentence, or the reason why there is none.

    Parameters
    ----------
    request : dict
        ``{"model": key, "plot": key, "outcome": name, "options": {key: text}, "cut_off": number or
        None, "extra": numbers}``; as all that a browser sends, it may be anything.
    """
    try:
        with deadline(ANSWER_DEADLINE):
            return draw_plot(service, request if isinstance(request, dict) else {})
    except StillWorking as error:
        return plot_cards.unfinished(error)
    except LikelyError as error:
        return plot_cards.plot_error(error)


def show_data(service: Service, request: dict[str, Any]) -> Any:
    """The data of a card's plot as a table, or the reason why there is none; `request` as for :func:`show_plot`."""
    try:
        with deadline(ANSWER_DEADLINE):
            shown = _shown(service, request)
            plotted = shown and shown_table(shown)
            return shown and plotted and plot_table.data(plotted, text(shown.plot.question))
    except LikelyError as error:
        return plot_cards.plot_error(error)


def _shown(service: Service, request: dict[str, Any]) -> Drawn | None:
    """The plot on a card; None where an answer has no picture."""
    model, outcome = str(request.get("model")), request.get("outcome")
    if question := question_by_key(request.get("plot")):
        return insight_answer(service, model, question, str(outcome)).picture
    return drawn(service, model, request.get("plot"), outcome, request.get("options"))


def draw_plot(service: Service, request: dict[str, Any]) -> list[Component]:
    """Like :func:`show_plot`, but raises errors: StillWorking, or any LikelyError."""
    model, outcome = str(request.get("model")), request.get("outcome")
    if question := question_by_key(request.get("plot")):
        return answer_cards.answer_content(insight_answer(service, model, question, str(outcome)))
    plotted = drawn(service, model, request.get("plot"), outcome, request.get("options"))
    table = _threshold_table(service, model, plotted, request)
    if table is None:
        return plot_cards.shown(plotted)
    row = table.at(read_cut_off(request.get("cut_off")) or 0.0)
    if plot_cards.moves(plotted.plot):
        counts = confusion_table(table)
        words = [said_at(counts, each) for each in range(len(table.cut_off))]
        return [*plot_cards.shown(plotted)[:-1], plot_cards.following(words, row)]
    if plotted.plot.mark and not isinstance(plotted.figure, TextTable):
        marked(plotted.figure, plotted.plot.mark, table, row)
    return [*plot_cards.shown(plotted), *_beside(plotted, table, row)]


def _threshold_table(service: Service, model: str, drawn: Drawn, request: dict[str, Any]) -> ThresholdTable | None:
    """The page's threshold table, where the page has a cut-off and the plot marks it, or shows the counts there."""
    if not (drawn.plot.mark or plot_cards.moves(drawn.plot)) or read_cut_off(request.get("cut_off")) is None:
        return None
    return table_of(service, service.model(model), drawn.view.outcome, read_extra(request.get("extra")))


def _beside(drawn: Drawn, table: ThresholdTable, row: int) -> list[Component]:
    """Profit at each cut-off of the page compared with the best, on the card of the profit curve."""
    result = drawn.result
    if not isinstance(result, ProfitCurve) or drawn.plot.key != "profit":
        return []
    brings = profits(Payoff(**result.payoff), table.columns)
    columns = (table.cut_off, brings, table.columns["selected"], table.columns["recall"])
    words = [at_cut_off(result, *each) for each in zip(*columns, strict=True)]
    if result.best is None:
        return plot_cards.followed(words, row)
    best = result.cut_off[result.best]
    return plot_cards.followed(words, row, (best, cut_off_text(best)))
