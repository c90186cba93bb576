"""Callbacks of the list of recent campaigns, which the browser keeps: the open one is added, states are updated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State
from dash.development.base_component import Component

from callbacks.campaign.backend import CampaignBackend, as_shown
from layouts.campaign import recent_campaigns
from layouts.shared import ids, url
from ml.errors import LikelyError

JOB = re.compile(r"[0-9a-f]{32}")
LONGEST = 300  # characters of a file's name
LAST = 2**32  # seconds since 1970


def register(app: Dash, backend: CampaignBackend) -> None:
    """Keep a campaign that is open, remove one, and show the list."""
    of = ids.campaign_part
    # In the browser, which reads its storage anew: another tab may have added a campaign since this page came
    app.clientside_callback(
        ClientsideFunction("likely", "campaignsKept"),
        Output(ids.CAMPAIGNS_KEPT, "data"),
        Input(of("opened", ALL), "data"),
        Input(of("list", ALL), "data"),
        Input(of("forget", ALL), "n_clicks"),
        State(of("list", ALL), "id"),
    )
    app.callback(
        Output(ids.CAMPAIGNS, "children"),
        Input(ids.CAMPAIGNS_KEPT, "data"),
        prevent_initial_call=True,  # the browser's storage has not been read then
    )(partial(show_kept, backend))


def show_kept(backend: CampaignBackend, data: Any) -> list[Component]:
    """The list, with the state of each campaign; as all that a browser sends, `data` may be anything."""
    kept = [_kept_campaign(each) for each in data if isinstance(each, dict)] if isinstance(data, list) else []
    known = [each for each in kept if each is not None]
    jobs = backend.jobs.those([each["job"] for each in known[: recent_campaigns.MOST]])
    by_id = {job.id: as_shown(job) | {"title": _title(backend, job.model)} for job in jobs}
    return recent_campaigns.listed(known, by_id)


def _title(backend: CampaignBackend, model: str) -> str:
    name = model.partition("@")[0]
    try:
        return backend.service.opened(name).title
    except LikelyError:
        return name


def _kept_campaign(given: Mapping[str, Any]) -> dict[str, Any] | None:
    """A campaign as the browser keeps it; None where it is none."""
    job, model, name, created, campaign = (given.get(key) for key in ("job", "model", "name", "created", "list"))
    page = url.parse(f"/{model}/campaign") if isinstance(model, str) else None
    if page is None or page.model != model or not _is_job(job):
        return None
    if not isinstance(created, (int, float)) or not 0 <= created < LAST:
        return None
    name = name[:LONGEST] if isinstance(name, str) else ""
    return {"job": job, "model": model, "name": name, "created": created, "list": campaign if _is_job(campaign) else ""}


def _is_job(given: Any) -> bool:
    return isinstance(given, str) and JOB.fullmatch(given) is not None
