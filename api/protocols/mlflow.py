"""``/invocations`` and ``/ping``, as MLflow's scoring server has them, and SageMaker's containers.

https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/: one model a server. Where there
are several models, a setting says which one; each also has an address of its own below
``/api/v1/models/<name>``, which a client may take for the server's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue

from api.http.containers import check_containers
from api.http.cross_site import computes
from api.http.errors import register_error_shape
from api.http.file_tables import mimetype_of
from api.http.json_tables import from_lists, from_split, names_of, rows_or_records
from api.http.query import takes
from api.http.read_records import JSON, text_of_body
from api.http.representations import accepted
from api.http.request_ids import MODEL
from api.http.statuses import UnsupportedContent
from api.protocols import sagemaker
from api.protocols.common import METHODS, in_json, method_of, only_form, predictions, score_request
from api.v1.default_model import DefaultModel
from api.v1.health import serves
from ml.data.schema import Schema
from ml.errors import Unreadable
from ml.files.readers.json_text import parse_json
from ml.service import Service

ADDRESSES = r"/(api/v1/models/[^/]+/)?(invocations|ping|version)(/|$)"
FORMATS = ("dataframe_split", "dataframe_records", "instances", "inputs")
CSV_TYPE = "text/csv; charset=utf-8; header=absent"
VERSION = "3.0.0"  # of MLflow's protocol: it has been the same since 2.0
HINT = f"Send a JSON object with one of {', '.join(FORMATS)}, or a table as text/csv."


def register(
    app: Flask, service: Service, ready: Callable[[], Mapping[str, str | None]], most: int, default: DefaultModel
) -> None:
    """Add the routes; the default model is that behind ``/invocations``."""
    guests = Blueprint("invocations", __name__)

    @guests.get("/ping")
    @guests.get("/api/v1/models/<name>/ping")
    def ping(name: str = "") -> Response:
        """Readiness: 200, else 503."""
        if name:
            _ = service.model(name).predictor  # opening it is the check
        return Response("\n", 200 if serves(ready()) else 503, content_type="text/plain; charset=utf-8")

    @guests.get("/version")
    @guests.get("/api/v1/models/<name>/version")
    def version(name: str = "") -> Response:  # noqa: ARG001 - all models speak one protocol
        """The version of MLflow whose protocol is implemented."""
        return Response(VERSION, content_type="text/plain; charset=utf-8")

    @guests.post("/invocations")
    @guests.post("/api/v1/models/<name>/invocations")
    @takes("extra")
    @computes
    def invocations(name: str = "") -> ResponseReturnValue:
        """Score the records of the body."""
        bundle = service.model(name or default.name())
        records, method = _records_and_method(
            request.get_data(cache=False), request.content_type or "", bundle.schema, most
        )
        scored = score_request(service, bundle, records, most)
        answers = predictions(scored, method)
        if accepted(request.headers.get("Accept", "")).best_match([JSON, sagemaker.CSV]) == sagemaker.CSV:
            return Response(sagemaker.written(answers), content_type=CSV_TYPE, headers={MODEL: scored.model.key})
        return in_json({"predictions": answers}, scored)

    register_error_shape(app, ADDRESSES, lambda refusal: {"error_code": refusal.code.upper(), "message": refusal.words})
    app.register_blueprint(guests)


def _records_and_method(body: bytes, content_type: str, schema: Schema, most: int) -> tuple[list[Any], str]:
    """Read the records of a body, and the method in its params."""
    if mimetype_of(content_type) == sagemaker.CSV:
        return sagemaker.read_csv(body, content_type, schema, most), METHODS[0]
    if content_type and mimetype_of(content_type) != JSON:
        raise UnsupportedContent(f"The body is sent as {content_type[:80]!r}.", f"Accepted: {JSON}, text/csv.")
    text = text_of_body(body, content_type)
    check_containers(text, most, lambda: names_of(schema))
    data = parse_json(text, "The body", nan=True)
    form = only_form(data, FORMATS, HINT)
    params = data.get("params")
    method = method_of(params.get("predict_method") if isinstance(params, dict) else None)
    return _records(form, data[form], schema.names, most), method


def _records(form: str, data: Any, names: tuple[str, ...], most: int) -> list[object]:
    if form == "dataframe_split":
        return from_split(data if isinstance(data, dict) else {}, most, names)
    if isinstance(data, dict):
        return _from_columns(data, most)
    if not isinstance(data, list):
        raise Unreadable(f'"{form}" holds neither a list nor an object.', HINT)
    return data if form == "dataframe_records" else rows_or_records(data, names, most)


def _from_columns(data: dict[str, Any], most: int) -> list[object]:
    """Records of columns of equal length, or of a single record's values."""
    if not any(isinstance(column, list) for column in data.values()):
        return [data]
    return from_lists({name: column if isinstance(column, list) else [column] for name, column in data.items()}, most)
