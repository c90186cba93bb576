"""Callbacks of the Results page: its answers, what analysts look at, and the end of an alarm."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import Dash, Input, Output, State, no_update
from dash.development.base_component import Component

from auth.access import allowed
from auth.permissions import Permission
from feedback.results.model_results import ModelResults
from layouts.results import analysts, page
from layouts.shared import ids, plot_cards
from ml.errors import LikelyError
from ml.runtime.deadline import ANSWER_DEADLINE, StillWorking, deadline
from ml.service import Service
from ml.translation import text
from store.errors import StoreUnavailable

Shown = tuple[Any, bool]


def register(app: Dash, service: Service, results: ModelResults) -> None:
    """Register the callbacks."""
    app.callback(
        Output(ids.RESULTS, "children"),
        Output(ids.RESULTS_AGAIN, "disabled"),
        Input(ids.RESULTS_REQUEST, "data"),
        Input(ids.RESULTS_AGAIN, "n_intervals"),
    )(partial(show_results, service, results))
    app.callback(
        Output(ids.RESULTS_ANALYSTS, "children"),
        Output(ids.RESULTS_ANALYSTS_AGAIN, "disabled"),
        Input(ids.RESULTS_MORE, "n_clicks"),
        Input(ids.RESULTS_ANALYSTS_AGAIN, "n_intervals"),
        State(ids.RESULTS_REQUEST, "data"),
        prevent_initial_call=True,
    )(partial(show_analysts, results))
    app.callback(
        Output(ids.RESULTS_REQUEST, "data"),
        Output(ids.RESULTS_SAID, "children"),
        Input(ids.RESULTS_ACKNOWLEDGE, "n_clicks"),
        State(ids.RESULTS_REASON, "value"),
        State(ids.RESULTS_ACKNOWLEDGE, "data-episode"),
        State(ids.RESULTS_REQUEST, "data"),
        prevent_initial_call=True,
    )(partial(acknowledge, results))


def show_results(service: Service, results: ModelResults, request: Any, _: Any = None) -> Shown:
    """The three answers, and True where nothing more is to come; `request` may be anything, as a browser sends it."""
    model, outcome = _model_and_outcome(request)

    def made() -> Component:
        answers = results.of(model, outcome)
        bundle = service.model(model)
        label = bundle.outcomes[answers["outcome"]].label
        may = allowed(Permission.CUT_OFFS, bundle.name)
        return page.answers(answers, label, model, results.episodes(model), may)

    return _shown(made)


def show_analysts(results: ModelResults, clicks: Any, _: Any, request: Any) -> Shown:
    """Show the sections for analysts, where they were opened; and True where nothing more is to come."""
    if not clicks:
        return no_update, True
    model, outcome = _model_and_outcome(request)
    return _shown(lambda: analysts.analysts(results.of(model, outcome), results.analysts(model, outcome)))


def acknowledge(results: ModelResults, clicks: Any, reason: Any, episode: Any, request: Any) -> tuple[Any, Any]:
    """End an alarm; gives the request anew, so that the answers are asked for again, or what is wrong."""
    if not clicks:
        return no_update, no_update
    model, outcome = _model_and_outcome(request)
    why = reason.strip() if isinstance(reason, str) else ""
    if not why:
        return no_update, text("Say in a few words what is being done about it.")
    try:
        results.acknowledge(model, str(episode), why)
    except (LikelyError, StoreUnavailable) as error:
        return no_update, str(error)
    return {"model": model, "outcome": outcome, "after": str(episode)}, ""


def _model_and_outcome(request: Any) -> tuple[str, str | None]:
    fields = request if isinstance(request, dict) else {}
    outcome = fields.get("outcome")
    return str(fields.get("model")), outcome if isinstance(outcome, str) else None


def _shown(make: Any) -> Shown:
    try:
        with deadline(ANSWER_DEADLINE):
            return make(), True
    except StillWorking as error:
        return plot_cards.unfinished(error), False
    except LikelyError as error:
        return plot_cards.plot_error(error), True
    except StoreUnavailable as error:
        return plot_cards.plot_error(LikelyError(str(error), text("Reload the page to try again."))), True
