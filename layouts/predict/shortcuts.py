"""Keyboard shortcuts of the Prediction page, behind a disclosure.

Which script handles which key stands in ``docs/ARCHITECTURE.md`` (the keyboard); ``tests/unit/test_keyboard.py`` holds
this list, that table and the scripts against each other.
"""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from layouts import html
from layouts.shared.html_input import HtmlInput
from ml.translation import mark, text

KEYS = (
    ("/", mark("find a record")),
    ("Tab", mark("next value, by importance")),
    ("Enter", mark("take the value now")),
    ("Escape", mark("close a list, or leave the value")),
    ("↑ ↓", mark("step a number")),
    ("Shift+↑ ↓", mark("ten steps at once")),
    ("Page ↑ ↓", mark("ten steps at once")),
    ("F1", mark("explain the value")),
    ("Alt+R", mark("reset the value")),
    ("Ctrl+Z", mark("undo")),
    ("Ctrl+Enter", mark("pin")),
)
TELL = mark("tell what came of it")
SEARCH = ("Ctrl+K", mark("search the values"))


def keys(*, search: bool = False, tells: Sequence[str] = ()) -> Component:
    """The shortcuts and what they do.

    Parameters
    ----------
    search : bool
        With that of the search on a long form.
    tells : sequence of str
        Digits by which what came is told, rising: those of the page's buttons.
    """
    shown = (*KEYS[:1], SEARCH, *KEYS[1:]) if search else KEYS
    rows = [_row(key, [text(words)]) for key, words in shown]
    if tells:
        rows.append(_row(in_short(tells), [text(TELL), _switch()]))
    return html.Details([html.Summary(text("Keys")), html.Dl(rows)], className="help keys")


def in_short(digits: Sequence[str]) -> str:
    """Rising digits as they stand in the list: "1", "1 – 4", or "1, 3, 4" where some are missing."""
    without_gap = int(digits[-1]) - int(digits[0]) == len(digits) - 1
    return f"{digits[0]} – {digits[-1]}" if without_gap and len(digits) > 1 else ", ".join(digits)


def _row(key: str, said: list[Component | str]) -> Component:
    return html.Div([html.Dt(html.Kbd(key)), html.Dd(said)])


def _switch() -> Component:
    """Turns off keys that need no other key held (WCAG 2.1.4); ``assets/ts/predict/outcome-keys.ts`` keeps it."""
    box = HtmlInput(type="checkbox", checked=True, className="form-check-input", **{"data-outcome-keys": "true"})
    return html.Label([box, " ", text("Use these keys")], className="keys-switch")
