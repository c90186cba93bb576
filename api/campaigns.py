"""Campaigns over HTTP: look into a file, start it, see its rows, and make lists of them."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args

import numpy as np
import orjson
from flask import Flask, Response, request

from api.cross_site import computes
from api.jobs import columns_of
from api.query import takes
from jobs.campaigns import Campaigns, Order
from jobs.index import Index
from jobs.view import PREFIX, described
from ml.campaign.forecast import Forecast
from ml.campaign.pick import Picked
from ml.campaign.wish import Wish, currency_of, default_cost, default_value
from ml.campaign.words import notes, sentence
from ml.errors import Unreadable
from ml.service import Bundle, Service

ORDERS: tuple[Literal["rank", "file"], ...] = get_args(Order)


def register(app: Flask, service: Service, campaigns: Campaigns) -> None:
    """Add the routes."""
    _register_rows(app, service, campaigns)
    _register_lists(app, campaigns)

    @app.get(f"{PREFIX}/<job>/preview")
    @takes("columns")
    def preview_job(job: str) -> Response:
        """What the file of a held job holds."""
        seen, bundle = campaigns.preview(job, columns_of(request.args.get("columns")))
        label = {feature.name: feature.label for feature in bundle.schema.given}
        feature_of = {feature: name for name, feature in seen.columns.items() if feature}
        return _answer(
            {
                "header": seen.header,
                "rows": seen.rows,
                "columns": seen.columns,
                "features": [{"name": name, "label": text} for name, text in label.items()],
                "missing": [{"name": name, "label": label[name]} for name in seen.missing],
                "checked": seen.checked,
                "refused": seen.refused,
                "estimated": seen.estimated,
                "problems": [
                    {
                        "row": problem.row + 1,
                        "column": feature_of.get(problem.feature or ""),
                        "feature": problem.feature,
                        "message": problem.message,
                        "hint": problem.hint,
                        "records": count,
                    }
                    for problem, count in seen.problems
                ],
                "ready": not seen.why,
                "why": seen.why,
                "seconds_with_reasons": seen.reason_seconds * (seen.estimated or seen.checked),
            }
        )

    @app.post(f"{PREFIX}/<job>/start")
    def start_job(job: str) -> Response:
        """Have a held file scored."""
        asked = _object()
        columns, reasons = asked.get("columns") or {}, asked.get("reasons", False)
        if not isinstance(columns, dict) or not all(isinstance(value, str) for value in columns.values()):
            raise Unreadable("columns is no object of texts.", 'Send {"columns": {"column of the file": "feature"}}.')
        return _answer(described(campaigns.start(job, columns, _switch(reasons, "reasons"))), 202)


def _register_rows(app: Flask, service: Service, campaigns: Campaigns) -> None:
    @app.get(f"{PREFIX}/<job>/records")
    @takes("order", "outcome", "start", "end")
    def job_records(job: str) -> Response:
        """Some rows of what was scored."""
        order = request.args.get("order", "rank")
        if order not in ORDERS:
            raise Unreadable(f"order is {order[:80]!r}.", f"Accepted: {', '.join(ORDERS)}.")
        outcome = request.args.get("outcome") or None
        start, end = _count("start", 0), _count("end", 100)
        index, bundle, rows = campaigns.rows(job, order, outcome, start, end)
        return _answer(
            {
                "total": len(index),
                "header": index.header[: index.width],
                "outcomes": [{"name": each.name, "label": each.label} for each in bundle.outcomes.items],
                "rows": [_row(index, bundle, row, rank, line) for row, rank, line in rows],
            }
        )

    @app.get(f"{PREFIX}/<job>/choices")
    def job_choices(job: str) -> Response:
        """From what lists can be made."""
        index, bundle = campaigns.choices(job)
        scored = int((~_isnan(index)).sum())
        return _answer(
            {
                "outcomes": [_choice(service, bundle, name) for name in bundle.outcomes.names],
                "exclusive": bundle.outcomes.exclusive,
                "positive": bundle.outcomes.positive,
                "columns": [_column(name, index) for name in index.columns],
                "records": len(index),
                "scored": scored,
                "refused": len(index) - scored,
            }
        )


def _register_lists(app: Flask, campaigns: Campaigns) -> None:
    @app.post(f"{PREFIX}/<job>/forecast")
    @computes
    def job_forecast(job: str) -> Response:
        """What a list would bring."""
        asked = _object()
        asked.pop("reasons", None)
        wish, found, brings = campaigns.forecast(job, asked)
        _, bundle = campaigns.choices(job)
        return _answer(_forecast(bundle, wish, found, brings))

    @app.post(f"{PREFIX}/<job>/lists")
    def make_list(job: str) -> Response:
        """Have a list written."""
        asked = _object()
        reasons = _switch(asked.pop("reasons", False), "reasons")
        made = campaigns.make_list(job, asked, reasons)
        response = _answer(described(made), 202)
        response.headers["Location"] = f"{PREFIX}/{made.id}"
        return response


def _row(index: Index, bundle: Bundle, row: int, rank: int, line: list[str]) -> dict[str, Any]:
    width, k = index.width, len(bundle.outcomes)
    after = line[width + 1 + k :]
    p = index.probabilities[row].tolist()
    refused = any(map(math.isnan, p))
    return {
        "row": row + 1,
        "cells": line[:width],
        "rank": rank or None,
        "label": line[width],
        "probabilities": {} if refused else dict(zip(bundle.outcomes.names, p, strict=True)),
        "outcome": after[0],
        "band": after[2],
        "reasons": [reason for reason in after[3:-1] if reason],
        "problems": line[-1],
    }


def _choice(service: Service, bundle: Bundle, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": bundle.outcomes[name].label,
        "cut_off": service.cut_off(bundle, name),
        "value": default_value(bundle.card, name),
        "cost": default_cost(bundle.card, (name,)),
    }


def _column(name: str, index: Index) -> dict[str, Any]:
    groups = index.columns[name]
    counts = np.bincount(groups.codes, minlength=len(groups.values)).tolist()
    values = [{"value": value, "records": count} for value, count in zip(groups.values, counts, strict=True)]
    return {"name": name, "values": values}


def _forecast(bundle: Bundle, wish: Wish, found: Picked, brings: Forecast) -> dict[str, Any]:
    currency = currency_of(bundle.card, bundle.outcomes.names)
    return {
        "calls": brings.calls,
        "control": brings.control,
        "chosen": brings.chosen,
        "buyers": brings.buyers,
        "buyers_low": brings.buyers_low,
        "buyers_high": brings.buyers_high,
        "cost": brings.cost,
        "profit": brings.profit,
        "profit_low": brings.profit_low,
        "profit_high": brings.profit_high,
        "lowest": brings.lowest,
        "by_chance": brings.by_chance,
        "groups": [{"value": value, "chosen": n, "buyers": buyers} for value, n, buyers in brings.groups],
        "by_outcome": [
            {"name": name, "label": bundle.outcomes[name].label, "chosen": n, "buyers": buyers}
            for name, n, buyers in brings.outcomes
        ],
        "currency": currency,
        "sentence": sentence(brings, wish, currency),
        "notes": notes(bundle, wish, found, brings),
    }


def _isnan(index: Index) -> Any:
    return index.probabilities[:, 0] != index.probabilities[:, 0]


def _object() -> dict[str, Any]:
    try:
        found = orjson.loads(request.get_data() or b"{}")
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"The body is no JSON: {error}.", "Send an object.") from None
    if not isinstance(found, dict):
        raise Unreadable("The body is no JSON object.", "Send an object.")
    return found


def _switch(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise Unreadable(f"{name} is {str(value)[:80]!r}.", "It is true or false.")
    return value


def _count(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise Unreadable(f"{name} is {text[:80]!r}.", "It is a whole number, 0 or more.")
    return int(text)


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY), status, content_type="application/json")
