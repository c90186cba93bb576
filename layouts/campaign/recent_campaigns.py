"""The campaigns that were opened in this browser: with state and date, and a way to each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.campaign import parts
from layouts.campaign.words import progress, whole
from layouts.shared import ids, url
from layouts.shared.blocks import table_head
from ml.translation import mark, text

TITLE = mark("My campaigns")
NOTE = mark("This list is kept in this browser only. On another device a campaign is opened by its address.")
MOST = 500  # shown
STATES = {
    "held": mark("Not started"),
    "done": mark("Done"),
    "failed": mark("Could not be scored"),
    "cancelled": mark("Cancelled"),
}


def store() -> Component:
    """The browser's store of recent campaigns: ids, newest first, and messages about deleted ones."""
    return dcc.Store(id=ids.CAMPAIGNS_KEPT, storage_type="local")


def opened(job: Mapping[str, Any]) -> Component:
    """Tells the browser that a campaign is open, as :func:`jobs.files.job_view.described` gives it."""
    entry = {"job": job["id"], "model": job["model"].partition("@")[0], "name": job["name"], "created": job["created"]}
    return dcc.Store(id=ids.campaign_part("opened", job["id"]), data=entry)


def place() -> Component:
    """The place of the list."""
    return html.Section(id=ids.CAMPAIGNS, className="campaign-step campaign-kept", **{"aria-label": text(TITLE)})


def way(model: str) -> Component:
    """The way to the list, from a campaign."""
    return dcc.Link(text(TITLE), href=url.href("campaign", model), className="campaign-all")


def listed(kept: Sequence[Mapping[str, Any]], campaigns: Mapping[str, Mapping[str, Any]]) -> list[Component]:
    """The list; nothing where there is no campaign.

    The browser keeps ``job``, ``model``, ``name``, ``created`` and ``list``. `campaigns` are by id those that are still
    there, as :func:`jobs.files.job_view.described` gives them, with their model's ``title``.
    """
    if not kept:
        return []
    names = (text("File"), text("Model"), text("Records"), text("State"), text("Sent"), "")
    head = table_head(names)
    lines = [_line(each, campaigns.get(each["job"])) for each in kept[:MOST]]
    table = html.Table([head, html.Tbody(lines)], className="measures campaign-kept-table")
    notes = [text(NOTE), *([text("The {n} newest are shown.", n=MOST)] if len(kept) > MOST else [])]
    return [
        html.H2(text(TITLE)),
        html.Div(table, className="measures-wide"),
        html.P(" ".join(notes), className="small"),
    ]


def _line(kept: Mapping[str, Any], job: Mapping[str, Any] | None) -> Component:
    name = kept["name"] or text("(no name)")
    query = {"job": kept["job"], **({"list": kept["list"]} if kept["list"] else {})}
    to = dcc.Link(name, href=url.href("campaign", kept["model"], **query)) if job else name
    records = "" if job is None else whole(job["total"] or job["done"]) if job["total"] or job["done"] else ""
    cells = [
        html.Td(kept["model"] if job is None else job["title"]),
        html.Td(records, className="number", **{"data-label": text("records")} if records else {}),
        html.Td(_state(job)),
        html.Td(_date(kept["created"])),
        html.Td([_forget(kept["job"], name)] if job is None or job["state"] in ("failed", "cancelled") else []),
    ]
    return html.Tr([html.Th(to, scope="row"), *cells])


def _state(job: Mapping[str, Any] | None) -> str:
    if job is None:
        return text("No longer here: removed after its time")
    return text(STATES[job["state"]]) if job["state"] in STATES else progress(job)


def _forget(job: str, name: str) -> Component:
    label: dict[str, Any] = {"aria-label": text("Remove {name} from the list", name=name)}
    return parts.button(text("Remove"), id=ids.campaign_part("forget", job), **label)


def _date(seconds: float) -> Component:
    when = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return html.Time(f"{when:%Y-%m-%d %H:%M} UTC", dateTime=when.isoformat(timespec="seconds"))
