"""Words in which people tell what came ("Bought", "Not"), and reasons to decide otherwise, from the card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ml.data.outcomes import Outcomes
from ml.decision.known_outcomes import check_known
from ml.errors import InvalidData
from ml.translation import mark, text

CARD, OVERRIDES = "outcome_words", "overrides"
WORDS = ("came", "missed")
LONGEST, MOST = 80, 12  # characters of a text, reasons
HINT = f"A text of at most {LONGEST} characters, as a button shows it."
# Where the card gives none; stored as they stand here, in English
REASONS = (mark("I know more than is asked here"), mark("A value is wrong"), mark("Another reason"))


def outcome_words(card: Mapping[str, Any], outcome: str, label: str) -> tuple[str, str]:
    """Words that say that an outcome came, and that it did not: the card's, else its label with yes and no.

    Parameters
    ----------
    card : mapping
        ``card["outcome_words"]`` is ``{outcome: {"came": "Bought", "missed": "Not"}}``, as ``[outcomes.NAME]`` of a
        description file writes it.

    Raises
    ------
    InvalidData
        When the card's words are not of this form.
    """
    stated = _of(card).get(outcome, {})
    if not isinstance(stated, Mapping) or set(stated) - set(WORDS):
        form = 'Write {"came": "Bought", "missed": "Not"}.'
        raise InvalidData(f"The words of {outcome} are {str(stated)[:80]!r}.", form)
    for name, words in stated.items():
        _check(f"outcomes.{outcome}.{name}", words)
    usual = text("{outcome}: yes", outcome=label), text("{outcome}: no", outcome=label)
    return stated.get("came", usual[0]), stated.get("missed", usual[1])


@dataclass(frozen=True)
class ToldWords:
    """Words in which people tell of one outcome that it came, or did not."""

    about: str
    """What is told of, where `came` and `missed` do not say it themselves; else empty."""
    came: str
    missed: str
    """Words for two buttons under that."""
    whole: tuple[str, str]
    """Both words as they stand alone."""


def told_words(card: Mapping[str, Any], outcomes: Outcomes, name: str) -> tuple[str, str]:
    """Words of :func:`outcome_words` that stand alone: with several independent outcomes each names its outcome.

    "Bought" alone does not say what was bought; "Credit card: Bought" does.
    """
    return words_of(card, outcomes, name).whole


def words_of(card: Mapping[str, Any], outcomes: Outcomes, name: str) -> ToldWords:
    """Words of :func:`outcome_words` for the outcome of that name, and what they are about where they do not say it."""
    label = outcomes[name].label
    whole, own = outcome_words(card, name, label), _of(card).get(name, {})
    says_itself = outcomes.exclusive or len(outcomes) == 1
    if says_itself and all(key in own for key in WORDS):
        return ToldWords("", *whole, whole)
    short = own.get("came", text("Yes")), own.get("missed", text("No"))
    if says_itself:
        return ToldWords(label, *short, whole)
    named = [text("{outcome}: {words}", outcome=label, words=own[key]) if key in own else None for key in WORDS]
    return ToldWords(label, *short, (named[0] or whole[0], named[1] or whole[1]))


def override_reasons(card: Mapping[str, Any]) -> tuple[str, ...]:
    """Reasons that are offered to who decides otherwise: ``card["overrides"]["reasons"]``, else some usual ones.

    Raises
    ------
    InvalidData
    """
    stated = card.get(OVERRIDES)
    if stated is None:
        return REASONS
    reasons = stated.get("reasons") if isinstance(stated, Mapping) and set(stated) == {"reasons"} else None
    if not isinstance(reasons, list) or not 0 < len(reasons) <= MOST:
        raise InvalidData(f"The overrides are {str(stated)[:80]!r}.", f'Write reasons = ["..."], {MOST} at most.')
    for at, reason in enumerate(reasons):
        _check(f"overrides.reasons[{at}]", reason)
    return tuple(reasons)


def reason_words(reason: str) -> str:
    """A reason for people: the usual ones in the reader's language, the card's as they are."""
    return text(reason) if reason in REASONS else reason


def check_outcome_words(card: Mapping[str, Any], outcomes: Sequence[str]) -> None:
    """Raise InvalidData unless these words of the card are valid and about known outcomes only."""
    for outcome in outcomes:
        outcome_words(card, outcome, outcome)
    override_reasons(card)
    check_known("Words are given for", _of(card), outcomes)


def _of(card: Mapping[str, Any]) -> Mapping[str, Any]:
    written = card.get(CARD, {})
    if not isinstance(written, Mapping):
        raise InvalidData(f"The outcome words are {str(written)[:80]!r}.", "Write them by outcome.")
    return written


def _check(where: str, words: object) -> None:
    if not isinstance(words, str) or not words.strip() or len(words) > LONGEST:
        raise InvalidData(f"{where} is {str(words)[:80]!r}.", HINT)
