"""Parts of several cards of the Results page: a card, dates, and shares with their intervals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from dash.development.base_component import Component

from layouts import html
from layouts.shared.blocks import labelled_row, table_head
from ml.text.number_words import percent, with_span
from ml.translation import text

Results = Mapping[str, Any]
Sentence = str | list[Any]  # text, or its pieces where a slot is a component


def card(name: str, question: str, sentences: Sequence[Sentence], more: Sequence[Component] = ()) -> Component:
    """A card: the question, the answer in its first sentence, and what is behind it."""
    first, *rest = sentences
    words = html.Div([html.P(first, className="answer-first"), *map(html.P, rest)], className="answer-words")
    title = html.H2(question, id=f"results-{name}")
    named = {"aria-labelledby": f"results-{name}", "data-answer": name}
    return html.Section([html.Header(title), words, *more], className=f"plot-card answer results-{name}", **named)


def date_text(seconds: float | None) -> Component | str:
    """A day as "2026-11-23", UTC, on one line."""
    return "" if seconds is None else on_one_line(f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%d}")


def on_one_line(date: str) -> Component:
    """A date that is not broken at its hyphens."""
    return html.Span(date, className="number")


def share_text(row: Results) -> str:
    """A share with its interval: "31 % (25 % to 38 %)"; "–" where there is none."""
    if row["share"] is None:
        return "–"
    return with_span(percent(row["share"]), percent(row["low"]), percent(row["high"]))


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], name: str = "") -> Component:
    """A table whose first column names the rows."""
    body = html.Tbody([labelled_row(heads, row) for row in rows])
    shown = [html.Caption(caption, className="visually-hidden"), table_head(heads), body]
    return html.Div(html.Table(shown, className=name or None), className="results-table")


def how_to_tell() -> Component:
    """Instructions for telling outcomes, where none is known."""
    ways = [
        text("People who work with this model note on its Prediction page what came, right below the answer."),
        text(
            "Programs send outcomes to {address}, by the id that each answer has in its Decision-Id, or by the record.",
            address="POST /api/v1/outcomes",
        ),
    ]
    return html.Div([html.P(text("Outcomes come in by two ways:")), html.Ul(list(map(html.Li, ways)))])
