"""The first KServe protocol, which TensorFlow Serving's REST API has too: ``/v1/models/<name>:predict``.

https://kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol and
https://www.tensorflow.org/tfx/serving/api_rest. Records come by row (``instances``) or, as
TensorFlow Serving has it, by column (``inputs``), and the answer goes the same way.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from flask.typing import ResponseReturnValue
from werkzeug.routing import BaseConverter

from api.http.cross_site import computes
from api.http.errors import check_count, register_error_shape
from api.http.json_tables import in_columns, rows_or_records
from api.http.query import takes
from api.protocols.common import in_json, json_object, only_form, predictions, score_request
from ml.errors import UnknownModel, Unreadable
from ml.service import Bundle, Service

HINT = 'Send {"instances": [{"feature": value}, …]}, or rows of values in the order of the features.'
ROWS, COLUMNS = "instances", "inputs"


class PartConverter(BaseConverter):
    """URL converter of a path segment that ends before ``:verb``."""

    regex = "[^/:]+"


def register(app: Flask, service: Service, most: int) -> None:
    """Add the routes."""
    app.url_map.converters["part"] = PartConverter

    @app.get("/v1/models")
    def v1_models() -> dict[str, Any]:
        """Names of the models."""
        return {"models": service.names()}

    @app.get("/v1/models/<part:name>")
    @app.get("/v1/models/<part:name>/versions/<part:fingerprint>")
    def v1_model(name: str, fingerprint: str = "") -> dict[str, Any]:
        """State of a model, in the terms of both servers."""
        bundle = versioned(service, name, fingerprint)
        _ = bundle.predictor  # opening it is the check
        status = {"error_code": "OK", "error_message": ""}
        state = {"version": bundle.fingerprint, "state": "AVAILABLE", "status": status}
        return {"name": bundle.name, "ready": True, "model_version_status": [state]}

    @app.post("/v1/models/<part:name>:predict")
    @app.post("/v1/models/<part:name>/versions/<part:fingerprint>:predict")
    @takes("extra")
    @computes
    def v1_predict(name: str, fingerprint: str = "") -> ResponseReturnValue:
        """Score the records of the body."""
        bundle = versioned(service, name, fingerprint)
        data = json_object(request.get_data(cache=False), HINT, bundle.schema, most)
        by_row = ROWS in data
        scored = score_request(service, bundle, _records(data, bundle, most), most)
        return in_json({"predictions" if by_row else "outputs": predictions(scored)}, scored)

    register_error_shape(app, r"/v1(/|$)", lambda refusal: {"error": refusal.words})


def versioned(service: Service, name: str, fingerprint: str) -> Bundle:
    """The model, and version if any, that an address names.

    Raises
    ------
    UnknownModel
    """
    if "@" in name or "@" in fingerprint:
        message = f"{name[:80]!r} is not the name of a model."
        raise UnknownModel(message, "A version is named in …/versions/<fingerprint>.")
    return service.model(f"{name}@{fingerprint}" if fingerprint else name)


def _records(data: dict[str, Any], bundle: Bundle, most: int) -> list[Any]:
    form = only_form(data, (ROWS, COLUMNS), HINT)
    rows = data[form]
    if isinstance(rows, dict) and form == COLUMNS:
        return in_columns(rows, most)
    if not isinstance(rows, list):
        raise Unreadable(f'"{form}" is no list.', HINT)
    return _by_row(rows, bundle.schema.names, most)


def _by_row(rows: list[Any], names: tuple[str, ...], most: int) -> list[Any]:
    """Records of instances: each a record, a row of values, or the value of a single feature."""
    if rows and not any(isinstance(row, (list, dict)) for row in rows):
        check_count(len(rows), most)
        rows = [[value] for value in rows]
    return rows_or_records(rows, names, most)
