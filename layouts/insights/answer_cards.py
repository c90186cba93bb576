"""Cards of the three answers at the top of the Insights page, and what comes into them."""

from __future__ import annotations

from dash.development.base_component import Component

from layouts import html
from layouts.shared import plot_cards
from layouts.shared.static_html import static_html
from ml.bundle.bundle import Bundle
from ml.plots.catalogue import find
from ml.plots.insight_questions import INSIGHT_QUESTIONS, InsightAnswer, InsightQuestion
from ml.text.cut_off_words import cut_off_text
from ml.translation import text


def cards(bundle: Bundle, outcome: str) -> Component:
    """A card for each of the three questions, side by side where there is room."""
    return html.Div([_card(bundle, each, outcome) for each in INSIGHT_QUESTIONS], className="plots answers")


def _card(bundle: Bundle, asked: InsightQuestion, outcome: str) -> Component:
    plot = find(asked.pictures(bundle, outcome)[0])
    question = text(asked.question)
    head = static_html(html.Header([html.H2(question), plot_cards.download(plot, question)]))
    data = {"data-plot": plot.key}
    return html.Section(
        [head, *plot_cards.place(bundle, outcome, asked.key, question)], className="plot-card answer", **data
    )


def answer_content(answer: InsightAnswer) -> list[Component]:
    """The answer in words, its picture under the name of the method, and folded up what analysts want to know."""
    first, *rest = answer.sentences
    words = html.Div([html.P(first, className="answer-first"), *map(html.P, rest)], className="answer-words")
    if answer.picture is None:
        return [words]
    drawing, sentence, *more = plot_cards.shown(answer.picture)
    plot = answer.picture.plot
    data = {"data-drawn": plot.key} | ({} if answer.cut_off is None else {"data-at": cut_off_text(answer.cut_off)})
    method = html.P(text(plot.method), className="answer-method", **data)
    how = html.Details([html.Summary(text("How to read this")), sentence, *more], className="answer-how")
    return [words, method, drawing, how]
