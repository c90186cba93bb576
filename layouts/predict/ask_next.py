"""Next questions: the blank features that are worth asking, in words."""

from __future__ import annotations

from dash.development.base_component import Component

from layouts import html
from ml.advice.advice import ScoreWithBlanks
from ml.advice.next_question import NextQuestion
from ml.bundle.feature_order import names_with_field
from ml.locale import percent
from ml.text.words import points_text, rounded
from ml.translation import text

MOST = 3


def ask_next(scored: ScoreWithBlanks) -> list[Component]:
    """The best next questions, as buttons that focus their fields; empty when nothing is blank."""
    if not scored.blank:
        return []
    model = scored.model
    named = names_with_field(model.card, model.schema.displayed)
    moving = [question for question in scored.questions if rounded(100 * question.move)]
    worth = [question for question in moving if question.feature in named][:MOST]
    heading = html.H3(text("Ask next"))
    if moving and not worth:
        return []
    if not worth:
        words = text("No value that is still blank would move this much.")
        return [html.Div([heading, html.P(words, className="small")], className="ask-next")]
    rows = [html.Li(_button(scored, question)) for question in worth]
    return [html.Div([heading, html.Ol(rows)], className="ask-next")]


def question_text(question: NextQuestion, acts_now: bool) -> str:
    """The worth of knowing a blank: "likely to move this by 14 points, 41 % chance that you would then act".

    `acts_now` says whether the score is at or above the cut-off now.
    """
    slots = {"points": points_text(100 * question.move)}
    chance = round(100 * question.crossing)
    decided = round(100 * question.decides)
    if not chance:  # alone it crosses nothing; what it settles together with the rest is why it stands here
        if not decided:
            return text("likely to move this by {points}", **slots)
        slots["share"] = percent(f"{decided}")
        return text("likely to move this by {points}, settles {share} of the doubt about the decision", **slots)
    slots["chance"] = percent(f"{chance}")
    if acts_now:
        return text("likely to move this by {points}, {chance} chance that you would no longer act", **slots)
    return text("likely to move this by {points}, {chance} chance that you would then act", **slots)


def _button(scored: ScoreWithBlanks, question: NextQuestion) -> Component:
    label = scored.model.schema.displayed.feature(question.feature).label
    words = question_text(question, scored.decision().act)
    parts = [html.Strong(label), html.Span(f": {words}", className="owned small")]
    return html.Button(parts, type="button", className="ask-button", **{"data-ask": question.feature})
