"""Ask next: which blank is worth asking about, seen from what is known already."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.value import Game, Position


@dataclass(frozen=True)
class Question:
    """What knowing one blank feature is worth.

    Attributes
    ----------
    feature : str
        Its name.
    move : float
        How far v is expected to move once it is known, up or down: 0 to 1, in probability.
    crossing : float
        Chance that v is then on the other side of the cut-off: 0 to 1.
    """

    feature: str
    move: float
    crossing: float


def questions(game: Game, position: Position, outcome: int, cutoff: float) -> tuple[Question, ...]:
    """The blank features, what is worth most first.

    The answers of the position itself are grouped by the value that the blank feature has in the
    row that gave them: the mean of a group is v with that value known. So no further prediction
    is made, and score, range and questions cannot disagree.

    Group means of few rows differ even where the feature tells nothing. That share of their
    variance is estimated (one-way analysis of variance with weights) and taken out by drawing the
    means towards v (James & Stein 1961; Efron & Morris 1973): what remains may be 0. A feature
    that the model ignores is worth exactly 0.

    Parameters
    ----------
    game : Game
    position : Position
        Of that game.
    outcome : int
        Column of the outcome.
    cutoff : float
        Probability from which one acts on the outcome.

    Returns
    -------
    tuple of Question
        By expected move; ties in schema order. Empty when nothing is blank.
    """
    answers, weights = position.answers[:, outcome], position.weights
    value = float(position.value[outcome])
    found = []
    for at in position.blank:
        move = crossing = 0.0
        if game.used[at]:
            shares, means = group_values(game.scales[at].groups[position.chosen], answers, weights)
            move = float(shares @ np.abs(means - value))
            crossing = float(shares @ ((means >= cutoff) != (value >= cutoff)))
        found.append(Question(game.schema.names[at], min(move, 1.0), min(crossing, 1.0)))
    return tuple(sorted(found, key=lambda question: -question.move))


def group_values(groups: np.ndarray, answers: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted means of groups, noise taken out: a group of few rows is drawn towards the mean of all.

    Parameters
    ----------
    groups : ndarray of int, shape (m,)
    answers, weights : ndarray of float, shape (m,)
        The weights sum to 1.

    Returns
    -------
    shares, means : ndarray of float, shape (g,)
        Weight of each group (sums to 1) and its mean answer.
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
