"""Payoff of a decision: the value of each cell of the confusion matrix, and the cost of acting, from the card.

Acting on a record costs `call`, whether right or wrong. The profit of n records is then

    tp · true_positive + fp · false_positive + fn · false_negative + tn · true_negative - (tp + fp) · call

with the confusion counts tp, fp, fn and tn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ml.decision.known_outcomes import check_known
from ml.errors import InvalidData

ENDS = ("true_positive", "false_positive", "false_negative", "true_negative")
HINT = (
    'Write "payoff" as {"currency": "EUR", "call": 4.0, "outcomes": {outcome: {"true_positive": 120.0, …}}}: '
    f"of each outcome any of {', '.join(ENDS)}, in money, a loss below 0."
)


@dataclass(frozen=True)
class Payoff:
    """Payoff matrix of one outcome, a record each."""

    true_positive: float = 0.0
    false_positive: float = 0.0
    """Value of acting on a record with, and without, the outcome. Money; a loss is below 0."""
    false_negative: float = 0.0
    true_negative: float = 0.0
    """Value of not acting on a record with, and without, the outcome."""
    call: float = 0.0
    """Cost of acting on one record, 0 or more; not contained in the others."""
    currency: str = ""
    """As people write it: "EUR", "$"; may be empty."""

    @property
    def stated(self) -> bool:
        """True when any of the four ends is worth anything."""
        return any(getattr(self, end) for end in ENDS)


def payoff_of(card: Mapping[str, Any], outcome: str) -> Payoff | None:
    """The card's payoff of an outcome; None where the card has none.

    Parameters
    ----------
    card : mapping
        ``card["payoff"]`` is ``{"currency": text, "call": number, "outcomes": {name: {"true_positive": number, …}}}``;
        what is left out is 0.

    Raises
    ------
    InvalidData
        When the card's payoff is not of this form.
    """
    written = card.get("payoff")
    if written is None:
        return None
    given = _table("payoff", written, ("currency", "call", "outcomes"))
    outcomes = given.get("outcomes", {})
    if not isinstance(outcomes, Mapping):
        raise InvalidData(f"payoff.outcomes is {str(outcomes)[:80]!r}.", HINT)
    currency, call = given.get("currency", ""), _money("payoff.call", given.get("call", 0.0))
    if not isinstance(currency, str):
        raise InvalidData(f"payoff.currency is {currency!r}.", "It is a text, such as EUR.")
    if call < 0:
        raise InvalidData(f"payoff.call is {call:g}.", "It is a cost, 0 or more.")
    if outcome not in outcomes:
        return None
    where = f"payoff.outcomes.{outcome}"
    ends = {name: _money(f"{where}.{name}", value) for name, value in _table(where, outcomes[outcome], ENDS).items()}
    return Payoff(**ends, call=call, currency=currency.strip())


def currency_of(card: Mapping[str, Any]) -> str:
    """The currency of the card's money; empty where it names none."""
    written = card.get("payoff")
    return str(written.get("currency", "")).strip() if isinstance(written, Mapping) else ""


def payoffs_of(card: Mapping[str, Any], outcomes: Sequence[str]) -> tuple[Payoff, ...] | None:
    """The payoff of each outcome; None unless the card has one of every outcome, for else they cannot be compared."""
    payoffs = [payoff_of(card, outcome) for outcome in outcomes]
    stated = tuple(payoff for payoff in payoffs if payoff is not None)
    return stated if len(stated) == len(outcomes) else None


def check_payoff(card: Mapping[str, Any], outcomes: Sequence[str]) -> None:
    """Raise InvalidData unless the card's payoff is valid and names known outcomes only."""
    for outcome in outcomes:
        payoff_of(card, outcome)
    check_known("The payoff names", (card.get("payoff") or {}).get("outcomes", {}), outcomes)


def _table(where: str, written: Any, known: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(written, Mapping):
        raise InvalidData(f"{where} is {str(written)[:80]!r}.", HINT)
    strangers = sorted(set(map(str, written)) - set(known))
    if strangers:
        raise InvalidData(f"{where} names {', '.join(strangers)}.", f"Known: {', '.join(known)}.")
    return written


def _money(where: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InvalidData(f"{where} is {value!r}.", "It is a number.")
    return float(value)
