"""Callback of the gallery: the value received from each input."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx
from dash.development.base_component import Component

from callbacks.form import request_when_due
from layouts.pages import gallery
from layouts.shared import ids
from layouts.shared.form_messages import FormRequest, controls_of, form_values, plain_numbers
from layouts.shared.static_html import message_attributes


def register(app: Dash) -> None:
    """Answer each change with the values received."""
    request_when_due(app, ids.GALLERY_REQUEST)
    # Outputs by their own ids: of a pattern of ids a request could name any number, and Dash fails where it is another.
    app.callback(
        *(Output(ids.received(position), "children") for position in range(len(gallery.SCHEMA.features))),
        Output(ids.GALLERY_RESPONSE, "attributes"),
        Input(ids.GALLERY_REQUEST, "data"),
        State(ids.field(ALL), "value"),
        prevent_initial_call=True,
    )(lambda request, values: show_received(request, controls_of(ctx.states_list[0]), values))


def show_received(request: Any, fields: Any, values: Any) -> tuple[list[Component] | dict[str, Any], ...]:
    """The value that a model would receive from each input; last, the response for the form's script.

    The request is ``{"serial": int, "model": key}``; as all that a browser sends, it may be anything. `fields` are the
    ids of the inputs, `values` what stands in them.
    """
    texts = form_values(gallery.SCHEMA, fields, values)
    reads = gallery.read_each(plain_numbers(gallery.SCHEMA, texts))
    asked = {**(request if isinstance(request, dict) else {}), "values": texts}
    response = gallery.answer(FormRequest.read(request).serial, reads, asked=asked)
    return (*(gallery.received(read) for read in reads), message_attributes(response))
