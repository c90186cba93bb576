"""How likely: the chosen outcome in large, and a bar for every outcome.

Drawn with HTML alone: this page never waits for a plot library.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dash import html
from dash.development.base_component import Component

from layouts.asknext import ask_next
from layouts.parts import dot
from layouts.percent import percents, span
from layouts.result import framed, outside
from ml.advice import Standing
from ml.outcomes import Outcome
from ml.palette import colour_of
from ml.words import listed


def board(standing: Standing, declined: Collection[str], serial: int) -> Component:
    """Headline, bars and what to ask next.

    Parameters
    ----------
    standing : Standing
    declined : collection of str
        Independent outcomes that the customer does not want: they leave the ranking.
    serial : int
        Of the question that this answers; a script compares it before it calls the result current.
    """
    outcomes = standing.model.outcomes
    shown = percents(standing.probabilities, exclusive=outcomes.exclusive)
    declined = () if outcomes.exclusive else declined
    parts = [
        _headline(standing, shown[outcomes.index(standing.outcome)]),
        html.Ul([_bar(standing, at, shown[at], declined) for at in ranked(standing, declined)], className="bars"),
        *_label(standing),
        *outside(standing.model.schema, standing.notes),
        *ask_next(standing),
    ]
    return framed(parts, serial, **{"data-focus": standing.outcome})


def ranked(standing: Standing, declined: Collection[str] = ()) -> list[int]:
    """Columns in the order of their bars.

    Independent outcomes compete: the most probable first, what was declined last. Classes stay where
    they are, so that the eye finds them again.
    """
    outcomes = standing.model.outcomes
    columns = range(len(outcomes))
    if outcomes.exclusive:
        return list(columns)
    return sorted(columns, key=lambda at: (outcomes.names[at] in declined, -standing.probabilities[at]))


def _headline(standing: Standing, shown: str) -> Component:
    outcomes, band = standing.model.outcomes, standing.band
    eyebrow = html.P([dot(outcomes, standing.outcome), outcomes[standing.outcome].label], className="eyebrow")
    # A word without its number could be read as more than it is: both come and go together.
    words = html.P([html.Span(f"{band.label}, "), html.Span(shown, className="number")], className="headline owned")
    said = [eyebrow, words]
    if band.action and "bands" in standing.model.card:
        said.append(html.P(band.action, className="action owned"))
    live = html.Div(said, className="said", **{"aria-live": "polite", "aria-atomic": "true"})
    return html.Div([live, *_known(standing)], className="head")


def _known(standing: Standing) -> list[Component]:
    """How much is known, and what the rest may still do."""
    blank, every = len(standing.blank), len(standing.known)
    if not blank:
        return []
    at = standing.model.outcomes.index(standing.outcome)
    known = "Nothing is known yet." if blank == every else f"{every - blank} of {every} known."
    rest = "all" if blank == every else "the rest"
    reach = html.Span(span(standing.low[at], standing.high[at]), className="reach")
    between = html.Span([f" With {rest} known, ", reach, " in 8 of 10 cases."], className="owned")
    return [html.P([known, between], className="aside known")]


def _bar(standing: Standing, at: int, shown: str, declined: Collection[str]) -> Component:
    outcomes = standing.model.outcomes
    outcome = outcomes.items[at]
    out = outcome.name in declined
    parts = [_choose(standing, at, outcome, shown)]
    if not outcomes.exclusive:
        parts.append(_decline(outcome, out))
    return html.Li(
        parts,
        className="bar bar-declined" if out else "bar",
        style={"--colour": colour_of(outcomes, outcome.name)},
        **{"data-outcome": outcome.name, "data-probability": repr(standing.probabilities[at])},
    )


def _choose(standing: Standing, at: int, outcome: Outcome, shown: str) -> Component:
    low, high = standing.low[at], standing.high[at]
    words: list[Component] = [html.Span(outcome.label, className="bar-name")]
    if standing.blank:
        words.append(html.Span(span(low, high), className="bar-range owned"))
    words.append(html.Span(shown, className="number"))
    track = _track(standing.probabilities[at], low, high)
    pressed = {"aria-pressed": str(outcome.name == standing.outcome).lower(), "data-choose": outcome.name}
    return html.Button([html.Span(words, className="bar-words"), track], type="button", className="bar-face", **pressed)


def _track(probability: float, low: float, high: float) -> Component:
    """The bar: full up to where the answer is sure to reach, paler up to the score, soft up to where it may reach."""
    sure = min(low / probability, 1.0) if probability else 1.0
    soft = html.Span(className="range", style={"left": f"{low:.4%}", "width": f"{high - low:.4%}"})
    fill = html.Span(className="fill", style={"width": f"{probability:.4%}", "--sure": f"{sure:.4%}"})
    return html.Span([soft, fill] if high > low else [fill], className="track", **{"aria-hidden": "true"})


def _decline(outcome: Outcome, out: bool) -> Component:
    words = "Put back" if out else "Mark as declined"
    label = {"aria-label": f"{words}: {outcome.label}"}
    return html.Button(words, type="button", className="quiet-button", **label, **{"data-decline": outcome.name})


def _label(standing: Standing) -> Sequence[Component]:
    """What the estimator itself decides, once it could be asked."""
    outcomes = standing.model.outcomes
    if standing.blank or (outcomes.exclusive and not standing.labels):
        return []
    if not outcomes.exclusive:
        yes = listed([outcomes[name].label for name in standing.labels]) or "no to all of them"
        return [html.P(["The model says ", html.Strong(yes, className="owned"), "."], className="aside")]
    name = standing.labels[0]
    said = [html.P(["The model says ", html.Strong(outcomes[name].label, className="owned"), "."], className="aside")]
    if standing.probabilities[outcomes.index(name)] < max(standing.probabilities):
        words = "The model decides by a rule of its own, so its label is not the most probable outcome."
        said.append(html.P(words, className="aside"))
    return said
