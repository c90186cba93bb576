"""POST at the addresses of pages, for programs; the pages answer a browser's GET.

``POST /<model>/predict``, and ``POST /``, ``/predict`` and ``/api`` for the default model. A form gets
the bare label, as in common Flask tutorials; JSON gets JSON. None of them has side effects, so forms of other sites
do no harm.
"""

from __future__ import annotations

from flask import Flask, request
from flask.typing import ResponseReturnValue

from api.contract.requests import PredictQuery
from api.http.cross_site import computes
from api.http.query import takes
from api.http.read_records import is_form
from api.http.representations import JSON, TEXT, ResponseBody, choose, whole
from api.http.validated import read_query
from api.protocols import hugging_face
from api.v1.default_model import DefaultModel
from api.v1.predict import Predict, respond
from jobs.work.deferred_answer import labels_beside
from ml.bundle.scored import Scored
from ml.files.text.read_options import ReadOptions


def register(app: Flask, predict: Predict, default: DefaultModel) -> None:
    """Add the routes."""

    @app.post("/")
    @app.post("/predict")
    @app.post("/api")
    @app.post("/<name>/predict")
    @takes(*PredictQuery.model_fields)
    @computes
    def program(name: str = "") -> ResponseReturnValue:
        """Score the records of the body."""
        model, body = name or default.name(), request.get_data(cache=False)
        kind, accept = request.content_type or "", request.headers.get("Accept", "")
        operation = hugging_face.parse_body(body, predict.service.model(model).schema, predict.most)
        if operation is not None:
            return hugging_face.respond(predict, model, operation)
        raws = predict.read(model, body, kind, lenient=True, options=ReadOptions.from_mapping(request.args))
        wanted, _ = choose(accept, TEXT if is_form(kind) else JSON)
        if not request.args:
            return respond(_answer(predict.service.score(model, raws), wanted))
        query = read_query(PredictQuery)
        accept = wanted.partition(";")[0] if query.is_plain else accept  # options give JSON, for a form too
        return respond(_bare(predict.answer(model, raws, accept, labels=True)))


def _answer(scored: Scored, wanted: str) -> ResponseBody:
    if wanted == JSON:
        return ResponseBody.in_json(labels_beside(whole(scored)), scored.model.key)
    return _bare(ResponseBody.of(scored, wanted.partition(";")[0]))


def _bare(made: ResponseBody) -> ResponseBody:
    """The labels as text, without a final line break."""
    return made._replace(body=made.body.removesuffix(b"\n")) if made.content_type.startswith(TEXT) else made
