"""Headline of a score: the best offer, or the outcome in focus, with its number and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from layouts.shared.blocks import dot
from layouts.shared.percent import span
from ml.advice.advice import Standing
from ml.decision.decide import Decision
from ml.decision.payoff import currency_of
from ml.decision.ranking import Ranking, ranked
from ml.decision.worth import NOTHING
from ml.text.spoken import cut_off_text
from ml.text.words import money_text

EVEN = 0.5  # below this probability acting needs a "but"


def headline(standing: Standing, shown: str, ranking: Ranking) -> Component:
    """The outcome in focus with its number, what to do, and how much is known.

    Parameters
    ----------
    standing : Standing
    shown : str
        The outcome's probability as its bar shows it.
    ranking : Ranking
        Of the bars: the first of independent outcomes is called the best offer.
    """
    said = _exclusive(standing, shown) if standing.model.outcomes.exclusive else _offer(standing, shown, ranking)
    decision = standing.decision()
    if decision.words:
        act = {"data-decision": "act" if decision.act else "leave"}
        said.append(html.P([decision.words, *_because(standing, decision)], className="action owned", **act))
    return html.Div([html.Div(said, className="said"), *_known(standing)], className="head")


def offer_lead(standing: Standing, ranking: Ranking) -> str:
    """What an independent outcome is to the person who offers: "Best offer", or empty where it was chosen by hand."""
    first = ranked(standing.model.card, standing.model.outcomes, standing.probabilities, ranking)[0]
    if standing.outcome in ranking.declined:
        return "Declined"
    if standing.outcome != standing.model.outcomes.names[first]:
        return ""
    decision = standing.decision()
    if not decision.words:
        return "Most likely"
    if not decision.settled:
        return "Best offer so far"
    return "Best offer" if decision.act else "Nearest to an offer"


def _exclusive(standing: Standing, shown: str) -> list[Component]:
    outcomes = standing.model.outcomes
    eyebrow = html.P([dot(outcomes, standing.outcome), outcomes[standing.outcome].label], className="eyebrow")
    # A word without its number could be read as more than it is: both come and go together.
    words = [html.Span(f"{standing.band.label}, "), html.Span(shown, className="number")]
    return [eyebrow, html.P(words, className="headline owned")]


def _offer(standing: Standing, shown: str, ranking: Ranking) -> list[Component]:
    outcomes, lead = standing.model.outcomes, offer_lead(standing, ranking)
    parts = [
        *([html.Span(f"{lead}: ", className="headline-lead")] if lead else []),
        html.Span([dot(outcomes, standing.outcome), outcomes[standing.outcome].label, ", "]),
        html.Span(shown, className="number"),
    ]
    return [html.P(parts, className="headline owned")]


def _because(standing: Standing, decision: Decision) -> Sequence[Component]:
    """Why to do it, in money where the card has a payoff: "Unlikely, but worth 4.6 USD on average."."""
    gain = decision.worth
    if not decision.settled:
        return []
    if gain is not None and (gain < -NOTHING if decision.act else gain > NOTHING):
        return _against_worth(standing, decision, abs(gain))
    band = "" if standing.model.outcomes.exclusive else standing.band.label
    if gain is None or abs(gain) <= NOTHING:
        return [html.Span(f" {band}.", className="because")] if band else []
    amount = money_text(abs(gain), currency_of(standing.model.card))
    if not decision.act:
        words = f"{band}: it would lose {amount} on average." if band else f"It would lose {amount} on average."
    elif standing.probability < EVEN:
        words = f"{band}, but worth {amount} on average." if band else f"Still worth {amount} on average."
    else:
        words = f"{band}, worth {amount} on average." if band else f"Worth {amount} on average."
    return [html.Span(f" {words}", className="because")]


def _against_worth(standing: Standing, decision: Decision, size: float) -> list[Component]:
    """What the decision costs on average, where the cut-off in use decides against the worth."""
    amount = money_text(size, currency_of(standing.model.card))
    would = f"loses {amount} on average" if decision.act else f"is still worth {amount} on average"
    return [html.Span(f" The cut-off is {cut_off_text(decision.cut_off)}; acting {would}.", className="because")]


def _known(standing: Standing) -> list[Component]:
    """The number of known features, and the range of scores that the blanks leave open."""
    blank, every = len(standing.blank), len(standing.known)
    if not blank:
        return []
    at = standing.model.outcomes.index(standing.outcome)
    known = "Nothing is known yet." if blank == every else f"{every - blank} of {every} known."
    rest = "all" if blank == every else "the rest"
    reach = html.Span(span(standing.low[at], standing.high[at]), className="reach")
    between = html.Span([f" With {rest} known, ", reach, " in 8 of 10 cases."], className="owned")
    return [html.P([known, between], className="aside known")]
