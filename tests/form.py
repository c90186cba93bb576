"""Calls of the form's callback as Dash makes them, with the ids and values of the controls."""

from __future__ import annotations

from typing import Any

from callbacks.predict import show_score
from layouts.predict.page import form_schema
from layouts.shared import ids
from ml.service import Service


def score(service: Service, request: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """``show_score`` for a request whose ``record`` (name to text) stands in the form."""
    schema = form_schema(service.model(request["model"]))
    record = {schema.position[name]: text for name, text in request["record"].items()}
    rest = {name: value for name, value in request.items() if name != "record"}
    return show_score(service, rest, [ids.field(at) for at in record], list(record.values()))
