"""Evidence for a score: outcomes of hold-out records with about the same score, and of similar records."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from layouts import html
from layouts.shared.blocks import dot
from layouts.shared.percent import span
from ml.advice.advice import Advice, ScoreWithBlanks
from ml.advice.evidence import FEW, Evidence, Neighbour
from ml.data.schema import Row
from ml.locale import percent
from ml.text.number_words import count, records_text
from ml.text.words import named
from ml.translation import listed, plural, text

DIFFERENCES = 3  # named for each similar record


def how_far_to_trust(scored: ScoreWithBlanks, advice: Advice) -> Component:
    """The evidence in one sentence, warnings, and the nearest known records behind a disclosure."""
    parts = [html.H3(text("How far to trust it"))]
    exclusive = scored.model.outcomes.exclusive
    parts.append(html.P(evidence_text(advice.evidence, exclusive=exclusive), className="small evidence"))
    parts += [html.P(words, className="small warn") for words in _warnings(scored, advice)]
    if advice.neighbours:
        parts.append(_neighbours(scored, advice.neighbours))
    return html.Div(parts, className="trust")


def evidence_text(evidence: Evidence, *, exclusive: bool) -> str:
    """Sentence with Wilson interval: "Of 125 records scored about like this, 71 really were (57 %, 48–65 %)"."""
    if not evidence.similar:
        return text("No known record was scored about like this.")
    slots = {
        "records": records_text(evidence.similar),
        "had": count(evidence.had),
        "share": percent(f"{round(100 * evidence.had / evidence.similar)}"),
        "interval": span(evidence.low, evidence.high),
    }
    if not exclusive:
        return plural(
            "Of {records} scored about like this, {had} really took it ({share}, {interval}).",
            "Of {records} scored about like this, {had} really took it ({share}, {interval}).",
            evidence.had,
            **slots,
        )
    return plural(
        "Of {records} scored about like this, {had} really was ({share}, {interval}).",
        "Of {records} scored about like this, {had} really were ({share}, {interval}).",
        evidence.had,
        **slots,
    )


def differences(scored: ScoreWithBlanks, row: Row) -> str:
    """The non-blank features in which a known record differs from this one."""
    schema = scored.model.schema
    differing = [
        (feature, value)
        for feature, value, own, known in zip(schema.features, row, scored.row, scored.known, strict=True)
        if known and value != own
    ]
    if not differing:
        return text("Equal in all known values")
    names = [named(feature, value) for feature, value in differing[:DIFFERENCES]]
    more = len(differing) - DIFFERENCES
    names += [plural("{n} more", "{n} more", more)] if more > 0 else []
    return text("Differs: {features}", features=listed(names))


def _warnings(scored: ScoreWithBlanks, advice: Advice) -> list[str]:
    warnings = []
    if advice.evidence.similar and advice.evidence.few:
        warnings.append(text("Fewer than {n} such records: too few to go by.", n=FEW))
    if advice.unlike is not None:
        labels = [scored.model.schema.feature(name).label for name in advice.unlike.features]
        plain = text("Unlike anything in training.")
        warnings.append(text("Unlike anything in training: {features}.", features=listed(labels)) if labels else plain)
    return warnings


def _neighbours(scored: ScoreWithBlanks, neighbours: Sequence[Neighbour]) -> Component:
    outcomes = scored.model.outcomes
    rows = []
    for neighbour in neighbours:
        had: list[Component | str] = []
        for name in neighbour.had:
            had += [html.Span([dot(outcomes, name), outcomes[name].label], className="had")]
        difference = html.Span(differences(scored, neighbour.row), className="tiny")
        rows.append(html.Li([html.Span(had or text("None of these"), className="hads"), difference]))
    summary = html.Summary(
        plural(
            "The {n} most similar known record, and its outcome",
            "The {n} most similar known records, and their outcomes",
            len(rows),
        )
    )
    return html.Details([summary, html.Ol(rows, className="neighbours")], className="disclosure")
