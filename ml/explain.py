"""Why: what each known value of a record contributes to the score.

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

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ml.blocks import Block, column, size, take
from ml.schema import Row
from ml.shapley import all_coalitions, shapley_values
from ml.value import Game

BUDGET = 10_000  # predictions: 30 ms where a compiled path serves, and errors of 0.05 points
MOST_COALITIONS = 512  # looked at for what the known values say of the blanks
ORDERS = 32  # random orders, and as many reversed, where there would be more
SEED = 0  # the same for every record: an edit changes the numbers, chance does not

Ask = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Explanation:
    """Contributions of p features to the probabilities of k outcomes.

    Attributes
    ----------
    base : ndarray of float, shape (k,)
        The mean answer over the background: the score when nothing is known.
    contributions : ndarray of float, shape (p, k)
        In schema order, as differences of probability; exactly 0 for blanks.
    total : ndarray of float, shape (k,)
        The score shown: ``base + contributions.sum(axis=0)`` within 1e-12, always.
    known : tuple of bool, length p
        Which features took part.
    """

    base: np.ndarray
    contributions: np.ndarray
    total: np.ndarray
    known: tuple[bool, ...]


def explain(game: Game, row: Row, known: Sequence[bool] | None = None, budget: int = BUDGET) -> Explanation:
    """Shapley values of the known features, for every outcome at once.

    Parameters
    ----------
    game : Game
    row : Row
        Typed values in schema order.
    known : sequence of bool, length p, or None
        As :meth:`ml.value.Game.at` takes it: without it, a None is a blank.
    budget : int
        Predictions to make at most, about; at least a few a known feature. As long as every coalition
        of every background row fits in, contributions are exact; beyond it, each row is walked to the
        record in random orders and their reverses, and where even that is too much, some rows are.

    Raises
    ------
    ValueError
        When the model refuses a value.
    """
    mask = np.array([value is not None for value in row] if known is None else known, dtype=bool)
    position = game.at(row, mask.tolist())
    found = np.zeros((len(row), len(game.base)))
    if mask.any():
        ends = answers_filled(game, row, mask)
        found = _made_of(game, row, mask, ends, budget)
        if not mask.all():
            found += _said_of_blanks(game, row, mask, ends)
        found += _spread(position.value - game.base - found.sum(axis=0), found, mask)
    return Explanation(game.base, found, position.value, tuple(mask.tolist()))


def _spread(rest: np.ndarray, found: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """What is missing to the total, in proportion to the contributions: a zero stays a zero.

    It is rounding, unless the budget was so small that a few rows had to stand for all.
    """
    sizes = np.abs(found)
    sizes = np.where(sizes.any(axis=0), sizes, mask[:, np.newaxis])
    return rest * sizes / sizes.sum(axis=0)


def answers_filled(game: Game, row: Row, mask: np.ndarray) -> np.ndarray:
    """Answers for the record with its blanks filled by each background row: shape (n, k)."""
    return game.filled(row, mask.tolist())


# What the model makes of the known values: background rows are changed into the record, value by value.


def _made_of(game: Game, row: Row, mask: np.ndarray, ends: np.ndarray, budget: int) -> np.ndarray:
    """Shapley values of the first part of the game, shape (p, k)."""
    differs = _differs(game, row, mask)
    count = differs.sum(axis=1)
    chosen, pairs = _plan(game, count, budget)
    weights = _weights(np.column_stack([game.answers, ends]), chosen)
    found = np.zeros((len(row), len(game.base)))
    rng = np.random.default_rng(SEED)
    for d in np.unique(count[chosen]).tolist():
        if not d:
            continue
        rows, weight = chosen[count[chosen] == d], weights[count[chosen] == d]
        features = np.nonzero(differs[rows])[1].reshape(len(rows), d)
        whole = pairs * 2 * (d - 1) >= 2**d - 2
        ask = partial(_answers, game, row, rows, features, ends)
        shares = _enumerated(ask, len(rows), d) if whole else _walked(ask, len(rows), d, pairs, rng)
        np.add.at(found, features, shares * weight[:, np.newaxis, np.newaxis])
    return found


def _differs(game: Game, row: Row, mask: np.ndarray) -> np.ndarray:
    """Where a background row has another value than the record, among known features: bool (n, p)."""
    differs = np.zeros((size(game.background), len(mask)), dtype=bool)
    for at in np.flatnonzero(mask):
        array = game.background[at]
        own = column(game.schema.features[at], [row[at]])
        both_missing = (array != array) & (own != own)  # NaN and NaT differ from themselves
        differs[:, at] = (array != own) & ~both_missing
    return differs


def _plan(game: Game, count: np.ndarray, budget: int) -> tuple[np.ndarray, int]:
    """Which background rows are used, and how many pairs of orders each is walked in (many: all of them)."""
    everything = np.arange(len(count))
    if np.sum(2.0**count - 2.0) <= budget:
        return everything, 2**62
    steps = int(2 * np.sum(np.maximum(count - 1, 0)))
    if steps <= budget:
        return everything, budget // steps
    # Spread evenly over the rows in the order of their own answers: their mean is then near that of all.
    order = np.argsort(game.answers.sum(axis=1), kind="stable")
    few = max(2, len(count) * budget // steps)
    return np.sort(order[((np.arange(few) + 0.5) * len(count) / few).astype(int)]), 1


def _weights(both: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """What each chosen row counts, shape (r,): alike, but for what brings their mean answers to those of all.

    Least squares under these conditions (calibration, Deville & Särndal 1992). The same weights for every
    outcome and feature keep the laws of Shapley values: what changes nothing has 0, and what one of
    several exclusive outcomes gains the others lose.

    Parameters
    ----------
    both : ndarray of float, shape (n, 2 k)
        Answers for the background rows, and for the record with its blanks filled by them.
    chosen : ndarray of int, shape (r,)
    """
    alike = np.full(len(chosen), 1.0 / len(chosen))
    if len(chosen) == len(both):
        return alike
    conditions = np.column_stack([np.ones(len(chosen)), both[chosen]]).T
    missing = np.append(1.0, both.mean(axis=0)) - conditions @ alike
    return alike + np.linalg.lstsq(conditions, missing, rcond=1e-9)[0]


def _enumerated(ask: Ask, r: int, d: int) -> np.ndarray:
    """Exact Shapley values of each row's way to the record: shape (r, d, k)."""
    coalitions = all_coalitions(d)
    return shapley_values(ask(np.broadcast_to(coalitions, (r, *coalitions.shape))))


def _walked(ask: Ask, r: int, d: int, pairs: int, rng: np.random.Generator) -> np.ndarray:
    """The same from random orders and their reverses (antithetic pairs): shape (r, d, k)."""
    shares: list[np.ndarray] = []
    for _ in range(pairs):
        rank = np.argsort(rng.random((r, d)), axis=1)  # of each feature in this row's order
        forward = rank[:, np.newaxis] < np.arange(d + 1)[:, np.newaxis]  # (r, d + 1, d)
        # The sets of the reverse order are the complements of these.
        answers = ask(np.concatenate([forward, ~forward[:, 1:-1]], axis=1))
        there, inner = answers[:, : d + 1], answers[:, d + 1 :]
        back = np.concatenate([there[:, -1:], inner, there[:, :1]], axis=1)
        gained = (np.diff(there, axis=1) - np.diff(back, axis=1)) / 2.0
        shares.append(np.take_along_axis(gained, rank[:, :, np.newaxis], axis=1))
    return np.mean(shares, axis=0)


def _answers(
    game: Game, row: Row, rows: np.ndarray, features: np.ndarray, ends: np.ndarray, coalitions: np.ndarray
) -> np.ndarray:
    """Answers for each row with the record's values on each of its coalitions.

    Parameters
    ----------
    rows : ndarray of int, shape (r,)
        Of the background.
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
    answers = np.empty((*bare.shape, len(game.base)))
    answers[bare] = game.answers[numbers[bare]]
    answers[full] = ends[numbers[full]]
    at, which = np.nonzero(~bare & ~full)
    if len(at):
        taken = np.zeros((len(at), len(row)), dtype=bool)
        np.put_along_axis(taken, features[at], coalitions[at, which], axis=1)
        answers[at, which] = game.ask(_mixed(game, row, rows[at], taken))
    return answers


def _mixed(game: Game, row: Row, rows: np.ndarray, taken: np.ndarray) -> Block:
    """Background rows with the record's values where `taken`, shape (n, p), says so."""
    mixed = []
    for feature, value, array, own in zip(game.schema.features, row, take(game.background, rows), taken.T, strict=True):
        if own.any():
            array[own] = column(feature, [value])[0]
        mixed.append(array)
    return tuple(mixed)


# What the known values say of the blanks: every answer stays, only what it counts changes.


def _said_of_blanks(game: Game, row: Row, mask: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Shapley values of the second part of the game, shape (p, k)."""
    known = np.flatnonzero(mask)
    found = np.zeros((len(mask), ends.shape[1]))
    if 2 ** len(known) <= MOST_COALITIONS:
        found[known] = shapley_values(_said(game, row, known, all_coalitions(len(known)), ends))
        return found
    rng = np.random.default_rng(SEED)
    orders = [rng.permutation(len(known)) for _ in range(ORDERS)]
    ranks = np.argsort([order for one in orders for order in (one, one[::-1])], axis=1)
    steps = ranks[:, np.newaxis] < np.arange(len(known) + 1)[:, np.newaxis]
    said = _said(game, row, known, steps.reshape(-1, len(known)), ends).reshape(*steps.shape[:2], -1)
    gained = np.take_along_axis(np.diff(said, axis=1), ranks[:, :, np.newaxis], axis=1)
    found[known] = gained.mean(axis=0)
    return found


def _said(game: Game, row: Row, known: np.ndarray, coalitions: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """u(S) of each coalition of the known features: shape (c, k)."""
    wide = np.zeros((len(coalitions), len(row)), dtype=bool)
    wide[:, known] = coalitions
    return np.array([weights @ ends[chosen] for chosen, weights in game.weighed(row, wide, None)])
