"""Callback of the gallery: the value received from each input."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output
from dash.development.base_component import Component

from layouts.pages import gallery
from layouts.shared import ids
from layouts.shared.form_messages import FormRequest


def register(app: Dash) -> None:
    """Answer each change with the values received."""
    # Each by its own id: of a pattern of ids a request could name any number, and Dash fails where it is another.
    app.callback(
        *(Output(ids.received(position), "children") for position in range(len(gallery.SCHEMA.features))),
        Output(ids.GALLERY_RESPONSE, "data"),
        Input(ids.GALLERY_REQUEST, "data"),
        prevent_initial_call=True,
    )(show_received)
    # Dash calls only what has an output when a page comes in: the serial of the settled answer.
    settle = ClientsideFunction("likely", "settle")
    app.clientside_callback(settle, Output(ids.GALLERY_FORM, "data-settled"), Input(ids.GALLERY_RESPONSE, "data"))


def show_received(request: Any) -> tuple[list[Component] | dict[str, Any], ...]:
    """The value that a model would receive from each input; last, the response for the form's script."""
    request = FormRequest.read(request)
    reads = gallery.read_each(request.record)
    return (*(gallery.received(read) for read in reads), gallery.answer(request.serial, reads))
