"""Route ``GET /api/v1/models/<name>/training.csv``: decisions whose outcomes are known, as a table to train on."""

from __future__ import annotations

import datetime as dt
import time

from flask import Flask, Response, request

from api.http.query import BadParameter, takes
from api.v1.feedback.csv_answer import csv_answer
from api.v1.models import PREFIX
from auth.audit_log import AuditLog
from feedback.service import Feedback
from feedback.training.rows import outcome_rows
from ml.errors import InvalidData
from ml.service import Service
from ml.training.again.as_of import read_as_of
from ml.training.again.outcome_csv import outcome_csv


def register(app: Flask, service: Service, feedback: Feedback) -> None:
    """Add the route."""
    audit = AuditLog(feedback.store)

    @app.get(f"{PREFIX}/<name>/training.csv")
    @takes("as_of")
    def training_table(name: str) -> Response:
        """Rows of decisions with values as they stood, and with outcomes that were known at ``?as_of=``, else now."""
        bundle = service.model(name)
        as_of = _as_of(request.args.get("as_of"))
        parts = outcome_csv(bundle.schema, bundle.outcomes, outcome_rows(feedback, bundle, as_of))
        response = csv_answer(parts, f"{bundle.name} training.csv")
        known = dt.datetime.fromtimestamp(as_of, dt.UTC).isoformat(timespec="seconds")
        audit.note("training table given", bundle.name, after=f"known by {known}")  # it shows personal values
        return response


def _as_of(written: str | None) -> float:
    try:
        return read_as_of(written, time.time())
    except InvalidData as error:
        raise BadParameter(f"as_of: {error.message}", error.hint) from None
