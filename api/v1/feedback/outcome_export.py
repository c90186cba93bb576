"""Route ``GET /api/v1/models/<name>/outcomes.csv``: decisions and what came of them, also with the columns of a CRM."""

from __future__ import annotations

from flask import Flask, Response

from api.contract.outcomes import ExportQuery
from api.http.query import BadParameter, takes
from api.http.validated import names_of, read_query
from api.v1.feedback.csv_answer import csv_answer
from api.v1.models import PREFIX
from auth.audit_log import AuditLog
from feedback.outcome_import.export import outcomes_csv
from feedback.service import Feedback
from ml.decision.crm_columns import PLAIN, crm_columns
from ml.service import Service


def register(app: Flask, service: Service, feedback: Feedback) -> None:
    """Add the route."""

    @app.get(f"{PREFIX}/<name>/outcomes.csv")
    @takes(*names_of(ExportQuery))
    def outcomes_table(name: str) -> Response:
        """Decisions of a model and what came of them, without values."""
        bundle = service.model(name)
        systems, system = crm_columns(bundle.card), read_query(ExportQuery).as_ or PLAIN
        if system not in (PLAIN, *systems):
            raise BadParameter(f"as is {system[:80]!r}.", f"Accepted: {', '.join([PLAIN, *systems])}.")
        response = csv_answer(outcomes_csv(feedback, bundle, systems, system), f"{bundle.name} outcomes.csv")
        AuditLog(feedback.store).note("outcomes downloaded", bundle.name)
        return response
