"""Sampling budget: predictions that the explanation of one record may cost, at first and for sharper answers."""

from __future__ import annotations

BUDGET = 10_000  # 30 ms where a compiled path serves
FIRST = 2_000  # of a page, whose answers grow sharper: under 10 ms
LISTED = 2_000  # of each record of a file: 5,000 of them have their reasons within a minute
SHARPEST = 40_000
FEWEST = 300
FIRST_SECONDS = 0.2
MOST_SECONDS = 2.0
TIMES = 5


def quick_budget(seconds: float) -> int:
    """The budget of an answer that comes alone and has to come soon: ``BUDGET``, less for a slow model.

    Parameters
    ----------
    seconds : float
        Time of one prediction, in a block of some hundreds. The budget changes by powers of two, so a short load on
        the machine seldom changes it.
    """
    budget = BUDGET
    while budget * seconds > FIRST_SECONDS and budget > FEWEST:
        budget //= 2
    return budget


def listed_budget(seconds: float) -> int:
    """The budget of each record of a file: ``LISTED``, less for a slow model.

    Parameters
    ----------
    seconds : float
        As for :func:`quick_budget`.
    """
    return min(LISTED, quick_budget(seconds))


def budgets(seconds: float) -> tuple[int, ...]:
    """Budgets of the first answer of a page and of each sharper one, rising.

    Parameters
    ----------
    seconds : float
        As for :func:`quick_budget`.
    """
    last = next((most for most in (SHARPEST, SHARPEST // 2) if most * seconds <= MOST_SECONDS), BUDGET)
    sizes = [min(FIRST, quick_budget(seconds))]
    while sizes[-1] * TIMES < last:
        sizes.append(sizes[-1] * TIMES)
    return (*sizes, last)
