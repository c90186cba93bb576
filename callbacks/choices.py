"""Search of the comboboxes: choices too many to be listed are searched on the server, at each pause in typing."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output

from layouts.pages import gallery
from layouts.predict.page import form_schema
from layouts.shared import combobox_choices, ids
from layouts.shared.static_html import message_attributes
from ml.errors import LikelyError
from ml.service import Service


def register(app: Dash, service: Service) -> None:
    """Answer each search, and let the field's script list the matches."""
    app.callback(Output(ids.CHOICE_MATCHES, "attributes"), Input(ids.CHOICE_SEARCH, "data"), prevent_initial_call=True)(
        lambda search: message_attributes(find_choices(service, search))
    )


def find_choices(service: Service, search: Any) -> dict[str, Any]:
    """Choices of one feature that match the typed text.

    The search is ``{"serial": int, "model": key, "feature": name, "text": str}``; as all that a browser sends, it may
    be anything.
    """
    search = combobox_choices.ChoiceSearch.read(search)
    try:
        schema = gallery.SCHEMA if search.model == gallery.MODEL else form_schema(service.model(search.model))
    except LikelyError as error:
        return combobox_choices.matches(search.serial, [], "", str(error))
    return combobox_choices.found(schema, search)
