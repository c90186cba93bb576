"""Callbacks of the Today page: whom to call, what was done, and the next customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from dash import Dash, Input, Output, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from auth.access import may_open_site_page, refused
from auth.permissions import Permission
from callbacks.campaign.backend import CampaignBackend
from callbacks.outcomes import OutcomeServices, address_of
from feedback.desk.sellers import Names
from feedback.desk.service import Today, held_by
from layouts.shared import ids, url
from layouts.shared.percent import percents
from layouts.today import page
from ml.decision.outcome_words import told_words
from ml.decision.payoff import currency_of
from ml.errors import LikelyError
from ml.service import Bundle
from ml.text.words import money_text
from ml.translation import text
from store.errors import StoreUnavailable
from store.outcomes.desk_records import CAME, LATER, MISSED, NO_ANSWER, Entry

MOST = 30  # entries that are shown first, of those to be called and of those that were; and so many more at each step
LONGEST = 300  # entries that are shown at most; a list is worked through from its top
DIGITS = 9  # that a count has at most
NAMES = 2  # columns that tell who somebody is


def register(app: Dash, services: OutcomeServices) -> None:
    """Lead to the next customer."""
    app.callback(
        Output(ids.LOCATION, "href"),
        Output(ids.TODAY_SAID, "children"),
        Input(ids.TODAY_NEXT, "n_clicks"),
        prevent_initial_call=True,
    )(lambda clicks: lead_on(services, clicks))


def lead_on(services: OutcomeServices, clicks: Any) -> tuple[Any, Any]:
    """Address of the next customer, or words where nobody is left."""
    if not clicks:
        raise PreventUpdate
    entry = services.desk.next()
    if entry is None:
        return no_update, text("Nobody is left to call.")
    return address_of(services, entry.assignment), ""


def opening(services: OutcomeServices | None, query: Mapping[str, str] | None = None) -> Component:
    """The page of the caller's day; how many entries it shows stands in its address."""
    if services is None or not may_open_site_page("today"):
        error = refused(Permission.OUTCOMES)
        return page.refused(error.message, error.hint)
    try:
        shown, done = shown_in(query or {}), shown_in(query or {}, "done")
        today = services.desk.today(shown, done + 1)
        more = (
            _more(shown + MOST, done) if today.open > shown and shown < LONGEST else "",
            _more(shown, done + MOST) if len(today.done) > done and done < LONGEST else "",
        )
        to_do, over = _rows(services, replace(today, done=today.done[:done]))
        return page.page(to_do, over, (today.open, today.later, today.over), more)
    except StoreUnavailable:
        return page.refused(text("The list cannot be read at the moment."), text("Scores are not affected."))


def shown_in(query: Mapping[str, str], kind: str = "shown") -> int:
    """Number of entries that an address asks for, kept between the first number and the most.

    "shown" says how many of those to be called, "done" how many of those that were.
    """
    typed = query.get(kind, "")
    return min(max(int(typed), MOST), LONGEST) if typed.isascii() and typed.isdigit() and len(typed) <= DIGITS else MOST


def _more(shown: int, done: int) -> str:
    counts = {"shown": shown, "done": done}
    return url.href("today", **{kind: str(many) for kind, many in counts.items() if many > MOST})


def _rows(services: OutcomeServices, today: Today) -> tuple[list[page.Row], list[page.DoneRow]]:
    names = services.desk.names()
    to_do = [_to_do(services, entry, names) for entry in today.to_do]
    done = [_done(services, entry, names) for entry in today.done]
    return list(filter(None, to_do)), list(filter(None, done))


def _to_do(services: OutcomeServices, entry: Entry, names: Names) -> page.Row | None:
    bundle = _bundle(services, entry)
    if bundle is None or entry.assignment.outcome not in bundle.outcomes.names:
        return None
    assignment = entry.assignment
    (shown,) = percents([assignment.probability], exclusive=False)
    worth = "" if assignment.worth is None else money_text(assignment.worth, currency_of(bundle.card))
    return page.Row(
        who=who(services.backend, entry),
        href=address_of(services, assignment),
        model=bundle.title,
        outcome=bundle.outcomes[assignment.outcome].label,
        probability=shown,
        worth=worth,
        due=entry.last.due if entry.last and entry.last.what == LATER else None,
        tries=entry.tries,
        held_by=held_by(entry, names),
    )


def _done(services: OutcomeServices, entry: Entry, names: Names) -> page.DoneRow | None:
    bundle, last, given = _bundle(services, entry), entry.last, entry.assignment
    if bundle is None or last is None or given.outcome not in bundle.outcomes.names:
        return None
    came, missed = told_words(bundle.card, bundle.outcomes, given.outcome)
    words = {CAME: came, MISSED: missed, NO_ANSWER: text("No answer"), LATER: text("Call back")}
    what = words.get(last.what, last.what)
    return page.DoneRow(who(services.backend, entry), address_of(services, given), what, names.of(last.by), last.at)


def _bundle(services: OutcomeServices, entry: Entry) -> Bundle | None:
    """The version that scored an entry, else the live one; None where both are gone."""
    for key in (entry.assignment.model, entry.assignment.model.partition("@")[0]):
        try:
            return services.service.opened(key)
        except LikelyError:
            continue
    return None


def who(backend: CampaignBackend | None, entry: Entry) -> str:
    """Name of a customer: as in the list's file, else the record's id, else the place."""
    place = entry.assignment
    if backend is not None:
        try:
            row = backend.rows.record(place.list, place.rank - 1)
            people = backend.rows.columns(place.list).people[:NAMES]
            named = _cells(row[1], people) if row else ""
            if named:
                return f"{place.record} · {named}" if place.record and place.record not in named else named
        except LikelyError:
            pass  # its file is gone after its time
    return place.record or text("Place {n} on the list", n=place.rank)


def _cells(cells: list[str], at: Iterable[int]) -> str:
    return " · ".join(cells[each] for each in at if cells[each])
