"""The Insights page: what drives the model, and what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts.insights import about
from layouts.shared import plot_cards as plots
from ml.text.holdout_words import records_words

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from ml.bundle.bundle import Bundle


def page(bundle: Bundle, state: dict[str, Any], in_use: plots.CutOffInUse | None = None) -> Component:
    """The page's skeleton: plots load by themselves, the facts about the version below them are there at once."""
    lead = f"What drives this model, seen on {records_words(bundle.card)}."
    return html.Div([plots.page(bundle, "insights", lead, state, in_use), about.sections(bundle)])
