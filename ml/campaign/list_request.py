"""Request for a call list: a pydantic model, also shown in the API's contract."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, FiniteFloat

from ml.data.describe_fields import describe
from ml.data.validation.bounded import AtMost, FewNames

By = Literal["cutoff", "number", "budget"]
MOST_CONTROL = 0.5
MOST_GROUPS = 1_000
MOST_OUTCOMES = 10_000  # more than any model's that can be drawn or listed
MOST_NUMBER = 2**53 - 1  # what JSON's numbers hold exactly


def _each_once(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise ValueError("a name came twice")
    return names


Whole = Annotated[int, Field(ge=0, le=MOST_NUMBER)]
Names = Annotated[
    list[str],
    Field(min_length=1, max_length=MOST_OUTCOMES, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_each_once),
]
Counts = Annotated[dict[str, Whole], AtMost(MOST_GROUPS)]
Money = Annotated[dict[str, FiniteFloat], AtMost(MOST_OUTCOMES)]


class ListRequest(FewNames):
    """A list of whom to call; what is left out, or null, comes from the model's card."""

    model_config = ConfigDict(strict=True, extra="forbid", defer_build=True, json_schema_extra=describe)

    by: By = "cutoff"
    """Measure of the list's length: a cut-off of the probability, a number of records, or a budget."""
    cut_off: Annotated[float, Field(ge=0, le=1)] | None = None
    """Probability from which a record is taken; the cut-offs in use where it is left out. By cut-off only."""
    number: Whole | None = None
    """Number of records to take at most. By number only."""
    budget: Annotated[FiniteFloat, Field(ge=0)] | None = None
    """Money that acting may cost at most. By budget only."""
    outcomes: Names | None = None
    """Outcomes that are offered; the positive one, or all where they are independent, where it is left out."""
    several: bool = False
    """True where one record may be taken for several outcomes."""
    cost: Annotated[FiniteFloat, Field(ge=0)] | None = None
    """Cost of acting once, in money."""
    values: Money | None = None
    """Money that acting brings where the outcome comes true, by outcome; the rest of its payoff stays the card's."""
    column: str | None = None
    """Column of the file whose values have limits and quotas."""
    limits: Counts | None = None
    """Greatest number of records by value of the column."""
    limit: Whole | None = None
    """Greatest number of records of each value of the column that `limits` does not name."""
    quotas: Counts | None = None
    """Least number of records by value of the column."""
    control: Annotated[float, Field(ge=0, le=MOST_CONTROL)] | None = None
    """Share of the records that is kept back at random, to compare with: about so many, the same on all lists."""
    losses: bool = False
    """True where records may be taken on whom acting is expected to lose money."""
    reasons: bool = False
    """True adds the three strongest reasons of each record."""
