"""Under a list: who calls it. It is handed out to those who sell, and then stands on their Today page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.campaign import parts
from layouts.shared import ids, url
from ml.translation import in_row, text, text_parts


def section(job: str, sellers: Mapping[str, str], chosen: Collection[str] | None) -> Component:
    """Callers of a list, and the buttons that hand it out and take it back.

    Parameters
    ----------
    job : str
        Id of the list.
    sellers : mapping of str to str
        Names of those who may sell, by caller; empty where nobody signs in.
    chosen : collection of str or None
        To whom the list is handed out: empty for all who may sell, None for nobody yet.
    """
    of = ids.campaign_part
    options = [{"value": caller, "label": name} for caller, name in sorted(sellers.items(), key=lambda each: each[1])]
    choice = dbc.Checklist(
        id=of("sellers", job), options=options, value=[each for each in chosen or () if each in sellers], inline=True
    )
    only = html.P(
        text("Choose people. If you choose nobody, everybody who may sell can call from it."), id=f"sellers-{job}"
    )
    named = {"aria-labelledby": f"sellers-{job}"}
    who = html.Div([only, choice], role="group", hidden=not sellers, className="campaign-sellers", **named)
    give = parts.button(text("Put it on Today"), main=True, id=of("hand", job))
    back = parts.button(text("Take it back"), hidden=chosen is None, id=of("hand-back", job))
    said = html.P(words(chosen, sellers), id=of("hand-said", job), className="campaign-said", role="status")
    body = [html.H2(text("Who calls them?")), who, html.Div([give, back], className="campaign-buttons"), said]
    return parts.step("result", body, "hand")


def words(chosen: Collection[str] | None, sellers: Mapping[str, str]) -> list[Any]:
    """Sentence about the sellers to whom a list is assigned, with a link to their page."""
    if chosen is None:
        return []
    link = dcc.Link(text("Today"), href=url.href("today"))
    names = [sellers[each] for each in chosen if each in sellers]
    if not names:
        return list(text_parts("It is on {link} for everybody who may sell.", link=link))
    return list(text_parts("It is on {link} for {names}.", link=link, names=in_row(names)))
