"""Evidence for a score: outcomes of hold-out records with about the same score, and of similar records."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from layouts.shared.blocks import count, dot
from layouts.shared.percent import span
from ml.advice.advice import Advice, Standing
from ml.advice.evidence import FEW, Evidence, Neighbour
from ml.data.schema import Row
from ml.locale import localized
from ml.text.words import listed, named

DIFFERENCES = 3  # named for each similar record


def how_far_to_trust(standing: Standing, advice: Advice) -> Component:
    """The evidence in one sentence, warnings, and the nearest known records behind a disclosure."""
    parts = [html.H3("How far to trust it")]
    exclusive = standing.model.outcomes.exclusive
    parts.append(html.P(evidence_text(advice.evidence, exclusive=exclusive), className="small evidence"))
    parts += [html.P(words, className="small warn") for words in _warnings(standing, advice)]
    if advice.neighbours:
        parts.append(_neighbours(standing, advice.neighbours))
    return html.Div(parts, className="trust")


def evidence_text(evidence: Evidence, *, exclusive: bool) -> str:
    """Sentence with Wilson interval: "Of 125 records scored about like this, 71 really were (57 %, 48–65 %)"."""
    if not evidence.similar:
        return "No known record was scored about like this."
    share = round(100 * evidence.had / evidence.similar)
    verb = ("was" if evidence.had == 1 else "were") if exclusive else "took it"
    had = f"{localized(f'{evidence.had:,}')} really {verb}"
    between = span(evidence.low, evidence.high)
    records = count(evidence.similar, "record")
    return f"Of {records} scored about like this, {had} ({share}\u00a0%, {between})."


def differences(standing: Standing, row: Row) -> str:
    """The features in which a known record differs from this one, among those that are not blank."""
    schema = standing.model.schema
    differing = [
        (feature, value)
        for feature, value, own, known in zip(schema.features, row, standing.row, standing.known, strict=True)
        if known and value != own
    ]
    if not differing:
        return "Equal in all that is known"
    told = [named(feature, value) for feature, value in differing[:DIFFERENCES]]
    more = len(differing) - DIFFERENCES
    return f"Differs: {listed([*told, f'{more} more'] if more > 0 else told)}"


def _warnings(standing: Standing, advice: Advice) -> list[str]:
    found = []
    if advice.evidence.similar and advice.evidence.few:
        found.append(f"Fewer than {FEW} such records: too few to go by.")
    if advice.unlike is not None:
        labels = [standing.model.schema.feature(name).label for name in advice.unlike.features]
        found.append(f"Unlike anything in training{': ' + listed(labels) if labels else ''}.")
    return found


def _neighbours(standing: Standing, neighbours: Sequence[Neighbour]) -> Component:
    outcomes = standing.model.outcomes
    rows = []
    for neighbour in neighbours:
        had: list[Component | str] = []
        for name in neighbour.had:
            had += [html.Span([dot(outcomes, name), outcomes[name].label], className="had")]
        difference = html.Span(differences(standing, neighbour.row), className="tiny")
        rows.append(html.Li([html.Span(had or "None of these", className="hads"), difference]))
    summary = html.Summary(f"The {len(rows)} most similar known records, and what became of them")
    return html.Details([summary, html.Ol(rows, className="neighbours")], className="disclosure")
