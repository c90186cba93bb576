"""What a decision is worth: the value of each of its four ends, and the cost of acting, as the card sets them.

To act on a record costs `call`, whatever becomes of it. What comes of n records is then

    tp · true_positive + fp · false_positive + fn · false_negative + tn · true_negative - (tp + fp) · call

with tp, fp, fn and tn the counts of records that we acted on rightly and wrongly, and let go wrongly and rightly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ml.errors import InvalidData

ENDS = ("true_positive", "false_positive", "false_negative", "true_negative")
HINT = (
    'Write "payoff" as {"currency": "EUR", "call": 4.0, "outcomes": {outcome: {"true_positive": 120.0, …}}}: '
    f"of each outcome any of {', '.join(ENDS)}, in money, a loss below 0."
)


@dataclass(frozen=True)
class Payoff:
    """What the decisions on one outcome bring, a record each.

    Attributes
    ----------
    true_positive, false_positive : float
        We act, and the record has the outcome, or has it not. Money; a loss is below 0.
    false_negative, true_negative : float
        We do not act, and the record has the outcome, or has it not.
    call : float
        Cost of acting on one record, 0 or more; not contained in the others.
    currency : str
        As people write it: "EUR", "$"; may be empty.
    """

    true_positive: float = 0.0
    false_positive: float = 0.0
    false_negative: float = 0.0
    true_negative: float = 0.0
    call: float = 0.0
    currency: str = ""


def payoff_of(card: Mapping[str, Any], outcome: str) -> Payoff | None:
    """What the card says of an outcome; None where it says nothing of it.

    Parameters
    ----------
    card : mapping
        ``card["payoff"]`` is ``{"currency": text, "call": number, "outcomes": {name: {"true_positive": number, …}}}``;
        what is left out is 0.
    outcome : str
        Its name.

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


def worths(card: Mapping[str, Any], outcomes: Sequence[str]) -> tuple[float, ...] | None:
    """What each outcome is worth when we act and it is so; None unless the card gives every one a worth above 0."""
    found = [payoff_of(card, outcome) for outcome in outcomes]
    worth = tuple(payoff.true_positive for payoff in found if payoff is not None and payoff.true_positive > 0)
    return worth if len(worth) == len(outcomes) else None


def check_payoff(card: Mapping[str, Any], outcomes: Sequence[str]) -> None:
    """Raise InvalidData unless the card's payoff can be read and names no outcome that there is not."""
    for outcome in outcomes:
        payoff_of(card, outcome)
    strangers = sorted(set(map(str, (card.get("payoff") or {}).get("outcomes", {}))) - set(outcomes))
    if strangers:
        raise InvalidData(
            f"The payoff names unknown outcomes: {', '.join(strangers)}.", f"Known outcomes: {', '.join(outcomes)}."
        )


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
