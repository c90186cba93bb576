"""Split by time: the hold-out is strictly later than the training, as what a model will be asked is."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ml.data.array_types import Booleans, Floats
from ml.data.outcomes import Outcomes
from ml.errors import InvalidData, OneOutcomeOnly

HELD = 0.25  # share of the rows that is held out
FEWEST = 200  # rows
FEWEST_OF_EACH = 20  # rows with, and rows without an outcome, in training
FEWEST_HELD = 5  # the same, in the hold-out
LATER = "Wait until more outcomes are known, or give a later --as-of."


def later_rows(made: Floats) -> Booleans:
    """Mask of the hold-out: about the last quarter, strictly later than each row of the training.

    Parameters
    ----------
    made : ndarray of float, shape (n,)
        When each decision was made.

    Raises
    ------
    InvalidData
        When all were made at one time.
    """
    border = np.sort(made)[math.ceil(len(made) * (1 - HELD)) - 1]
    later: Booleans = made > border
    if not later.any():  # decisions of one moment, such as those of a campaign's file, stay on one side
        later = made >= border
    if later.all():
        raise InvalidData(
            f"All {len(made):,} decisions were made at one time: no hold-out is later than the training.",
            "Wait until outcomes of later decisions are known.",
        )
    return later


def shared_rows(records: Sequence[str], made: Floats, known: Floats, later: Booleans) -> Booleans:
    """Mask of the hold-out's rows that may have the very outcome of a row of the training.

    A record that was asked about again before the outcome of an earlier decision was settled stands on both sides with
    what came once: a model that remembers it would be right without having learned anything.

    Parameters
    ----------
    records : sequence of str, length n
        Ids; empty where a record has none.
    made, known : ndarray of float, shape (n,)
        When each decision was made, and when its outcome began to count.
    later : ndarray of bool, shape (n,)
        The hold-out.
    """
    outcome_known: dict[str, float] = {}
    for at in np.flatnonzero(~later).tolist():
        if records[at]:
            outcome_known[records[at]] = max(outcome_known.get(records[at], -math.inf), float(known[at]))
    return np.array(
        [bool(is_later) and outcome_known.get(record, -math.inf) > when for record, when, is_later in
         zip(records, made.tolist(), later, strict=True)],
        dtype=bool,
    )  # fmt: skip


def check_enough(truth: Booleans, later: Booleans, outcomes: Outcomes) -> None:
    """Refuse too few outcomes, and those that are all alike.

    Parameters
    ----------
    truth : ndarray of bool, shape (n, k)
    later : ndarray of bool, shape (n,)

    Raises
    ------
    InvalidData, OneOutcomeOnly
    """
    if len(truth) < FEWEST:
        raise InvalidData(
            f"The outcomes of {len(truth):,} decisions are known; at least {FEWEST} are needed to train again.", LATER
        )
    for name in sorted(outcomes.names, key=lambda name: name != outcomes.positive):
        _check_outcome(name, truth[:, outcomes.index(name)], later)


def _check_outcome(name: str, came: Booleans, later: Booleans) -> None:
    if came.all() or not came.any():
        said = "came in all" if came.all() else "came in none"
        raise OneOutcomeOnly(f"The outcome {name!r} {said} of the {len(came):,} decisions: there is nothing to learn.")
    for where, part, fewest in (
        ("in training", came[~later], FEWEST_OF_EACH),
        ("in the hold-out, which is later,", came[later], FEWEST_HELD),
    ):
        with_it, without = int(part.sum()), int((~part).sum())
        if min(with_it, without) < fewest:
            raise InvalidData(
                f"The outcome {name!r} came {with_it:,} times {where} and did not {without:,} times; at least "
                f"{fewest} of each are needed.",
                LATER,
            )
