"""A customer's history: what was told and what models said, by whom and when."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from dash.development.base_component import Component

from layouts import html
from layouts.shared.blocks import moment
from layouts.shared.static_html import signal, static_html
from ml.translation import text

SHOWN = 3  # lines that are not folded away


@dataclass(frozen=True)
class Told:
    """A line of the history."""

    what: str
    """In words."""
    who: str
    at: float
    """Seconds since 1970."""
    more: str = ""
    """A reason or a note; empty for none."""
    due: float | None = None
    """When to call back."""


@dataclass(frozen=True)
class OwnNote:
    """Recent events of the reader that can be taken back."""

    note: str
    """What shows as noted, as ``noteOf`` of ``assets/ts/predict/outcomes.ts`` names it; empty for nothing."""
    event: str
    """Id of the event."""
    decision: str = ""
    """Id of the decision it is about, where it was told on this page."""


def history(lines: Sequence[Told], own: Sequence[OwnNote] = ()) -> Component | None:
    """The history, the latest first; None where there is none. `own` comes the first first."""
    if not lines:
        return None
    items = [_item(each) for each in lines]
    shown = [html.Ol(items[:SHOWN], className="history-lines")]
    if items[SHOWN:]:
        rest = html.Ol(items[SHOWN:], className="history-lines")
        shown.append(html.Details([html.Summary(text("Earlier")), rest], className="disclosure"))
    body = html.Div([html.H2(text("History")), *shown], className="history-body", **{"data-of": f"{lines[0].at}"})
    notes = json.dumps([vars(each) for each in own])
    return html.Div([static_html(body, "likely-times"), signal("own", notes=notes)])


def _item(line: Told) -> Component:
    due = [" ", moment(line.due)] if line.due is not None else []
    about = html.Span([*([line.who, " · "] if line.who else []), moment(line.at)], className="history-about")
    more = [html.Span(line.more, className="history-more")] if line.more else []
    return html.Li([html.Span([line.what, *due], className="history-what"), about, *more])
