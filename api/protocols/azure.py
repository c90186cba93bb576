"""``/score``, as an online endpoint of Azure Machine Learning has it.

https://learn.microsoft.com/azure/machine-learning/how-to-deploy-mlflow-models-online-endpoints.
``input_data`` is a table as pandas writes it with ``orient="split"``, or a list; ``data`` is what
the older scoring scripts take, and ``Inputs`` what automated ML does. The answer is a list of what
``predict`` gives; errors are ``{"message": "…"}``.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from flask.typing import ResponseReturnValue

from api.http.cross_site import computes
from api.http.errors import register_error_shape
from api.http.json_tables import from_split, in_columns, rows_or_records
from api.http.query import takes
from api.protocols.common import in_json, json_object, method_of, only_form, predictions, score_request
from api.v1.default_model import DefaultModel
from ml.errors import Unreadable
from ml.service import Service

FORMATS = ("input_data", "data", "Inputs")
HINT = 'Send {"input_data": {"columns": […], "data": [[…], …]}}, or {"data": [[…], …]}.'


def register(app: Flask, service: Service, most: int, default: DefaultModel) -> None:
    """Add the routes."""

    @app.post("/score")
    @app.post("/api/v1/models/<name>/score")
    @takes("extra")
    @computes
    def azure_score(name: str = "") -> ResponseReturnValue:
        """Score the records of the body."""
        bundle = service.model(name or default.name())
        data = json_object(request.get_data(cache=False), HINT, bundle.schema, most)
        form, given, method = _question(data)
        scored = score_request(service, bundle, _records(form, given, bundle.schema.names, most), most)
        made = predictions(scored, method)
        return in_json({"Results": made} if form == "Inputs" else made, scored)

    register_error_shape(app, r"/(api/v1/models/[^/]+/)?score(/|$)", lambda refusal: {"message": refusal.words})


def _question(data: dict[str, Any]) -> tuple[str, Any, str]:
    """Name of the form that was sent, its content, and the requested method."""
    form = only_form(data, FORMATS, HINT)
    if form != "Inputs":
        return form, data[form], method_of(_part(data, "params").get("predict_method"))
    inputs = _part(data, "Inputs")
    if len(inputs) != 1:
        raise Unreadable(f'"Inputs" holds {len(inputs)} tables.', 'Send {"Inputs": {"data": [{…}, …]}}.')
    (given,) = inputs.values()
    return form, given, method_of(_part(data, "GlobalParameters").get("method"), "method")


def _part(data: dict[str, Any], name: str) -> dict[str, Any]:
    part = data.get(name) or {}
    return part if isinstance(part, dict) else {}  # older clients send numbers as GlobalParameters


def _records(form: str, given: Any, names: tuple[str, ...], most: int) -> list[Any]:
    if isinstance(given, dict):
        return from_split(given, most, names) if "data" in given else in_columns(given, most)
    if not isinstance(given, list):
        raise Unreadable(f'"{form}" holds neither a table nor a list.', HINT)
    return rows_or_records(given, names, most)
