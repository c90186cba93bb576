"""Decisions whose outcomes are known, as rows of training: values as they stood, truth, and how they were selected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ml.data.outcomes import Outcome, Outcomes

Selection = Literal["control", "random", "chosen"]
CONTROL, RANDOM = "control", "random"
UNBIASED = (CONTROL, RANDOM)  # drawn by chance from those that a list was about; all others were chosen by a model

TRUTH = "outcome"  # the column of the truth of exclusive outcomes


@dataclass(frozen=True)
class OutcomeRow:
    """One decision with what is known of its outcomes."""

    decision: str
    record: str
    campaign: str
    """Ids; record and campaign may be empty."""
    made: float
    known: float
    """When the decision was made, and when the last of its outcomes became known; seconds since 1970."""
    group: str
    """"call", "control" or "none"."""
    selection: Selection
    """How it came to be among those who were called, or not."""
    values: Mapping[str, Any] | None
    """Raw values when the decision was made; None where they were not kept."""
    came: Mapping[str, bool]
    """By outcome, whether it came; outcomes that are not ripe, or not known, are left out."""


def selection_of(group: str) -> Selection:
    """Selection of a group's records: a control group and a random one by chance, all others by a model."""
    if group == "control":
        return "control"
    return "random" if group == "random" else "chosen"


def outcome_of(outcomes: Outcomes, came: Mapping[str, bool]) -> Outcome | None:
    """Observed one of exclusive outcomes; None where that is not known.

    It is the one that came, or the only one that is left where all others are known not to have come. Where two are
    said to have come, nobody knows which it was.
    """
    said = [item for item in outcomes.items if came.get(item.name)]
    if said:
        return said[0] if len(said) == 1 else None
    left = [item for item in outcomes.items if item.name not in came]
    return left[0] if len(left) == 1 else None


def truth_columns(outcomes: Outcomes, taken: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Names of the columns of the truth: one where outcomes are exclusive, else one an outcome; none is `taken`."""
    if not outcomes.exclusive:
        return tuple(str(item.value) for item in outcomes.items)
    name = TRUTH
    while name in taken:
        name = f"{name} (truth)"
    return (name,)
