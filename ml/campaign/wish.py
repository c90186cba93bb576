"""What somebody wants of a list, read and checked."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ml.errors import LikelyError
from ml.outcomes import Outcomes
from ml.payoff import payoff_of

By = Literal["cutoff", "number", "budget"]
BY: tuple[By, ...] = ("cutoff", "number", "budget")
MOST_CONTROL = 0.5
MOST_GROUPS = 1_000
KNOWN = (
    "by", "cut_off", "number", "budget", "outcomes", "several", "cost", "values", "column", "limits", "limit",
    "quotas", "control", "reasons",
)  # fmt: skip


class BadWish(LikelyError):
    """A list cannot be made as it was asked for."""

    code = "bad_wish"


@dataclass(frozen=True)
class Wish:
    """What somebody wants of a list.

    Attributes
    ----------
    by : {"cutoff", "number", "budget"}
        How its length is found.
    cut_offs : tuple of float
        For each of `outcomes` the probability from which a record is taken, 0 to 1; only by cut-off.
    number : int
        Records to take at most; only by number.
    budget : float
        Money that acting may cost at most; only by budget.
    outcomes : tuple of str
        What is offered.
    several : bool
        Whether one record may be taken for several of them.
    cost : float
        Money that it costs to act once, 0 or more.
    values : tuple of float
        Money that each of `outcomes` brings where we act and it is so.
    column : str or None
        The column of the file whose values have limits and quotas.
    limits, quotas : dict of str to int
        Of each value at most and at least that many.
    limit : int or None
        Of each other value at most that many.
    control : float
        Share of the records that is kept back at random, to compare with; 0 to 0.5.
    """

    by: By
    cut_offs: tuple[float, ...]
    number: int
    budget: float
    outcomes: tuple[str, ...]
    several: bool
    cost: float
    values: tuple[float, ...]
    column: str | None
    limits: dict[str, int]
    limit: int | None
    quotas: dict[str, int]
    control: float


def read_wish(raw: object, card: Mapping[str, Any], outcomes: Outcomes, cut_off: Callable[[str], float]) -> Wish:
    """Check what was asked for; what is left out comes from the model's card.

    Parameters
    ----------
    raw : object
        As it came: a mapping of the names of :class:`Wish` (``cut_off`` and ``values`` in place of the
        tuples), or anything else.
    card : mapping
    outcomes : Outcomes
    cut_off : callable
        Gives the cut-off in use of an outcome.

    Raises
    ------
    BadWish, UnknownOutcome
    """
    if not isinstance(raw, Mapping):
        raise BadWish("The list is not described by an object.", f"Send one with any of {', '.join(KNOWN)}.")
    strangers = sorted(set(map(str, raw)) - set(KNOWN))
    if strangers:
        raise BadWish(f"Unknown: {', '.join(strangers)[:200]}.", f"Known: {', '.join(KNOWN)}.")
    by = raw.get("by", "cutoff")
    if by not in BY:
        raise BadWish(f"by is {str(by)[:80]!r}.", f"Accepted: {', '.join(BY)}.")
    chosen = _outcomes(raw.get("outcomes"), outcomes)
    cost = _number(raw, "cost", default_cost(card, chosen), low=0.0)
    _check_length(raw, by, cost)
    one = raw.get("cut_off")
    cut_offs = tuple(cut_off(name) if one is None else _number(raw, "cut_off", 0.0, 0.0, 1.0) for name in chosen)
    column, limits, limit, quotas = _parts(raw)
    return Wish(
        by=by,
        cut_offs=cut_offs,
        number=_whole(raw, "number", 0),
        budget=_number(raw, "budget", 0.0, low=0.0),
        outcomes=chosen,
        several=_switch(raw, "several"),
        cost=cost,
        values=_values(raw.get("values"), card, chosen),
        column=column,
        limits=limits,
        limit=limit,
        quotas=quotas,
        control=_number(raw, "control", 0.0, 0.0, MOST_CONTROL),
    )


def _check_length(raw: Mapping[str, Any], by: By, cost: float) -> None:
    """Whether there is what says how long the list is."""
    if by == "number" and raw.get("number") is None:
        raise BadWish("There is no number.", "Say how many records to take.")
    if by == "budget" and raw.get("budget") is None:
        raise BadWish("There is no budget.", "Say how much acting may cost in all.")
    if by == "budget" and cost == 0:
        raise BadWish("A budget needs a cost.", "Say what it costs to act once, above 0.")


def _parts(raw: Mapping[str, Any]) -> tuple[str | None, dict[str, int], int | None, dict[str, int]]:
    """The column, the limits of its values and of each other, and the quotas."""
    column = raw.get("column")
    if column is not None and not isinstance(column, str):
        raise BadWish(f"column is {str(column)[:80]!r}.", "It is the name of a column of the file.")
    limits, quotas = _counts(raw, "limits"), _counts(raw, "quotas")
    limit = None if raw.get("limit") is None else _whole(raw, "limit", 0)
    if column is None and (limits or quotas or limit is not None):
        raise BadWish("There are limits or quotas but no column.", "Name the column that they are about.")
    return column, limits, limit, quotas


def default_cost(card: Mapping[str, Any], outcomes: Sequence[str]) -> float:
    """What the card says that it costs to act once, 0 where it says nothing."""
    return next((payoff.call for name in outcomes if (payoff := payoff_of(card, name))), 0.0)


def currency_of(card: Mapping[str, Any], outcomes: Sequence[str]) -> str:
    """The currency of the card's money, empty where it names none."""
    return next((payoff.currency for name in outcomes if (payoff := payoff_of(card, name))), "")


def default_value(card: Mapping[str, Any], outcome: str) -> float:
    """What the card says that an outcome brings where we act and it is so, 0 where it says nothing."""
    payoff = payoff_of(card, outcome)
    return payoff.true_positive if payoff else 0.0


def _outcomes(raw: object, outcomes: Outcomes) -> tuple[str, ...]:
    if raw is None:
        return (outcomes.positive,) if outcomes.exclusive else outcomes.names
    if not isinstance(raw, list) or not raw or len(set(map(str, raw))) < len(raw):
        raise BadWish(f"outcomes is {str(raw)[:80]!r}.", "It is a list of outcomes, each once.")
    for name in raw:
        outcomes.index(str(name))
    return tuple(map(str, raw))


def _values(raw: object, card: Mapping[str, Any], outcomes: Sequence[str]) -> tuple[float, ...]:
    given = {} if raw is None else raw
    if not isinstance(given, Mapping) or set(given) - set(outcomes):
        raise BadWish(f"values is {str(raw)[:80]!r}.", f"It is money for any of {', '.join(outcomes)}.")
    return tuple(_number(given, name, default_value(card, name)) for name in outcomes)


def _counts(raw: Mapping[str, Any], name: str) -> dict[str, int]:
    given = raw.get(name) or {}
    if not isinstance(given, Mapping) or len(given) > MOST_GROUPS:
        raise BadWish(f"{name} is {str(given)[:80]!r}.", f"It is a number for each of up to {MOST_GROUPS} values.")
    return {str(value): _whole(given, value, 0) for value in given}


def _switch(raw: Mapping[str, Any], name: str) -> bool:
    value = raw.get(name, False)
    if not isinstance(value, bool):
        raise BadWish(f"{name} is {str(value)[:80]!r}.", "It is true or false.")
    return value


def _whole(raw: Mapping[str, Any], name: str, default: int) -> int:
    value = raw.get(name, default)
    value = default if value is None else value
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise BadWish(f"{name} is {str(value)[:80]!r}.", "It is a whole number, 0 or more.")
    return value


def _number(raw: Mapping[str, Any], name: str, default: float, low: float = -math.inf, high: float = math.inf) -> float:
    value = raw.get(name)
    value = default if value is None else value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise BadWish(f"{name} is {str(value)[:80]!r}.", "It is a number.")
    if not low <= value <= high:
        ends = f"from {low:g} to {high:g}" if math.isfinite(high) else f"{low:g} or more"
        raise BadWish(f"{name} is {value:g}.", f"It is a number {ends}.")
    return float(value)
