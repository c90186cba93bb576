"""Result of a model without probabilities, and what is shown in place of a result."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from layouts import html
from layouts.shared.blocks import dot
from layouts.shared.static_html import signal
from ml.bundle.bundle import Bundle
from ml.bundle.scored import Score
from ml.data.outcomes import Outcomes
from ml.data.schema import Schema
from ml.errors import LikelyError, Problem
from ml.metrics.evaluation import no_probabilities
from ml.text.note_words import few_names
from ml.translation import in_row, text


def result(bundle: Bundle, score: Score, serial: int) -> Component:
    """The model's label, yes or no for every outcome, and how to get probabilities.

    `serial` is that of the request that this answers; a script compares it before it calls the result current.
    """
    outcomes = bundle.outcomes
    parts = [_headline(outcomes, score.labels), _decisions(outcomes, score.labels)]
    return framed([*parts, *outside(bundle.schema, score.notes)], serial)


def framed(parts: Sequence[Component], serial: int, **data: str) -> Component:
    """A result, with the serial number of the request that it answers."""
    drawn = signal("drawn", of=str(serial))
    return html.Div([*parts, drawn], className="score", **{"data-serial": str(serial), **data})


def nothing_yet() -> Component:
    """Placeholder until a record of this page could be scored."""
    return framed([html.P(text("No result yet."), className="headline")], 0)


def score_error(error: LikelyError, serial: int) -> Component:
    """The error in place of a result, where the model answers no record at all."""
    words = [html.P(error.message, className="headline headline-words"), html.P(error.hint, className="aside")]
    return framed(words, serial)


def outside(schema: Schema, notes: Sequence[Problem]) -> list[Component]:
    """The features whose values lie outside the training data."""
    if not notes:
        return []
    labels = few_names([schema.feature(note.feature).label for note in notes if note.feature])
    said = text("Outside what the model has seen: {features}.", features=labels)
    return [html.P(said, className="aside aside-warn")]


def _headline(outcomes: Outcomes, names: Sequence[str]) -> Component:
    labels = [outcomes[name].label for name in names]
    eyebrow = html.P(text("The model says"), className="eyebrow")
    if not outcomes.exclusive:
        words = text("Expected: {outcomes}", outcomes=in_row(labels)) if labels else text("None expected")
        said = html.P(words, className="headline headline-words")
    else:
        said = html.P(html.Span([dot(outcomes, names[0]), labels[0]]), className="headline")
    return html.Div([eyebrow, said], className="said")


def _decisions(outcomes: Outcomes, labels: Sequence[str]) -> Component:
    missing, yes, no = no_probabilities(), text("yes"), text("no")
    rows = [
        html.Li([dot(outcomes, item.name), html.Span(item.label), html.Span(yes if item.name in labels else no)])
        for item in outcomes.items
    ]
    return html.Div([html.Ul(rows, className="decisions"), html.P(str(missing), className="aside")])
