"""Headline of a score: the best offer, or the outcome in focus, with its number and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from layouts import html
from layouts.shared.blocks import dot
from layouts.shared.percent import span
from ml.advice.advice import ScoreWithBlanks
from ml.decision.decide import Recommendation
from ml.decision.payoff import currency_of
from ml.decision.ranking import Ranking, ranked, worths_of
from ml.decision.worth import NOTHING
from ml.text.cut_off_words import cut_off_text
from ml.text.words import money_text
from ml.translation import text, text_parts

EVEN = 0.5  # below this probability acting needs a "but"


def headline(scored: ScoreWithBlanks, shown: str, ranking: Ranking) -> Component:
    """The outcome in focus with its number as its bar shows it, what to do, and how much is known.

    By the ranking of the bars the first of independent outcomes is called the best offer.
    """
    said = _exclusive(scored, shown) if scored.model.outcomes.exclusive else _offer(scored, shown, ranking)
    decision = scored.decision()
    if decision.words and scored.outcome not in ranking.declined:
        act = {"data-decision": "act" if decision.act else "leave"}
        said.append(html.P([decision.words, *_because(scored, decision)], className="action owned", **act))
    return html.Div([html.Div(said, className="said"), *_known(scored)], className="head")


def offer_lead(scored: ScoreWithBlanks, ranking: Ranking) -> str:
    """Words above an independent outcome: "Best offer", or empty where it was chosen by hand."""
    card, outcomes = scored.model.card, scored.model.outcomes
    first = ranked(card, outcomes, scored.probabilities, ranking)[0]
    if scored.outcome in ranking.declined:
        return text("Declined")
    if scored.outcome != outcomes.names[first]:
        return ""
    decision = scored.decision()
    if decision.words and not decision.final:
        return text("Best offer so far")
    if decision.words and decision.act:
        return text("Best offer")
    if decision.words and not any(scored.decision(name).act for name in outcomes.names if name not in ranking.declined):
        return text("Nearest to an offer")
    # A cut-off decides against it, and another may be an offer all the same
    by_worth = ranking.by != "probability" and worths_of(card, outcomes, scored.probabilities)
    return text("Highest in value") if by_worth else text("Most likely")


def _exclusive(scored: ScoreWithBlanks, shown: str) -> list[Component]:
    outcomes = scored.model.outcomes
    eyebrow = html.P([dot(outcomes, scored.outcome), outcomes[scored.outcome].label], className="eyebrow")
    # A word without its number could be read as more than it is: both come and go together.
    band, number = html.Span(scored.band.label), html.Span(shown, className="number")
    words = text_parts("{band}, {probability}", band=band, probability=number)
    return [eyebrow, html.P(words, className="headline owned")]


def _offer(scored: ScoreWithBlanks, shown: str, ranking: Ranking) -> list[Component]:
    outcomes, lead = scored.model.outcomes, offer_lead(scored, ranking)
    parts = [
        *([html.Span(f"{lead}: ", className="headline-lead")] if lead else []),
        html.Span([dot(outcomes, scored.outcome), outcomes[scored.outcome].label, ", "]),
        html.Span(shown, className="number"),
    ]
    return [html.P(parts, className="headline owned")]


def _because(scored: ScoreWithBlanks, decision: Recommendation) -> Sequence[Component]:
    """Reason for the action, in money where the card has a payoff: "Unlikely, but worth 4.6 USD on average."."""
    gain = decision.worth
    if not decision.final:
        return []
    if gain is not None and (gain < -NOTHING if decision.act else gain > NOTHING):
        return _against_worth(scored, decision, abs(gain))
    band = "" if scored.model.outcomes.exclusive else scored.band.label
    if gain is None or abs(gain) <= NOTHING:
        return [html.Span(f" {band}.", className="because")] if band else []
    words = _in_money(decision, money_text(abs(gain), currency_of(scored.model.card)), band, scored.probability)
    return [html.Span(f" {words}", className="because")]


def _in_money(decision: Recommendation, amount: str, band: str, probability: float) -> str:
    """Average gain of the decision, after the band where it is not said above."""
    slots = {"amount": amount} | ({"band": band} if band else {})
    if not decision.act:
        if band:
            return text("{band}: it would lose {amount} on average.", **slots)
        return text("It would lose {amount} on average.", **slots)
    if probability < EVEN:
        if band:
            return text("{band}, but worth {amount} on average.", **slots)
        return text("Still worth {amount} on average.", **slots)
    return text("{band}, worth {amount} on average.", **slots) if band else text("Worth {amount} on average.", **slots)


def _against_worth(scored: ScoreWithBlanks, decision: Recommendation, size: float) -> list[Component]:
    """Average cost of the decision, where the cut-off in use decides against the worth."""
    amount = money_text(size, currency_of(scored.model.card))
    slots = {"cut_off": cut_off_text(decision.cut_off), "amount": amount}
    loses = text("The cut-off is {cut_off}; acting loses {amount} on average.", **slots)
    worth = text("The cut-off is {cut_off}; acting is still worth {amount} on average.", **slots)
    return [html.Span(f" {loses if decision.act else worth}", className="because")]


def _known(scored: ScoreWithBlanks) -> list[Component]:
    """The number of known features, and the range of scores that the blanks leave open."""
    blank, every = len(scored.blank), len(scored.known)
    if not blank:
        return []
    at = scored.model.outcomes.index(scored.outcome)
    reach = html.Span(span(scored.low[at], scored.high[at]), className="reach")
    if blank == every:
        known = text("Nothing is known yet.")
        between = text_parts("With all known, {range} in 8 of 10 cases.", range=reach)
    else:
        known = text("{n} of {all} known.", n=every - blank, all=every)
        between = text_parts("With the rest known, {range} in 8 of 10 cases.", range=reach)
    return [html.P([known, html.Span([" ", *between], className="owned")], className="aside known")]
