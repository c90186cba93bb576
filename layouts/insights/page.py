"""The Insights page: three plain answers first, and for analysts everything behind them, folded up in sections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from layouts import html
from layouts.insights import about, answer_cards
from layouts.shared import plot_cards as plots
from ml.bundle.bundle import Bundle
from ml.plots.catalogue import plots_of
from ml.plots.insight_questions import INSIGHT_QUESTIONS
from ml.plots.plot import Plot, Section
from ml.text.holdout_words import records_words
from ml.translation import mark, text


@dataclass(frozen=True)
class Fold:
    """A folded section for analysts: its name, and what is in it."""

    key: Section
    title: str
    about: str


FOLDS = (
    Fold("features", mark("Which features matter"), mark("How much each one moves the model, alone and together")),
    Fold("effects", mark("What their values do"), mark("Which values raise the score, and which lower it")),
    Fold("data", mark("What is in the records"), mark("Distributions, gaps, features that tell the same, leaks")),
)


def page(bundle: Bundle, state: dict[str, Any], in_use: Callable[[str], float] | None = None) -> Component:
    """The page's skeleton: answers and plots load by themselves, the facts about the version are there at once.

    The state of the address has ``outcome``, and the options as ``<plot>.<option>``. `in_use` gives an outcome's
    cut-off in use, with which plots that have one open; without it the card's.
    """
    outcome = plots.requested_outcome(bundle, state)
    cut_off = in_use(outcome) if in_use else None
    seen = text("What to know about this model, seen on {records}.", records=records_words(bundle.card))
    lead = html.P(seen, className="plots-lead")
    head = html.Div([lead, plots.choice(bundle.outcomes, outcome)], className="plots-head")
    folded = [_folded(bundle, fold, outcome, state, cut_off) for fold in FOLDS]
    analysts = html.Section(
        [html.H2(text("For analysts")), *filter(None, folded), *about.folded(bundle)], className="plots-part analysts"
    )
    return html.Div(
        [plots.frame(bundle, outcome, [head, answer_cards.cards(bundle, outcome), analysts]), about.card(bundle)]
    )


def _folded(bundle: Bundle, fold: Fold, outcome: str, state: dict[str, Any], cut_off: float | None) -> Component | None:
    shown = plots.fitting(bundle, _plots(bundle, fold, outcome))
    summary = html.Summary([html.Strong(text(fold.title)), html.Span(text(fold.about))])
    return plots.fold(bundle, shown, outcome, state, summary, cut_off) if shown else None


def _plots(bundle: Bundle, fold: Fold, outcome: str) -> list[Plot]:
    """The plots of a section that no answer above shows already."""
    shown = {answer.pictures(bundle, outcome)[0] for answer in INSIGHT_QUESTIONS}
    return [plot for plot in plots_of("insights") if _section(plot) == fold.key and plot.key not in shown]


def _section(plot: Plot) -> Section:
    """Section of the page that an address names; the first where it names none."""
    return next((fold.key for fold in FOLDS if fold.key == plot.section), FOLDS[0].key)
