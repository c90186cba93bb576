"""Probability board: the chosen outcome in large, and a bar for every outcome.

HTML alone: this page never waits for a plot library.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from dash.development.base_component import Component

from layouts import html
from layouts.predict.ask_next import ask_next
from layouts.predict.headline import headline
from layouts.predict.result import framed, outside
from layouts.shared.form_messages import BY_PROBABILITY
from layouts.shared.percent import percents, span
from ml.advice.advice import ScoreWithBlanks
from ml.data.outcomes import Outcome
from ml.decision.cut_offs import DEFAULT
from ml.decision.payoff import currency_of
from ml.decision.ranking import By, Ranking, ranked, worths_of
from ml.decision.worth import NOTHING
from ml.plots.palette import colour_of
from ml.text.cut_off_words import cut_off_text
from ml.text.words import money_text
from ml.translation import listed, mark, text, text_parts

ORDERS = {"": mark("By value"), BY_PROBABILITY: mark("By probability")}
AVERAGES = mark("≈ what acting is worth on average, after its cost.")


def board(scored: ScoreWithBlanks, declined: Collection[str], serial: int, order: By = "") -> Component:
    """Headline, bars and next questions; `order` is "probability" where the person wants it although there are worths.

    `declined` are independent outcomes that the customer does not want: they leave the ranking. `serial` is that of the
    request that this answers; a script compares it before it calls the result current.
    """
    outcomes = scored.model.outcomes
    valued = any(scored.decision(name).worth is not None for name in outcomes.names)
    shown = percents(scored.probabilities, exclusive=outcomes.exclusive)
    card, probabilities = scored.model.card, scored.probabilities
    ranking = Ranking(() if outcomes.exclusive else declined, order)
    places = ranked(card, outcomes, probabilities, ranking)
    parts = [
        headline(scored, shown[outcomes.index(scored.outcome)], ranking),
        *_orders(order, worths_of(card, outcomes, probabilities)),
        html.Ul([_bar(scored, at, shown[at], ranking.declined) for at in places], className="bars"),
        *([html.P(text(AVERAGES), className="aside averages")] if valued else []),
        *_label(scored),
        *outside(scored.model.schema, scored.notes),
        *ask_next(scored),
    ]
    cut_offs = dict(zip(outcomes.names, scored.cut_offs, strict=True))
    return framed(parts, serial, **{"data-focus": scored.outcome, "data-cut-offs": json.dumps(cut_offs)})


def _orders(order: str, worth: Sequence[float] | None) -> list[Component]:
    """Two buttons that say in which order the bars stand; none where there is one order only."""
    if worth is None:
        return []
    pressed = {name: {"aria-pressed": str(name == order).lower()} for name in ORDERS}
    buttons = [
        html.Button(text(words), type="button", className="quiet-button", **{"data-order": name}, **pressed[name])
        for name, words in ORDERS.items()
    ]
    return [html.Div(buttons, className="orders", role="group", **{"aria-label": text("Order of the bars")})]


def _brings(scored: ScoreWithBlanks, at: int) -> list[Component]:
    """Worth of acting on an outcome; nothing where the card has no payoff of it."""
    amount = scored.decision(scored.model.outcomes.names[at]).worth
    if amount is None:
        return []
    shown = ["≈\u00a0", money_text(amount, currency_of(scored.model.card))]
    return [html.Span(shown, className="bar-value owned", **{"data-worth": repr(amount)})]


def _bar(scored: ScoreWithBlanks, at: int, shown: str, declined: Collection[str]) -> Component:
    outcomes = scored.model.outcomes
    outcome = outcomes.items[at]
    out = outcome.name in declined
    parts = [_choose(scored, at, outcome, shown)]
    if not outcomes.exclusive:
        parts.append(_decline(outcome, out))
    return html.Li(
        parts,
        className="bar bar-declined" if out else "bar",
        style={"--colour": colour_of(outcomes, outcome.name)},
        **{"data-outcome": outcome.name, "data-probability": repr(scored.probabilities[at])},
    )


def _choose(scored: ScoreWithBlanks, at: int, outcome: Outcome, shown: str) -> Component:
    low, high = scored.low[at], scored.high[at]
    words: list[Component] = [html.Span(outcome.label, className="bar-name")]
    if scored.blank:
        words.append(html.Span(span(low, high), className="bar-range owned"))
    words += [*_brings(scored, at), html.Span(shown, className="number")]
    chosen = outcome.name == scored.outcome
    mark = _tick(scored.cut_off) if chosen else []
    track = html.Span([_track(scored.probabilities[at], low, high), *mark], className="scale")
    pressed = {"aria-pressed": str(chosen).lower(), "data-choose": outcome.name}
    return html.Button([html.Span(words, className="bar-words"), track], type="button", className="bar-face", **pressed)


def _track(probability: float, low: float, high: float) -> Component:
    """The bar: full up to the low end of the range, paler up to the score, soft up to the high end."""
    sure = min(low / probability, 1.0) if probability else 1.0
    soft = html.Span(className="range", style={"left": f"{low:.4%}", "width": f"{high - low:.4%}"})
    fill = html.Span(className="fill", style={"width": f"{probability:.4%}", "--sure": f"{sure:.4%}"})
    return html.Span([soft, fill] if high > low else [fill], className="track", **{"aria-hidden": "true"})


def _tick(cut_off: float) -> list[Component]:
    """The mark of the cut-off across a bar, with its words, which screen readers read, too."""
    place = {"--at": f"{cut_off:.4%}"}
    return [
        html.Span(className="tick", style=place, **{"aria-hidden": "true"}),
        html.Span(text("Cut-off {cut_off}", cut_off=cut_off_text(cut_off)), className="tick-words", style=place),
    ]


def _decline(outcome: Outcome, out: bool) -> Component:
    words = text("Put back") if out else text("Mark as declined")
    back = text("Put back: {outcome}", outcome=outcome.label)
    label = {"aria-label": back if out else text("Mark as declined: {outcome}", outcome=outcome.label)}
    return html.Button(words, type="button", className="quiet-button", **label, **{"data-decline": outcome.name})


def _label(scored: ScoreWithBlanks) -> Sequence[Component]:
    """The estimator's own decision, if nothing is blank and the cut-offs in use do not decide otherwise."""
    outcomes = scored.model.outcomes
    if not outcomes.exclusive:
        return _labels(scored)
    if scored.blank or not scored.labels:
        return []
    if scored.decision().act != (scored.outcome in scored.labels) and scored.cut_off != DEFAULT:
        return []
    name = scored.labels[0]
    said = [_says(outcomes[name].label)]
    if scored.probabilities[outcomes.index(name)] < max(scored.probabilities):
        words = text("The model decides by a rule of its own, so its label is not the most probable outcome.")
        said.append(html.P(words, className="aside"))
    return said


def _labels(scored: ScoreWithBlanks) -> Sequence[Component]:
    """The estimator's own yes to independent outcomes; its no to all only where acting on none is worth anything."""
    outcomes = scored.model.outcomes
    recommendations = [scored.decision(name) for name in outcomes.names]
    differ = {each.outcome for each in recommendations if each.act} != set(scored.labels)
    if scored.blank or (differ and any(each.cut_off != DEFAULT for each in recommendations)):
        return []
    if not scored.labels and any((each.worth or 0.0) > NOTHING for each in recommendations):
        return []
    return [_says(listed([outcomes[name].label for name in scored.labels]) or text("no to all of them"))]


def _says(answer: str) -> Component:
    said = text_parts("The model says {answer}.", answer=html.Strong(answer, className="owned"))
    return html.P(said, className="aside")
