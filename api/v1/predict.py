"""Route ``POST /api/v1/models/<name>/predict``, with its fast path."""

from __future__ import annotations

from collections.abc import Sequence
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, request

from api.contract.requests import PredictQuery
from api.http.cross_site import computes
from api.http.file_tables import notes_of_table, read_table
from api.http.json_tables import names_of
from api.http.query import takes
from api.http.read_records import read_body
from api.http.representations import ResponseBody
from api.http.request_ids import MODEL
from api.http.validated import read_query
from api.v1.explanations import answer
from api.v1.fast_path import FastPath
from ml.files.open_table import AUTO
from ml.files.text.read_options import ReadOptions
from ml.service import Service


class Predict:
    """Body to response, for every address that takes bodies in our own shapes; if `later`, a job may answer."""

    def __init__(self, service: Service, most: int, *, later: bool) -> None:
        self.service, self.most, self._later = service, most, later

    def read(
        self, name: str, body: bytes, content_type: str, *, lenient: bool = False, options: ReadOptions = AUTO
    ) -> Sequence[object]:
        """Read the records of a body; parameters and errors as :func:`api.http.read_records.read_body`."""

        def known() -> frozenset[str]:
            return names_of(self.service.model(name).schema)

        def tables(body: bytes, content_type: str) -> Sequence[object]:
            return read_table(body, content_type, self.most, self.service.model(name).schema, options)

        return read_body(body, content_type, self.most, known, lenient=lenient, tables=tables)

    def answer(self, name: str, raws: Sequence[object], accept: str, *, labels: bool = False) -> ResponseBody:
        """Answer with the options of the current request's address; see :func:`api.v1.explanations.answer`."""
        query = read_query(PredictQuery)
        return answer(self.service, name, raws, query, accept, labels=labels, later=self._later)

    def plain(self, environ: WSGIEnvironment, name: str, body: bytes) -> ResponseBody:
        """Score the records of a body, without options."""
        raws = self.read(name, body, environ.get("CONTENT_TYPE", ""))
        scored, notes = self.service.score(name, raws), notes_of_table(raws)
        del raws  # many records, while the answer is written
        return ResponseBody.of(scored, environ.get("HTTP_ACCEPT", ""), notes)


def register(app: Flask, predict: Predict) -> None:
    """Add the route and its fast path."""

    @app.post("/api/v1/models/<name>/predict")
    @takes(*PredictQuery.model_fields)
    @computes
    def score(name: str) -> Response:
        """Score the records of the body, with the options of the address."""
        body = request.get_data(cache=False)
        if not request.args:
            return respond(predict.plain(request.environ, name, body))
        options = ReadOptions.from_mapping(request.args)
        raws = predict.read(name, body, request.content_type or "", options=options)
        return respond(predict.answer(name, raws, request.headers.get("Accept", "")))

    app.wsgi_app = FastPath(app, predict.plain)  # type: ignore[method-assign]


def respond(made: ResponseBody) -> Response:
    """An answer as a Flask response."""
    return Response(made.body, content_type=made.content_type, headers={MODEL: made.key})
