"""The API as a Flask application of its own, so that its 404, 405 and 413 are its own too."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from api import campaigns, docs, errors, health, ids, job_list, jobs, links, models, plots, predict, reports, results
from api.bodies import WholeRequest
from api.protocols import mlflow, v2
from api.query import CheckedFlask
from jobs.campaigns import Campaigns
from jobs.intake import Intake
from jobs.results import Results
from ml.service import Service


def create_api(
    service: Service,
    ready: Callable[[], dict[str, str | None]],
    max_body: int,
    max_records: int,
    invocations_model: str = "",
    intake: Intake | None = None,
) -> Flask:
    """Make the API.

    Parameters
    ----------
    service : Service
        What answers.
    ready : callable
        Gives each part of the whole service and what is wrong with it, None where all is well.
    max_body : int
        Largest request body, in bytes.
    max_records : int
        Most records in one request.
    invocations_model : str
        The model behind ``/invocations``; empty where there is only one.
    intake : Intake or None
        Where jobs are accepted; None has no addresses for jobs.
    """
    app = CheckedFlask("likely.api", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = max_body
    app.request_class = WholeRequest
    app.url_map.strict_slashes = False  # a slash at the end is no other address, and no reason to redirect
    app.url_map.merge_slashes = False
    errors.register(app)
    ids.register(app)
    links.register(app)
    docs.register(app, service)
    health.register(app, ready)
    models.register(app, service)
    plots.register(app, service)
    predict.register(app, service, max_records)
    reports.register(app, service)
    v2.register(app, service, ready, max_records)
    mlflow.register(app, service, ready, max_records, invocations_model)
    if intake is not None:
        of_files = Campaigns(intake)
        made = Results(intake, of_files)
        jobs.register(app, intake, of_files, made)
        job_list.register(app, intake)
        results.register(app, made)
        campaigns.register(app, service, of_files)
    return app
