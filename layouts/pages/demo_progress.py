"""Progress of demo models that are being made beside a service that was started without any."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.shared import ids
from ml.demo.status import DemoStatus
from ml.translation import text

EVERY = 2000  # ms between two refreshes


def is_shown(making: DemoStatus | None) -> bool:
    """True while models are being made, and when some could not be made."""
    return making is not None and (making.goes_on or bool(making.faults))


def around(inside: Sequence[Component], making: DemoStatus | None) -> list[Component]:
    """The content with a timer that refreshes it while models are being made; otherwise the content alone."""
    if not is_shown(making):
        return list(inside)
    tick = dcc.Interval(id=ids.MAKING_TICK, interval=EVERY, disabled=not (making and making.goes_on))
    return [html.Div(list(inside), id=ids.MAKING), tick]


def panel(making: DemoStatus, ready: Sequence[str]) -> Component:
    """Progress, one line a model; `ready` are the names of those that are made."""
    rows = [_row(name, making, name in ready) for name in making.names]
    if making.goes_on:
        title, words = text("The demo models are being made"), text("They appear here one by one, within some minutes.")
    else:
        title, words = text("Some demo models could not be made"), text("The log says more.")
    general = making.faults.get("")
    said = [html.H2(title), html.P(words), *([html.P(general)] if general else []), html.Ul(rows)]
    return html.Section(said, className="making", role="status")


def _row(name: str, making: DemoStatus, ready: bool) -> Component:
    if ready:
        state, words = "ready", text("ready")
    elif name in making.faults:
        state, words = "failed", making.faults[name]
    elif name == making.now:
        state, words = "now", text("being made …")
    else:
        state, words = "waits", text("waits") if making.goes_on else text("not made")
    return html.Li([html.Span(name, className="making-name"), html.Span(words)], **{"data-state": state})
