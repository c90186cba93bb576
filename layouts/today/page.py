"""The Today page: whom to call, call-backs that are due first, then by worth; and what was done, by whom and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.shared import blocks, ids
from layouts.shared.blocks import moment, table_head
from layouts.shared.static_html import signal, static_html
from ml.translation import plural, text, text_parts


@dataclass(frozen=True)
class Row:
    """A row of the day's list: a customer to call."""

    who: str
    href: str
    model: str
    outcome: str
    probability: str
    worth: str = ""
    """As they are shown; `worth` is empty where none is known."""
    due: float | None = None
    """When a call-back is due, in seconds since 1970."""
    tries: int = 0
    """Calls without an answer."""
    held_by: str = ""
    """Name of who is with them at the moment; empty where nobody is."""


@dataclass(frozen=True)
class DoneRow:
    """Row of a call that was made: customer, result, seller and time."""

    who: str
    href: str
    what: str
    by: str
    at: float


def page(
    to_do: Sequence[Row], done: Sequence[DoneRow], counts: tuple[int, int, int], more: tuple[str, str] = ("", "")
) -> Component:
    """The page: the first rows to be called, and those done since yesterday at this time, the latest first.

    The counts are of all lists: to be called, waiting for a later call-back, over. `more` are addresses of the page
    with more of those to be called, and of what was done; empty where it shows all that it can.
    """
    left, later, over = counts
    body = [_summary(left, later, over)]
    if to_do:
        body.append(_list(to_do, _rest(left - len(to_do), more[0])))
    if done:
        body.append(_done(done, [_more(more[1])] if more[1] else []))
    times = static_html(html.Div(hidden=True), "likely-times")
    return _frame([*body, times, signal("stays", at=f"{len(to_do)} {len(done)}")])


def refused(words: str, hint: str) -> Component:
    """The page where there is no list, and why."""
    return _frame([html.P(words, className="lead-line"), html.P(hint, className="aside")])


def _frame(body: Sequence[Component]) -> Component:
    head = html.Header(html.Div([html.H1(text("Today"))]), className="model-head")
    return blocks.page(text("Today"), [head, html.Div(list(body), className="today")], class_name="page-today")


def _summary(left: int, later: int, over: int) -> Component:
    if not left and not later and not over:
        return html.P(
            text("You have no list yet. A list is made on a Campaign page and handed out there to those who call."),
            className="lead-line",
        )
    said = [plural("{n} to call", "{n} to call", left)]
    if later:
        said.append(plural("{n} call-back later", "{n} call-backs later", later))
    if over:
        said.append(plural("{n} done", "{n} done", over))
    go = html.Button(
        text("Next customer"), id=ids.TODAY_NEXT, type="button", className="cut-off-use", disabled=not left
    )
    words = html.P(" · ".join(said), className="today-counts")
    status = html.P("", id=ids.TODAY_SAID, className="today-said", role="status")
    return html.Div([words, go, status], className="today-head")


def _list(rows: Sequence[Row], rest: Sequence[Component]) -> Component:
    several = len({row.model for row in rows}) > 1
    worth, states = any(row.worth for row in rows), [_state(row) for row in rows]
    names = [text("Who"), *([text("Model")] if several else []), text("What"), text("Probability")]
    names += [*([text("Worth")] if worth else []), *([text("State")] if any(states) else [])]
    head = table_head(names)
    body = html.Tbody([_line(row, several=several, worth=worth, state=any(states)) for row in rows])
    table = html.Table([head, body], className="measures today-table")
    return _table_of(text("To call"), table, "to-do", rest)


def _line(row: Row, *, several: bool, worth: bool, state: bool) -> Component:
    cells = [
        html.Th(dcc.Link(row.who, href=row.href), scope="row"),
        *([html.Td(row.model)] if several else []),
        html.Td(row.outcome),
        html.Td(row.probability, className="number"),
        *([html.Td(row.worth, className="number")] if worth else []),
        *([html.Td(_state(row), className="today-state")] if state else []),
    ]
    return html.Tr(cells)


def _state(row: Row) -> list[Component | str]:
    if row.held_by:
        return [text("{name} is with them", name=row.held_by)]
    if row.due is not None:
        return list(text_parts("Call back, {time}", time=moment(row.due)))
    if row.tries:
        return [plural("No answer, {n} try", "No answer, {n} tries", row.tries)]
    return []


def _rest(left: int, more: str) -> list[Component]:
    if left <= 0:
        return []
    words = plural("{n} more follows.", "{n} more follow.", left)
    return [html.P(words, className="small"), *([_more(more)] if more else [])]


def _more(address: str) -> Component:
    """The link that shows more of a table; who follows it stays at the table (``assets/ts/shared/stays.ts``)."""
    stays = {"data-stays": "rows", "data-said": text("More are shown, beginning here.")}
    return html.P(html.A(text("Show more"), href=address, className="tool-button", **stays))


def _done(rows: Sequence[DoneRow], rest: Sequence[Component]) -> Component:
    named = any(row.by for row in rows)
    names = (text("Who"), text("What came"), *([text("By whom")] if named else []), text("When"))
    head = table_head(names)
    lines = [
        html.Tr(
            [
                html.Th(dcc.Link(row.who, href=row.href), scope="row"),
                html.Td(row.what),
                *([html.Td(row.by)] if named else []),
                html.Td(moment(row.at)),
            ]
        )
        for row in rows
    ]
    table = html.Table([head, html.Tbody(lines)], className="measures today-table")
    return _table_of(text("Done since yesterday"), table, "done", rest)


def _table_of(title: str, table: Component, name: str, rest: Sequence[Component]) -> Component:
    """A section with a table, which scrolls inside itself where it is too wide, and what is said of the rest."""
    named = {"aria-label": title, "role": "region", "tabIndex": "0"}
    wide = html.Div(table, className="measures-wide", **named)
    return html.Section([html.H2(title), wide, *rest], **{"data-rows": name})
