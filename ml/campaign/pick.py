"""Greedy selection of records to act on, within a number, a budget, limits and quotas of groups.

Of all lists within the number, the limits and the quotas, it finds one of the greatest expected gain: the sum of the
worth of acting (``ml/decision/worth.py``). Taking the best of each group up to its quota, then the best of the rest,
is enough: limits of groups under one of the whole are a laminar matroid, for which greedy choice is optimal
(Edmonds 1971). Nobody is taken on whom acting is expected to lose, not for a quota either, unless the wish says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.campaign.wish import BadWish, Wish
from ml.decision.decide import acts
from ml.decision.worth import loses, worth_by_outcome
from ml.translation import text


@dataclass(frozen=True)
class CodedColumn:
    """The values of one column of the file."""

    values: tuple[str, ...]
    codes: np.ndarray
    """Position of each record's value in `values`. Shape (n,), int."""


@dataclass(frozen=True)
class PickedCalls:
    """A list of m calls, the best first."""

    rows: np.ndarray
    """Records, from 0. Shape (m,), int."""
    outcome: np.ndarray
    """Position in the wish's outcomes of what is offered. Shape (m,), int."""
    probability: np.ndarray
    gain: np.ndarray
    """Probability of that outcome; worth of acting on it, in money. Shape (m,), float."""
    control: np.ndarray
    """Kept back. Shape (m,), bool."""
    short: dict[str, int]
    """Quotas that the file cannot fill, and how many there are."""
    left_out: int = 0
    """Calls that were wanted otherwise, left out because they are expected to lose."""


def pick(
    probabilities: np.ndarray, wish: Wish, groups: CodedColumn | None = None, draws: np.ndarray | None = None
) -> PickedCalls:
    """Select the records of a list.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n, o)
        Probabilities of the wish's outcomes, in their order; NaN where a record was refused.
    groups : CodedColumn or None
        Groups of the wish's column.
    draws : ndarray of float, shape (n,), or None
        What each record draws, from 0 to below 1: who draws less than the wish's share is kept back, for all outcomes.

    Raises
    ------
    BadWish
        When the quotas alone are more than the number or the budget allows, or a limit is below its quota.
    """
    gain = worth_by_outcome(wish.payoffs, probabilities)
    worth = gain if wish.in_money else probabilities
    there: np.ndarray = np.isfinite(probabilities)
    wanted = there & acts(probabilities, np.array(wish.cut_offs)) if wish.by == "cutoff" else there
    left_out = 0
    if wish.in_money and not wish.losses:
        there, before = there & ~loses(gain), wanted
        wanted = before & there
        left_out = _calls(before, wish) - _calls(wanted, wish)
    rows, outcome = _candidates(worth, there, wanted, wish)
    if groups is None:
        rows, outcome = _best_of(worth, rows, outcome, room(wish))
    best = np.argsort(-worth[rows, outcome], kind="stable")  # ties stay in the order of the file
    rows, outcome = rows[best], outcome[best]
    taken, short = _within(rows, wanted[rows, outcome], wish, groups)
    rows, outcome = rows[taken], outcome[taken]
    return PickedCalls(
        rows,
        outcome,
        probabilities[rows, outcome],
        gain[rows, outcome],
        np.zeros(len(rows), dtype=bool) if draws is None else draws[rows] < wish.control,
        short,
        left_out,
    )


def _calls(wanted: np.ndarray, wish: Wish) -> int:
    """Calls that could be made: of each record one, or with `several` one an outcome."""
    return int((wanted if wish.several else wanted.any(axis=1)).sum())


def _candidates(worth: np.ndarray, there: np.ndarray, wanted: np.ndarray, wish: Wish) -> tuple[np.ndarray, np.ndarray]:
    """All (record, outcome) that could be taken; without `several` a record's best wanted outcome, else its best.

    Those that are `there` and not wanted are for the quotas alone.
    """
    there = there if wish.quotas else wanted
    if wish.several:
        rows, outcome = np.nonzero(there)
        return rows, outcome
    # Wanted candidates rank before all others, whatever their worth.
    ranked = np.where(there, worth, -np.inf)
    preferred = np.where(wanted, ranked, -np.inf)
    use = np.where(wanted.any(axis=1, keepdims=True), preferred, ranked)
    rows = np.flatnonzero(there.any(axis=1))
    return rows, np.argmax(use[rows], axis=1)


def _best_of(worth: np.ndarray, rows: np.ndarray, outcome: np.ndarray, most: float) -> tuple[np.ndarray, np.ndarray]:
    """Candidates that can be among the best `most`, by partial selection, so that only a few are sorted."""
    if len(rows) <= most or not len(rows):
        return rows, outcome
    own = worth[rows, outcome]
    least = np.partition(own, len(own) - int(most))[len(own) - int(most)] if most else np.inf
    return rows[own >= least], outcome[own >= least]


def _within(
    rows: np.ndarray, wanted: np.ndarray, wish: Wish, groups: CodedColumn | None
) -> tuple[np.ndarray, dict[str, int]]:
    """Mask (bool) of the candidates, the best first, that are taken; quotas that fall short."""
    most = room(wish)
    if groups is None:
        return wanted & (np.cumsum(wanted) <= most), {}
    codes = groups.codes[rows]
    limits = np.array([_limit(wish, value) for value in groups.values])
    quotas = np.array([wish.quotas.get(value, 0) for value in groups.values])
    for value, limit, quota in zip(groups.values, limits, quotas, strict=True):
        if quota > limit:
            slots = {"value": repr(value[:80]), "quota": quota, "limit": f"{limit:g}"}
            raise BadWish(text("Of {value} at least {quota} are wanted and at most {limit} allowed.", **slots))
    nobody, everybody = np.zeros(len(rows), dtype=bool), np.ones(len(rows), dtype=bool)
    must = _place(codes, everybody) < quotas[codes] if quotas.any() else nobody
    if must.sum() > most:
        raise BadWish(
            text("The quotas alone take {n}, and there is room for {room}.", n=f"{must.sum():,}", room=f"{most:,.0f}"),
            text("Lower the quotas, or take more."),
        )
    # Records taken by quotas count for the limits: they are the best of each group, so the rest ranks behind.
    may = (must | wanted) & (_place(codes, must | wanted) < limits[codes])
    rest = may & ~must
    taken = must | (rest & (np.cumsum(rest) <= most - must.sum()))
    counts = np.bincount(codes, minlength=len(quotas))
    missing = [value for value in wish.quotas if value not in groups.values]
    short = {value: int(counts[at]) for at, value in enumerate(groups.values) if counts[at] < quotas[at]}
    return taken, short | dict.fromkeys(missing, 0)


def _place(codes: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Rank of each candidate within its group, from 0, among the candidates that count."""
    order = np.argsort(codes, kind="stable")
    steps = np.cumsum(counted[order])
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    before = np.zeros(len(codes), dtype=np.int64)
    before[starts] = np.concatenate([[0], steps])[starts]
    # Counts only grow, so the running maximum of starts is that of the candidate's own group.
    place = np.empty(len(codes), dtype=np.int64)
    place[order] = steps - np.maximum.accumulate(before) - 1
    return place


def _limit(wish: Wish, value: str) -> float:
    limit = wish.limits.get(value, wish.limit)
    return np.inf if limit is None else limit


def room(wish: Wish) -> float:
    """Most calls by number or by budget; infinite by cut-off."""
    if wish.by == "number":
        return wish.number
    # A budget of 0.3 pays for three calls of 0.1, whatever binary fractions say.
    return np.floor(wish.budget / wish.cost + 1e-9) if wish.by == "budget" else np.inf
