"""Recommendation about an outcome at a probability: to act or not, what that is worth, and what to do in words.

Prediction page, API, campaigns, reports and command line all ask here, so that they decide alike:
`decide` for a record, `acts` for many, `cut_offs_reached` at many cut-offs. The counts of all cut-offs that occur
(``ml/metrics/confusion_matrix.py``) come from sorted records instead; ``tests/unit/test_one_cut_off_rule.py`` holds
them against `acts`.

Bands (``ml/decision/bands.py``) are words of likelihood; what to do follows from the cut-off in use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, overload

import numpy as np

from ml.data.array_types import Booleans, Floats, Positions
from ml.decision.known_outcomes import check_known
from ml.decision.payoff import payoff_of
from ml.decision.worth import worth_of
from ml.errors import InvalidData
from ml.translation import mark, reader_language, text

HINT = 'Write "actions" as {"act": "Call them.", "leave": "Leave them."}, or one such pair an outcome.'
NOT_FINAL = mark("Not settled yet: ask first.")


@dataclass(frozen=True)
class Actions:
    """Actions in words: where one acts, and where one does not."""

    act: str = mark("Offer it.")
    leave: str = mark("Leave it, unless they ask.")


@dataclass(frozen=True)
class Recommendation:
    """Recommendation about one outcome of one record."""

    outcome: str
    cut_off: float
    """Probability from which one acts, 0 to 1."""
    act: bool
    worth: float | None
    """Expected money of acting rather than not; None where the card has no payoff of the outcome."""
    final: bool
    """False where what is not known yet may still turn the decision."""
    words: str
    """Action in words; empty where the card says nothing about decisions."""


@overload
def acts(probability: float, cut_off: float) -> bool: ...


@overload
def acts(probability: np.ndarray, cut_off: float | np.ndarray) -> Booleans: ...


def acts(probability: Any, cut_off: Any) -> Any:
    """True when one acts: probability from the cut-off (decision threshold) on, never NaN; a mask for an array."""
    return probability >= cut_off


def cut_offs_reached(probabilities: Floats, cut_offs: Floats) -> Positions:
    """At how many of m rising cut-offs one acts, for each of n probabilities, none NaN: `acts` by binary search."""
    return np.searchsorted(cut_offs, probabilities, side="right")


def decide(
    card: Mapping[str, Any],
    outcome: str,
    probability: float,
    cut_off: float,
    between: tuple[float, float] | None = None,
) -> Recommendation:
    """The decision about an outcome.

    Parameters
    ----------
    probability, cut_off : float
        0 to 1.
    between : (float, float) or None
        Where something is not known: the ends of what the probability may become.
    """
    act = bool(acts(probability, cut_off))  # numpy's bools are no JSON
    final = between is None or acts(between[0], cut_off) == acts(between[1], cut_off)
    said = actions(card, outcome)
    words = "" if said is None else text(NOT_FINAL) if not final else said.act if act else said.leave
    return Recommendation(outcome, cut_off, act, worth_of(card, outcome, probability), final, words)


def actions(card: Mapping[str, Any], outcome: str) -> Actions | None:
    """Action for an outcome in words: the card's, else the usual ones where it speaks of decisions about it.

    Parameters
    ----------
    card : mapping
        ``card["actions"]`` is ``{"act": text, "leave": text}``, or a mapping of outcome name to such a pair in which
        "*" stands for all others. Without it, the outcome's payoff, or in a card without any payoff its bands, show
        that decisions are made about it.

    Raises
    ------
    InvalidData
        When the card's actions are not of this form.
    """
    written = card.get("actions")
    if isinstance(written, Mapping) and not set(written) & {"act", "leave"}:
        written = written.get(outcome, written.get("*"))
    if written is not None:
        return _read(written)
    decided = payoff_of(card, outcome) is not None if "payoff" in card else "bands" in card
    return _usual(reader_language()) if decided else None


@cache
def _usual(_language: str) -> Actions:
    """The usual words in the reader's language: once each, for they are asked for with every record."""
    usual = Actions()
    return Actions(text(usual.act), text(usual.leave))


def check_actions(card: Mapping[str, Any], outcomes: Sequence[str]) -> None:
    """Raise InvalidData unless the card's actions are valid and name known outcomes only."""
    written = card.get("actions")
    if isinstance(written, Mapping) and not set(written) & {"act", "leave"}:
        check_known("The actions name", written, [*outcomes, "*"], HINT)
    for outcome in outcomes:
        actions(card, outcome)


def _read(written: Any) -> Actions:
    if not isinstance(written, Mapping) or set(written) - {"act", "leave"}:
        raise InvalidData(f"These are no actions: {str(written)[:80]}.", HINT)
    for name, words in written.items():
        if not isinstance(words, str) or not words.strip():
            raise InvalidData(f"actions.{name} is {words!r}.", "It is a text that says what to do.")
    return Actions(**{name: words.strip() for name, words in written.items()})
