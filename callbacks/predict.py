"""Callbacks of the Prediction page: values of the form's controls become probabilities, and then their reasons.

The controls are inputs of ``request_when_due``, whose output, the request, is the input of ``show_score``; what that
answers is the input of ``show_reasons``, see ``docs/decisions/0070-controls-are-inputs.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update
from dash.development.base_component import Component

from callbacks import outcomes
from callbacks.campaign.backend import CampaignBackend
from callbacks.campaign.open_row import open_row
from callbacks.finder import open_record
from callbacks.form import request_when_due
from callbacks.today.open_customer import open_customer
from layouts.predict import page as predict
from layouts.predict import result, waterfall, what_if
from layouts.predict.page import form_schema
from layouts.predict.probability_board import board
from layouts.shared import ids, url
from layouts.shared.form_messages import FormRequest, controls_of, form_response, form_values, plain_numbers
from layouts.shared.html_tree import tree_of
from layouts.shared.static_html import message_attributes
from ml.bundle.record_book import RecordBooks
from ml.errors import InvalidRecord, LikelyError, Problem
from ml.service import Service


def register(app: Dash, service: Service) -> None:
    """Score the values in the form's controls when they have changed, and then give the reasons."""
    request_when_due(app, ids.FORM_REQUEST)
    app.callback(
        Output(ids.RESULT, "tree"),
        Output(ids.FORM_RESPONSE, "attributes"),
        Input(ids.FORM_REQUEST, "data"),
        State(ids.field(ALL), "value"),
        prevent_initial_call=True,
    )(as_texts(lambda request, values: show_score(service, request, controls_of(ctx.states_list[0]), values)))
    app.callback(
        Output(ids.REASONS, "tree"),
        Output(ids.REASONS_RESPONSE, "attributes"),
        Input(ids.REASONS_REQUEST, "data"),
        prevent_initial_call=True,
    )(as_texts(partial(show_reasons, service)))


def as_texts(show: Callable[..., tuple[Any, dict[str, Any]]]) -> Callable[..., tuple[Any, dict[str, Any]]]:
    """A callback whose component and message for the script are one text each, which Dash does not walk through."""

    def called(*values: Any) -> tuple[Any, dict[str, Any]]:
        component, response = show(*values)
        return component if component is no_update else tree_of(component), message_attributes(response)

    return called


def show_score(service: Service, request: Any, fields: Any, values: Any) -> tuple[Any, dict[str, Any]]:
    """The result for the values in the form, and the response for the form's script.

    Parameters
    ----------
    request : dict
        ``{"serial": int, "model": key, "outcome": name, "declined": names, …}``, see :class:`FormRequest`; as all that
        a browser sends, it may be anything.
    fields, values : list
        Ids and values of the form's controls: texts as they stand there, numbers in the reader's marks.

    Returns
    -------
    component or no_update
        no_update for a record with problems: the page then shows the old result as outdated.
    dict
        See :func:`layouts.shared.form_messages.form_response`.
    """
    sent, request = request, FormRequest.read(request)
    try:
        schema = form_schema(service.model(request.model))
        texts = form_values(schema, fields, values)
        asked = {**(sent if isinstance(sent, dict) else {}), "values": texts}
        record = request.rest | plain_numbers(schema, texts)
        component, notes = answer(service, request.model_copy(update={"record": record}))
    except InvalidRecord as invalid:
        response = form_response(request.serial, asked=asked, problems=invalid.problems, notes=invalid.notes)
        return no_update, response
    except LikelyError as error:
        return result.score_error(error, request.serial), form_response(request.serial)
    return component, form_response(request.serial, asked=asked, notes=notes)


def show_reasons(service: Service, request: Any) -> tuple[Any, dict[str, Any]]:
    """The reasons for a score that the page shows already, and the sweeps that its script draws into the fields.

    Parameters
    ----------
    request : dict
        The latest request whose answer is shown, with its ``record`` (name to text, numbers as "-1234.5") and the
        ``step``: 0 for the first reasons, 1 and so on for those with smaller errors.
    """
    request = FormRequest.read(request)
    try:
        bundle = service.model(request.model)
        scored = service.score_with_blanks(bundle.key, request.record, request.chosen(bundle.outcomes), request.ranking)
        advice = service.advise(scored, request.row, request.step)
    except LikelyError:  # what is wrong was said beside the score
        return no_update, what_if.nothing(request.serial, request.model)
    at = request.serial, request.step
    return waterfall.reasons(scored, advice, *at), what_if.advised(scored, advice, *at)


def answer(service: Service, request: FormRequest) -> tuple[Component, Sequence[Problem]]:
    """The answer for one record, blanks included, and the notes on its values."""
    bundle = service.model(request.model)
    if bundle.offers != "probabilities":
        score = service.score(bundle.key, [request.record]).scores[0]
        return result.result(bundle, score, request.serial), score.notes
    scored = service.score_with_blanks(bundle.key, request.record, request.chosen(bundle.outcomes), request.ranking)
    return board(scored, request.declined, request.serial, request.order), scored.notes


def opening(
    service: Service, model: str, query: Mapping[str, str], books: RecordBooks | None = None,
    backend: CampaignBackend | None = None, desk: outcomes.OutcomeServices | None = None,
) -> Component:  # fmt: skip
    """The page with its form filled and scored, so that it opens without a second request."""
    bundle = service.model(model)
    named, version = predict.requested_record(bundle, query)
    opened, claim = open_customer(desk, bundle, named, books) if desk else (None, None)
    opened = opened or (open_row(backend, bundle, named) if backend and named.startswith(url.CAMPAIGN) else None)
    opened = opened or open_record(service, books or RecordBooks(), bundle.key, named, version)
    request = predict.opening_request(bundle, query, opened.entry)
    beside = outcomes.desk_of(desk, bundle, request, claim) if desk else None
    try:
        component, notes = answer(service, request)
    except InvalidRecord as invalid:
        response = form_response(0, request.record, problems=invalid.problems, notes=invalid.notes)
        return predict.page(bundle, request, result.nothing_yet(), response, opened, beside)
    return predict.page(bundle, request, component, form_response(0, request.record, notes=notes), opened, beside)
