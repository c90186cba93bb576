"""Focus outcome of each record: the one that its rank, band and reasons are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ml.data.outcomes import Outcomes
from ml.decision.payoff import payoff_of, payoffs_of
from ml.decision.worth import worth, worth_by_outcome


def focus(probabilities: np.ndarray, card: Mapping[str, Any], outcomes: Outcomes) -> tuple[np.ndarray, np.ndarray]:
    """Focus outcome and ranking key of each record, as on the board of the Prediction page.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n, k)
        NaN where a record was refused.

    Returns
    -------
    at : ndarray of int, shape (n,)
        Column: of exclusive outcomes the positive one; of independent ones the one that is worth most where the
        card has a payoff of every outcome, else the most probable one.
    key : ndarray of float, shape (n,)
        The worth of acting on it where the card tells, else its probability; NaN where the record was refused.
    """
    if outcomes.exclusive:
        column = outcomes.index(outcomes.positive)
        payoff, p = payoff_of(card, outcomes.positive), probabilities[:, column]
        return np.full(len(p), column), p if payoff is None else worth(payoff, p)
    payoffs = payoffs_of(card, outcomes.names)
    weighed = worth_by_outcome(payoffs, probabilities) if payoffs else probabilities
    at = np.argmax(np.where(np.isfinite(weighed), weighed, -np.inf), axis=1)
    return at, weighed[np.arange(len(at)), at]


def ranks(key: np.ndarray) -> np.ndarray:
    """Place of each record, the greatest first, from 1; 0 where its key is NaN. Ties go by their order."""
    order = np.lexsort((np.arange(len(key)), -key))
    order = order[: int(np.isfinite(key).sum())]  # NaN sorts last
    places = np.zeros(len(key), dtype=np.int64)
    places[order] = np.arange(1, len(order) + 1)
    return places
