"""Callbacks of the list itself: it is made by a job of its own, watched, cancelled and downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from dash import MATCH, Dash, Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from callbacks.campaign.backend import CampaignBackend, by_name, words
from callbacks.campaign.forecast import request_of, wish_of_page
from callbacks.campaign.hand_out import section
from callbacks.campaign.records import table
from jobs.errors import UnknownJob
from jobs.job_service import LONGEST_KEY
from layouts.campaign import made_list, parts
from layouts.campaign.typed_wish import typed_wish
from layouts.campaign.words import progress, share_done
from layouts.shared import downloads, ids
from ml.errors import LikelyError
from ml.translation import mark, text
from store.job import OPEN

LOST = mark("The list is no longer stored. Make it again.")


def register(app: Dash, backend: CampaignBackend) -> None:
    """Make the list, tell how far it is, cancel it, and offer it."""
    of = ids.campaign_part
    app.callback(
        Output(of("list", MATCH), "data"),
        Output(of("make-said", MATCH), "children"),
        inputs={
            "clicks": Input(of("make", MATCH), "n_clicks"),
            "reasons": State(of("list-reasons", MATCH), "value"),
            "page": State(of("make-key", MATCH), "data"),
            **wish_of_page(State),
        },
        prevent_initial_call=True,
    )(partial(make, backend))
    app.callback(
        output={
            "bar": Output(of("list-bar", MATCH), "value"),
            "bar_text": Output(of("list-bar", MATCH), "aria-valuetext"),
            "bar_hidden": Output(of("list-bar", MATCH), "hidden"),
            "cancel_hidden": Output(of("list-cancel", MATCH), "hidden"),
            "words": Output(of("list-words", MATCH), "children"),
            "download": Output(of("list-download", MATCH), "children"),
            "table": Output(of("list-table", MATCH), "children"),
            "open": Output(of("list-open", MATCH), "data"),
            "interval": Output(of("list-tick", MATCH), "interval"),
            "ticks": Output(of("list-tick", MATCH), "max_intervals"),
        },
        inputs={
            "made": Input(of("list", MATCH), "data"),
            "ticks": Input(of("list-tick", MATCH), "n_intervals"),
            "was_open": State(of("list-open", MATCH), "data"),
        },
    )(partial(follow, backend))
    app.callback(
        Output(of("list-cancel", MATCH), "title"),
        Input(of("list-cancel", MATCH), "n_clicks"),
        State(of("list", MATCH), "data"),
        prevent_initial_call=True,
    )(partial(cancel, backend))
    app.callback(
        Output(of("make", MATCH), "disabled"),
        Input(of("chosen", MATCH), "data"),
        Input(of("list-open", MATCH), "data"),
    )(refuse)


def make(
    backend: CampaignBackend, clicks: Any, reasons: Any, page: Any, chosen: dict[str, Any], texts: list[Any],
    names: list[Any], part_texts: list[Any], part_names: list[Any], of: Any,
) -> tuple[Any, Any]:  # fmt: skip
    """Begin the job that writes the list; parameters as those of :func:`callbacks.campaign.forecast.foresee`.

    A page whose connection broke asks again: `page` and `clicks` tell that it is the same click.
    """
    if not clicks:
        raise PreventUpdate
    try:
        choices = backend.choices(of["job"])
        wish = typed_wish(choices, chosen, by_name(names, texts) | by_name(part_names, part_texts)).wish
        if wish is None:
            return no_update, ""
        key = f"{page}:{clicks}"[:LONGEST_KEY] if page else None
        call_list, _ = backend.campaigns.make_list(of["job"], request_of(wish), bool(reasons), key)
        return call_list.id, ""
    except LikelyError as error:
        return no_update, parts.bad(words(error))


def follow(backend: CampaignBackend, made: Any, ticks: Any, was_open: Any) -> dict[str, Any]:
    """Progress of the list, or its downloads."""
    if not made:
        raise PreventUpdate
    try:
        job = backend.job(str(made))
    except UnknownJob:
        return _ended(parts.bad(text(LOST)))
    if job["state"] in OPEN:
        interval, most = parts.next_tick(int(ticks or 0))
        said = progress(job)
        shown = {"bar": share_done(job), "bar_text": said, "bar_hidden": False, "cancel_hidden": False, "words": said}
        return shown | {
            "download": [],
            "table": [],
            "open": no_update if was_open else True,
            "interval": interval,
            "ticks": most,
        }
    if job["state"] == "done":
        load = downloads.menu(job["id"], text("Download the list"), "list", job["name"] or "")
        below = [*made_list.rows(job, table(backend, job["id"])), *section(backend, job["id"], job["model"])]
        return _ended(made_list.ready(), [load], below)
    if job["state"] == "failed":
        return _ended(parts.bad(text("The list could not be made: {why} Try again.", why=job["message"])))
    return _ended(text("Cancelled."))


def cancel(backend: CampaignBackend, clicks: Any, made: Any) -> str:
    """Cancel the list; that it was is told by the next look at it."""
    if not clicks or not made:
        raise PreventUpdate
    try:
        backend.jobs.cancel(str(made))
    except LikelyError as error:
        return words(error)
    return ""


def refuse(chosen: Any, making: Any) -> bool:
    """True when no list can be made now: nobody is on it, or one is being made."""
    return not chosen or bool(making)


def _ended(said: Any, download: Sequence[Any] = (), rows: Sequence[Any] = ()) -> dict[str, Any]:
    hidden = {"bar": None, "bar_text": "", "bar_hidden": True, "cancel_hidden": True}
    return hidden | {
        "words": said,
        "download": list(download),
        "table": list(rows),
        "open": False,
        "interval": no_update,
        "ticks": no_update,
    }
