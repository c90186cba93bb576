"""What the model says of one record, drawn with HTML alone: this page never waits for a plot library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from dash import html
from dash.development.base_component import Component

from layouts.parts import dot
from layouts.percent import percents
from ml.errors import LikelyError, Problem
from ml.evaluation import no_probabilities
from ml.outcomes import Outcome, Outcomes
from ml.palette import colour_of
from ml.schema import Schema

if TYPE_CHECKING:
    from ml.bundle import Bundle
    from ml.service import Score


def result(bundle: Bundle, score: Score, serial: int) -> Component:
    """The headline and a bar for every outcome.

    Parameters
    ----------
    bundle : Bundle
    score : Score
    serial : int
        Of the question that this answers; a script compares it before it calls the result current.
    """
    outcomes = bundle.outcomes
    shown = None if score.probabilities is None else percents(score.probabilities, exclusive=outcomes.exclusive)
    parts = [_headline(outcomes, score, shown)]
    if score.probabilities is None or shown is None:
        parts.append(_decisions(outcomes, score.labels))
    else:
        parts.append(_bars(outcomes, score.probabilities, shown))
        parts.extend(_label_apart(outcomes, score.labels, score.probabilities))
    parts.extend(_outside(bundle.schema, score.notes))
    return html.Div(parts, className="score", **{"data-serial": str(serial)})


def nothing_yet(serial: int) -> Component:
    """In place of a result, as long as no record of this page could be scored."""
    return html.Div(html.P("No result yet.", className="headline"), className="score", **{"data-serial": str(serial)})


def refusal(error: LikelyError, serial: int) -> Component:
    """In place of a result that the model refuses to give, whatever stands in the form."""
    words = [html.P(error.message, className="headline headline-words"), html.P(error.hint, className="aside")]
    return html.Div(words, className="score", **{"data-serial": str(serial)})


def answered(
    serial: int,
    record: dict[str, str] | None = None,
    *,
    problems: Iterable[Problem] = (),
    notes: Iterable[Problem] = (),
) -> dict[str, Any]:
    """What the form's script needs to know of an answer.

    Parameters
    ----------
    serial : int
        Of the question; 0 for the record with which the page opens.
    record : dict, optional
        That record: name to text.
    problems, notes : iterable of Problem
        By field; what has no field of its own is listed under the empty name.
    """
    said: dict[str, dict[str, str]] = {"problems": {}, "notes": {}}
    for kind, found in (("problems", problems), ("notes", notes)):
        for problem in found:
            said[kind].setdefault(problem.feature or "", f"{problem.message} {problem.hint}".strip())
    return {"serial": serial, **said} | ({} if record is None else {"record": record})


def _headline(outcomes: Outcomes, score: Score, shown: Sequence[str] | None) -> Component:
    labels = [outcomes[name].label for name in score.labels]
    if not outcomes.exclusive:
        words = f"Expected: {', '.join(labels)}" if labels else "None expected"
        return html.Div([_eyebrow(), html.P(words, className="headline headline-words")])
    name = score.labels[0]
    said = [html.Span([dot(outcomes, name), labels[0]])]
    if shown is not None:
        said.append(html.Span(shown[outcomes.index(name)], className="number"))
    return html.Div([_eyebrow(), html.P(said, className="headline")])


def _eyebrow() -> Component:
    return html.P("The model says", className="eyebrow")


def _bars(outcomes: Outcomes, probabilities: Sequence[float], shown: Sequence[str]) -> Component:
    rows = zip(outcomes.items, probabilities, shown, strict=True)
    return html.Ul([_bar(outcomes, *row) for row in rows], className="bars")


def _bar(outcomes: Outcomes, outcome: Outcome, probability: float, shown: str) -> Component:
    fill = html.Div(className="fill", style={"width": f"{probability:.4%}"})
    words = [html.Span(outcome.label, className="bar-name"), html.Span(shown, className="number")]
    return html.Li(
        [html.Div(words, className="bar-words"), html.Div(fill, className="track", **{"aria-hidden": "true"})],
        style={"--colour": colour_of(outcomes, outcome.name)},
        **{"data-outcome": outcome.name, "data-probability": repr(probability)},
    )


def _decisions(outcomes: Outcomes, labels: Sequence[str]) -> Component:
    missing = no_probabilities()
    rows = [
        html.Li([dot(outcomes, item.name), html.Span(item.label), html.Span("yes" if item.name in labels else "no")])
        for item in outcomes.items
    ]
    return html.Div([html.Ul(rows, className="decisions"), html.P(str(missing), className="aside")])


def _label_apart(outcomes: Outcomes, labels: Sequence[str], probabilities: Sequence[float]) -> list[Component]:
    """A word where the model decides for an outcome that is not its most probable one."""
    if not outcomes.exclusive or probabilities[outcomes.index(labels[0])] >= max(probabilities):
        return []
    words = "The model decides by a rule of its own, so its label is not the most probable outcome."
    return [html.P(words, className="aside")]


def _outside(schema: Schema, notes: Sequence[Problem]) -> list[Component]:
    if not notes:
        return []
    labels = [schema.feature(note.feature).label for note in notes if note.feature]
    return [html.P(f"Outside what the model has seen: {', '.join(labels)}.", className="aside aside-warn")]
