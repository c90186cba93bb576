"""Keyboard shortcuts of the Prediction page, behind a disclosure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from layouts.shared.html_input import HtmlInput
from ml.translation import mark, text

KEYS = (
    ("/", mark("find a record")),
    ("Tab", mark("next value, by importance")),
    ("Enter", mark("take the value now")),
    ("Escape", mark("close a list, or leave the value")),
    ("↑ ↓", mark("step a number")),
    ("F1", mark("explain the value")),
    ("Alt+R", mark("reset the value")),
    ("Ctrl+Z", mark("undo")),
    ("Ctrl+Enter", mark("pin")),
)
TELL = ("1 – 4", mark("tell what came of it"))


SEARCH = ("Ctrl+K", mark("search the values"))


def keys(*, search: bool = False, tells: bool = False) -> Component:
    """The shortcuts and what they do, with that of the search on a long form, and those by which outcomes are told."""
    told = (*KEYS[:1], SEARCH, *KEYS[1:]) if search else KEYS
    rows = [_row(key, [text(words)]) for key, words in told]
    if tells:
        rows.append(_row(TELL[0], [text(TELL[1]), _switch()]))
    return html.Details([html.Summary(text("Keys")), html.Dl(rows)], className="help keys")


def _row(key: str, said: list[Component | str]) -> Component:
    return html.Div([html.Dt(html.Kbd(key)), html.Dd(said)])


def _switch() -> Component:
    """Turns off keys that need no other key held (WCAG 2.1.4); ``assets/ts/predict/outcome-keys.ts`` keeps it."""
    box = HtmlInput(type="checkbox", checked=True, className="form-check-input", **{"data-outcome-keys": "true"})
    return html.Label([box, " ", text("Use these keys")], className="keys-switch")
