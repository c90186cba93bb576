"""The four counts of decisions, and what is computed from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.data.array_types import Floats


@dataclass(frozen=True)
class Four:
    """The four counts at cut-offs; arrays of one shape, or that go together by numpy's rules.

    Attributes
    ----------
    true_positive, false_positive, false_negative, true_negative : ndarray of float
        Weight of the records acted on and not, with and without the outcome.
    cut_off : ndarray of float
        Probability from which we act, 0 to 1.
    """

    true_positive: Floats
    false_positive: Floats
    false_negative: Floats
    true_negative: Floats
    cut_off: Floats

    @property
    def positive(self) -> Floats:
        """Weight of the records with the outcome."""
        return self.true_positive + self.false_negative

    @property
    def negative(self) -> Floats:
        """Weight of the records without it."""
        return self.false_positive + self.true_negative

    @property
    def selected(self) -> Floats:
        """Weight of the records acted on."""
        return self.true_positive + self.false_positive

    @property
    def total(self) -> Floats:
        """Weight of all records."""
        return self.positive + self.negative


Part = tuple[Floats, Floats]


def ratio(part: Floats, whole: Floats) -> Floats:
    """Part of whole; NaN where the whole is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    share: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole != 0)
    return share


def right(four: Four) -> Part:
    """Records decided rightly, of all."""
    return four.true_positive + four.true_negative, four.total


def precision(four: Four) -> Part:
    """Hits, of all acted on."""
    return four.true_positive, four.selected


def recall(four: Four) -> Part:
    """Hits, of all with the outcome."""
    return four.true_positive, four.positive


def specificity(four: Four) -> Part:
    """Left alone, of all without it."""
    return four.true_negative, four.negative


def false_alarms(four: Four) -> Part:
    """Acted on, of all without it."""
    return four.false_positive, four.negative


def misses(four: Four) -> Part:
    """Left alone, of all with the outcome."""
    return four.false_negative, four.positive


def agreed(four: Four) -> Part:
    """Hits, of all that are acted on or have the outcome: F1 = 2 s / (1 + s) of this share s."""
    return four.true_positive, four.selected + four.false_negative


def balanced_accuracy(four: Four) -> Floats:
    """Mean of recall and specificity."""
    return (ratio(*recall(four)) + ratio(*specificity(four))) / 2


def mcc(four: Four) -> Floats:
    """Matthews correlation coefficient (Matthews 1975); NaN where we act on all or on none."""
    over = four.true_positive * four.true_negative - four.false_positive * four.false_negative
    # The square roots one by one: the product of four counts of a million records is beyond 2**63.
    sides = (four.selected, four.total - four.selected, four.positive, four.negative)
    under = np.prod(np.broadcast_arrays(*(np.sqrt(np.maximum(side, 0.0)) for side in sides)), axis=0)
    return ratio(over, under)


def net_benefit(four: Four) -> Floats:
    """Net benefit a record (Vickers & Elkin 2006); NaN at cut-off 1, where a false alarm has no price."""
    odds = ratio(four.cut_off, 1.0 - four.cut_off)
    return (four.true_positive - four.false_positive * odds) / four.total


def lift_of(share: Floats, four: Four) -> Floats:
    """From precision to lift."""
    return share * ratio(four.total, four.positive)
