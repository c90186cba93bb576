"""The Prediction page asks with every change; each answer says which question it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, no_update
from dash.development.base_component import Component

from layouts import ids, predict, result
from ml.errors import InvalidRecord, LikelyError
from ml.service import Service


def register(app: Dash, service: Service) -> None:
    """Answer each question, and let the form's script put the answer's faults at their fields."""
    app.callback(
        Output(ids.RESULT, "children"),
        Output(ids.ANSWERED, "data"),
        Input(ids.ASKED, "data"),
        prevent_initial_call=True,
    )(partial(show_score, service))
    # Dash calls only what has an output when a page comes in: the serial of the settled answer.
    settle = ClientsideFunction("likely", "settle")
    app.clientside_callback(settle, Output(ids.FORM, "data-settled"), Input(ids.ANSWERED, "data"))


def show_score(service: Service, asked: Any) -> tuple[Any, dict[str, Any]]:
    """The result for the record that was asked for, and what to say at its fields.

    Parameters
    ----------
    service : Service
    asked : dict
        ``{"serial": int, "model": key, "record": {name: text}}``; as all that a browser sends, it
        may be anything.

    Returns
    -------
    component or no_update
        A record with problems leaves the old result, which the page then shows as outdated.
    dict
        See :func:`layouts.result.answered`.
    """
    serial, model, record = predict.question(asked)
    try:
        scored = service.score(model, [record])
    except InvalidRecord as invalid:
        return no_update, result.answered(serial, problems=invalid.problems)
    except LikelyError as error:
        return result.refusal(error, serial), result.answered(serial)
    score = scored.scores[0]
    return result.result(scored.model, score, serial), result.answered(serial, notes=score.notes)


def opening(service: Service, model: str, query: Mapping[str, str]) -> Component:
    """The page with its form filled and scored, so that it opens without a second question."""
    bundle = service.model(model)
    record = predict.starting_record(bundle.schema, query)
    try:
        score = service.score(bundle.key, [record]).scores[0]
    except InvalidRecord as invalid:
        return predict.page(bundle, record, None, invalid.problems)
    return predict.page(bundle, record, score)
