"""Route ``GET /api/v1/models/<name>/results``: whether a model has been right, has paid, and is used."""

from __future__ import annotations

from typing import Any

from flask import Flask

from api.contract.results import ResultsQuery
from api.http.query import takes
from api.http.validated import read_query
from api.v1.models import PREFIX
from feedback.results.model_results import ModelResults
from ml.runtime.deadline import ANSWER_DEADLINE, strict_deadline


def register(app: Flask, results: ModelResults) -> None:
    """Add the route."""

    @app.get(f"{PREFIX}/<name>/results")
    @takes(*ResultsQuery.model_fields)
    def model_results(name: str) -> dict[str, Any]:
        """The numbers of the Results page."""
        query = read_query(ResultsQuery)
        with strict_deadline(ANSWER_DEADLINE):
            found = results.of(name, query.outcome or None)
            more = results.analysts(name, query.outcome or None) if query.analysts else None
        return {**found, "analysts": more}
