"""Decisions that can be learned from: those of which the values and all outcomes are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ml.data.array_types import Booleans
from ml.data.outcomes import Outcomes
from ml.data.records import read_records
from ml.data.schema import Row, Schema
from ml.errors import InvalidData
from ml.training.again.outcome_rows import CONTROL, OutcomeRow, outcome_of

CALLED, ALL = "called", "all"
MOST_DECISIONS = 200_000  # decisions that are held in memory at once
OTHER_GROUP, NO_VALUES = "of another group", "without values"  # why decisions are left out
NOT_KNOWN = "with outcomes that are not known"


@dataclass(frozen=True)
class Usable:
    """Decisions that can be learned from, the oldest first."""

    sources: list[OutcomeRow]
    """Length n."""
    rows: list[Row]
    """Typed values in schema order. Length n."""
    truth: Booleans
    """Shape (n, k)."""
    left_out: dict[str, int]
    """Why decisions are left out, and how many."""

    def leave_out(self, these: Booleans, why: str) -> Usable:
        """The decisions without those of a mask, shape (n,), which are counted in `left_out` for this reason."""
        if not these.any():
            return self
        rest = np.flatnonzero(~these).tolist()
        return Usable(
            [self.sources[at] for at in rest],
            [self.rows[at] for at in rest],
            self.truth[rest],
            {**self.left_out, why: int(these.sum())},
        )


def usable_rows(
    schema: Schema, outcomes: Outcomes, rows: Iterable[OutcomeRow], groups: str = CALLED, most: int = MOST_DECISIONS
) -> Usable:
    """Decisions of which the values and all outcomes are known, the oldest first; these alone are held in memory.

    Raises
    ------
    InvalidData
        There are more of them than `most`, or of none the values were kept.
    """
    left_out = dict.fromkeys((OTHER_GROUP, NO_VALUES, NOT_KNOWN), 0)
    known: list[tuple[OutcomeRow, list[bool]]] = []
    for row in rows:
        if not _is_wanted(row, groups):
            left_out[OTHER_GROUP] += 1
        elif row.values is None:
            left_out[NO_VALUES] += 1
        elif (truth := truth_of(outcomes, row)) is None:
            left_out[NOT_KNOWN] += 1
        else:
            _refuse_more(most, len(known))
            known.append((row, truth))
    _refuse_without_values(left_out[NO_VALUES], len(known) + left_out[NOT_KNOWN])
    known.sort(key=lambda pair: (pair[0].made, pair[0].decision))
    read = read_records(schema, [row.values for row, _ in known], extra=True).rows
    readable = [(row, truth, values) for (row, truth), values in zip(known, read, strict=True) if values is not None]
    left_out["with values that the model does not take"] = len(known) - len(readable)
    matrix = np.array([truth for _, truth, _ in readable], dtype=bool).reshape(len(readable), len(outcomes))
    left_out = {why: count for why, count in left_out.items() if count}
    return Usable([row for row, _, _ in readable], [values for _, _, values in readable], matrix, left_out)


def _is_wanted(row: OutcomeRow, groups: str) -> bool:
    """True where a decision is of the groups to learn from: all, the control groups, or all but these."""
    return groups == ALL or (row.selection == CONTROL) == (groups == CONTROL)


def _refuse_more(most: int, held: int) -> None:
    if held >= most:
        raise InvalidData(
            f"The outcomes of more than {most:,} decisions are known: so many are not held in memory to train again.",
            "Give a later --since; or a larger --most, where there is the memory (0.5 GB for 100,000 decisions of "
            "ten features, and what the estimator needs); or fit the model where it was made, on the table of "
            "python -m ml training, and add it with python -m ml add.",
        )


def _refuse_without_values(without_values: int, with_values: int) -> None:
    if without_values and not with_values:
        raise InvalidData(
            f"The values of none of {without_values:,} decisions were kept: there is nothing to learn from.",
            "With DECISION_VALUES=encrypted the values of decisions from then on are kept; or train on a table of your "
            "own, and add the model with python -m ml add.",
        )


def truth_of(outcomes: Outcomes, row: OutcomeRow) -> list[bool] | None:
    """The truth of a decision in outcome order; None where it is not known of all outcomes."""
    if not outcomes.exclusive:
        known = [row.came.get(name) for name in outcomes.names]
        return None if None in known else list(map(bool, known))
    outcome = outcome_of(outcomes, row.came)
    return None if outcome is None else [item.name == outcome.name for item in outcomes.items]
