"""Table of a model's versions: state, figures on the hold-out of each, and the way to make one live."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.shared import url
from layouts.versions.words import last_event, moment, state, who_and_why
from ml.lifecycle.listing import Listing, VersionFacts
from ml.lifecycle.state import TimelineEvent
from ml.locale import localized
from ml.text.number_words import count, percent, span
from ml.translation import text, text_parts

NONE = "–"


def versions_table(listing: Listing, model: str, *, may_change: bool, challenger: str) -> Component:
    """The versions, the newest first, with a way to make each live for who may; `challenger` is a fingerprint."""
    rows = tuple(reversed(listing.versions))
    ways = [_ways(each, model, challenger) for each in rows] if may_change else None
    return table(rows, listing.events, text("Versions"), ways, challenger)


def table(
    rows: Sequence[VersionFacts],
    events: Sequence[TimelineEvent],
    caption: str,
    ways: Sequence[list[Component]] | None = None,
    challenger: str = "",
) -> Component:
    """Some versions as a table; on a phone a block each.

    Parameters
    ----------
    events : sequence of TimelineEvent
        Events of the whole model.
    caption : str
        Heard by who does not see the heading.
    ways : sequence of list of Component, optional
        A last cell for each row.
    """
    heads = [text("Version"), text("State"), text("Right"), text("ROC AUC"), text("Hold-out")]
    shown = [html.Th(head, scope="col") for head in heads]
    if ways is not None:
        shown.append(html.Td())
    body = []
    for at, facts in enumerate(rows):
        cells = _cells(facts, events, heads, is_asked=facts.fingerprint == challenger)
        if ways is not None:
            cells.append(html.Td(ways[at], className="versions-way"))
        body.append(html.Tr(cells, **{"data-version": facts.fingerprint, "data-state": facts.state.replace(" ", "-")}))
    named = html.Caption(caption, className="visually-hidden")
    return html.Table([named, html.Thead(html.Tr(shown)), html.Tbody(body)], className="versions-table")


def is_pending(facts: VersionFacts) -> bool:
    """True while the figures of a version are being worked out."""
    return facts.fault is None and facts.holdout is None


def _cells(
    facts: VersionFacts, events: Sequence[TimelineEvent], heads: Sequence[str], *, is_asked: bool
) -> list[Component]:
    when = moment(facts.created)
    time_of_making = [html.Small(text_parts("Made {when}", when=when))] if when else []
    why = who_and_why(last_event(facts.fingerprint, events))
    told: list[Component | str] = [state(facts, events)]
    told += [html.Small(text("Challenger: asked in shadow"))] if is_asked else []
    told += [html.Small(why)] if why else []
    told += [html.Small(text("Does not serve: {reason}", reason=facts.fault), className="bad")] if facts.fault else []
    first = html.Th([html.Code(facts.fingerprint), *time_of_making], scope="row")
    figures = zip(heads[2:], _figures(facts), strict=True)
    return [
        first,
        html.Td(told, **{"data-label": heads[1]}),
        *(html.Td(shown, className="number", **{"data-label": head}) for head, shown in figures),
    ]


def _figures(facts: VersionFacts) -> tuple[list[Component | str], list[Component | str], str]:
    if is_pending(facts):
        return ["…"], ["…"], "…"
    right: list[Component | str] = [NONE if facts.right is None else percent(facts.right)]
    rows = NONE if facts.holdout is None else count(facts.holdout)
    if facts.roc_auc is None:
        return right, [NONE], rows
    value, low, high = facts.roc_auc
    area: list[Component | str] = [_area(value)]
    if low is not None and high is not None:
        area.append(html.Small(span(_area(low), _area(high))))
    return right, area, rows


def _area(value: float) -> str:
    return localized(f"{value:.3f}")


def _ways(facts: VersionFacts, model: str, challenger: str) -> list[Component]:
    if facts.state == "live" or facts.fault:
        return []

    def way(label: str, kind: str) -> Component:
        which = html.Span(facts.fingerprint, className="visually-hidden")
        address = url.href("versions", model, **{kind: facts.fingerprint})
        return dcc.Link([label, " ", which], href=address, className="tool-button")

    shadow = [] if facts.fingerprint == challenger else [way(text("Ask in shadow"), "challenge")]
    return [way(text("Make live"), "promote"), *shadow]
