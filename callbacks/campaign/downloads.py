"""Callbacks of downloads in formats that are written first: a worker writes them, and the browser is led there."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate

from callbacks.campaign.backend import CampaignBackend, words
from layouts.campaign import parts
from layouts.shared import downloads, ids
from ml.errors import LikelyError
from ml.files.write.formats import EXCEL_CSV, excel_csv, format_named
from ml.locale import current_format
from ml.translation import text
from store.job import Job


def register(app: Dash, backend: CampaignBackend) -> None:
    """Wait until the file is written, and then fetch it."""
    of = ids.campaign_part
    app.callback(
        Output(of("export-said", MATCH), "children"),
        Output(of("export", MATCH), "data"),
        Output(of("export-tick", MATCH), "max_intervals"),
        Input(of("format", MATCH, name=ALL), "n_clicks"),
        Input(of("export-tick", MATCH), "n_intervals"),
        State(of("export", MATCH), "data"),
        State(of("export", MATCH), "id"),
        prevent_initial_call=True,
    )(partial(export, backend))
    app.clientside_callback(
        ClientsideFunction("likely", "fetched"),
        Output(of("export-said", MATCH), "data-fetched"),
        Input(of("export", MATCH), "data"),
        prevent_initial_call=True,
    )


def export(backend: CampaignBackend, clicks: list[Any], ticks: Any, before: Any, of: Any) -> tuple[Any, Any, Any]:
    """State of the chosen format: the message, the download, and when to look again.

    Parameters
    ----------
    clicks : list
        Number of clicks of each format's button.
    ticks : int
        Looks so far.
    before : dict or None
        Last requested download: ``format``, and ``times``, which makes each fetch another one.
    of : dict
        Names the job.
    """
    button = ctx.triggered_id
    chosen = isinstance(button, dict) and button.get("campaign") == "format"
    if not any(clicks) or (not chosen and not isinstance(before, dict)):
        raise PreventUpdate
    name = button.get("name") if chosen else before.get("format")
    if not isinstance(name, str) or name not in downloads.WORDS:
        raise PreventUpdate
    wanted = {"format": name, "times": sum(each or 0 for each in clicks), "address": ""}
    form = excel_csv(current_format().decimal) if name == EXCEL_CSV else format_named(name)
    try:
        result = backend.downloads.in_format(of["job"], form)
    except LikelyError as error:
        return parts.bad(words(error)), wanted, no_update
    if isinstance(result, Job):
        return text("Making {format} …", format=text(downloads.WORDS[name])), wanted, int(ticks or 0) + 1
    return "", {**wanted, "address": downloads.address(of["job"], name)}, no_update
