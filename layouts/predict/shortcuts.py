"""The keys of the Prediction page, behind one small disclosure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

KEYS = (
    ("/", "find a record"),
    ("Tab", "next value, by importance"),
    ("Enter", "take the value now"),
    ("Escape", "not known"),
    ("↑ ↓", "step a number"),
    ("F1", "explain the value"),
    ("Alt+R", "reset the value"),
    ("Ctrl+Z", "undo"),
    ("Ctrl+Enter", "pin"),
)


SEARCH = ("Ctrl+K", "search the values")


def keys(*, search: bool = False) -> Component:
    """What each key does; with the one that leads to the search of a long form."""
    told = (*KEYS[:1], SEARCH, *KEYS[1:]) if search else KEYS
    rows = [html.Div([html.Dt(html.Kbd(key)), html.Dd(words)]) for key, words in told]
    return html.Details([html.Summary("Keys"), html.Dl(rows)], className="help keys")
