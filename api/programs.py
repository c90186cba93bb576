"""The addresses of the pages, for programs: a page answers a browser's GET, and this a program's POST.

``POST /<model>/predict``, and ``POST /``, ``/predict`` and ``/api`` for the default model. A form gets
the bare label, as the first programs that served a model with Flask had it; JSON gets JSON. Nothing
is changed by any of them, so that it does no harm where a form of another site is sent here.
"""

from __future__ import annotations

from typing import Any

import orjson
from flask import Flask, Response, request

from api.answers import JSON, TEXT, Answer, as_text, choose, whole
from api.asked import NAMES, read_asked
from api.cross_site import computes
from api.default_model import DefaultModel
from api.more import answer
from api.predict import Predict, respond
from api.protocols import hugging_face
from api.query import takes
from api.reading import is_form
from ml.score import Scored


def register(app: Flask, predict: Predict, default: DefaultModel) -> None:
    """Add the routes."""

    @app.post("/")
    @app.post("/predict")
    @app.post("/api")
    @app.post("/<name>/predict")
    @takes(*NAMES)
    @computes
    def program(name: str = "") -> Response:
        """Score the records of the body."""
        model, body = name or default.name(), request.get_data(cache=False)
        kind, accept = request.content_type or "", request.headers.get("Accept", "")
        found = hugging_face.question(body, kind, predict.service.model(model).schema)
        if found is not None:
            return hugging_face.respond(predict, model, found)
        raws = predict.read(model, body, kind, lenient=True)
        if request.args:
            return respond(answer(predict.service, model, raws, read_asked(request.args), accept))
        return respond(_answer(predict.service.score(model, raws), accept, is_form(kind)))


def _answer(scored: Scored, accept: str, form: bool) -> Answer:
    content_type, write = choose(accept, TEXT if form else JSON)
    made = write(scored)
    if content_type == JSON:
        made = orjson.dumps(whole(scored) | _labels(scored))
    elif write is as_text:
        made = made.removesuffix(b"\n")  # the bare label
    return Answer(content_type, made, scored.model.key)


def _labels(scored: Scored) -> dict[str, Any]:
    """The labels alone, under the two names under which clients look for them."""
    exclusive = scored.model.outcomes.exclusive
    labels = [score.labels[0] if exclusive else score.labels for score in scored.scores]
    return {"prediction": labels, "results": labels}
