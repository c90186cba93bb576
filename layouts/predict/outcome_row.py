"""Row of the Prediction page in which a seller reports the observed outcome (``assets/ts/predict/outcomes.ts``)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.shared import ids
from layouts.shared.html_input import HtmlInput
from layouts.shared.html_tree import html_tree
from layouts.shared.static_html import message, signal, static_html
from ml.bundle.bundle import Bundle
from ml.decision.outcome_words import override_reasons, reason_words, words_of
from ml.translation import text

LONGEST_NOTE = 2_000
RENEWED = 60_000  # ms between two renewals of the claim on a customer
TWO = 2
LARGEST_ROW = 2**63  # which databases cannot count to
SHORT = 20  # characters that a closed list of choices shows on a phone


@dataclass(frozen=True)
class Claim:
    """The claim on a customer of a list."""

    list: str
    row: int
    page: str
    """Id of the opened page."""

    @classmethod
    def read(cls, sent: Any) -> Claim | None:
        """The claim that a page sends, which may be anything; None where it is none."""
        given = sent if isinstance(sent, dict) else {}
        job, row, page = given.get("list"), given.get("row"), given.get("page")
        if not (isinstance(job, str) and type(row) is int and isinstance(page, str) and 0 < row < LARGEST_ROW):
            return None
        return cls(job, row, page)


@dataclass(frozen=True)
class OutcomeRowContext:
    """Controls beside the form for those who may report outcomes."""

    history: Component | None = None
    """The customer's history with which the page opens."""
    claim: Claim | None = None
    """Where the record is a customer of a list."""
    seller: bool = False
    """Whether calls are made: the card says what to do, or the record comes from a list."""


def outcome_row(bundle: Bundle, desk: OutcomeRowContext, record: Mapping[str, str], *, named: bool) -> list[Component]:
    """The row, the place of the history, and what callbacks and scripts need, for the record with which the form opens.

    Without an id of the record (`named`), there is something to tell as soon as a value is known.
    """
    hidden = not named and not any(value.strip() for value in record.values())
    words = {item.name: asdict(words_of(bundle.card, bundle.outcomes, item.name)) for item in bundle.outcomes.items}
    data = {
        "aria-label": text("What came of it"),
        "data-words": json.dumps(words, ensure_ascii=False),
        "data-noting": text("Noting …"),
        "data-kept": text("Not saved yet. Your answer is sent again until it is: leave this page open."),
        "data-failed": text("It is not known whether it was saved: the service made an error. Reload the page."),
    }
    parts = [
        *_about(bundle, seller=desk.seller),
        html.Div(_buttons(bundle, desk), className="outcome-buttons", role="group", **{"aria-label": text("Tell it")}),
        *_chosen(bundle),
        *([_later()] if desk.seller else []),
        html.Div(_more(bundle, desk), className="outcome-more"),
        html.Div(
            [
                html.P("", className="outcome-words", role="status"),
                _button(text("Undo"), "undo", given={"hidden": True}),
                *([_button(text("Next customer"), "next")] if desk.claim else []),
            ],
            className="outcome-said",
        ),
    ]
    row = static_html(html.Section(parts, id=ids.OUTCOMES, className="outcomes", hidden=hidden, **data))
    return [row, html_tree(desk.history, id=ids.HISTORY, className="history"), *_stores(), *_claim(desk.claim)]


def outcome_keys(bundle: Bundle, desk: OutcomeRowContext) -> tuple[str, ...]:
    """Digits that press the buttons of the row, rising."""
    own = (getattr(button, "data-key", "") for button in _buttons(bundle, desk))
    return tuple(sorted(key for key in own if key))


def _stores() -> list[Component]:
    return [
        dcc.Store(id=ids.OUTCOME_ACT),
        message("outcome-said", ids.OUTCOME_SAID),
        dcc.Store(id=ids.HISTORY_ASKED),
    ]


def _claim(claim: Claim | None) -> list[Component]:
    if claim is None:
        return []
    held = {"list": claim.list, "row": claim.row, "page": claim.page}
    return [
        dcc.Interval(id=ids.CLAIM_TICK, interval=RENEWED),
        dcc.Store(id=ids.CLAIM_HELD, data=held),
        message("claim-said", ids.CLAIM_SAID),
        signal("claim", held=json.dumps(held)),
    ]


def _button(words: str, kind: str, key: str = "", given: Mapping[str, Any] | None = None) -> Component:
    said = text("Key {key}", key=key)
    shortcut = {"aria-keyshortcuts": key, "title": said, "data-key": key, "data-key-words": said} if key else {}
    inside = html.Span(words, className="outcome-word")
    of = "cut-off-use" if kind == "next" else "tool-button"
    return html.Button(inside, type="button", className=of, **{"data-outcome": kind, **shortcut, **(given or {})})


def _is_choice(bundle: Bundle) -> bool:
    """True when one of several classes is chosen from a list."""
    return bundle.outcomes.exclusive and len(bundle.outcomes) > TWO


def _is_named(bundle: Bundle, *, seller: bool) -> bool:
    """True when the buttons are of classes, by whose names they go."""
    return bundle.outcomes.exclusive and (_is_choice(bundle) or not seller)


def _about(bundle: Bundle, *, seller: bool) -> list[Component]:
    """Heading with the outcome that the buttons are about, where their texts do not name it."""
    if not len(bundle.outcomes) or _is_named(bundle, seller=seller):
        return []
    about = words_of(bundle.card, bundle.outcomes, bundle.outcomes.positive).about
    return [html.P(about, className="outcome-about", hidden=not about)]


def _chosen(bundle: Bundle) -> list[Component]:
    """Place of the whole name that is chosen, where the closed list cuts it."""
    if not _is_choice(bundle) or all(len(item.label) <= SHORT for item in bundle.outcomes.items):
        return []
    return [html.P("", className="outcome-chosen", hidden=True, **{"data-short": str(SHORT)})]


def _buttons(bundle: Bundle, desk: OutcomeRowContext) -> list[Component]:
    outcomes = bundle.outcomes
    later = {"data-unfolds": "later"}
    contact = [_button(text("No answer"), "no_answer", "3"), _button(text("Call back"), "call_back", "4", later)]
    return [*_answers(bundle, seller=desk.seller), *(contact if desk.seller else [])] if len(outcomes) else []


def _answers(bundle: Bundle, *, seller: bool) -> list[Component]:
    """Buttons that say what came: of the positive outcome, of that in focus, or which of several."""
    outcomes = bundle.outcomes
    if _is_choice(bundle):
        options = [html.Option(item.label, value=item.name) for item in outcomes.items]
        first = html.Option(text("What came?"), value="")
        named = {"aria-label": text("What came?"), "data-outcome-choice": "true"}
        choice = html.Select([first, *options], className="form-select outcome-choice", **named)
        return [choice, _button(text("Note it"), "came", "1")]
    if _is_named(bundle, seller=seller):
        return [
            _button(item.label, "came", str(at), {"data-name": item.name}) for at, item in enumerate(outcomes.items, 1)
        ]
    about = {"data-name": outcomes.positive} if outcomes.exclusive else {}
    words = words_of(bundle.card, bundle.outcomes, outcomes.positive)
    # A screen reader that comes to a button alone hears what it is about
    came, missed = ({"aria-label": each} if words.about else {} for each in words.whole)
    return [_button(words.came, "came", "1", about | came), _button(words.missed, "missed", "2", about | missed)]


def _later() -> Component:
    """Times to call back: hours from now, or days, then in the morning by the reader's clock."""
    soon = [(text("In an hour"), {"data-hours": "1"}), (text("Tomorrow"), {"data-days": "1"})]
    soon.append((text("In a week"), {"data-days": "7"}))
    buttons = [_button(words, "call_back", given=when) for words, when in soon]
    typed = HtmlInput(type="datetime-local", className="form-control outcome-at")
    at = html.Label([text("At"), " ", typed], className="outcome-at-label")
    parts = [*buttons, at, _button(text("Call back then"), "call_back", given={"data-at": "true"})]
    return html.Div(
        parts, className="outcome-later", role="group", hidden=True, **{"aria-label": text("Call back when?")}
    )


def _more(bundle: Bundle, desk: OutcomeRowContext) -> list[Component]:
    note = html.Textarea(
        rows=2, maxLength=LONGEST_NOTE, className="form-control outcome-note", **{"aria-label": text("Note")}
    )
    help_text = text("It is saved with what you note next.")
    noted = html.Details(
        [html.Summary(text("Note")), note, html.P(help_text, className="tiny")], className="outcome-fold"
    )
    if not desk.seller or bundle.offers != "probabilities":
        return [noted]
    reasons: Sequence[str] = override_reasons(bundle.card)
    buttons = [_button(reason_words(reason), "override", given={"data-reason": reason}) for reason in reasons]
    why = html.Div(buttons, className="outcome-reasons", role="group", **{"aria-label": text("Why?")})
    return [html.Details([html.Summary(text("I disagree")), why], className="outcome-fold"), noted]
