"""Dialogue that makes another version live: the live one, the new one, their differences, and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import dash_bootstrap_components as dbc
from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.shared import ids, url
from layouts.versions.table import table
from ml.lifecycle.difference import Difference
from ml.lifecycle.history import LONGEST_WHY
from ml.lifecycle.listing import VersionFacts
from ml.lifecycle.state import TimelineEvent
from ml.translation import text

Kind = Literal["promote", "rollback"]
KINDS: tuple[Kind, ...] = ("promote", "rollback")  # also names in the page's address


@dataclass(frozen=True)
class PendingChange:
    """A step that is to be confirmed."""

    kind: Kind
    to: VersionFacts
    live: VersionFacts | None
    """Version that is live now."""
    events: Sequence[TimelineEvent]
    difference: Difference


def confirmation(step: PendingChange, model: str) -> Component:
    """The form that asks whether and why."""
    to, live = step.to.fingerprint, step.live.fingerprint if step.live else ""
    asked = {
        "promote": text("Make {version} live?", version=to),
        "rollback": text("Roll back to {version}?", version=to),
    }
    rows = [each for each in (step.live, step.to) if each]
    parts = [
        html.H2(asked[step.kind]),
        table(rows, step.events, text("What is live, and what would be")),
        html.P(_what_happens(), className="versions-happens"),
        *_difference_lines(step.difference),
    ]
    parts += _form(step.kind, model, to, live) if step.to.fault is None else [_ways(model, text("Back"))]
    return html.Section(parts, className="versions versions-step")


def refused(words: str, model: str) -> Component:
    """Said where there is nothing to confirm."""
    return html.Section([html.P(words, role="alert"), _ways(model, text("All versions"))], className="versions")


def changed(words: str, model: str) -> list[Component]:
    """Said after the step."""
    return [html.P(words), dcc.Link(text("All versions"), href=url.href("versions", model))]


def failed(message: str, hint: str) -> list[Component]:
    """Said where the step was not made, and why."""
    return [html.P(each, className="bad") for each in (message, hint) if each]


def _what_happens() -> str:
    return text(
        "From the next request on, Prediction, campaigns and programs that name no version use it. Pages that are open "
        "stay with their version until they are loaded again. Cut-offs that were chosen stay in use."
    )


def _difference_lines(difference: Difference) -> list[Component]:
    said = []
    if difference.new:
        said.append(text("It also asks for: {features}.", features=", ".join(difference.new)))
    if difference.gone:
        said.append(text("It no longer asks for: {features}.", features=", ".join(difference.gone)))
    if difference.changed:
        said.append(text("It asks for another kind of value of: {features}.", features=", ".join(difference.changed)))
    if difference.outcomes is not None:
        said.append(text("Its outcomes are different: {outcomes}.", outcomes=", ".join(difference.outcomes)))
    if not said:
        return []
    warned = html.P(text("Programs and files that fit the version that is live may not fit this one:"))
    return [html.Div([warned, html.Ul([html.Li(each) for each in said])], className="versions-warned")]


def _form(kind: Kind, model: str, to: str, live: str) -> list[Component]:
    def part(name: str) -> dict[str, str]:
        return ids.versions_part(name, model, to=to, live=live, kind=kind)

    does = {"promote": text("Make it live"), "rollback": text("Roll back")}
    return [
        *reason_field(part("why"), text("It is kept with your name, in the history and in the audit log.")),
        html.Div(
            [
                html.Button(does[kind], id=part("confirm"), type="button", className="cut-off-use"),
                dcc.Link(text("Cancel"), href=url.href("versions", model), className="tool-button"),
            ],
            className="versions-buttons",
        ),
        html.Div("", id=part("said"), className="versions-said", role="status"),
    ]


def reason_field(place: dict[str, Any], kept: str) -> list[Component]:
    """The field that asks why, with its label; `kept` says where that is kept."""
    label = html.Label([html.Span(text("Why?")), html.Small(kept)], htmlFor=ids.element(place))
    return [label, dbc.Textarea(id=place, maxlength=LONGEST_WHY, required=True, rows=2)]


def _ways(model: str, words: str) -> Component:
    return html.P(dcc.Link(words, href=url.href("versions", model)))
