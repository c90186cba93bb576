"""The Results page: three plain answers about an outcome, and for analysts what is behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.results.adoption import adoption_card
from layouts.results.calibration import calibration_card
from layouts.results.parts import Results, date_text, table
from layouts.results.uplift import uplift_card
from layouts.shared import ids, url
from layouts.shared.static_html import signal
from ml.bundle.bundle import Bundle
from ml.data.outcomes import Outcomes
from ml.translation import text, text_parts

AGAIN = 2_000  # ms until what is still computed is asked for again
PROMOTED, REMOVED = "promoted", "removed"  # as store.outcomes.alarm_records has them


class Episode(Protocol):
    """An alarm that went off, as ``store.outcomes.alarm_records.Episode`` has it."""

    @property
    def outcome(self) -> str:
        """Name of the outcome."""

    @property
    def version(self) -> str:
        """Key of the version."""

    @property
    def since(self) -> float | None:
        """Date at which it began."""

    @property
    def alarmed(self) -> float | None:
        """Date at which it went off."""

    @property
    def ended(self) -> float | None:
        """Date at which it was ended."""

    @property
    def ended_by(self) -> str:
        """Person who ended it; empty for the service."""

    @property
    def ended_why(self) -> str:
        """Reason of the end of an alarm."""


def page(bundle: Bundle, name: str, state: dict[str, Any]) -> Component:
    """The page's skeleton; the answers load by themselves. The state of the address has the ``outcome``."""
    named = state.get("outcome")
    outcome = named if named in bundle.outcomes.names else bundle.outcomes.positive
    lead = text("What was said, what was done, and what came of it.")
    head = html.Div(
        [html.P(lead, className="plots-lead"), _choice(bundle.outcomes, outcome, name)], className="plots-head"
    )
    waiting = html.Div(text("Working it out …"), className="plot-waiting", role="status")
    summary = html.Summary(
        [html.Strong(text("For analysts")), html.Span(text("Evidence over time, drift of the inputs, estimates"))],
        id=ids.RESULTS_MORE,
    )
    more = html.Details([summary, html.Div(id=ids.RESULTS_ANALYSTS)], className="plots-more")
    query = urlencode({"outcome": outcome, "analysts": "true"})
    numbers = url.outside(f"/api/v1/models/{quote(name, safe='@')}/results?{query}")
    data = html.P(html.A(text("All numbers of this page (JSON)"), href=numbers), className="results-data")
    return html.Div(
        [
            head,
            html.Div(waiting, id=ids.RESULTS),
            html.Section([more], className="plots-part analysts"),
            data,
            dcc.Store(id=ids.RESULTS_REQUEST, data={"model": name, "outcome": outcome}),
            dcc.Interval(id=ids.RESULTS_AGAIN, interval=AGAIN, disabled=True),
            dcc.Interval(id=ids.RESULTS_ANALYSTS_AGAIN, interval=AGAIN, disabled=True),
            signal("stays", at=outcome),
        ],
        className="plots-page results-page",
    )


def _choice(outcomes: Outcomes, chosen: str, name: str) -> Component:
    """The outcome that the page is about; links to the others, but for the mirror image of one of two."""
    label = html.Strong(outcomes[chosen].label)
    if len(outcomes) == 1 or (outcomes.exclusive and len(outcomes) == 2):
        return html.P(text_parts("Outcome: {outcome}", outcome=label))
    # Links without a jump (``assets/ts/shared/stays.ts``): the keyboard stays at the one that was chosen
    links = [
        html.A(
            item.label,
            href=url.href("results", name, outcome=item.name),
            className=f"model-tab{' model-tab-open' if item.name == chosen else ''}",
            **{"data-stays": "here", **({"aria-current": "true"} if item.name == chosen else {})},
        )
        for item in outcomes.items
    ]
    return html.Nav(links, className="model-tabs", **{"aria-label": text("Outcome")})


def answers(results: Results, label: str, model: str, episodes: Sequence[Episode], may_acknowledge: bool) -> Component:
    """The three answers (``feedback.results.model_results.ModelResults.of``), and earlier alarms, the latest first."""
    cards = [
        calibration_card(results, label, may_acknowledge),
        uplift_card(results, label, model),
        adoption_card(results),
    ]
    when = dt.datetime.fromtimestamp(results["as_of"], dt.UTC)
    as_of = text(
        "As of {time} UTC, about the version {version}.", time=f"{when:%Y-%m-%d %H:%M}", version=results["model"]
    )
    over = [each for each in episodes if each.ended is not None]
    return html.Div(
        [
            html.Div(cards, className="plots answers results"),
            *([_history(over)] if over else []),
            html.P(as_of, className="results-note"),
        ]
    )


def _history(episodes: Sequence[Episode]) -> Component:
    heads = [text("Outcome"), text("Version"), text("Off since"), text("Until"), text("What was done")]
    rows = [
        [each.outcome, each.version, date_text(each.since or each.alarmed), date_text(each.ended), _done(each)]
        for each in episodes
    ]
    title = html.Summary(text("Earlier alarms"))
    return html.Details([title, table(text("Earlier alarms"), heads, rows)], className="results-history")


def _done(episode: Episode) -> str:
    if episode.ended_why == PROMOTED and not episode.ended_by:
        return text("Another version went live.")
    if episode.ended_why == REMOVED and not episode.ended_by:
        return text("The model was removed.")
    if not episode.ended_by:
        return episode.ended_why
    return text("{reason} ({who})", reason=episode.ended_why, who=episode.ended_by)
