"""The API as a Flask application of its own, so that its 404, 405 and 413 are JSON."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import orjson
from flask import Flask, Response
from flask.json.provider import DefaultJSONProvider

from api.http import errors, links, request_ids
from api.http import wrong_methods as methods
from api.http.record_decisions import RecordDecisions, RecordDeferredDecisions
from api.http.request_body import WholeRequest
from api.http.wrong_methods import IsPage, MethodsFlask
from api.protocols import azure, kserve_v1, mlflow, page_addresses, v2
from api.v1 import (
    campaigns,
    deferred_answers,
    docs,
    health,
    job_list,
    job_result,
    jobs,
    models,
    plots,
    predict,
    reports,
    versions,
)
from api.v1.default_model import DefaultModel
from api.v1.feedback import model_results, outcome_export, outcome_jobs, outcomes, training
from feedback.outcome_import.outcome_jobs import OutcomeJobs
from feedback.recorder import Recorder
from feedback.results.model_results import ModelResults
from feedback.service import Feedback
from jobs.campaign_service import CampaignService
from jobs.deferred_answers import DeferredAnswers
from jobs.downloads import Downloads
from ml.service import Service


class OrjsonProvider(DefaultJSONProvider):
    """JSON by orjson: what views return as dicts and lists, which may hold arrays of numpy, becomes a response."""

    def response(self, *given: Any, **_: Any) -> Response:
        """The response with one value as JSON."""
        return Response(orjson.dumps(given[0], option=orjson.OPT_SERIALIZE_NUMPY), content_type="application/json")


def create_api(
    service: Service,
    ready: Callable[[], dict[str, str | None]],
    max_body: int,
    max_records: int,
    default_model: str = "",
    campaign_service: CampaignService | None = None,
    is_page: IsPage | None = None,
    origins: Collection[str] = (),
    recorder: Recorder | None = None,
    feedback: Feedback | None = None,
) -> Flask:
    """Create the API's Flask application.

    Parameters
    ----------
    service : Service
        Scores and explains.
    ready : callable
        Health check: each part of the service and its fault, None where it is well.
    max_body : int
        Largest request body, in bytes.
    max_records : int
        Maximum number of records in one request.
    default_model : str
        The model of addresses that name none; may be empty where there is only one.
    campaign_service : CampaignService or None
        Has the campaigns, and the service that accepts their jobs; shared with the pages, so that a process opens a
        campaign once. With None there are no routes for jobs.
    is_page : callable or None
        True when a path is a page's address, where the methods of pages are allowed, too.
    origins : collection of str
        Other sites whose pages may change state here: start a job, remove one.
    recorder : Recorder, optional
        Records decisions; without it answers have no ids of decisions.
    feedback : Feedback, optional
        Takes outcomes; without it there are no routes for them.
    """
    app = MethodsFlask("likely.api", static_folder=None)
    app.is_page, app.origins = is_page or app.is_page, origins
    app.config["MAX_CONTENT_LENGTH"] = max_body
    app.request_class, app.json = WholeRequest, OrjsonProvider(app)
    app.url_map.strict_slashes = False  # a trailing slash is the same address, without a redirect
    app.url_map.merge_slashes = False
    errors.register(app)
    methods.register(app)
    request_ids.register(app)
    links.register(app)
    docs.register(app, service)
    health.register(app, ready)
    models.register(app, service)
    versions.register(app, service)
    plots.register(app, service)
    scores = predict.Predict(service, max_records, later=campaign_service is not None)
    predict.register(app, scores)
    deferred_answers.accept_slow_requests(app)
    default = DefaultModel(service, default_model)
    page_addresses.register(app, scores, default)
    reports.register(app, service)
    v2.register(app, service, ready, max_records)
    kserve_v1.register(app, service, max_records)
    azure.register(app, service, max_records, default)
    mlflow.register(app, service, ready, max_records, default)
    if campaign_service is not None:
        job_service = campaign_service.jobs
        downloads = Downloads(job_service, campaign_service)
        jobs.register(app, job_service, campaign_service, downloads)
        job_list.register(app, job_service)
        job_result.register(app, downloads)
        campaigns.register(app, service, campaign_service)
        late = RecordDeferredDecisions(recorder, service.model) if recorder is not None else None
        deferred_answers.register(app, DeferredAnswers(job_service), late)
    if feedback is not None:
        training.register(app, service, feedback)
        outcomes.register(app, feedback, max_records)
        outcome_export.register(app, service, feedback)
        model_results.register(app, ModelResults(feedback))
    if feedback is not None and campaign_service is not None:
        outcome_jobs.register(app, OutcomeJobs(campaign_service.jobs))
    if recorder is not None:
        app.wsgi_app = RecordDecisions(app.wsgi_app, recorder)  # type: ignore[method-assign]
    return app
