"""Beside the form of a call list: what the list should bring, and the list itself, which is a job."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.campaign import parts, records
from layouts.campaign.words import money, whole
from layouts.shared import ids
from layouts.shared.blocks import table_head
from layouts.shared.percent import percents
from ml.campaign.forecast import Forecast
from ml.translation import mark, plural, text, text_parts

READY = mark("The list is ready. {link}")
GO = mark("Go to the list")
STALE = mark("The list was made with different settings.")


def aside(job: str, made: str) -> Component:
    """The place of the forecast, the button that makes the list, and the place of the list."""
    of = ids.campaign_part
    label = html.Strong(text("With reasons"))
    reasons = dbc.Checkbox(id=of("list-reasons", job), label=label, value=True, class_name="campaign-tick")
    make = parts.button(text("Make the list"), main=True, disabled=True, id=of("make", job))
    cancel = parts.button(text("Cancel"), hidden=True, id=of("list-cancel", job))
    load = html.Div(id=of("list-download", job), className="campaign-list-download")
    return html.Div(
        [
            html.H3(text("What it should bring")),
            html.Div(id=of("forecast", job), className="campaign-forecast", **{"aria-live": "polite"}),
            reasons,
            html.Div([make, cancel, load], className="campaign-buttons"),
            parts.progress_bar(text("The list"), None, hidden=True, id=of("list-bar", job)),
            html.Div(
                [
                    html.Span(id=of("list-words", job)),
                    html.Span(id=of("make-said", job)),
                    " ",
                    html.Span(id=of("list-stale", job)),
                ],
                className="campaign-said",
                role="status",
                **{"data-said": "list"},
            ),
            dcc.Store(id=of("list", job), data=made or None),
            dcc.Store(id=of("list-open", job), data=bool(made)),
            dcc.Store(id=of("chosen", job)),
            dcc.Store(id=of("forecast-asked", job)),
            dcc.Store(id=of("forecast-again", job)),
            dcc.Store(id=of("make-key", job), data=uuid.uuid4().hex),
            parts.ticks("list-tick", job, most=0),
        ],
        className="campaign-brings",
    )


def rows(job: Mapping[str, Any], table: Mapping[str, Any]) -> list[Component]:
    """The list's own table; parameters as those of :func:`layouts.campaign.result.step`, about the list's job."""
    done = job["done"]
    said = plural("{n} record in the order of calling.", "{n} records in the order of calling.", done)
    words = f"{said} {text('What is underlined opens the record on the Prediction page.')}"
    head = [html.H2(text("The list"), id=ids.campaign("made")), html.P(words, className="campaign-lead")]
    return [parts.step("result", head, "made"), *records.place(job["id"], table, text("The list"))]


def ready() -> list[Any]:
    """Message that the list is made, with a link to it."""
    return text_parts(READY, link=html.A(text(GO), href=f"#{ids.campaign('made')}"))


def forecast_error(words: str, *, bad: bool = True) -> list[Component]:
    """Reason why there is no forecast."""
    return [html.P(words, className="campaign-bad" if bad else "")]


def forecast(
    brings: Forecast,
    wish: Mapping[str, Any],
    said: tuple[str, str, Sequence[str]],
    labels: Mapping[str, str],
    currency: str,
) -> list[Component]:
    """The forecast of a list for a request (`wish`).

    `said` are sentence, promise and notes (:mod:`ml.campaign.words`).
    """
    sentence, promise, notes = said
    column = wish.get("column")
    by_outcome = [(labels.get(name, name), chosen, buyers) for name, chosen, buyers in brings.outcomes]
    return [
        html.P(sentence, className="campaign-sentence"),
        *([html.P(promise, className="campaign-promise", **{"data-verdict": brings.verdict})] if promise else []),
        html.Dl([_figure(*each) for each in _figures(brings, wish, currency)]),
        *([_table(text("By what is offered"), by_outcome)] if len(by_outcome) > 1 else []),
        *([_table(text("By {column}", column=column), brings.groups)] if brings.groups and column else []),
        *(html.P(note, className="small") for note in notes),
    ]


def _figures(brings: Forecast, wish: Mapping[str, Any], currency: str) -> list[tuple[str, str, str]]:
    def amount(value: float) -> str:
        return money(value, currency)

    more = brings.control
    kept = plural("{n} more kept back", "{n} more kept back", more) if more else ""
    figures = [
        (text("Calls"), whole(brings.calls), kept),
        (text("Successes"), whole(brings.buyers), _between(brings.buyers_low, brings.buyers_high, whole)),
        (text("Picked blindly"), whole(brings.by_chance), ""),
    ]
    if wish["cost"]:
        figures.append((text("Cost"), amount(brings.cost), ""))
    if any(wish["values"].values()):
        figures.append((text("Profit"), amount(brings.profit), _between(brings.profit_low, brings.profit_high, amount)))
    if brings.lowest is not None:
        figures.append((text("Lowest probability"), percents([brings.lowest], exclusive=False)[0], ""))
    return figures


def _between(low: float, high: float, write: Callable[[float], str]) -> str:
    return "" if low == high else text("{low} to {high}", low=write(low), high=write(high))


def _figure(name: str, shown: str, between: str) -> Component:
    more = [html.Span(between)] if between else []
    return html.Div([html.Dt(name), html.Dd([html.Strong(shown, className="number"), *more])])


def _table(title: str, groups: Sequence[tuple[str, int, float]]) -> Component:
    head = table_head(("", text("Chosen"), text("Successes")))
    lines = [
        html.Tr([html.Th(value or text("(empty)"), scope="row"), html.Td(whole(chosen)), html.Td(whole(buyers))])
        for value, chosen, buyers in groups
    ]
    table = html.Table([head, html.Tbody(lines)], className="measures")
    return html.Details([html.Summary(title), table], className="campaign-wide")
