"""Wish for a call list: reads and checks a request, with defaults from the model's card."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from ml.campaign.list_request import By, ListRequest
from ml.data.outcomes import Outcomes
from ml.data.validation.validation_words import in_words
from ml.decision.payoff import Payoff, payoff_of
from ml.errors import LikelyError
from ml.translation import in_row, text


class BadWish(LikelyError):
    """A list cannot be made as it was asked for."""

    code = "bad_wish"


@dataclass(frozen=True)
class Wish:
    """A checked request for a call list."""

    by: By
    """How its length is found."""
    cut_offs: tuple[float, ...]
    """For each of `outcomes` the probability from which a record is taken, 0 to 1; only by cut-off."""
    number: int
    """Records to take at most; only by number."""
    budget: float
    """Money that acting may cost at most; only by budget."""
    outcomes: tuple[str, ...]
    """What is offered."""
    several: bool
    """Whether one record may be taken for several of them."""
    cost: float
    """Money that it costs to act once, 0 or more."""
    payoffs: tuple[Payoff, ...]
    """Payoff of decisions about each of `outcomes`, at this cost."""
    losses: bool
    """Whether records may be taken on whom acting is expected to lose money."""
    column: str | None
    """The column of the file whose values have limits and quotas."""
    limits: dict[str, int]
    limit: int | None
    """Greatest number of records of each other value."""
    quotas: dict[str, int]
    """`limits`, `quotas`: greatest and least number of records of each value."""
    control: float
    """Share of the records that is kept back at random, to compare with; 0 to 0.5."""

    @property
    def in_money(self) -> bool:
        """True when anything is said of what decisions are worth; else records are ranked by probability."""
        return any(payoff.stated for payoff in self.payoffs)


def read_wish(raw: object, card: Mapping[str, Any], outcomes: Outcomes, cut_off: Callable[[str], float]) -> Wish:
    """Validate a wish; the model's card fills in what is left out.

    Parameters
    ----------
    raw : object
        As it came: an object as :class:`ml.campaign.list_request.ListRequest` describes, or anything else.
    cut_off : callable
        Gives the cut-off in use of an outcome.

    Raises
    ------
    BadWish, UnknownOutcome
    """
    try:
        request = ListRequest.model_validate(raw)
    except ValidationError as error:
        raise BadWish(*in_words(error, ListRequest, text("The list"))) from None
    chosen = _outcomes(request.outcomes, outcomes)
    cost = default_cost(card, chosen) if request.cost is None else request.cost
    _check_length(request, cost)
    _check_parts(request)
    given = request.cut_off
    return Wish(
        by=request.by,
        cut_offs=tuple(cut_off(name) if given is None else given for name in chosen),
        number=request.number or 0,
        budget=request.budget or 0.0,
        outcomes=chosen,
        several=request.several,
        cost=cost,
        payoffs=_payoffs(request.values or {}, cost, card, chosen),
        losses=request.losses,
        column=request.column,
        limits=request.limits or {},
        limit=request.limit,
        quotas=request.quotas or {},
        control=request.control or 0.0,
    )


def _check_length(asked: ListRequest, cost: float) -> None:
    """Raise BadWish where nothing limits the length of the list."""
    if asked.by == "number" and asked.number is None:
        raise BadWish(text("There is no number."), text("Say how many records to take."))
    if asked.by == "budget" and asked.budget is None:
        raise BadWish(text("There is no budget."), text("Say how much acting may cost in all."))
    if asked.by == "budget" and cost == 0:
        raise BadWish(text("A budget needs a cost."), text("Say what it costs to act once, above 0."))


def _check_parts(asked: ListRequest) -> None:
    """Raise BadWish where limits or quotas lack their column."""
    if asked.column is None and (asked.limits or asked.quotas or asked.limit is not None):
        raise BadWish(text("There are limits or quotas but no column."), text("Name the column that they are about."))


def default_cost(card: Mapping[str, Any], outcomes: Sequence[str]) -> float:
    """Cost of acting once by the card, 0 where it has none."""
    return next((payoff.call for name in outcomes if (payoff := payoff_of(card, name))), 0.0)


def default_value(card: Mapping[str, Any], outcome: str) -> float:
    """Value by the card of acting on an outcome that is true, 0 where it has none."""
    payoff = payoff_of(card, outcome)
    return payoff.true_positive if payoff else 0.0


def _outcomes(names: list[str] | None, outcomes: Outcomes) -> tuple[str, ...]:
    if names is None:
        return (outcomes.positive,) if outcomes.exclusive else outcomes.names
    for name in names:
        outcomes.index(name)
    return tuple(names)


def _payoffs(
    given: Mapping[str, float], cost: float, card: Mapping[str, Any], outcomes: Sequence[str]
) -> tuple[Payoff, ...]:
    strangers = sorted(set(given) - set(outcomes))
    if strangers:
        stranger = text("{field} is about {value}.", field="values", value=repr(strangers[0][:80]))
        raise BadWish(stranger, text("It is money for any of {outcomes}.", outcomes=in_row(outcomes)))
    return tuple(
        replace(payoff_of(card, name) or Payoff(), call=cost, true_positive=given.get(name, default_value(card, name)))
        for name in outcomes
    )
