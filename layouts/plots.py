"""What the Insights and the Performance page share: one outcome, and the plots of the catalogue in cards.

The page stands at once; each card then asks for its plot by itself (``callbacks/plots.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from ml.errors import LikelyError
from ml.outcomes import Outcomes
from ml.plots import theme
from ml.plots.catalogue import plots_of
from ml.plots.plot import Page, Plot

if TYPE_CHECKING:
    from ml.bundle import Bundle
    from ml.plots.results import Drawn


def page(bundle: Bundle, which: Page, lead: str, state: dict[str, Any]) -> Component:
    """The page's skeleton.

    Parameters
    ----------
    bundle : Bundle
    which : {"insights", "performance"}
    lead : str
        What the page is about, in a sentence.
    state : dict
        Of the page's address; ``outcome`` names the outcome that it opens with.
    """
    outcomes = bundle.outcomes
    asked = state.get("outcome")
    head = [
        html.P(lead, className="plots-lead"),
        _choice(outcomes, asked if asked in outcomes.names else outcomes.positive),
    ]
    cards = [_card(bundle.key, plot) for plot in plots_of(which)]
    return html.Div(
        [html.Div(head, className="plots-head"), html.Div(cards, className="plots")], className="plots-page"
    )


def shown(drawn: Drawn) -> list[Component]:
    """A figure and the sentence under it."""
    graph = dcc.Graph(figure=drawn.figure, config=theme.CONFIG, style={"height": f"{drawn.figure.layout.height}px"})
    return [graph, html.P(drawn.sentence, className="plot-words")]


def refusal(error: LikelyError) -> list[Component]:
    """Why a plot cannot be drawn, in its place."""
    return [html.Div([html.P(error.message), html.P(error.hint, className="plot-hint")], className="plot-refusal")]


def _choice(outcomes: Outcomes, chosen: str) -> Component:
    # Of two exclusive outcomes each is the other's mirror image: the page is about the positive one.
    alone = len(outcomes) == 1 or (outcomes.exclusive and len(outcomes) == 2)
    options = [{"value": item.name, "label": item.label} for item in outcomes.items]
    select = dbc.Select(id=ids.PLOTS_OUTCOME, options=options, value=chosen)
    label = html.Label("Outcome", htmlFor=ids.PLOTS_OUTCOME)
    if alone:
        return html.Div([html.Div(select, hidden=True), html.P(["Outcome: ", html.Strong(outcomes[chosen].label)])])
    return html.Div([label, select], className="plots-outcome")


def _card(model: str, plot: Plot) -> Component:
    head = html.Header([html.H2(plot.title), html.P(plot.question)])
    waiting = html.Div("Working it out …", className="plot-waiting", role="status")
    return html.Section(
        [head, html.Div(waiting, id=ids.plot(model, plot.key), className="plot-body")], className="plot-card"
    )
