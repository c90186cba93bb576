"""Callbacks of the third step: how far the job is, asked until it is over; and its end by the person."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import MATCH, Dash, Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from callbacks.campaign.backend import CampaignBackend, words
from jobs.errors import UnknownJob
from layouts.campaign import parts
from layouts.campaign.words import progress, share_done
from layouts.shared import ids
from ml.errors import LikelyError
from ml.translation import text
from store.job import OPEN


def register(app: Dash, backend: CampaignBackend) -> None:
    """Tell the progress, and cancel the job."""
    of = ids.campaign_part
    app.callback(
        Output(of("bar", MATCH), "value"),
        Output(of("bar", MATCH), "aria-valuetext"),
        Output(of("progress", MATCH), "children"),
        Output(of("tick", MATCH), "interval"),
        Output(of("tick", MATCH), "max_intervals"),
        Output(of("turn", MATCH, by="watch"), "data"),
        Input(of("tick", MATCH), "n_intervals"),
        State(of("tick", MATCH), "id"),
        prevent_initial_call=True,
    )(partial(watch, backend))
    app.callback(
        Output(of("cancel-said", MATCH), "children"),
        Output(of("turn", MATCH, by="cancel"), "data"),
        Input(of("cancel", MATCH), "n_clicks"),
        State(of("cancel", MATCH), "id"),
        prevent_initial_call=True,
    )(partial(cancel, backend))


def watch(backend: CampaignBackend, ticks: Any, of: Any) -> tuple[Any, ...]:
    """Progress of the job, when to ask again, and its state where it is over."""
    try:
        job = backend.job(of["job"])
    except UnknownJob:
        return *[no_update] * 5, "gone"
    if job["state"] not in OPEN:
        return *[no_update] * 5, job["state"]
    said = progress(job)
    return share_done(job), said, said, *parts.next_tick(int(ticks or 0)), no_update


def cancel(backend: CampaignBackend, clicks: Any, of: Any) -> tuple[Any, Any]:
    """End the job; one that is over meanwhile is shown as what it became."""
    if not clicks:
        raise PreventUpdate
    try:
        return no_update, backend.jobs.cancel(of["job"]).state
    except UnknownJob:
        return no_update, "gone"
    except LikelyError as error:
        return parts.bad(text("It goes on: {why}", why=words(error))), no_update
