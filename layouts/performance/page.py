"""The Performance page: how good the model is, and what a cut-off means.

What a manager asks first comes first: money, where the card says what a decision is worth, then the headline. What few
people read is folded up, and not fetched before it is opened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from dash.development.base_component import Component

from auth.access import allowed
from auth.permissions import Permission
from layouts import html
from layouts.performance import cut_off_change, headline
from layouts.shared import ids, url
from layouts.shared import plot_cards as plots
from layouts.shared.static_html import static_html
from ml.bundle.bundle import Bundle
from ml.decision.payoff import payoff_of
from ml.plots.catalogue import find, plots_of
from ml.plots.plot import Section
from ml.text.best_cut_off_words import best_cut_off_words
from ml.text.holdout_words import records_words, warnings
from ml.translation import mark, reader_language, text

NO_PROBABILITIES = mark(
    "This model decides, but gives no probabilities, so there is no cut-off to choose, and plots "
    "of probabilities are left out. To get probabilities, calibrate the estimator when the model "
    "is added."
)


@dataclass(frozen=True)
class PagePart:
    """A part of the page: its heading, its open plots, and its folded plots."""

    key: Section
    title: str
    open: tuple[str, ...]
    folded: tuple[str, ...] = ()
    more: str = mark("More")


PARTS: tuple[PagePart, ...] = (
    PagePart(
        "curves",
        mark("Curves"),
        ("threshold", "gain", "calibration"),
        ("cells", "confusion", "roc", "precision-recall", "scores", "lift", "ks", "det", "decision-curve"),
        mark("More curves"),
    ),
    PagePart("money", mark("Money"), ("profit",), ("profit-share",), mark("More about money")),
    PagePart(
        "segments",
        mark("Segments"),
        ("segments", "worst-segments"),
        ("segment-pairs", "groups"),
        mark("More about segments"),
    ),
    PagePart("versions", mark("Versions"), ("challenger",)),
    PagePart("errors", mark("Errors"), ("mistakes",)),
)


def page(bundle: Bundle, state: dict[str, Any], opens: plots.OpeningCutOff | None = None) -> Component:
    """The page's skeleton for the state of its address; its numbers and plots load by themselves.

    `opens` is as of :func:`layouts.shared.plot_cards.frame`.
    """
    certain = bundle.offers == "probabilities"
    outcome = plots.requested_outcome(bundle, state)
    lead = text("How good this model is, on {records}.", records=records_words(bundle.card))
    choice = plots.choice(bundle.outcomes, outcome)
    head = html.Div([html.P(lead, className="plots-lead"), choice], className="plots-head")
    worth = certain and payoff_of(bundle.card, outcome) is not None
    parts = {part: _part(bundle, part, outcome, state) for part in with_the_rest(PARTS)}
    first = [part for part in parts if worth and part.key == "money"]
    several = len(bundle.outcomes) > 2 or not bundle.outcomes.exclusive or not certain
    averages = html.Section([html.H2(text("All outcomes")), html.Div(id=ids.AVERAGES)], className="plots-part")
    bar = headline.bar(may_change=allowed(Permission.CUT_OFFS, bundle.name))
    changes = html.Div(html.Div(id=ids.CUT_OFF_HISTORY), className="cut-off-about")
    body = [
        head,
        *_warned(bundle),
        _index([part for part in parts if parts[part] is not None and part not in first], first),
        _report(bundle, outcome),
        html.P("", className="plots-note", role="status", hidden=True, **{"data-refused": "true"}),
        *([bar, changes, cut_off_change.dialog()] if certain else []),
        *(parts[part] for part in first),
        _headline(bundle, outcome, certain),
        *([averages] if several else []),
        *(found for part, found in parts.items() if found is not None and part not in first),
        *(headline.stores() if certain else []),
    ]
    return plots.frame(bundle, outcome, body, str(state.get("cut_off") or "") if certain else None, opens)


def with_the_rest(parts: tuple[PagePart, ...]) -> tuple[PagePart, ...]:
    """The parts, with plots that no part names folded up in the part of their section."""
    named = {key for part in parts for key in (*part.open, *part.folded)}
    rest = [plot for plot in plots_of("performance") if plot.key not in named]
    return tuple(
        replace(part, folded=(*part.folded, *(plot.key for plot in rest if plot.section == part.key))) for part in parts
    )


def _warned(bundle: Bundle) -> list[Component]:
    """Warnings of the hold-out's checks; empty where there are none."""
    said = warnings(bundle.card)
    return [static_html(html.Div([html.P(each) for each in said], className="plots-note plots-warned"))] if said else []


def _headline(bundle: Bundle, outcome: str, certain: bool) -> Component:
    first = headline.summary(bundle, outcome) if certain else html.P(text(NO_PROBABILITIES), className="plots-note")
    return html.Section([html.H2(text("Headline")), first], id="headline", className="plots-part")


def _index(after: list[PagePart], before: list[PagePart]) -> Component:
    """Links to the parts of the page, in their order: some before the headline, the others after it."""

    def links(parts: list[PagePart]) -> list[Component]:
        return [html.A(text(part.title), href=f"#{part.key}") for part in parts]

    shown = [*links(before), html.A(text("Headline"), href="#headline"), *links(after)]
    return static_html(html.Nav(shown, className="plots-index", **{"aria-label": text("On this page")}))


def _report(bundle: Bundle, outcome: str) -> Component:
    """Links to the report at the cut-off in use; ``assets/ts/plots/report.ts`` downloads it."""
    where = url.outside(f"/api/v1/models/{quote(bundle.key)}/report")
    query = urlencode({"outcome": outcome, "language": reader_language()})
    links = [
        html.A(
            words,
            href=f"{where}.{kind}?{query}",
            **{"data-report": f"{bundle.name} report.{kind}"},
        )
        for words, kind in ((text("whole, HTML"), "html"), (text("one page, PDF"), "pdf"))
    ]
    body = [html.Span(text("Report")), *links, html.Span("", role="status")]
    return static_html(html.Div(body, className="report-links", role="group", **{"aria-label": text("Report")}))


def _part(bundle: Bundle, part: PagePart, outcome: str, state: dict[str, Any]) -> Component | None:
    shown, folded = (plots.fitting(bundle, map(find, keys)) for keys in (part.open, part.folded))
    if not shown and not folded:
        return None
    cards = [plots.card(bundle, plot, outcome, state) for plot in shown]
    grid = [html.Div(cards, className="plots")] if cards else []
    more = html.Summary(text(part.more))
    rest = [plots.fold(bundle, folded, outcome, state, more, opened=not shown)] if folded else []
    best = best_cut_off_words(bundle.card, outcome) if part.key == "money" else ""
    lead = [static_html(html.P(best, className="plots-part-lead"))] if best else []
    return html.Section([html.H2(text(part.title)), *lead, *grid, *rest], id=part.key, className="plots-part")
