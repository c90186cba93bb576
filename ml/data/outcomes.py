"""Outcomes of a model: classes or labels that have a probability."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ml.data.array_types import Booleans, Floats
from ml.errors import UnknownOutcome
from ml.translation import text


@dataclass(frozen=True)
class Outcome:
    """One outcome: a class of exclusive outcomes, or an independent label."""

    name: str
    """Name in URLs, answers and files."""
    label: str
    """Displayed name."""
    value: Any
    """The class in the estimator's ``classes_``; for independent outcomes the column's name. A string, number or
    bool."""
    yes: Any = None
    """For independent outcomes the class of the estimator's answer that means yes; None is 1 (or True). A string,
    number, bool or None."""


@dataclass(frozen=True)
class Outcomes:
    """All outcomes in the order of the probability columns.

    Exclusive outcomes are the classes of one decision and sum to 1; independent ones are
    yes/no questions of their own. `positive` is the outcome that a page opens with: decided
    here and nowhere else.
    """

    items: tuple[Outcome, ...]
    exclusive: bool
    positive: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names in the order of the probability columns."""
        return tuple(outcome.name for outcome in self.items)

    def index(self, name: str) -> int:
        """Column of the outcome of that name; UnknownOutcome when there is none."""
        try:
            return self.names.index(name)
        except ValueError:
            known = ", ".join(self.names)
            raise UnknownOutcome(
                text("No outcome is called {name}.", name=repr(name)), text("Known outcomes: {known}.", known=known)
            ) from None

    def __getitem__(self, name: str) -> Outcome:
        return self.items[self.index(name)]

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True)
class Prediction:
    """Predictions of n records."""

    labels: Booleans
    """True where the estimator's own ``predict`` gives the outcome. For exclusive outcomes exactly one a row. It is
    never derived from the probabilities. Shape (n, k)."""
    probabilities: Floats | None
    """Columns follow the outcomes; None when the estimator offers none. Shape (n, k)."""
