"""Callbacks that hand a list out to sellers and take it back."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import MATCH, Dash, Input, Output, State, ctx
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.campaign.backend import CampaignBackend, words
from feedback.desk.sellers import sellers_of
from feedback.desk.service import Desk
from jobs.errors import NoCampaign
from jobs.work.job_kinds import LIST
from layouts.campaign import hand_out, parts
from layouts.shared import ids
from ml.errors import LikelyError
from ml.translation import text


def register(app: Dash, backend: CampaignBackend) -> None:
    """Hand a list out, and take it back."""
    of = ids.campaign_part
    app.callback(
        Output(of("hand-said", MATCH), "children"),
        Output(of("hand-back", MATCH), "hidden"),
        Input(of("hand", MATCH), "n_clicks"),
        Input(of("hand-back", MATCH), "n_clicks"),
        State(of("sellers", MATCH), "value"),
        State(of("hand", MATCH), "id"),
        prevent_initial_call=True,
    )(partial(change, backend))


def section(backend: CampaignBackend, job: str, model: str) -> list[Component]:
    """Callers of a list, on the page of its campaign; nothing where outcomes are not kept."""
    if backend.desk is None:
        return []
    handed = backend.desk.table.handed_out(job)
    sellers = sellers_of(backend.desk.feedback.store, model.partition("@")[0])
    return [hand_out.section(job, sellers, handed[0].sellers if handed else None)]


def change(backend: CampaignBackend, given: Any, taken: Any, chosen: Any, of: Any) -> tuple[Any, Any]:
    """Assign the list to the chosen sellers, or take it back."""
    if backend.desk is None or not (given or taken) or not ctx.triggered_id:
        raise PreventUpdate
    back = ctx.triggered_id["campaign"] == "hand-back"
    try:
        return _changed(backend, backend.desk, str(of["job"]), None if back else chosen)
    except LikelyError as error:
        return parts.bad(words(error)), True


def _changed(backend: CampaignBackend, desk: Desk, job: str, chosen: Any) -> tuple[Any, bool]:
    call_list = backend.jobs.get(job)
    if call_list.kind != LIST or call_list.state != "done":
        raise NoCampaign(text("This list is not finished."), "Make it first.")
    if chosen is None:
        desk.table.take_back(job)
        return text("It is on nobody's list now. Outcomes that were noted stay."), True
    sellers = [each for each in chosen if isinstance(each, str)] if isinstance(chosen, list) else []
    name = str(call_list.options.get("name") or "")
    handed = desk.hand_out(job, str(call_list.options["of"]), call_list.model, name, sellers)
    names = sellers_of(desk.feedback.store, call_list.model.partition("@")[0])
    return hand_out.words(handed.sellers, names), False
