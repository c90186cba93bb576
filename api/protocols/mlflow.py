"""``/invocations`` and ``/ping``, as MLflow's scoring server has them.

https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/: one model a server. Where there
are several models, a setting says which one; each also has an address of its own below
``/api/v1/models/<name>``, which a client may take for the server's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from flask import Blueprint, Flask, Response, request

from api.errors import UnsupportedContent, speak_at, too_many
from api.health import serves
from api.ids import MODEL
from api.reading import JSON, parse_json, read_body, repeated, text_of_body
from ml.errors import NoRecords, UnknownModel, Unreadable
from ml.evaluation import no_probabilities
from ml.score import Scored
from ml.service import Service

ADDRESSES = r"/(api/v1/models/[^/]+/)?(invocations|ping|version)(/|$)"
FORMATS = ("dataframe_split", "dataframe_records", "instances", "inputs")
METHODS = ("predict", "predict_proba")
VERSION = "3.0.0"  # of MLflow's protocol: it has been the same since 2.0
HINT = f"Send a JSON object with one of {', '.join(FORMATS)}, or a table as text/csv."


def register(
    app: Flask, service: Service, ready: Callable[[], Mapping[str, str | None]], most: int, served: str = ""
) -> None:
    """Add the routes.

    Parameters
    ----------
    app : Flask
    service : Service
    ready : callable
        Each part of the whole service and what is wrong with it.
    most : int
        Most records in one request.
    served : str
        The model behind ``/invocations``; empty where there is only one.
    """
    guests = Blueprint("invocations", __name__)

    @guests.get("/ping")
    @guests.get("/api/v1/models/<name>/ping")
    def ping(name: str = "") -> Response:
        """200 where requests can be sent."""
        if name:
            _ = service.model(name).predictor  # opening it is the check
        return Response("\n", 200 if serves(ready()) else 503, content_type="text/plain; charset=utf-8")

    @guests.get("/version")
    @guests.get("/api/v1/models/<name>/version")
    def version(name: str = "") -> Response:  # noqa: ARG001 - all models speak one protocol
        """The version of MLflow whose protocol this is."""
        return Response(VERSION, content_type="text/plain; charset=utf-8")

    @guests.post("/invocations")
    @guests.post("/api/v1/models/<name>/invocations")
    def invocations(name: str = "") -> Response:
        """Score the records of the body."""
        body = request.get_data(cache=False)
        names = service.model(name or _only(service, served)).schema.names
        records, method = _read(body, request.content_type or "", names)
        if not records:
            raise NoRecords("There is no record in the body.", HINT)
        if len(records) > most:
            raise too_many(most)
        scored = service.score(name or _only(service, served), records)
        made = orjson.dumps({"predictions": _predictions(scored, method)})
        return Response(made, content_type=JSON, headers={MODEL: scored.model.key})

    speak_at(app, ADDRESSES, lambda refusal: {"error_code": refusal.code.upper(), "message": refusal.words})
    app.register_blueprint(guests)


def _only(service: Service, served: str) -> str:
    names = service.names()
    if served or len(names) == 1:
        return served or names[0]
    message = f"There are {len(names)} models, and /invocations serves one."
    known = ", ".join(f"/api/v1/models/{name}/invocations" for name in names)
    raise UnknownModel(message, f"Set INVOCATIONS_MODEL to one of them, or use {known}." if names else "Add one.")


def _read(body: bytes, content_type: str, names: tuple[str, ...]) -> tuple[list[object], str]:
    """The records of a body, and the method that its params name."""
    if content_type.partition(";")[0].strip().lower() == "text/csv":
        return read_body(body, content_type, len(body)), METHODS[0]
    if content_type and content_type.partition(";")[0].strip().lower() != JSON:
        raise UnsupportedContent(f"The body is sent as {content_type[:80]!r}.", f"Accepted: {JSON}, text/csv.")
    data = parse_json(text_of_body(body, content_type), "The body", nan=True)
    given = [key for key in FORMATS if isinstance(data, dict) and key in data]
    if len(given) != 1:
        came = ", ".join(map(str, data))[:200] if isinstance(data, dict) else "no object"
        raise Unreadable(f"The body holds {came or 'nothing'}.", HINT)
    return _records(given[0], data[given[0]], names), _method(data.get("params"))


def _method(params: Any) -> str:
    method = params.get("predict_method", METHODS[0]) if isinstance(params, dict) else METHODS[0]
    if method not in METHODS:
        raise Unreadable(f"predict_method is {str(method)[:40]!r}.", f"Accepted: {', '.join(METHODS)}.")
    return method


def _records(form: str, data: Any, names: tuple[str, ...]) -> list[object]:
    if form == "dataframe_split":
        return _from_split(data, names)
    if isinstance(data, dict):
        return _from_columns(form, data)
    if not isinstance(data, list):
        raise Unreadable(f'"{form}" holds neither a list nor an object.', HINT)
    if form == "dataframe_records" or not any(isinstance(row, list) for row in data):
        return data
    return [_named(row, names) for row in data]


def _from_split(data: Any, names: tuple[str, ...]) -> list[object]:
    rows = data.get("data") if isinstance(data, dict) else None
    columns = data.get("columns", list(names)) if isinstance(data, dict) else None
    if not isinstance(rows, list) or not isinstance(columns, list):
        raise Unreadable('"dataframe_split" holds no data.', 'It is {"columns": […], "data": [[…], …]}.')
    columns = [str(column) for column in columns]
    twice = sorted(repeated(columns))
    if twice:
        raise Unreadable(f"Columns came more than once: {', '.join(twice)[:200]}.", "Send each column once.")
    return [_named(row, tuple(columns)) for row in rows]


def _named(row: Any, names: tuple[str, ...]) -> object:
    if not isinstance(row, list) or len(row) != len(names):
        cells = f"{len(row)} values" if isinstance(row, list) else "no list"
        raise Unreadable(f"A row is {cells}; there are {len(names)} columns.", f"They are {', '.join(names)[:400]}.")
    return dict(zip(names, row, strict=True))


def _from_columns(form: str, data: dict[str, Any]) -> list[object]:
    """Columns of equal length; of a single record the values themselves."""
    if not any(isinstance(column, list) for column in data.values()):
        return [data]
    columns = {name: _column(column) for name, column in data.items()}
    if len({len(column) for column in columns.values()}) != 1:
        raise Unreadable(f'The columns of "{form}" have different lengths.', "Give each one value a record.")
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _column(column: Any) -> list[Any]:
    """A column whose cells may stand in lists of one, as tensors of shape (n, 1) are written."""
    if not isinstance(column, list):
        return [column]
    return [cell[0] if isinstance(cell, list) and len(cell) == 1 else cell for cell in column]


def _predictions(scored: Scored, method: str) -> list[Any]:
    """What the estimator's own ``predict``, or ``predict_proba``, gives, as plain lists."""
    outcomes = scored.model.outcomes
    if method == METHODS[1]:
        if scored.model.offers != "probabilities":
            raise no_probabilities()
        return [score.probabilities for score in scored.scores]
    if not outcomes.exclusive:
        return [[int(name in score.labels) for name in outcomes.names] for score in scored.scores]
    values = {item.name: item.value for item in outcomes.items}
    return [values[score.labels[0]] for score in scored.scores]
