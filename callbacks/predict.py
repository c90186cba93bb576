"""Callbacks of the Prediction page: each change is a request, and each response has its serial number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, no_update
from dash.development.base_component import Component

from callbacks.finder import open_record
from layouts.predict import page as predict
from layouts.predict import result, waterfall, what_if
from layouts.predict.probability_board import board
from layouts.shared import ids
from layouts.shared.form_messages import FormRequest, form_response
from ml.bundle.record_book import RecordBooks
from ml.errors import InvalidRecord, LikelyError, Problem
from ml.service import Service


def register(app: Dash, service: Service) -> None:
    """Answer each request, and let the form's script show problems at their fields."""
    app.callback(
        Output(ids.RESULT, "children"),
        Output(ids.FORM_RESPONSE, "data"),
        Input(ids.FORM_REQUEST, "data"),
        prevent_initial_call=True,
    )(partial(show_score, service))
    app.callback(
        Output(ids.REASONS, "children"),
        Output(ids.REASONS_RESPONSE, "data"),
        Input(ids.REASONS_REQUEST, "data"),
        prevent_initial_call=True,
    )(partial(show_reasons, service))
    # Dash calls only what has an output when a page comes in: the serial of the settled answer.
    settle = ClientsideFunction("likely", "settle")
    app.clientside_callback(settle, Output(ids.FORM, "data-settled"), Input(ids.FORM_RESPONSE, "data"))
    advise = ClientsideFunction("likely", "advise")
    drawn, advice = Output(ids.REASONS, "data-settled"), Input(ids.REASONS_RESPONSE, "data")
    app.clientside_callback(advise, drawn, advice, prevent_initial_call=True)


def show_score(service: Service, request: Any) -> tuple[Any, dict[str, Any]]:
    """The result for the requested record, and the response for the form's script.

    Parameters
    ----------
    service : Service
    request : dict
        ``{"serial": int, "model": key, "record": {name: text}, "outcome": name, "declined": names}``;
        as all that a browser sends, it may be anything.

    Returns
    -------
    component or no_update
        None for a record with problems: the page then shows the old result as outdated.
    dict
        See :func:`layouts.shared.form_messages.form_response`.
    """
    request = FormRequest.read(request)
    try:
        said, notes = answer(service, request)
    except InvalidRecord as invalid:
        return no_update, form_response(request.serial, problems=invalid.problems, notes=invalid.notes)
    except LikelyError as error:
        return result.refusal(error, request.serial), form_response(request.serial)
    return said, form_response(request.serial, notes=notes)


def show_reasons(service: Service, request: Any) -> tuple[Any, dict[str, Any]]:
    """The reasons for a score that the page shows already, and the sweeps that its script draws into the fields.

    Parameters
    ----------
    service : Service
    request : dict
        As :func:`show_score` takes it: the latest request, once its answer is shown.
    """
    request = FormRequest.read(request)
    try:
        bundle = service.model(request.model)
        standing = service.stand(bundle.key, request.record, request.chosen(bundle.outcomes))
        advice = service.advise(standing, request.row, request.step)
    except LikelyError:  # what is wrong was said beside the score
        return no_update, what_if.nothing(request.serial, request.model)
    at = request.serial, request.step
    return waterfall.reasons(standing, advice, *at), what_if.advised(standing, advice, *at)


def answer(service: Service, request: FormRequest) -> tuple[Component, Sequence[Problem]]:
    """The answer for one record, blanks included, and the notes on its values."""
    bundle = service.model(request.model)
    if bundle.offers != "probabilities":
        score = service.score(bundle.key, [request.record]).scores[0]
        return result.result(bundle, score, request.serial), score.notes
    standing = service.stand(bundle.key, request.record, request.chosen(bundle.outcomes))
    return board(standing, request.declined, request.serial, request.order), standing.notes


def opening(service: Service, model: str, query: Mapping[str, str], books: RecordBooks | None = None) -> Component:
    """The page with its form filled and scored, so that it opens without a second request."""
    bundle = service.model(model)
    named, version = predict.requested_record(bundle, query), predict.requested_version(bundle, query)
    opened = open_record(service, books or RecordBooks(), bundle.key, named, version)
    request = predict.opening_request(bundle, query, opened.entry)
    try:
        said, notes = answer(service, request)
    except InvalidRecord as invalid:
        told = form_response(0, request.record, problems=invalid.problems, notes=invalid.notes)
        return predict.page(bundle, request, result.nothing_yet(0), told, opened)
    return predict.page(bundle, request, said, form_response(0, request.record, notes=notes), opened)
