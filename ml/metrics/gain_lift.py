"""Cumulative gain curve and lift by deciles of one outcome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.data.array_types import OptionalFloats
from ml.metrics.confusion_matrix import CountsByCutOff, counts_by_cut_off
from ml.metrics.curves import thin
from ml.metrics.evaluation import Answers
from ml.metrics.intervals import wilson

TENTHS = np.arange(11) / 10


@dataclass(frozen=True)
class Gain:
    """Gain curve: share of the records with the outcome that is found, against the share acted on.

    Attributes
    ----------
    selected, found : list of float, length m <= 200
        0 to 1, never falling, from (0, 0) to (1, 1), by falling probability.
    cut_off : list of float or None, length m
        Falling; None where we act on none.
    tenth_found : list of float, length 10
        Found when 10 %, 20 %, … 100 % are acted on; records of equal probability in random order.
    rate : float
        Share of the records with the outcome: a perfect order has found all at this share.
    positive : float
        Weight of the records with the outcome.
    """

    selected: list[float]
    found: list[float]
    cut_off: OptionalFloats
    tenth_found: list[float]
    rate: float
    positive: float


@dataclass(frozen=True)
class Lift:
    """Lift: rate of the outcome among the records acted on, over its rate among all records.

    Attributes
    ----------
    tenth : list of float, length 10
        Lift of the first, second, … tenth by falling probability; records of equal probability are
        shared out. Their mean is 1.
    low, high : list of float, length 10
        95 % interval of each (Wilson 1927).
    selected, lift : list of float, length m <= 200
        Share acted on, and the lift of all that is acted on; the last is (1, 1).
    rate : float
        Share of the records with the outcome.
    records : float
        Weight of all records.
    """

    tenth: list[float]
    low: list[float]
    high: list[float]
    selected: list[float]
    lift: list[float]
    rate: float
    records: float


def gain(answers: Answers, outcome: str = "the outcome") -> Gain:
    """Gain curve of one outcome; NoProbabilities, OneOutcomeOnly."""
    table = counts_by_cut_off(answers, outcome)
    selected, found = _shares(table)
    drawn = thin(selected, found)
    return Gain(
        selected=selected[drawn].tolist(),
        found=found[drawn].tolist(),
        cut_off=[None if np.isinf(value) else value for value in table.cut_off[drawn].tolist()],
        tenth_found=np.interp(TENTHS[1:], selected, found).tolist(),
        rate=table.positive / (table.positive + table.negative),
        positive=table.positive,
    )


def lift(answers: Answers, outcome: str = "the outcome") -> Lift:
    """Lift of one outcome, by tenths and of all acted on; NoProbabilities, OneOutcomeOnly."""
    table = counts_by_cut_off(answers, outcome)
    records = table.positive + table.negative
    rate = table.positive / records
    selected, found = _shares(table)
    tenth = np.diff(np.interp(TENTHS, selected, found)) * 10
    worth = answers.weight.sum() / (answers.weight**2).sum()
    low, high = wilson(tenth / 10 * table.positive * worth, np.full(10, records / 10 * worth))
    drawn = 1 + thin(selected[1:], found[1:])
    return Lift(
        tenth=tenth.tolist(),
        low=(low / rate).tolist(),
        high=(high / rate).tolist(),
        selected=selected[drawn].tolist(),
        lift=np.divide(found[drawn], selected[drawn], out=np.zeros(len(drawn)), where=selected[drawn] > 0).tolist(),
        rate=rate,
        records=records,
    )


def _shares(table: CountsByCutOff) -> tuple[np.ndarray, np.ndarray]:
    """Share acted on, and share found, at every cut-off at which they change."""
    acted = table.true_positive + table.false_positive
    return acted / (table.positive + table.negative), table.true_positive / table.positive
