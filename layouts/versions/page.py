"""The Versions page: what is live and since when, all versions in a table, and everything that was done to them."""

from __future__ import annotations

from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.shared import ids, url
from layouts.shared.static_html import static_html
from layouts.versions import challenger as shadow
from layouts.versions.table import is_pending, versions_table
from layouts.versions.words import done, last_event, moment, state, who_and_why
from ml.lifecycle.listing import Listing, VersionFacts
from ml.lifecycle.state import TimelineEvent
from ml.translation import plural, text

TICK = 1_500  # ms until figures that were being worked out are asked for again
MOST_EVENTS = 100


def page(listing: Listing, model: str, back: str | None = None, *, may_change: bool, challenger: str = "") -> Component:
    """The page without its head; its parts are as of :func:`layouts.versions.table.versions_table`.

    `back` is the version to which a rollback would go.
    """
    lead = text("Which version of this model answers now, which did before, and which wait.")
    return html.Div(
        [
            html.P(lead, className="lead-line"),
            _live(listing, model, back if may_change else None),
            *(shadow.place(model) if challenger else []),
            html.Section([html.H2(text("All versions")), *_all(listing, model, challenger, may_change=may_change)]),
            history(listing),
        ],
        className="versions",
    )


def table_or_words(listing: Listing, model: str, challenger: str = "", *, may_change: bool) -> Component:
    """The table; words where there is no version."""
    if not listing.versions:
        return html.P(text("No version of this model is left."))
    return versions_table(listing, model, may_change=may_change, challenger=challenger)


def waits(listing: Listing) -> bool:
    """True while figures of some version are being worked out."""
    return any(map(is_pending, listing.versions))


def _all(listing: Listing, model: str, challenger: str, *, may_change: bool) -> list[Component]:
    place = ids.versions_part("table", model)
    shown = html.Div(table_or_words(listing, model, challenger, may_change=may_change), id=place)
    tick = dcc.Interval(id=ids.versions_part("tick", model), interval=TICK, disabled=not waits(listing))
    return [shown, tick, *_notes(listing, model)]


def _notes(listing: Listing, model: str) -> list[Component]:
    if len(listing.versions) < 2:
        alone = text("There is one version so far. When a data scientist adds another, it appears here too.")
        return [html.P(alone, className="aside")]
    words = text("Each version was measured on its own hold-out, so its figures are not those of the same records.")
    link = dcc.Link(text("Compare two versions on the same records"), href=f"{url.href('performance', model)}#versions")
    left = listing.total - len(listing.versions)
    more = plural("{n} older version is not shown.", "{n} older versions are not shown.", left)
    return [html.P([words, " ", link], className="aside"), *([html.P(more, className="aside")] if left else [])]


def _live(listing: Listing, model: str, back: str | None) -> Component:
    facts = next((each for each in listing.versions if each.state == "live"), None)
    if facts is None:
        said = [html.P(text("No version is live: nobody gets answers of this model."))]
    else:
        said = _live_words(facts, listing)
    if back:
        address = url.href("versions", model, rollback=back)
        said.append(dcc.Link(text("Roll back to {version}", version=back), href=address, className="tool-button"))
    return html.Section([html.H2(text("Live now")), *said], className="versions-live")


def _live_words(facts: VersionFacts, listing: Listing) -> list[Component]:
    why = who_and_why(last_event(facts.fingerprint, listing.events))
    said = [html.P(html.Code(facts.fingerprint)), html.P(state(facts, listing.events))]
    said += [html.P(why, className="aside")] if why else []
    said += [html.P(text("Does not serve: {reason}", reason=facts.fault), className="bad")] if facts.fault else []
    return said


def history(listing: Listing) -> Component:
    """Everything that was done, the newest first, folded up."""
    many = len(listing.events)
    shown = listing.events[::-1][:MOST_EVENTS]
    head = html.Summary(plural("History: {n} entry", "History: {n} entries", many))
    body: list[Component] = [html.Ol([_event(each) for each in shown], reversed=True, start=many)]
    if many > len(shown):
        body.append(html.P(text("The newest {n} of them.", n=MOST_EVENTS)))
    if listing.unreadable:
        lost = len(listing.unreadable)
        words = plural("{n} line of the history cannot be read.", "{n} lines of the history cannot be read.", lost)
        body.append(html.P(words, className="bad"))
    return static_html(html.Details([head, *body], className="versions-history"))


def _event(event: TimelineEvent) -> Component:
    why = who_and_why(event)
    when = moment(event.time or "")
    parts = [html.Span(when, className="versions-when")] if when else []
    return html.Li([*parts, html.Span(done(event)), *([html.Small(why)] if why else [])])
