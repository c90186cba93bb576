"""Decisions that can be learned from: those of which the values and all outcomes are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.data.array_types import Booleans
from ml.data.outcomes import Outcomes
from ml.data.records import read_records
from ml.data.schema import Row, Schema
from ml.errors import InvalidData
from ml.training.again.outcome_rows import CONTROL, OutcomeRow, outcome_of

CALLED, ALL = "called", "all"
GROUPS = (CALLED, CONTROL, ALL)


@dataclass(frozen=True)
class Usable:
    """Decisions that can be learned from, the oldest first.

    Attributes
    ----------
    sources : list of OutcomeRow, length n
    rows : list of Row, length n
        Typed values in schema order.
    truth : ndarray of bool, shape (n, k)
    left_out : dict of str to int
        Why decisions are left out, and how many.
    """

    sources: list[OutcomeRow]
    rows: list[Row]
    truth: Booleans
    left_out: dict[str, int]

    def without(self, rows: Booleans, why: str) -> Usable:
        """The others, and in `left_out` why these are not there."""
        if not rows.any():
            return self
        kept = np.flatnonzero(~rows).tolist()
        return Usable(
            [self.sources[at] for at in kept],
            [self.rows[at] for at in kept],
            self.truth[kept],
            {**self.left_out, why: int(rows.sum())},
        )


def usable_rows(schema: Schema, outcomes: Outcomes, found: Sequence[OutcomeRow], groups: str = CALLED) -> Usable:
    """Decisions of which the values and all outcomes are known, the oldest first."""
    wanted = [row for row in found if groups == ALL or (row.selection == CONTROL) == (groups == CONTROL)]
    left_out: Counter[str] = Counter()
    if len(found) > len(wanted):
        left_out["of another group"] = len(found) - len(wanted)
    kept = [row for row in wanted if row.values is not None]
    _refuse_without_values(len(wanted), len(kept))
    if len(wanted) > len(kept):
        left_out["without values"] = len(wanted) - len(kept)
    known = [(row, truth) for row in kept if (truth := truth_of(outcomes, row)) is not None]
    if len(kept) > len(known):
        left_out["with outcomes that are not known"] = len(kept) - len(known)
    known.sort(key=lambda pair: (pair[0].made, pair[0].decision))
    read = read_records(schema, [row.values for row, _ in known], extra=True).rows
    whole = [(row, truth, values) for (row, truth), values in zip(known, read, strict=True) if values is not None]
    if len(known) > len(whole):
        left_out["with values that the model does not take"] = len(known) - len(whole)
    matrix = np.array([truth for _, truth, _ in whole], dtype=bool).reshape(len(whole), len(outcomes))
    return Usable([row for row, _, _ in whole], [values for _, _, values in whole], matrix, dict(left_out))


def _refuse_without_values(wanted: int, kept: int) -> None:
    if wanted and not kept:
        raise InvalidData(
            f"The values of none of {wanted:,} decisions were kept: there is nothing to learn from.",
            "With DECISION_VALUES=encrypted the values of decisions from then on are kept; or train on a table of your "
            "own, and add the model with python -m ml add.",
        )


def truth_of(outcomes: Outcomes, row: OutcomeRow) -> list[bool] | None:
    """The truth of a decision in outcome order; None where it is not known of all outcomes."""
    if not outcomes.exclusive:
        known = [row.came.get(name) for name in outcomes.names]
        return None if None in known else list(map(bool, known))
    found = outcome_of(outcomes, row.came)
    return None if found is None else [item.name == found.name for item in outcomes.items]
