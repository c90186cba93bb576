"""Has it paid: those called against those kept back, and money beside what was forecast."""

from __future__ import annotations

from typing import Any

from dash import dcc
from dash.development.base_component import Component

from auth.access import may_open
from layouts import html
from layouts.results.parts import Results, card, table
from layouts.shared import url
from ml.text.number_words import count, percent, with_span
from ml.text.words import money_text, points_number, points_text
from ml.translation import plural, text, text_parts


def uplift_card(results: Results, label: str, model: str) -> Component:
    """The card; parameters as of ``calibration_card``, and the name of the model."""
    paid = results["paid"]
    lift = paid["lift"]
    more: list[Component] = []
    if not paid["assigned"]["control"]:
        more.append(_how_to_compare(model))
    if paid["comparable"]:
        more += [_groups(lift, label), *([_money(paid)] if paid["money"] else [])]
    return card("paid", text("Has it paid?"), [*_verdict(paid, label), *_left_out(paid)], more)


def _verdict(paid: Results, label: str) -> list[str]:
    lift = paid["lift"]
    if not paid["assigned"]["call"]:
        return [text("Nobody can say: no list was made with this model.")]
    if not paid["assigned"]["control"]:
        return [text("Nobody can say: nobody was kept back for comparison.")]
    if lift["difference"] is None:
        return [text("Nobody can say yet: the outcomes of those called and of those kept back are not known.")]
    if not paid["comparable"]:
        slots = {"called": percent(paid["called_told"] or 0.0), "control": percent(paid["control_told"] or 0.0)}
        return [
            text("Nobody can say: too few outcomes are known."),
            text(
                "Outcomes are known for {called} of those called and for {control} of those kept back. Note "
                "them for everybody, whether it came or not: a comparison needs both.",
                **slots,
            ),
        ]
    return [_first(lift), _difference(lift, label), _smallest(lift)]


def _first(lift: Results) -> str:
    if not lift["told_apart"]:
        return text("Not shown: the difference may be chance.")
    return text("Yes: calling made a difference.") if lift["difference"] > 0 else text("No: calling did harm.")


def _difference(lift: Results, label: str) -> str:
    ends = {name: points_number(100 * lift[name]) for name in ("difference", "low", "high")}
    return text(
        "“{outcome}” came with {share} of those called and would have with {control} of them uncalled: a difference of "
        "{difference} points (95 %: {low} to {high}).",
        outcome=label,
        share=percent(lift["share"]),
        control=percent(lift["control_share"]),
        **ends,
    )


def _smallest(lift: Results) -> str:
    if lift["smallest"] is None:
        return text("The groups are too small to see any difference reliably.")
    return text(
        "Groups of these sizes show a difference of {points} in four of five cases; a smaller one is easily missed.",
        points=points_text(100 * lift["smallest"]),
    )


def _left_out(paid: Results) -> list[str]:
    said = []
    if paid["unripe"]:
        said.append(
            plural(
                "Of {n} record of lists it may still come; it counts neither way.",
                "Of {n} records of lists it may still come; they count neither way.",
                paid["unripe"],
            )
        )
    if paid["lift"]["left_out"]:
        said.append(
            plural(
                "{n} call of lists without a control group is left out.",
                "{n} calls of lists without a control group are left out.",
                paid["lift"]["left_out"],
            )
        )
    if paid["nameless"]:
        said.append(
            plural(
                "{n} record of lists has no id, so its outcome cannot be known.",
                "{n} records of lists have no id, so their outcomes cannot be known.",
                paid["nameless"],
            )
        )
    return said


def _groups(lift: Results, label: str) -> Component:
    heads = [text("Group"), text("Outcomes known"), text("Came")]
    rows: list[list[Any]] = [
        [text("To be called"), count(lift["called"]), _of(lift["bought"], lift["called"])],
        [text("Kept back"), count(lift["control"]), _of(lift["control_bought"], lift["control"])],
    ]
    caption = text("Those to be called and those kept back, and with whom “{outcome}” came", outcome=label)
    drawn = text("The groups are as they were drawn: who was to be called is among the called, reached or not.")
    return html.Div([table(caption, heads, rows), html.P(drawn, className="results-note")])


def _of(some: int, every: int) -> str:
    return text("{n} ({share})", n=count(some), share=percent(some / every))


def _money(paid: Results) -> Component:
    """Won by calling, brought in all, and forecast."""
    money, currency = paid["money"], paid["currency"]

    def amount(name: str, low: str, high: str) -> str:
        ends = [money_text(money[end], currency) for end in (low, high)]
        return with_span(money_text(money[name], currency), *ends)

    rows: list[list[Any]] = [
        [text("Won by calling"), amount("realised", "low", "high")],
        [text("Brought by all called"), money_text(money["brought"], currency)],
        [text("Forecast of all called"), amount("forecast", "forecast_low", "forecast_high")],
    ]
    cost, value = (money_text(money[name], currency) for name in ("cost", "value"))
    words = text(
        "One more with whom it comes is worth {value}, a call costs {cost}. The forecast is of all with whom it comes: "
        "beside it stands what all called brought. What was won leaves out those with whom it had come uncalled.",
        value=value,
        cost=cost,
    )
    shown = table(text("Money after the cost of the calls"), [text("Money"), text("Amount (95 %)")], rows)
    return html.Div([shown, html.P(words, className="results-note")])


def _how_to_compare(model: str) -> Component:
    named = text("Campaign page")
    link = dcc.Link(named, href=url.href("campaign", model)) if may_open("campaign", model) else named
    said = text_parts(
        "Make a call list on the {page} and keep some people back at random: only the difference "
        "shows what calling brings.",
        page=link,
    )
    return html.P(said)
