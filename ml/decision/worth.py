"""Worth of acting on a record: its expected payoff less that of leaving it alone. The only place of this formula.

At probability p of the outcome, with the payoff matrix of ``ml/decision/payoff.py``, acting is expected to bring
p · TP + (1 - p) · FP - call and leaving alone p · FN + (1 - p) · TN. The difference is the worth,

    p · (TP - FN) + (1 - p) · (FP - TN) - call,

so that over any records the payoff of all decisions is that of leaving all alone plus the worth of those acted on.
It is 0 at the break-even probability (Elkan 2001, "The foundations of cost-sensitive learning", equation 2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from ml.decision.payoff import Payoff, payoff_of

Number = TypeVar("Number", float, np.ndarray)

NOTHING = 1e-9  # money: a smaller loss is taken for a rounding error


def worth(payoff: Payoff, probability: Number) -> Number:
    """Worth of acting, in money, by the probability of the outcome: a number or an array of them; NaN gives NaN."""
    hit, alarm = payoff.true_positive - payoff.false_negative, payoff.false_positive - payoff.true_negative
    return probability * hit + (1.0 - probability) * alarm - payoff.call


def worth_of(card: Mapping[str, Any], outcome: str, probability: float) -> float | None:
    """Worth of acting on an outcome by the card; None where the card has no payoff of it."""
    payoff = payoff_of(card, outcome)
    return None if payoff is None else worth(payoff, float(probability))


def worth_by_outcome(payoffs: Sequence[Payoff], probabilities: np.ndarray) -> np.ndarray:
    """Worth of acting on each record for each outcome, shape (n, o), as the probabilities."""
    columns = [worth(payoff, column) for payoff, column in zip(payoffs, probabilities.T, strict=True)]
    return np.column_stack(columns)


def slope(payoff: Payoff) -> float:
    """Rise of the worth from probability 0 to 1; only above 0 does acting pay from some probability on."""
    return payoff.true_positive - payoff.false_negative - payoff.false_positive + payoff.true_negative


def loses(worths: np.ndarray) -> np.ndarray:
    """Mask of the worths that are losses; NaN is none."""
    return worths < -NOTHING
