"""Callbacks of the Versions page: figures as they are worked out, and the step to another version."""

from __future__ import annotations

from functools import partial

from dash import MATCH, Dash, Input, Output, State

from callbacks.versions.challenger import Shadow, choose_challenger, show_challenger, stop_challenger
from callbacks.versions.change import change_version
from callbacks.versions.opening import show_table
from layouts.shared import ids


def register(app: Dash, shadow: Shadow) -> None:
    """Register the callbacks."""
    service = shadow.service
    tick = ids.versions_part("tick", MATCH)
    app.callback(
        Output(ids.versions_part("table", MATCH), "children"),
        Output(tick, "disabled"),
        Input(tick, "n_intervals"),
        State(tick, "id"),
        prevent_initial_call=True,
    )(partial(show_table, shadow))

    def part(name: str) -> dict[str, object]:
        return ids.versions_part(name, MATCH, to=MATCH, live=MATCH, kind=MATCH)

    app.callback(
        Output(part("said"), "children"),
        Output(part("confirm"), "disabled"),
        Input(part("confirm"), "n_clicks"),
        State(part("why"), "value"),
        State(part("confirm"), "id"),
        prevent_initial_call=True,
    )(partial(change_version, service))
    soon = ids.versions_part("challenger-tick", MATCH)
    app.callback(
        Output(ids.versions_part("challenger", MATCH), "children"),
        Output(soon, "disabled"),
        Input(soon, "n_intervals"),
        State(soon, "id"),
        prevent_initial_call=True,
    )(partial(show_challenger, shadow))

    def of_challenge(name: str) -> dict[str, object]:
        return ids.versions_part(name, MATCH, to=MATCH)

    def answered(name: str) -> tuple[object, ...]:
        """Outputs and inputs of the callback of a form."""
        out = Output(of_challenge(f"{name}-said"), "children"), Output(of_challenge(name), "disabled")
        why, place = State(of_challenge(f"{name}-why"), "value"), State(of_challenge(name), "id")
        return (*out, Input(of_challenge(name), "n_clicks"), why, place)

    app.callback(*answered("stop"), prevent_initial_call=True)(partial(stop_challenger, shadow))
    app.callback(*answered("choose"), State(of_challenge("choose-share"), "value"), prevent_initial_call=True)(
        partial(choose_challenger, shadow)
    )
