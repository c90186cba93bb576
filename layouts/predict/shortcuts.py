"""Keyboard shortcuts of the Prediction page, behind a disclosure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

KEYS = (
    ("/", "find a record"),
    ("Tab", "next value, by importance"),
    ("Enter", "take the value now"),
    ("Escape", "close a list, or leave the value"),
    ("↑ ↓", "step a number"),
    ("F1", "explain the value"),
    ("Alt+R", "reset the value"),
    ("Ctrl+Z", "undo"),
    ("Ctrl+Enter", "pin"),
)


SEARCH = ("Ctrl+K", "search the values")


def keys(*, search: bool = False) -> Component:
    """The shortcuts and what they do, with that of the search on a long form."""
    told = (*KEYS[:1], SEARCH, *KEYS[1:]) if search else KEYS
    rows = [html.Div([html.Dt(html.Kbd(key)), html.Dd(words)]) for key, words in told]
    return html.Details([html.Summary("Keys"), html.Dl(rows)], className="help keys")
