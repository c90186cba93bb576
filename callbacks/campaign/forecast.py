"""Callbacks of a list's form: what does not apply is hidden, and each change is forecast."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from callbacks.campaign.backend import CampaignBackend, by_name, words
from jobs.errors import UnknownJob
from layouts.campaign import call_list, made_list
from layouts.campaign.choices import are_parts_of, values_of
from layouts.campaign.typed_wish import offered, typed_wish
from layouts.shared import ids
from ml.campaign.list_request import ListRequest
from ml.campaign.words import notes, promise, sentence
from ml.decision.payoff import currency_of
from ml.errors import LikelyError
from ml.translation import text

CHOSEN = ("by", "offers", "several", "losses", "column")


def wish_of_page(kind: type[Input] | type[State]) -> dict[str, Any]:
    """The controls of the form, as inputs or as state of a callback."""
    of = ids.campaign_part
    return {
        "chosen": {name: kind(of(name, MATCH), "value") for name in CHOSEN},
        "texts": kind(of("wish", MATCH, name=ALL), "value"),
        "names": State(of("wish", MATCH, name=ALL), "id"),
        "part_texts": kind(of("part", MATCH, name=ALL), "value"),
        "part_names": State(of("part", MATCH, name=ALL), "id"),
        "of": State(of("forecast", MATCH), "id"),
    }


def register(app: Dash, backend: CampaignBackend) -> None:
    """Show the fields that apply, the values of the chosen column, and the forecast."""
    of = ids.campaign_part
    app.callback(
        Output(of("wish-field", MATCH, name=ALL), "hidden"),
        Output(of("several-choice", MATCH), "hidden"),
        Input(of("by", MATCH), "value"),
        Input(of("offers", MATCH), "value"),
        State(of("wish-field", MATCH, name=ALL), "id"),
        State(of("forecast", MATCH), "id"),
    )(partial(show_fields, backend))
    app.callback(
        Output(of("parts", MATCH), "children"),
        Output(of("limits", MATCH), "hidden"),
        Input(of("column", MATCH), "value"),
        State(of("column", MATCH), "id"),
    )(partial(show_parts, backend))
    app.callback(
        output={
            "forecast": Output(of("forecast", MATCH), "children"),
            "chosen": Output(of("chosen", MATCH), "data"),
            "stale": Output(of("list-stale", MATCH), "children"),
            "said": Output(of("wish-said", MATCH, name=ALL), "children"),
            "states": Output(of("wish-field", MATCH, name=ALL), "data-state"),
            "placeholders": Output(of("wish", MATCH, name=ALL), "placeholder"),
            "part_said": Output(of("part-said", MATCH, name=ALL), "children"),
            "part_states": Output(of("part-field", MATCH, name=ALL), "data-state"),
            "asked": Output(of("forecast-asked", MATCH), "data"),
        },
        inputs={
            **wish_of_page(Input),
            "made": State(of("list", MATCH), "data"),
            "again": Input(of("forecast-again", MATCH), "data"),
        },
    )(partial(foresee, backend))
    # Dash may lose a change that is typed while a forecast is under way. So each answer echoes its inputs, and the
    # script marks one whose inputs are not those in the fields any more, and asks again
    app.clientside_callback(
        ClientsideFunction("likely", "foreseen"),
        Output(of("forecast", MATCH), "data-current"),
        Input(of("forecast-asked", MATCH), "data"),
        *(Input(of(name, MATCH), "value") for name in CHOSEN),
        Input(of("wish", MATCH, name=ALL), "value"),
        Input(of("part", MATCH, name=ALL), "value"),
        State(of("forecast-again", MATCH), "id"),
    )
    app.clientside_callback(  # the inputs of dash-bootstrap-components have no aria-invalid
        ClientsideFunction("likely", "fieldsMarked"),
        Output(ids.CAMPAIGN, "data-marked"),
        Input(of("wish-field", ALL, name=ALL), "data-state"),
        Input(of("part-field", ALL, name=ALL), "data-state"),
        prevent_initial_call=True,
    )


def show_fields(backend: CampaignBackend, by: Any, offers: Any, fields: list[Any], of: Any) -> tuple[list[bool], bool]:
    """Hide the fields that do not apply to the chosen kind of list."""
    choices = backend.choices(of["job"])
    names = offered(choices, offers)
    hidden = call_list.hidden_fields([field["name"] for field in fields], by, names)
    return hidden, bool(choices["exclusive"]) or len(names) < 2


def show_parts(backend: CampaignBackend, column: Any, of: Any) -> tuple[Any, bool]:
    """A row for each value of the chosen column."""
    choices = backend.choices(of["job"])
    return call_list.parts(of["job"], choices, column), not values_of(choices, column)


def foresee(
    backend: CampaignBackend, chosen: dict[str, Any], texts: list[Any], names: list[Any], part_texts: list[Any],
    part_names: list[Any], of: Any, made: Any, again: Any = None,  # noqa: ARG001 - it only asks
) -> dict[str, Any]:  # fmt: skip
    """Forecast of the list that the form describes, or the problems in the form.

    Parameters
    ----------
    chosen : dict
        ``by``, ``offers``, ``several``, ``losses`` and ``column``.
    texts, part_texts : list of str
        Contents of the fields, and of those of the column's values.
    names, part_names : list of dict
        Ids of these.
    of : dict
        Names the job.
    made : str or None
        Id of the list that was made last.
    again : float or None
        When the browser found that an answer was not about what stands in the fields.
    """
    asked = {"asked": [*map(chosen.get, CHOSEN), texts, part_texts]}
    try:
        choices = backend.choices(of["job"])
    except LikelyError as error:
        choices, problem = None, words(error)
    if choices is None:
        return asked | _marked(names, part_names, {}, ("", "")) | _nothing(made_list.forecast_error(problem))
    if not are_parts_of(choices, chosen.get("column"), by_name(part_names, part_texts)):
        raise PreventUpdate  # the fields of the column's values are on their way, with what was typed into them
    read = typed_wish(choices, chosen, by_name(names, texts) | by_name(part_names, part_texts))
    shown = asked | _marked(names, part_names, read.problems, call_list.cut_off_words(choices, chosen.get("offers")))
    if read.wish is None:
        return shown | _nothing(made_list.forecast_error(text("Correct the marked fields.")))
    shown["stale"] = text(made_list.STALE) if _made_otherwise(backend, made, read.wish) else ""
    if not read.wish["outcomes"]:
        return shown | _nothing(made_list.forecast_error(text("Choose what the list is about."), bad=False))
    try:
        return shown | _forecast(backend, of["job"], read.wish)
    except LikelyError as error:
        return shown | _nothing(made_list.forecast_error(words(error)))


def _forecast(backend: CampaignBackend, job: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    wish, found, brings = backend.campaigns.forecast(job, request_of(asked))
    _, bundle = backend.campaigns.choices(job)
    currency = currency_of(bundle.card)
    said = sentence(brings, wish, currency), promise(brings), notes(bundle, wish, found, brings, currency)
    labels = {each.name: each.label for each in bundle.outcomes.items}
    return {"forecast": made_list.forecast(brings, asked, said, labels, currency), "chosen": brings.chosen}


def request_of(wish: Mapping[str, Any]) -> dict[str, Any]:
    """The request as the API passes it on, so that two are equal where they ask for the same."""
    return ListRequest.model_construct(**wish).model_dump(exclude_unset=True)


def _made_otherwise(backend: CampaignBackend, made: Any, wish: Mapping[str, Any]) -> bool:
    """True when the list that was made was asked for otherwise."""
    try:
        return bool(made) and backend.jobs.get(str(made)).options.get("wish") != request_of(wish)
    except UnknownJob:
        return False


def _marked(
    names: list[Any], part_names: list[Any], problems: Mapping[str, str], cut_off: tuple[str, str]
) -> dict[str, Any]:
    """Message at each field."""
    fields, more = [each["name"] for each in names], [each["name"] for each in part_names]
    hints = {"cut_off": cut_off[1]}
    return {
        "said": [problems.get(name, hints.get(name, "")) for name in fields],
        "states": ["problem" if name in problems else "" for name in fields],
        "placeholders": [cut_off[0] if name == "cut_off" else "" for name in fields],
        "part_said": [problems.get(name, "") for name in more],
        "part_states": ["problem" if name in problems else "" for name in more],
        "stale": no_update,
    }


def _nothing(shown: Any) -> dict[str, Any]:
    return {"forecast": shown, "chosen": 0}
