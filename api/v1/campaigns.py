"""Routes of campaigns: preview a file, start scoring, page through rows, forecast and write call lists.

The file itself is uploaded by ``POST /api/v1/models/<name>/jobs?held=true`` (``api/v1/jobs.py``).
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response

from api.contract.requests import FileQuery, PreviewQuery, RowsQuery, StartRequest
from api.http.cross_site import computes
from api.http.query import takes
from api.http.validated import read_object, read_query
from api.v1.accepted_job import accepted_response, idempotency_key
from jobs.campaign_service import CampaignService
from jobs.campaign_view import choices_json, rows_json
from jobs.files.job_view import PREFIX, described
from jobs.files.preview_view import preview_json
from ml.campaign.forecast import Forecast
from ml.campaign.list_request import ListRequest
from ml.campaign.pick import PickedCalls
from ml.campaign.wish import BadWish, Wish
from ml.campaign.words import notes, promise, sentence
from ml.decision.payoff import currency_of
from ml.files.text.read_options import ReadOptions
from ml.runtime.deadline import ANSWER_DEADLINE, strict_deadline
from ml.service import Bundle, Service
from store.control_groups import ControlGroup


def register(app: Flask, service: Service, campaigns: CampaignService) -> None:
    """Add the routes."""
    _register_rows(app, service, campaigns)
    _register_lists(app, campaigns)

    @app.get(f"{PREFIX}/<job>/preview")
    @takes(*PreviewQuery.model_fields)
    def preview_job(job: str) -> dict[str, Any]:
        """Preview the file of a held job."""
        query = read_query(PreviewQuery)
        seen, bundle = campaigns.preview(job, query.columns or {}, _read_options(query), query.blanks)
        return preview_json(seen, bundle)

    @app.post(f"{PREFIX}/<job>/start")
    def start_job(job: str) -> tuple[dict[str, Any], int]:
        """Start scoring a held file."""
        campaigns.jobs.get(job)
        body = read_object(StartRequest)
        return described(campaigns.start(job, body.columns or {}, body.reasons, _read_options(body), body.blanks)), 202


def _read_options(asked: FileQuery) -> ReadOptions:
    return ReadOptions.from_mapping(asked.model_dump())


def _register_rows(app: Flask, service: Service, campaigns: CampaignService) -> None:
    @app.get(f"{PREFIX}/<job>/records")
    @takes(*RowsQuery.model_fields)
    def job_records(job: str) -> dict[str, Any]:
        """A page of scored rows."""
        query = read_query(RowsQuery)
        return rows_json(service, campaigns, job, query.order, query.outcome or None, query.start, query.end)

    @app.get(f"{PREFIX}/<job>/choices")
    def job_choices(job: str) -> dict[str, Any]:
        """Outcomes and columns from which lists can be made."""
        return choices_json(service, campaigns, job)


def _register_lists(app: Flask, campaigns: CampaignService) -> None:
    @app.post(f"{PREFIX}/<job>/forecast")
    @computes
    def job_forecast(job: str) -> dict[str, Any]:
        """Forecast of a list: calls, buyers, profit."""
        campaigns.jobs.get(job)
        body = _list().model_dump(exclude_unset=True)
        with strict_deadline(ANSWER_DEADLINE):
            wish, found, brings = campaigns.forecast(job, body)
        _, bundle = campaigns.choices(job)
        return _forecast(bundle, wish, found, brings)

    @app.get(f"{PREFIX}/<job>/control")
    def job_control(job: str) -> dict[str, Any]:
        """Control groups of a campaign: the customers that its lists kept back."""
        groups = campaigns.control_groups(job)
        return {"campaign": job, "lists": [_control_group(each) for each in groups]}

    @app.delete(f"{PREFIX}/<job>/control")
    def delete_control(job: str) -> Response:
        """Remove who was kept back by the lists of a campaign that is gone."""
        campaigns.forget_control(job)
        return Response(status=204)

    @app.post(f"{PREFIX}/<job>/lists")
    def make_list(job: str) -> Response:
        """Accept the job that writes a list."""
        campaigns.jobs.get(job)
        body = _list()
        wish = body.model_dump(exclude_unset=True, exclude={"reasons"})
        return accepted_response(*campaigns.make_list(job, wish, body.reasons, idempotency_key()))


def _forecast(bundle: Bundle, wish: Wish, picked: PickedCalls, brings: Forecast) -> dict[str, Any]:
    currency = currency_of(bundle.card)
    fields = vars(brings) | {
        "left_out": picked.left_out,
        "groups": [{"value": value, "chosen": n, "buyers": buyers} for value, n, buyers in brings.groups],
        "by_outcome": [
            {"name": name, "label": bundle.outcomes[name].label, "chosen": n, "buyers": buyers}
            for name, n, buyers in brings.outcomes
        ],
        "currency": currency,
        "sentence": sentence(brings, wish, currency),
        "promise": promise(brings),
        "notes": notes(bundle, wish, picked, brings, currency),
    }
    return {name: value for name, value in fields.items() if name not in ("outcomes", "losing_corrected")}


def _control_group(group: ControlGroup) -> dict[str, Any]:
    fields = vars(group) | {"records": [{"row": row, "id": name or None} for row, name in group.records]}
    return {name: value for name, value in fields.items() if name != "campaign"}


def _list() -> ListRequest:
    return read_object(ListRequest, BadWish)
