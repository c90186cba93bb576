"""Counterfactuals in words: the smallest changes of levers that carry the score across the cut-off."""

from __future__ import annotations

from dash.development.base_component import Component

from layouts import html
from layouts.shared.percent import percents
from ml.advice.advice import ScoreWithBlanks
from ml.advice.counterfactuals import Counterfactual, Counterfactuals
from ml.data.schema import Schema
from ml.decision.decide import acts
from ml.text.cut_off_words import cut_off_text
from ml.text.words import shown_value
from ml.translation import listed, text


def what_would_change(scored: ScoreWithBlanks, changes: Counterfactuals | None) -> Component | None:
    """The smallest changes in words, or that no change suffices; None for a model without levers.

    An empty, hidden element where the changes are still to come, with a later answer: so Dash keeps the elements below.
    """
    schema = scored.model.schema
    if not any(feature.lever for feature in schema.features):
        return None
    if changes is None:
        return html.Div([], className="change", hidden=True)
    upwards = not acts(changes.probability, changes.cut_off)
    goal = {"cut_off": cut_off_text(changes.cut_off)}
    if changes.found:
        higher = text("This would bring it to {cut_off} or more:", **goal)
        lead = higher if upwards else text("This would bring it below {cut_off}:", **goal)
        body: list[Component] = [_list(schema, changes.found)]
    elif changes.best is not None:
        to = text("Nothing that you can change brings it to {cut_off}. The nearest:", **goal)
        below = text("Nothing that you can change brings it below {cut_off}. The nearest:", **goal)
        lead = to if upwards else below
        body = [_list(schema, (changes.best,))]
    else:
        more = text("Nothing that you can change would raise it.")
        lead = more if upwards else text("Nothing that you can change would lower it.")
        body = []
    return html.Div([html.H3(text("What would change it")), html.P(lead, className="small"), *body], className="change")


def change_text(schema: Schema, change: Counterfactual) -> str:
    """One change in words: "Loan amount from 150 to 120 thousand $ → 54.2 %"."""
    moves = [_move(schema, *move) for move in change.moves]
    return f"{listed(moves)} → {_percent(change.probability)}"


def _move(schema: Schema, name: str, old: object, new: object) -> str:
    feature = schema.feature(name)
    to = shown_value(feature, new)  # type: ignore[arg-type]
    if old is None:
        return f"{feature.label}: {to}"
    was = shown_value(feature, old)  # type: ignore[arg-type]
    if feature.unit and was.endswith(feature.unit) and to.endswith(feature.unit):
        was = was.removesuffix(feature.unit).rstrip()
    return text("{feature} from {old} to {new}", feature=feature.label, old=was, new=to)


def _list(schema: Schema, counterfactuals: tuple[Counterfactual, ...]) -> Component:
    return html.Ul([html.Li(change_text(schema, change)) for change in counterfactuals], className="small changes")


def _percent(probability: float) -> str:
    return percents([probability], exclusive=False)[0].replace(".0\u00a0", "\u00a0")
