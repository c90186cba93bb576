"""The gallery shows what arrives from each input."""

from __future__ import annotations

from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output
from dash.development.base_component import Component

from layouts import gallery, ids
from layouts.asked import question


def register(app: Dash) -> None:
    """Answer each change with what was received."""
    app.callback(
        Output(ids.received(ALL), "children"),
        Output(ids.GALLERY_ANSWERED, "data"),
        Input(ids.GALLERY_ASKED, "data"),
        prevent_initial_call=True,
    )(show_received)
    # Dash calls only what has an output when a page comes in: the serial of the settled answer.
    settle = ClientsideFunction("likely", "settle")
    app.clientside_callback(settle, Output(ids.GALLERY_FORM, "data-settled"), Input(ids.GALLERY_ANSWERED, "data"))


def show_received(asked: Any) -> tuple[list[list[Component]], dict[str, Any]]:
    """For each input what the model would receive, and what to say at it."""
    asked = question(asked)
    reads = gallery.read_each(asked.record)
    return [gallery.received(read) for read in reads], gallery.answer(asked.serial, reads)
