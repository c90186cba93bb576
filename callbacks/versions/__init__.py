"""Callbacks of the Versions page: figures as they are worked out, and the step to another version."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import MATCH, Dash, Input, Output, State

from callbacks.versions.challenger import Shadow, choose_challenger, show_challenger, stop_challenger
from callbacks.versions.change import change_version
from callbacks.versions.opening import show_table
from layouts.shared import ids


def register(app: Dash, shadow: Shadow) -> None:
    """Register the callbacks."""
    for part, tick, show in (
        ("table", "tick", show_table),
        ("challenger", "challenger-tick", show_challenger),
    ):
        app.callback(
            Output(ids.versions_part(part, MATCH), "children"),
            Output(ids.versions_part(tick, MATCH), "disabled"),
            Input(ids.versions_part(tick, MATCH), "n_intervals"),
            State(ids.versions_part(tick, MATCH), "id"),
            prevent_initial_call=True,
        )(partial(show, shadow))
    step = {"to": MATCH, "live": MATCH, "kind": MATCH}
    app.callback(*_of_form("confirm", "said", "why", **step), prevent_initial_call=True)(
        partial(change_version, shadow.service)
    )
    app.callback(*_of_form("stop", "stop-said", "stop-why", to=MATCH), prevent_initial_call=True)(
        partial(stop_challenger, shadow)
    )
    share = State(ids.versions_part("choose-share", MATCH, to=MATCH), "value")
    app.callback(*_of_form("choose", "choose-said", "choose-why", to=MATCH), share, prevent_initial_call=True)(
        partial(choose_challenger, shadow)
    )


def _of_form(button: str, said: str, why: str, **step: Any) -> tuple[Any, ...]:
    """Outputs and inputs of the callback of a form: its words and its button; that button, the reason, and the step."""
    place = ids.versions_part(button, MATCH, **step)
    return (
        Output(ids.versions_part(said, MATCH, **step), "children"),
        Output(place, "disabled"),
        Input(place, "n_clicks"),
        State(ids.versions_part(why, MATCH, **step), "value"),
        State(place, "id"),
    )
