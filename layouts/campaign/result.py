"""The last step of a campaign: the ranked table, downloads, and the list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts.campaign import call_list, parts
from layouts.campaign.choices import is_single
from layouts.shared import downloads, ids
from layouts.shared.blocks import count

if TYPE_CHECKING:
    from ml.bundle.bundle import Bundle

ORDERS = (("rank", "Best first"), ("file", "As in the file"))
ANY = "any of them"


def step(job: Mapping[str, Any], bundle: Bundle, choices: Mapping[str, Any], made: str) -> list[Component]:
    """The step of a job that is done.

    Parameters
    ----------
    job : mapping
        As :func:`jobs.files.job_view.described` gives it.
    bundle : Bundle
        The version that scored.
    choices : mapping
        As :func:`jobs.campaign_view.choices_json` gives it.
    made : str
        Id of the list in the address; empty where there is none.
    """
    of = ids.campaign_part
    table = html.Div(id=of("table", job["id"]), className="campaign-table-place")
    return [
        parts.step("result", [_found(job), _tools(job, _orders(job["id"], choices))]),
        html.Div([table, dcc.Store(id=of("table-spec", job["id"]))], **{"data-step": "result"}),
        parts.step("result", call_list.form(bundle, job, choices, made)),
    ]


def without_table(job: Mapping[str, Any], why: str) -> list[Component]:
    """The step where the table cannot be shown: what is downloaded may be there."""
    return [parts.step("result", [_found(job), _tools(job, []), parts.said("result", parts.bad(why))])]


def _found(job: Mapping[str, Any]) -> Component:
    records, errors = job["done"] if job["total"] is None else job["total"], job["errors"]
    bad = ""
    if errors:
        them = "it" if errors == 1 else "them"
        bad = f" {count(errors, 'record')} could not be scored: what is wrong stands beside {them}, at the end."
    dialect = f"Read as: {job['dialect']['sentence']}" if job["dialect"] else ""
    words = f"{count(records, 'record')} of {job['name'] or 'the file'}.{bad}"
    return html.Div(
        [
            html.H2("Result"),
            html.P(words, className="campaign-lead campaign-result-words"),
            html.P(dialect, className="campaign-dialect"),
            parts.notes(job["notes"]),
        ],
        className="campaign-found",
    )


def _tools(job: Mapping[str, Any], orders: list[Component]) -> Component:
    load = downloads.menu(job["id"], "Download all records", "scored", job["name"] or "")
    return html.Div([*orders, load, parts.anew("New campaign", job["id"])], className="campaign-tools")


def _orders(job: str, choices: Mapping[str, Any]) -> list[Component]:
    """Buttons of the order, and the outcome by which the best are the first."""
    buttons = [
        html.Button(words, type="button", id=ids.campaign_part("order", job, name=name), **{"aria-pressed": pressed})
        for (name, words), pressed in zip(ORDERS, ("true", "false"), strict=True)
    ]
    several, exclusive = not is_single(choices), choices["exclusive"]
    options = [] if exclusive else [{"value": "", "label": ANY}]
    options += [{"value": each["name"], "label": each["label"]} for each in choices["outcomes"]]
    place = ids.campaign_part("outcome", job)
    outcome = [
        html.Label("Best for", htmlFor=ids.element(place)),
        dbc.Select(
            id=place,
            options=options if several else [],
            value=choices["positive"] if several and exclusive else "",
            placeholder=ANY,
        ),
    ]
    return [
        html.Div(buttons, className="campaign-order", role="group", **{"aria-label": "Order"}),
        html.Div(outcome, className="campaign-outcome", hidden=not several),
    ]


def pressed(order: str) -> list[str]:
    """``aria-pressed`` of the buttons of the order."""
    return [str(name == order).lower() for name, _ in ORDERS]
