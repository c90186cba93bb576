"""The step of the Campaign page: chosen by the job in the address and by its state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.campaign.backend import CampaignBackend, as_shown, words
from callbacks.campaign.records import table
from jobs.errors import UnknownJob
from layouts.campaign import columns, page, reading, recent_campaigns, result, scoring
from layouts.campaign.page import WizardStep, trouble
from layouts.shared import ids, url
from ml.errors import LikelyError
from ml.service import Bundle
from ml.translation import mark, text, translated
from store.job import Job
from store.job import State as JobState

GONE = (
    mark("This campaign is no longer stored"),
    mark("Its file was removed when its time was over, or the address is wrong. Choose the file again."),
)


def register(app: Dash, backend: CampaignBackend) -> None:
    """Show another step when the job has changed, move the focus to it, and lead back to the first."""
    of = ids.campaign_part
    app.callback(
        Output(ids.CAMPAIGN, "children"),
        Output(ids.CAMPAIGN, "data-at"),
        Input(of("turn", ALL, by=ALL), "data"),
        State(ids.LOCATION, "pathname"),
        State(of("turn", ALL, by=ALL), "id"),
        prevent_initial_call=True,
    )(partial(show_step, backend))
    app.callback(
        Output(ids.CAMPAIGN, "data-anew"),
        Input(of("anew", ALL), "n_clicks"),
        State(ids.CAMPAIGN, "data-at"),
        prevent_initial_call=True,
    )(partial(begin_anew, backend))
    app.clientside_callback(
        ClientsideFunction("likely", "begunAnew"),
        Output(ids.CAMPAIGN, "data-begun"),
        Input(ids.CAMPAIGN, "data-anew"),
        prevent_initial_call=True,
    )
    # In the browser, for what Dash has no property: the focus, and an address that is mended in place
    app.clientside_callback(
        ClientsideFunction("likely", "stepShown"),
        Output(ids.CAMPAIGN, "data-focused"),
        Input(ids.CAMPAIGN, "data-at"),
    )
    app.clientside_callback(
        ClientsideFunction("likely", "addressed"),
        Output(ids.CAMPAIGN, "data-addressed"),
        Input(of("read", ALL, name=ALL), "value"),
        Input(of("list", ALL), "data"),
        State(of("read", ALL, name=ALL), "id"),
        State(of("list", ALL), "id"),
        prevent_initial_call=True,
    )


def show_step(
    backend: CampaignBackend, turns: list[Any], path: Any, turn_ids: list[Mapping[str, Any]]
) -> tuple[Any, str]:
    """The step of a job that has turned into another state, or what is wrong with it.

    Parameters
    ----------
    turns : list
        What callbacks say of the job: its new state, or ``[title, words]`` of trouble; None where nothing happened.
    path : str
        Path of the page.
    turn_ids : list of mapping
        Ids of the places where they say it; each names the job.
    """
    said = [(turn, of["job"]) for turn, of in zip(turns, turn_ids, strict=False) if turn and _is_turn(turn)]
    where = url.parse(url.inside(path)) if isinstance(path, str) else None
    if not said or where is None or where.model is None:
        raise PreventUpdate  # a step came in with its places empty
    turn, job = said[-1]
    bundle = backend.service.opened(where.model)
    step = trouble(job, *map(str, turn)) if isinstance(turn, list) else opening(backend, bundle, {"job": job})
    return page.inside(step, where.model, backend.retention), step.name


def _is_turn(turn: Any) -> bool:
    """True for a state, and for trouble: as all that a browser sends, it may be anything."""
    return isinstance(turn, str) or (isinstance(turn, list) and len(turn) == len(GONE))


def begin_anew(backend: CampaignBackend, clicks: list[Any], at: Any) -> int:
    """Say that the first step is wanted; a file that was looked at only is removed, for nothing leads back to it."""
    if not any(clicks) or not ctx.triggered_id:
        raise PreventUpdate
    if at == "columns":
        with suppress(LikelyError):  # it is gone already
            backend.jobs.delete(str(ctx.triggered_id["job"]))
    return sum(each or 0 for each in clicks)


def opening(backend: CampaignBackend, bundle: Bundle, query: Mapping[str, str]) -> WizardStep:
    """The step of an address."""
    job = query.get("job", "")
    if not job:
        return page.first(backend.retention)
    try:
        campaign = backend.jobs.get(job)
    except UnknownJob:
        return trouble(job, *map(text, GONE))
    wrong = _wrong(campaign, bundle.name)
    if wrong:
        return trouble(job, *wrong)
    step = STEPS[campaign.state](backend, campaign, query)
    return replace(step, body=[recent_campaigns.opened(as_shown(campaign)), *step.body])


def _wrong(job: Job, model: str) -> tuple[str, str] | None:
    """Reason why a job cannot be shown on the page of a model."""
    if job.model.partition("@")[0] != model:
        return text("This file belongs to another model"), text("It belongs to {model}.", model=job.model)
    if job.kind != "campaign":
        return text("No campaign"), text("A program sent this file to be scored: there is no table for it here.")
    if job.state == "failed":
        why = text("{why} Choose the file again, or another one.", why=translated(job.message))
        return text("The file could not be scored"), why
    if job.state == "cancelled":
        return text("Cancelled"), text("Nothing was kept. Choose a file to begin again.")
    return None


def _columns(_: CampaignBackend, job: Job, query: Mapping[str, str]) -> WizardStep:
    return WizardStep("columns", columns.step(job.id, reading.told_in(query)))


def _scoring(_: CampaignBackend, job: Job, __: Mapping[str, str]) -> WizardStep:
    return WizardStep("scoring", scoring.step(as_shown(job)))


def _result(backend: CampaignBackend, job: Job, query: Mapping[str, str]) -> WizardStep:
    shown = as_shown(job)
    body: list[Component]
    try:
        choices, bundle = backend.choices(job.id), backend.service.model(job.model)
        body = result.step(shown, bundle, choices, query.get("list", ""), table(backend, job.id))
    except LikelyError as error:
        body = result.without_table(shown, words(error))
    return WizardStep("result", body)


STEPS: dict[JobState, Callable[[CampaignBackend, Job, Mapping[str, str]], WizardStep]] = {
    "held": _columns, "waiting": _scoring, "running": _scoring, "done": _result,
}  # fmt: skip
