"""Local Shapley values: the contribution of each known value of a record to the score.

The contributions are the Shapley values of one game among the known features K,

    g(S) = mean over all background rows z of f(x on S, z elsewhere)              what the model makes of S
         + u(S) - u(nothing),  u(S) = weighted mean over z of f(x on K, z elsewhere),
           weights by nearness to x on S                                          what S says of the blanks

so that g(nothing) is the base rate and g(K) is the score shown, v(K). The first part alone is the game of
Štrumbelj & Kononenko 2014 and Lundberg & Lee 2017; the second is there only while something is blank, and
costs one answer a background row. A feature that the model ignores gets exactly 0 when nothing is blank.
Why not v itself: docs/decisions/0012-contributions.md.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np

from ml.advice.permutation_walks import Walks, WalkSequence
from ml.advice.sampling_budget import BUDGET
from ml.advice.shapley import all_coalitions, shapley_values
from ml.advice.value_function import REMEMBERED, ValueFunction
from ml.data.array_types import Booleans, Floats, Positions
from ml.data.columns import Block, column, size, take
from ml.data.schema import Row
from ml.runtime.memo import memo

MOST_COALITIONS = 512  # for exact values of the second part of the game
VALUES_AT_ONCE = 4_000_000  # of changed rows: 32 MB; those of more than 200 features are asked about in shorter pieces
ORDERS = 32  # random orders, and as many reversed, where there would be more
SEED = 0  # the same for every record: an edit changes the numbers, chance does not

Ask = Callable[[np.ndarray], np.ndarray]

# Walks of a few records per game, continued when a sharper answer is asked for.
_kept: WeakKeyDictionary[ValueFunction, OrderedDict[tuple[Row, tuple[bool, ...]], Walks]] = WeakKeyDictionary()
_guard = Lock()


@dataclass(frozen=True)
class Explanation:
    """Contributions of p features to the probabilities of k outcomes."""

    base: np.ndarray
    """The mean answer over the background: the score when nothing is known. Shape (k,), float."""
    contributions: np.ndarray
    """In schema order, as differences of probability; exactly 0 for blanks. Shape (p, k), float."""
    total: np.ndarray
    """The score shown: ``base + contributions.sum(axis=0)`` within 1e-12, always. Shape (k,), float."""
    known: tuple[bool, ...]
    """The features of the game. Length p."""
    errors: np.ndarray
    """Standard error of each contribution, from sampling; 0 where it is exact. Shape (p, k), float."""


def explain(
    value_function: ValueFunction, row: Row, known: Sequence[bool] | None = None, budget: int = BUDGET
) -> Explanation:
    """Shapley values of the known features, for every outcome at once.

    Parameters
    ----------
    row : Row
        Typed values in schema order.
    known : sequence of bool, length p, or None
        As :meth:`ml.advice.value_function.ValueFunction.score` takes it: without it, a None is a blank.
    budget : int
        Predictions to make at most, about; at least a few a known feature. As long as every coalition
        of every background row fits in, contributions are exact; beyond it rows are walked to the record,
        as :class:`ml.advice.permutation_walks.Walks` does it. A larger budget goes on where a smaller one stopped,
        and the same budget gives the same answer.

    Raises
    ------
    ValueError
        When the model refuses a value.
    """
    mask = np.array([value is not None for value in row] if known is None else known, dtype=bool)
    scored = value_function.score(row, mask.tolist())
    contributions = errors = np.zeros((len(row), len(value_function.base)))
    if mask.any():
        ends = answers_filled(value_function, row, mask)
        contributions, errors = _made_of(value_function, row, mask, ends, budget)
        if not mask.all():
            more, unsure = _said_of_blanks(value_function, row, mask, ends, ORDERS * max(1, budget // BUDGET))
            contributions, errors = contributions + more, np.hypot(errors, unsure)
        # The rest to the total goes to sampled contributions in proportion to their variance; then rounding.
        unsure = np.where(errors > 0, (errors**2).sum(axis=1, keepdims=True), 0.0)
        for sizes in (unsure if unsure.any() else np.abs(contributions), np.abs(contributions)):
            contributions = contributions + _spread(
                scored.value - value_function.base - contributions.sum(axis=0), sizes, mask
            )
    return Explanation(value_function.base, contributions, scored.value, tuple(mask.tolist()), errors)


def _spread(rest: Floats, sizes: Floats, mask: Booleans) -> Floats:
    """The rest to the total, split in proportion to `sizes`: zeros stay zeros."""
    sizes = np.where(sizes.any(axis=0), sizes, mask[:, np.newaxis])
    total: Floats = sizes.sum(axis=0)
    return rest * sizes / total


def answers_filled(value_function: ValueFunction, row: Row, mask: np.ndarray) -> np.ndarray:
    """Answers for the record with its blanks filled by each background row: shape (n, k)."""
    return value_function.filled(row, mask.tolist())


# First part of the game: background rows are changed into the record, value by value.


def _made_of(
    value_function: ValueFunction, row: Row, mask: np.ndarray, ends: np.ndarray, budget: int
) -> tuple[np.ndarray, np.ndarray]:
    """Shapley values of the first part of the game and their standard errors, both of shape (p, k)."""
    differs = _differs(value_function, row, mask)
    count = differs.sum(axis=1)
    if coalitions_fit(count, budget):
        contributions = _all_of(value_function, row, differs, ends)
        return contributions, np.zeros_like(contributions)
    walks = _walks_of(value_function, row, mask, differs, ends, budget)
    return walks.at(budget)


def coalitions_fit(count: Positions, budget: int) -> bool:
    """True where all coalitions of so many features, other than none and all, are within the budget; shape (n,)."""
    return bool(np.sum(2.0 ** np.minimum(count, 64) - 2.0) <= budget)  # 64: a higher power may overflow


@memo(1)
def _sequence(value_function: ValueFunction, seed: int) -> WalkSequence:
    return WalkSequence(value_function.answers, value_function.controls, seed)


def _walks_of(
    value_function: ValueFunction, row: Row, mask: np.ndarray, differs: np.ndarray, ends: np.ndarray, budget: int
) -> Walks:
    """The walks to this record, continued from those of smaller budgets."""

    def ask(rows: np.ndarray, taken: np.ndarray) -> np.ndarray:
        pieces = range(0, len(rows), max(1, VALUES_AT_ONCE // len(row)))
        each = (slice(first, first + pieces.step) for first in pieces)
        return np.concatenate([value_function.ask(_mixed(value_function, row, rows[at], taken[at])) for at in each])

    key = (row, tuple(mask.tolist()))
    with _guard:
        kept = _kept.setdefault(value_function, OrderedDict())
        walks = kept.pop(key, None)
        if walks is None or walks.asked > budget:  # the same budget gives the same answer
            walks = Walks(_sequence(value_function, SEED), differs, ends, ask)
        kept[key] = walks
        while len(kept) > REMEMBERED:
            kept.popitem(last=False)
    return walks


def _all_of(value_function: ValueFunction, row: Row, differs: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Exact values from all coalitions of the features in which each background row differs: shape (p, k)."""
    contributions = np.zeros((len(row), len(value_function.base)))
    count = differs.sum(axis=1)
    for d in np.unique(count[count > 0]).tolist():
        rows = np.flatnonzero(count == d)
        features = np.nonzero(differs[rows])[1].reshape(len(rows), d)
        ask = partial(_answers, value_function, row, rows, features, ends)
        np.add.at(contributions, features, _enumerated(ask, len(rows), d) / len(count))
    return contributions


def _differs(value_function: ValueFunction, row: Row, mask: np.ndarray) -> np.ndarray:
    """Mask of known features in which a background row differs from the record: bool (n, p)."""
    differs = np.zeros((size(value_function.background), len(mask)), dtype=bool)
    for at in np.flatnonzero(mask):
        array = value_function.background[at]
        own = column(value_function.schema.features[at], [row[at]])
        both_missing = (array != array) & (own != own)  # NaN and NaT differ from themselves
        differs[:, at] = (array != own) & ~both_missing
    return differs


def _enumerated(ask: Ask, r: int, d: int) -> np.ndarray:
    """Exact Shapley values between each background row and the record: shape (r, d, k)."""
    coalitions = all_coalitions(d)
    return shapley_values(ask(np.broadcast_to(coalitions, (r, *coalitions.shape))))


def _answers(
    value_function: ValueFunction,
    row: Row,
    rows: np.ndarray,
    features: np.ndarray,
    ends: np.ndarray,
    coalitions: np.ndarray,
) -> np.ndarray:
    """Answers for each row with the record's values on each of its coalitions.

    Parameters
    ----------
    rows : ndarray of int, shape (r,)
        Rows of the background.
    features : ndarray of int, shape (r, d)
        The features in which each of these rows differs from the record.
    ends : ndarray of float, shape (n, k)
        The answer for each background row with all of them.
    coalitions : ndarray of bool, shape (r, c, d)

    Returns
    -------
    ndarray of float, shape (r, c, k)
    """
    bare, full = ~coalitions.any(axis=2), coalitions.all(axis=2)
    numbers = np.broadcast_to(rows[:, np.newaxis], bare.shape)
    answers = np.empty((*bare.shape, len(value_function.base)))
    answers[bare] = value_function.answers[numbers[bare]]
    answers[full] = ends[numbers[full]]
    at, which = np.nonzero(~bare & ~full)
    if len(at):
        taken = np.zeros((len(at), len(row)), dtype=bool)
        np.put_along_axis(taken, features[at], coalitions[at, which], axis=1)
        answers[at, which] = value_function.ask(_mixed(value_function, row, rows[at], taken))
    return answers


def _mixed(value_function: ValueFunction, row: Row, rows: np.ndarray, taken: np.ndarray) -> Block:
    """Background rows with the record's values where `taken`, bool of shape (n, p), is True."""
    mixed = []
    for feature, value, array, own in zip(
        value_function.schema.features, row, take(value_function.background, rows), taken.T, strict=True
    ):
        if own.any():
            array[own] = column(feature, [value])[0]
        mixed.append(array)
    return tuple(mixed)


# Second part of the game: the answers stay the same, only their weights change.


def _said_of_blanks(
    value_function: ValueFunction, row: Row, mask: np.ndarray, ends: np.ndarray, pairs: int
) -> tuple[np.ndarray, np.ndarray]:
    """Shapley values of the second part of the game and their standard errors, both of shape (p, k)."""
    known = np.flatnonzero(mask)
    contributions, errors = (np.zeros((len(mask), ends.shape[1])) for _ in range(2))
    if 2 ** len(known) <= MOST_COALITIONS:
        contributions[known] = shapley_values(
            _coalition_values(value_function, row, known, all_coalitions(len(known)), ends)
        )
        return contributions, errors
    rng = np.random.default_rng(SEED)
    orders = [rng.permutation(len(known)) for _ in range(pairs)]
    ranks = np.argsort([order for one in orders for order in (one, one[::-1])], axis=1)
    steps = ranks[:, np.newaxis] < np.arange(len(known) + 1)[:, np.newaxis]
    said = _coalition_values(value_function, row, known, steps.reshape(-1, len(known)), ends).reshape(
        *steps.shape[:2], -1
    )
    gained = np.take_along_axis(np.diff(said, axis=1), ranks[:, :, np.newaxis], axis=1)
    each = gained.reshape(pairs, 2, *gained.shape[1:]).mean(axis=1)
    contributions[known], errors[known] = each.mean(axis=0), each.std(axis=0, ddof=1) / np.sqrt(pairs)
    return contributions, errors


def _coalition_values(
    value_function: ValueFunction, row: Row, known: np.ndarray, coalitions: np.ndarray, ends: np.ndarray
) -> np.ndarray:
    """u(S) of each coalition of the known features: shape (c, k)."""
    wide = np.zeros((len(coalitions), len(row)), dtype=bool)
    wide[:, known] = coalitions
    return np.array([weights @ ends[chosen] for chosen, weights in value_function.weighed(row, wide)])
