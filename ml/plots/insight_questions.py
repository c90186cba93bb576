"""The three questions with which the Insights page opens, each answered in words and with a picture.

Nothing is computed for them: their numbers are those of plots of the catalogue and of the threshold table at the
cut-off in use, and their pictures are plots of the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ml.bundle.bundle import Bundle
from ml.decision.payoff import payoff_of
from ml.plots.cut_off_mark import marked
from ml.plots.drawn_plots import Drawn, drawn
from ml.plots.insight_answer_words import NOT_HERE, Subject, drives, errs, serves
from ml.plots.table import TextTable
from ml.service import Service
from ml.translation import mark


@dataclass(frozen=True)
class InsightQuestion:
    """One question with the ways to its answer."""

    key: str
    """Names it in page ids."""
    question: str
    """A message, by ``mark``."""
    pictures: Callable[[Bundle, str], tuple[str, ...]]
    """The first that can be drawn is shown. Called as (bundle, outcome) -> keys of plots."""
    say: Callable[[Subject], Iterator[str]]
    """Called as (subject) -> sentences."""


@dataclass(frozen=True)
class InsightAnswer:
    """An answer in words, its picture (None where none can be drawn), and the cut-off in use (None without one)."""

    sentences: tuple[str, ...]
    picture: Drawn | None
    cut_off: float | None


def insight_answer(service: Service, name_or_key: str, question: InsightQuestion, outcome: str) -> InsightAnswer:
    """The answer about one outcome of a version.

    Raises
    ------
    UnknownModel, BrokenModel, UnknownOutcome
    """
    about = Subject(service, service.model(name_or_key), outcome)
    sentences = _sentences(question, about)
    used = service.cut_off(about.bundle, outcome) if about.certain else None
    return InsightAnswer(sentences, _picture(about, question), used)


def answer_sentences(service: Service, bundle: Bundle, question: InsightQuestion, outcome: str) -> tuple[str, ...]:
    """The sentences of an answer, without its picture."""
    return _sentences(question, Subject(service, bundle, outcome))


def _sentences(question: InsightQuestion, about: Subject) -> tuple[str, ...]:
    return tuple(filter(None, (each.strip() for each in question.say(about))))


def _picture(about: Subject, question: InsightQuestion) -> Drawn | None:
    for key in question.pictures(about.bundle, about.outcome.name):
        try:
            shown = drawn(about.service, about.bundle.key, key, about.outcome.name)
        except NOT_HERE:
            continue
        if shown.plot.mark and about.counted and not isinstance(shown.figure, TextTable):
            marked(shown.figure, shown.plot.mark, about.counted.table, about.counted.row)
        return shown
    return None


def _driving(bundle: Bundle, _: str) -> tuple[str, ...]:
    return ("contributions",) if bundle.offers == "probabilities" else ("importance",)


def _serving(bundle: Bundle, outcome: str) -> tuple[str, ...]:
    worth = payoff_of(bundle.card, outcome) is not None
    return (("profit",) if worth else ("gain",)) if bundle.offers == "probabilities" else ("confusion",)


INSIGHT_QUESTIONS = (
    InsightQuestion("what-drives-it", mark("What drives it?"), _driving, drives),
    InsightQuestion(
        "for-whom-is-it-wrong", mark("For whom is it wrong?"), lambda *_: ("worst-segments", "mistakes"), errs
    ),
    InsightQuestion("is-it-good-enough", mark("Is it good enough to use?"), _serving, serves),
)


def question_by_key(key: object) -> InsightQuestion | None:
    """The question of that key; None where there is none."""
    return next((each for each in INSIGHT_QUESTIONS if each.key == key), None)
