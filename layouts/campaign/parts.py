"""Parts that several steps of the Campaign page have: buttons, messages, progress, notes, reports of a turn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.campaign.words import spoken
from layouts.shared import ids

SOON, LATER = 250, 1000  # ms between two looks at a job: in its first seconds, and then
EARLY = 12  # looks of the first kind


def step(name: str, body: list[Any], class_name: str = "") -> Component:
    """A step, or one of its sections."""
    return html.Section(body, className=f"campaign-step campaign-{class_name or name}", **{"data-step": name})


def button(words: str, *, main: bool = False, does: str = "", **given: Any) -> Component:
    """A button; `main` for the one that leads on, `does` for what a script does."""
    given |= {"data-does": does} if does else {}
    return html.Button(words, type="button", className="cut-off-use" if main else "tool-button", **given)


def anew(words: str, job: str, *, main: bool = False) -> Component:
    """The button that leads to the first step."""
    return button(words, main=main, id=ids.campaign_part("anew", job))


def said(step: str, children: Any = "", **given: Any) -> Component:
    """The place of a step's message, which screen readers are told of."""
    return html.P(children, className="campaign-said", role="status", **{"data-said": step}, **given)


def bad(words: str) -> Component:
    """A message of an error."""
    return html.Span(words, className="campaign-bad")


def progress_bar(label: str, share: float | None, **given: Any) -> Component:
    """A bar; indeterminate where the share is None."""
    return html.Progress(value=share, max=1, className="campaign-progress", **{"aria-label": label}, **given)


def ticks(part: str, job: str, *, most: int = 1) -> Component:
    """Asks how far a job is, once for each answer: the callback that hears it raises ``max_intervals``."""
    return dcc.Interval(id=ids.campaign_part(part, job), interval=SOON, max_intervals=most)


def next_tick(ticks_so_far: int) -> tuple[int, int]:
    """Interval and ``max_intervals`` of the next question."""
    return (SOON if ticks_so_far < EARLY else LATER), ticks_so_far + 1


def turn(by: str, job: str) -> Component:
    """The store in which a callback says that the job has changed, so that another step is shown."""
    return dcc.Store(id=ids.campaign_part("turn", job, by=by))


def notes(sentences: Iterable[str] = (), **given: Any) -> Component:
    """Sentences about the file."""
    return html.Ul(note_items(sentences), className="campaign-notes", **{"aria-live": "polite"}, **given)


def note_items(sentences: Iterable[str]) -> list[Component]:
    """The items of :func:`notes`."""
    return [html.Li(spoken(sentence)) for sentence in sentences]
