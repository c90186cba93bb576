"""Next question: expected value of information of each blank feature, given the known ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from ml.advice.partial_score import PartialScore
from ml.advice.value_function import ValueFunction
from ml.data.describe_fields import Described
from ml.data.validation.field_types import Probability
from ml.decision.decide import acts


@dataclass(frozen=True)
class Question(Described):
    """A feature that is not known yet, and how much its value is expected to change the prediction."""

    feature: str
    """Name of the feature that is not known."""
    move: Annotated[float, Field(ge=0)]
    """Expected change of the probability, up or down, once the value is known."""
    crossing: Probability
    """Probability that the value, once it is known, moves the prediction to the other side of the cut-off: `cutoff` of
    the request, else the one in use."""


@dataclass(frozen=True)
class NextQuestion(Question):
    """Value of knowing one blank feature."""

    decides: float
    """Share of the doubt about the full record's decision that is gone once the feature is known: 0 to 1. Questions are
    ranked by it."""


def next_questions(
    value_function: ValueFunction, scored: PartialScore, outcome: int, cut_off: float
) -> tuple[NextQuestion, ...]:
    """Questions about the blank features, the most valuable first.

    The answers of the score are grouped by the value that the blank feature has in the background
    row that gave them: the mean of a group is v with that value known, and the share of its
    answers at or above the cut-off is the chance that the full record's decision will be to act.
    So no further prediction is made, and score, range and questions cannot disagree.

    A question is worth what it tells of that decision: the variance of the chance between the
    groups (the correlation ratio of the decision); where the decision is certain, the variance of
    v. Measured against other orders: docs/decisions/0013-blanks.md. A feature that the model
    ignores is worth exactly 0.

    Parameters
    ----------
    scored : PartialScore
        Score of the record, from that value function.
    outcome : int
        Column of the outcome.
    cut_off : float
        Probability from which one acts on the outcome.

    Returns
    -------
    tuple of NextQuestion
        By worth; ties in schema order. Empty when nothing is blank.
    """
    columns: dict[str, list[int]] = {}  # of one question: several where they are one choice
    for at in scored.blank:
        name = value_function.schema.names[at]
        columns.setdefault(value_function.schema.shown.get(name, name), []).append(at)
    worths = (_worth(value_function, scored, name, places, outcome, cut_off) for name, places in columns.items())
    return tuple(question for _, question in sorted(worths, key=lambda pair: pair[0]))


def _worth(
    value_function: ValueFunction, scored: PartialScore, name: str, places: Sequence[int], outcome: int, cut_off: float
) -> tuple[tuple[float, float], NextQuestion]:
    """The question about one blank feature, and its sort key, ascending."""
    used = [at for at in places if value_function.used[at]]
    if not used:
        return (0.0, 0.0), NextQuestion(name, 0.0, 0.0, 0.0)
    answers, weights, value = scored.answers[:, outcome], scored.weights, float(scored.value[outcome])
    groups = value_function.scales[used[0]].groups(scored.chosen, weights)
    if len(used) > 1:
        each = np.array([value_function.scales[at].groups(scored.chosen, weights) for at in used])
        groups = np.unique(each, axis=1, return_inverse=True)[1].reshape(-1)
    shares, means = group_values(groups, answers, weights)
    crosses = acts(answers, cut_off).astype(np.float64)
    chance = float(weights @ crosses)
    _, chances = group_values(groups, crosses, weights)
    variance = float(shares @ (chances - chance) ** 2)
    doubt = chance * (1.0 - chance)
    question = NextQuestion(
        feature=name,
        decides=min(variance / doubt, 1.0) if variance > 0.0 < doubt else 0.0,
        move=min(float(shares @ np.abs(means - value)), 1.0),
        crossing=min(float(shares @ (acts(means, cut_off) != acts(value, cut_off))), 1.0),
    )
    return (-question.decides, -float(shares @ (means - value) ** 2)), question


def group_values(groups: np.ndarray, answers: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted means of groups with shrinkage: a group of few rows is drawn towards the mean of all.

    Means of few rows differ even where the groups do not. That share of their variance is
    estimated (one-way analysis of variance, with weights) and taken out by drawing the means
    towards that of all (James & Stein 1961; Efron & Morris 1973). Where no more than noise is
    there, all means are the same.

    Parameters
    ----------
    groups : ndarray of int, shape (m,)
    answers, weights : ndarray of float, shape (m,)
        The weights sum to 1.

    Returns
    -------
    shares, means : ndarray of float, shape (g,)
        Weight of each group (sums to 1) and its mean answer, groups in ascending order.
    """
    _, groups = np.unique(groups, return_inverse=True)
    shares = np.bincount(groups, weights)
    mean = weights @ answers
    raw = np.bincount(groups, weights * answers) / shares
    # Variance of a group's mean is that of the answers within groups, over the group's effective size.
    concentration = np.bincount(groups, weights**2) / shares**2
    free = 1.0 - float((shares * concentration).sum())
    if free <= 0.0:  # each row is a group of its own: nothing tells signal from noise
        return shares, np.full(len(shares), mean)
    within = float(weights @ (answers - raw[groups]) ** 2) / free
    noise = within * np.maximum(concentration - float(weights @ weights), 0.0)
    signal = max(float(shares @ (raw - mean) ** 2 - shares @ noise), 0.0)
    kept = np.where(signal > 0.0, signal / np.where(signal > 0.0, signal + within * concentration, 1.0), 0.0)
    return shares, mean + kept * (raw - mean)
