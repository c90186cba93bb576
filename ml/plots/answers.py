"""The three answers with which the Insights page opens, each in words and with a picture.

Nothing is computed for them: their numbers are those of plots of the catalogue and of the threshold table at the
cut-off in use, and their pictures are plots of the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ml.decision.payoff import payoff_of
from ml.plots.answer_words import NOT_HERE, Subject, drives, errs, serves
from ml.plots.cut_off_mark import marked
from ml.plots.drawn_plots import Drawn, drawn
from ml.plots.table import TextTable
from ml.translation import mark

if TYPE_CHECKING:
    from ml.bundle.bundle import Bundle
    from ml.service import Service


@dataclass(frozen=True)
class Answer:
    """One question with the ways to its answer.

    Attributes
    ----------
    key : str
        Names it in page ids.
    question : str
        A message, by ``mark``.
    pictures : callable (bundle, outcome) -> keys of plots
        The first that can be drawn is shown.
    say : callable (subject) -> sentences
    """

    key: str
    question: str
    pictures: Callable[[Bundle, str], tuple[str, ...]]
    say: Callable[[Subject], Iterator[str]]


@dataclass(frozen=True)
class Answered:
    """An answer in words, its picture (None where none can be drawn), and the cut-off in use (None without one)."""

    sentences: tuple[str, ...]
    picture: Drawn | None
    cut_off: float | None


def answered(service: Service, name_or_key: str, answer: Answer, outcome: str) -> Answered:
    """The answer about one outcome of a version.

    Raises
    ------
    UnknownModel, BrokenModel, UnknownOutcome
    """
    about = Subject(service, service.model(name_or_key), outcome)
    sentences = _sentences(answer, about)
    used = service.cut_off(about.bundle, outcome) if about.certain else None
    return Answered(sentences, _picture(about, answer), used)


def answer_sentences(service: Service, bundle: Bundle, answer: Answer, outcome: str) -> tuple[str, ...]:
    """The sentences of an answer, without its picture."""
    return _sentences(answer, Subject(service, bundle, outcome))


def _sentences(answer: Answer, about: Subject) -> tuple[str, ...]:
    return tuple(filter(None, (each.strip() for each in answer.say(about))))


def _picture(about: Subject, answer: Answer) -> Drawn | None:
    for key in answer.pictures(about.bundle, about.outcome.name):
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


ANSWERS = (
    Answer("what-drives-it", mark("What drives it?"), _driving, drives),
    Answer("for-whom-is-it-wrong", mark("For whom is it wrong?"), lambda *_: ("worst-segments", "mistakes"), errs),
    Answer("is-it-good-enough", mark("Is it good enough to use?"), _serving, serves),
)


def answer_by_key(key: object) -> Answer | None:
    """The answer of that key; None where there is none."""
    return next((each for each in ANSWERS if each.key == key), None)
