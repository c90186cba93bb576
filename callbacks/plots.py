"""Each plot of the Insights and the Performance page asks for itself."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import MATCH, Dash, Input, Output
from dash.development.base_component import Component

from layouts import ids, plots
from ml.errors import LikelyError
from ml.plots.results import drawn
from ml.service import Service


def register(app: Dash, service: Service) -> None:
    """Draw a plot when its card appears and when the page's outcome changes."""
    card = ids.plot(MATCH, MATCH)
    app.callback(
        Output(card, "children"),
        Input(card, "id"),
        Input(ids.PLOTS_OUTCOME, "value"),
    )(partial(show_plot, service))


def show_plot(service: Service, card: Any, outcome: str | None) -> list[Component]:
    """A card's plot with its sentence, or why there is none.

    Parameters
    ----------
    service : Service
    card : dict
        The card's id: it names the plot, and the version that the page was made for. As all that a
        browser sends, it may be anything.
    outcome : str or None
        Name of the page's outcome.
    """
    named = card if isinstance(card, dict) else {}
    try:
        return plots.shown(drawn(service, str(named.get("model")), named.get("key"), outcome))
    except LikelyError as error:
        return plots.refusal(error)
