"""The form of a call list: its length, what it is about, money, limits and control group."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash.development.base_component import Component

from layouts import html
from layouts.campaign import made_list
from layouts.campaign.choices import is_single, values_of
from layouts.campaign.typed_wish import LENGTHS, LIMIT_PREFIX, QUOTA_PREFIX, VALUE_PREFIX, offered
from layouts.campaign.words import whole, written
from layouts.shared import ids
from layouts.shared.blocks import table_head
from ml.bundle.bundle import Bundle
from ml.decision.payoff import currency_of, payoff_of
from ml.translation import mark, text

LENGTH_WORDS = (("cutoff", mark("Cut-off")), ("number", mark("Number")), ("budget", mark("Budget")))
EACH = mark("A record may be on the list")
SEVERAL = (("false", mark("once, for the best of these")), ("true", mark("for each of these")))
CONTROL = mark(
    "About this share, drawn at random, the same people on every list of this campaign; marked in the list and not "
    "called: what they do without a call shows what the calls brought."
)
PAUSE = 300  # ms after the last key
IN_TAB: dict[str, Any] = {"persistence": True, "persistence_type": "session"}  # a reload finds what was typed


def form(bundle: Bundle, job: Mapping[str, Any], choices: Mapping[str, Any], made: str) -> list[Component]:
    """The form of a call list, and beside it the place of its forecast and of the list (`made`, or empty).

    The job is as of :func:`jobs.files.job_view.described`, the choices as of :func:`jobs.campaign_view.choices_json`.
    """
    here = Form(job["id"], choices, currency_of(bundle.card))
    asks = html.Div(
        [here.length(), here.offers(), here.money(other_ends=_has_other_ends(bundle)), here.limits(), here.control()],
        className="form campaign-wish",
        role="form",
        **{"aria-label": text("Settings of the list")},
    )
    aside = made_list.aside(job["id"], made)
    return [html.H2(text("Make a list of whom to call")), html.Div([asks, aside], className="campaign-list")]


class Form:
    """The groups of the form, filled for one campaign."""

    def __init__(self, job: str, choices: Mapping[str, Any], currency: str) -> None:
        self._job, self._choices, self._currency = job, choices, currency
        self._offers = [each["name"] for each in choices["outcomes"]]
        if choices["exclusive"]:
            self._offers = [choices["positive"]]
        likely = next(each for each in choices["outcomes"] if each["name"] == self._offers[0])
        self._number = max(1, min(choices["scored"], math.floor(choices["scored"] / 10 + 0.5)))
        self._cost = likely["cost"]

    def length(self) -> Component:
        """Controls for the length of the list."""
        by = dbc.RadioItems(
            id=self._id("by"),
            options=[{"value": value, "label": text(words)} for value, words in LENGTH_WORDS],
            value="cutoff",
            name="campaign-by",
            inline=True,
            input_class_name="btn-check",
            label_class_name="campaign-segment",
            **IN_TAB,
        )
        budget = written(self._number * self._cost) if self._cost else ""
        fields = [
            self._field("cut_off", text("Call from a probability of"), "%", ""),
            self._field("number", text("Records at most"), "", written(self._number), hidden=True),
            self._field("budget", text("Acting may cost in all"), self._currency, budget, hidden=True),
        ]
        return _group(text("How long is it?"), [html.Div(by, className="campaign-segments"), *fields])

    def offers(self) -> Component:
        """Choice of the outcomes that the list is about, where there is one."""
        labels = [{"value": each["name"], "label": each["label"]} for each in self._choices["outcomes"]]
        ticks = dbc.Checklist(id=self._id("offers"), options=labels, value=self._offers, **IN_TAB)
        several = dbc.RadioItems(
            id=self._id("several"),
            options=[{"value": value, "label": text(words)} for value, words in SEVERAL],
            value="false",
            name="campaign-several",
            **IN_TAB,
        )
        several_of = html.Div(
            [html.Span(text(EACH)), several],
            id=self._id("several-choice"),
            className="campaign-several",
            role="radiogroup",
            hidden=self._choices["exclusive"] or len(self._offers) < 2,
            **{"aria-label": text(EACH)},
        )
        group = _group(text("What is it about?"), [html.Div(ticks, className="campaign-offers"), several_of])
        group.hidden = is_single(self._choices)
        return group

    def money(self, *, other_ends: bool) -> Component:
        """Fields of costs and gains of acting."""
        values = [
            self._field(
                VALUE_PREFIX + each["name"],
                text("{outcome} brings", outcome=each["label"]),
                self._currency,
                written(each["value"]),
                hidden=each["name"] not in self._offers,
            )
            for each in self._choices["outcomes"]
        ]
        losses = text("Also take records on which acting is expected to lose money")
        others = text("False alarms, misses and records rightly left alone count as the model's card says.")
        fields = [
            self._field("cost", text("A call costs"), self._currency, written(self._cost)),
            html.Div(values, className="campaign-values"),
            *([html.P(others, className="small")] if other_ends else []),
            dbc.Checkbox(id=self._id("losses"), label=losses, value=False, class_name="campaign-tick", **IN_TAB),
        ]
        return _group(text("What does it cost, and what does it bring?"), fields)

    def limits(self) -> Component:
        """Limits and quotas by the values of a column."""
        names = [each["name"] for each in self._choices["columns"]]
        place, none = self._id("column"), text("no limits")
        choose = html.Div(
            [
                html.Label(text("By column"), htmlFor=ids.element(place), className="field-label"),
                dbc.Select(
                    id=place,
                    options=[{"value": "", "label": none}, *({"value": name, "label": name} for name in names)],
                    value="",
                    placeholder=none,
                    disabled=not names,
                    **IN_TAB,
                ),
            ],
            className="field",
        )
        limits = html.Div(
            [
                self._field("limit", text("At most of each value, unless stated below"), "", ""),
                html.Div(id=self._id("parts"), className="campaign-wide"),
            ],
            id=self._id("limits"),
            className="campaign-limits",
            hidden=True,
        )
        return _group(text("Limits and quotas"), [choose, limits])

    def control(self) -> Component:
        """The control group."""
        keep = self._field("control", text("Keep back"), "%", "0")
        return _group(text("Control group"), [keep, html.P(text(CONTROL), className="small")])

    def _id(self, part: str) -> dict[str, Any]:
        return ids.campaign_part(part, self._job)

    def _field(self, name: str, label: str, unit: str, held: str, *, hidden: bool = False) -> Component:
        place = ids.campaign_part("wish", self._job, name=name)
        words = [label, *([html.Span(f" {unit}", className="unit")] if unit else [])]
        body = [
            html.Label(words, htmlFor=ids.element(place), className="field-label"),
            _entry(place, held),
            html.P(id=ids.campaign_part("wish-said", self._job, name=name), className="field-said"),
        ]
        field = ids.campaign_part("wish-field", self._job, name=name)
        return html.Div(body, id=field, className="field", hidden=hidden, **{"data-wish": name})


def parts(job: str, choices: Mapping[str, Any], column: Any) -> list[Component]:
    """The table with a row for each value of the chosen column."""
    names = (text("Value"), text("Records"), text("At least"), text("At most"))
    head = table_head(names)
    lines = [_part(job, each) for each in values_of(choices, column)]
    return [html.Table([head, html.Tbody(lines)], className="measures")] if lines else []


def _part(job: str, each: Mapping[str, Any]) -> Component:
    name = each["value"] or text("(empty)")
    return html.Tr(
        [
            html.Th(name, scope="row"),
            html.Td(whole(each["records"])),
            _part_entry(job, QUOTA_PREFIX + each["value"], text("At least of {value}", value=name)),
            _part_entry(job, LIMIT_PREFIX + each["value"], text("At most of {value}", value=name)),
        ]
    )


def _part_entry(job: str, name: str, label: str) -> Component:
    place = ids.campaign_part("part", job, name=name)
    named = html.Label(label, htmlFor=ids.element(place), className="visually-hidden")
    said = html.P(id=ids.campaign_part("part-said", job, name=name), className="field-said")
    field = ids.campaign_part("part-field", job, name=name)
    return html.Td(html.Div([named, _entry(place, ""), said], id=field, className="field", **{"data-wish": name}))


def hidden_fields(names: Sequence[str], by: Any, chosen: Sequence[str]) -> list[bool]:
    """Fields to hide: of other ways to limit the length, and of outcomes that the list is not about."""
    of_length = set(LENGTHS.values()) - {LENGTHS.get(str(by), "cut_off")}
    return [
        name in of_length or (name.startswith(VALUE_PREFIX) and name.removeprefix(VALUE_PREFIX) not in chosen)
        for name in names
    ]


def cut_off_words(choices: Mapping[str, Any], offers: Any) -> tuple[str, str]:
    """Placeholder and hint of the empty field of the cut-off."""
    names = offered(choices, offers)
    used = [each["cut_off"] for each in choices["outcomes"] if each["name"] in names]
    if len(used) == 1:
        return written(float(f"{100 * used[0]:.1f}")), text("Blank: the cut-off in use.")
    return "", text("Blank: each outcome's own cut-off.")


def _entry(place: dict[str, Any], held: str) -> Component:
    return dbc.Input(id=place, type="text", value=held, debounce=PAUSE, autocomplete="off", **IN_TAB)


def _has_other_ends(bundle: Bundle) -> bool:
    """True when the card says what false alarms, misses or records rightly left alone are worth."""
    payoffs = [payoff_of(bundle.card, name) for name in bundle.outcomes.names]
    return any(payoff.false_positive or payoff.false_negative or payoff.true_negative for payoff in payoffs if payoff)


def _group(title: str, body: list[Component]) -> Component:
    return html.Fieldset([html.Legend(title), *body], className="group")
