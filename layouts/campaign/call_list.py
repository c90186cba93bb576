"""Call list from scored records: a form for its size, limits and costs, and the place of its forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html
from dash.development.base_component import Component

from layouts.shared import downloads, ids
from layouts.shared.html_input import HtmlInput
from ml.campaign.list_request import ListRequest
from ml.data.validation_words import accepted, schema_of
from ml.decision.payoff import currency_of, payoff_of

if TYPE_CHECKING:
    from ml.bundle.bundle import Bundle

OTHER_ENDS = "False alarms, misses and those rightly left alone count as the model's card says."
LENGTHS = (("cutoff", "Cut-off"), ("number", "Number"), ("budget", "Budget"))


def form(bundle: Bundle) -> list[Component]:
    """The form of a call list, and the place of its forecast.

    Parameters
    ----------
    bundle : Bundle
    """
    currency = currency_of(bundle.card)
    asks = html.Div(
        [
            _length(currency),
            _offers(bundle),
            _money(currency, other_ends=_has_other_ends(bundle)),
            _limits(),
            _control(),
        ],
        id=ids.campaign("wish"),
        className="form campaign-wish",
        role="form",
        **{"aria-label": "What is wanted of the list"},
    )
    return [html.H2("Make a list of whom to call"), html.Div([asks, _forecast()], className="campaign-list")]


def _length(currency: str) -> Component:
    choices = [
        html.Span(
            [
                HtmlInput(
                    id=ids.campaign(f"by-{name}"), type="radio", name="campaign-by", value=name, className="btn-check"
                ),
                html.Label(words, htmlFor=ids.campaign(f"by-{name}"), className="campaign-segment"),
            ]
        )
        for name, words in LENGTHS
    ]
    asked = [
        _field("cut-off", "Call from a probability of", "%", _accepted_values("cut_off", percent=True), for_="cutoff"),
        _field("number", "Records at most", "", _accepted_values("number"), for_="number"),
        _field("budget", "Acting may cost in all", currency, _accepted_values("budget"), for_="budget"),
    ]
    return _group("How long is it?", [html.Div(choices, className="campaign-segments"), *asked])


def _offers(bundle: Bundle) -> Component:
    each = "A record may be on the list"
    several = [
        html.Label(
            [
                HtmlInput(
                    type="radio",
                    name="campaign-several",
                    value=value,
                    checked=value == "false",
                    className="form-check-input",
                ),
                words,
            ]
        )
        for value, words in (("false", "once, for the best of these"), ("true", "for each of these"))
    ]
    several_of = html.Div(
        [html.Span(each), *several],
        className="campaign-several",
        role="radiogroup",
        hidden=True,
        **{"aria-label": each},
    )
    group = _group("What is it about?", [html.Div(id=ids.campaign("offers"), className="campaign-offers"), several_of])
    group.hidden = bundle.outcomes.exclusive and len(bundle.outcomes) <= 2
    return group


def _money(currency: str, *, other_ends: bool) -> Component:
    fields = [
        _field("cost", "A call costs", currency, _accepted_values("cost")),
        html.Div(id=ids.campaign("values"), className="campaign-values", **_accepted_values("values")),
        *([html.P(OTHER_ENDS, className="small")] if other_ends else []),
        html.Label(
            [
                HtmlInput(
                    id=ids.campaign("losses"), type="checkbox", className="form-check-input", **{"data-wish": "losses"}
                ),
                html.Span("Take those too on whom acting is expected to lose money"),
            ],
            className="campaign-tick",
        ),
    ]
    return _group("What does it cost, and what does it bring?", fields)


def _has_other_ends(bundle: Bundle) -> bool:
    """Whether the card says what false alarms, misses or records rightly left alone are worth."""
    found = [payoff_of(bundle.card, name) for name in bundle.outcomes.names]
    return any(payoff.false_positive or payoff.false_negative or payoff.true_negative for payoff in found if payoff)


def _limits() -> Component:
    names = ("Value", "Records", "At least", "At most")
    head = html.Thead(html.Tr([html.Th(name, scope="col") for name in names]))
    table = html.Table([head, html.Tbody(id=ids.campaign("parts"), **_accepted_values("limits"))], className="measures")
    choose = html.Div(
        [
            html.Label("By column", htmlFor=ids.campaign("column"), className="field-label"),
            html.Select(id=ids.campaign("column"), className="form-select"),
        ],
        className="field",
    )
    limits = html.Div(
        [
            _field("limit", "Each value at most, where nothing else is said", "", _accepted_values("limit")),
            html.Div(table, className="campaign-wide"),
        ],
        id=ids.campaign("limits"),
        hidden=True,
    )
    return _group("Limits and quotas", [choose, limits])


def _control() -> Component:
    why = (
        "About this share, drawn at random, the same people on every list of this campaign; marked in the list and not "
        "called: what they do without a call shows what the calls brought."
    )
    keep = _field("control", "Keep back", "%", _accepted_values("control", percent=True))
    return _group("Control group", [keep, html.P(why, className="small")])


def _forecast() -> Component:
    tick = html.Label(
        [
            HtmlInput(id=ids.campaign("list-reasons"), type="checkbox", className="form-check-input", checked=True),
            html.Strong("With reasons"),
        ],
        className="campaign-tick",
    )
    make = html.Button("Make the list", type="button", className="cut-off-use", **{"data-does": "list"})
    cancel = html.Button("Cancel", type="button", className="tool-button", hidden=True, **{"data-does": "cancel-list"})
    bar = html.Progress(
        id=ids.campaign("list"), max=1, className="campaign-progress", hidden=True, **{"aria-label": "The list"}
    )
    load = downloads.menu("list-download", "Download the list", "list")
    load.hidden = True
    return html.Div(
        [
            html.H3("What it should bring"),
            html.Div(id=ids.campaign("forecast"), className="campaign-forecast", **{"aria-live": "polite"}),
            tick,
            html.Div([make, cancel, load], className="campaign-buttons"),
            bar,
            html.P("", className="campaign-said", role="status", **{"data-said": "list"}),
        ],
        className="campaign-brings",
    )


def _group(title: str, body: list[Component]) -> Component:
    return html.Fieldset([html.Legend(title), *body], className="group")


def _accepted_values(name: str, *, percent: bool = False) -> dict[str, str]:
    """Accepted values of a field, from the request model that the server validates with; the script refuses others."""
    given = schema_of(ListRequest)["properties"][name]
    given = next(each for each in given["anyOf"] if each["type"] != "null")
    number: dict[str, Any] = given.get("additionalProperties", given)
    if percent:
        number = number | {end: 100 * number[end] for end in ("minimum", "maximum")}
    data = {"data-accepted": accepted(number) + (" %" if percent else "")}
    data |= {f"data-{end}": str(number[end]) for end in ("minimum", "maximum") if end in number}
    return data | ({"data-whole": "true"} if number["type"] == "integer" else {})


def _field(name: str, label: str, unit: str, takes: dict[str, str], *, for_: str = "") -> Component:
    said = ids.campaign(f"{name}-said")
    words = [label, *([html.Span(f" {unit}", className="unit")] if unit else [])]
    body = [
        html.Label(words, htmlFor=ids.campaign(name), className="field-label"),
        HtmlInput(
            id=ids.campaign(name),
            type="text",
            inputMode="decimal",
            autoComplete="off",
            className="form-control",
            **{"aria-describedby": said, "data-wish": name, **takes},
        ),
        html.P(id=said, className="field-said"),
    ]
    return html.Div(body, className="field", **({"data-by": for_} if for_ else {}))
