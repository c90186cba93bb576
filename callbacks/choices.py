"""Choices that are too many to be listed: searched on the server, at each pause in typing."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output

from layouts.pages import gallery
from layouts.predict.page import form_schema
from layouts.shared import combobox, ids
from ml.errors import LikelyError
from ml.service import Service


def register(app: Dash, service: Service) -> None:
    """Answer each search, and let the script of the field list what was found."""
    app.callback(Output(ids.CHOICES_FOUND, "data"), Input(ids.CHOICES_SOUGHT, "data"), prevent_initial_call=True)(
        partial(find_choices, service)
    )
    listed = ClientsideFunction("likely", "choices")
    settled = Output(ids.CHOICES, "data-settled")
    app.clientside_callback(listed, settled, Input(ids.CHOICES_FOUND, "data"), prevent_initial_call=True)


def find_choices(service: Service, sought: Any) -> dict[str, Any]:
    """Choices of one feature that fit what was typed.

    Parameters
    ----------
    service : Service
    sought : dict
        ``{"serial": int, "model": key, "feature": name, "text": str}``; as all that a browser sends, it may be
        anything.
    """
    sought = combobox.Sought.read(sought)
    try:
        schema = gallery.SCHEMA if sought.model == gallery.MODEL else form_schema(service.model(sought.model))
    except LikelyError as error:
        return {"serial": sought.serial, "hits": [], "words": str(error)}
    return combobox.found(schema, sought)
