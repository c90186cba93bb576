"""The Performance page: how good the model is, and what a cut-off means.

What a manager asks first comes first; what few people read is folded up, and not fetched before it is opened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from layouts.performance import cut_off_change, headline
from layouts.shared import ids, url
from layouts.shared import plot_cards as plots
from layouts.shared.static_html import static_html
from ml.plots.catalogue import plots_of
from ml.plots.plot import PROBABILITIES, Plot, Section
from ml.text.best_cut_off_words import best_cut_off_words
from ml.text.holdout_words import records_words, warnings

if TYPE_CHECKING:
    from ml.bundle.bundle import Bundle

LEAD = "How good this model is, on {records}."
NO_PROBABILITIES = (
    "This model decides, but gives no probabilities, so there is no cut-off to choose, and what is drawn from "
    "probabilities is left out. To get them, calibrate the estimator when the model is added."
)


@dataclass(frozen=True)
class PagePart:
    """A part of the page: its heading, the plots that stand open, and those that are folded up."""

    key: Section
    title: str
    open: tuple[str, ...]
    folded: tuple[str, ...] = ()
    more: str = "More"


PARTS: tuple[PagePart, ...] = (
    PagePart(
        "curves",
        "Curves",
        ("threshold", "cells", "gain", "calibration"),
        ("confusion", "roc", "precision-recall", "scores", "lift", "ks", "det", "decision-curve"),
        "More curves",
    ),
    PagePart("money", "Money", ("profit", "profit-share")),
    PagePart(
        "segments", "Segments", ("segments", "worst-segments"), ("segment-pairs", "groups"), "More about segments"
    ),
    PagePart("versions", "Versions", ("challenger",)),
    PagePart("errors", "Errors", ("mistakes",)),
)


def page(bundle: Bundle, state: dict[str, Any], opens: plots.OpeningCutOff | None = None) -> Component:
    """The page's skeleton; its numbers and plots load by themselves.

    Parameters
    ----------
    bundle : Bundle
    state : dict
        Of the page's address.
    opens : optional
        See :func:`layouts.shared.plot_cards.frame`.
    """
    certain = bundle.offers == "probabilities"
    outcome = plots.requested_outcome(bundle, state)
    head = html.Div(
        [
            html.P(LEAD.format(records=records_words(bundle.card)), className="plots-lead"),
            plots.choice(bundle.outcomes, outcome),
        ],
        className="plots-head",
    )
    first = headline.summary(bundle) if certain else html.P(NO_PROBABILITIES, className="plots-note")
    parts = [_part(bundle, part, outcome, state, certain) for part in with_the_rest(PARTS)]
    several = len(bundle.outcomes) > 2 or not bundle.outcomes.exclusive or not certain
    body = [
        head,
        *_warned(bundle),
        _index(certain),
        _report(bundle, outcome),
        html.P("", className="plots-note", role="status", hidden=True, **{"data-refused": "true"}),
        *([headline.bar(), _about_cut_off(bundle, outcome), cut_off_change.dialog()] if certain else []),
        html.Section([html.H2("Headline"), first], id="headline", className="plots-part"),
        *(
            [html.Section([html.H2("All outcomes"), html.Div(id=ids.AVERAGES)], className="plots-part")]
            if several
            else []
        ),
        *[part for part in parts if part is not None],
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


def _about_cut_off(bundle: Bundle, outcome: str) -> Component:
    """Below the controls: the best cut-off where the card has a payoff, and the place of the changes."""
    words = best_cut_off_words(bundle.card, outcome)
    best = [static_html(html.P(words))] if words else []
    return html.Div([*best, html.Div(id=ids.CUT_OFF_HISTORY)], className="cut-off-about")


def _index(certain: bool) -> Component:
    links = [html.A("Headline", href="#headline"), *(html.A(part.title, href=f"#{part.key}") for part in PARTS)]
    hidden = {"money", "errors"} if not certain else set()
    shown = [link for link in links if link.href.lstrip("#") not in hidden]
    return static_html(html.Nav(shown, className="plots-index", **{"aria-label": "On this page"}))


def _report(bundle: Bundle, outcome: str) -> Component:
    """Links to the report at the cut-off in use; ``assets/ts/plots/report.ts`` downloads it."""
    where = url.outside(f"/api/v1/models/{quote(bundle.key)}/report")
    links = [
        html.A(
            words,
            href=f"{where}.{kind}?outcome={quote(outcome, safe='')}",
            **{"data-report": f"{bundle.name} report.{kind}"},
        )
        for words, kind in (("whole, HTML", "html"), ("one page, PDF", "pdf"))
    ]
    body = [html.Span("Report"), *links, html.Span("", role="status")]
    return static_html(html.Div(body, className="report-links", role="group", **{"aria-label": "Report"}))


def _part(bundle: Bundle, part: PagePart, outcome: str, state: dict[str, Any], certain: bool) -> Component | None:
    rows = {plot.key: plot for plot in plots_of("performance")}

    def cards(keys: tuple[str, ...]) -> list[Component]:
        fit: list[Plot] = [rows[key] for key in keys if certain or rows[key].needs != PROBABILITIES]
        return [plots.card(bundle, plot, outcome, state) for plot in fit]

    shown, folded = cards(part.open), cards(part.folded)
    if not shown and not folded:
        return None
    more = html.Details(
        [html.Summary(part.more), html.Div(folded, className="plots")], className="plots-more", open=not shown
    )
    grid = [html.Div(shown, className="plots")] if shown else []
    return html.Section([html.H2(part.title), *grid, *([more] if folded else [])], id=part.key, className="plots-part")
