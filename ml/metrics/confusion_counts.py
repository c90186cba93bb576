"""Confusion counts (true and false positives and negatives) and the measures computed from them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ml.data.array_types import Floats


@dataclass(frozen=True)
class ConfusionCounts:
    """Confusion counts at cut-offs: arrays that broadcast together."""

    true_positive: Floats
    false_positive: Floats
    false_negative: Floats
    true_negative: Floats
    """Weight of the records acted on and not, with and without the outcome."""
    cut_off: Floats
    """Probability from which we act, 0 to 1."""

    def rows(self, which: slice) -> ConfusionCounts:
        """The counts at some of the cut-offs, where these are the first axis of all arrays."""
        return ConfusionCounts(*(getattr(self, each.name)[which] for each in fields(self)))

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


Share = tuple[Floats, Floats]  # numerator and denominator, for `ratio` and for intervals


def ratio(part: Floats, whole: Floats) -> Floats:
    """Numerator over denominator; NaN where the denominator is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    share: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole != 0)
    return share


def accuracy(counts: ConfusionCounts) -> Share:
    """Accuracy: correct decisions, of all records."""
    return counts.true_positive + counts.true_negative, counts.total


def precision(counts: ConfusionCounts) -> Share:
    """Precision: true positives, of all acted on."""
    return counts.true_positive, counts.selected


def recall(counts: ConfusionCounts) -> Share:
    """Recall (true positive rate): true positives, of all with the outcome."""
    return counts.true_positive, counts.positive


def specificity(counts: ConfusionCounts) -> Share:
    """Specificity: true negatives, of all without the outcome."""
    return counts.true_negative, counts.negative


def false_positive_rate(counts: ConfusionCounts) -> Share:
    """False positive rate: false alarms, of all without the outcome."""
    return counts.false_positive, counts.negative


def false_negative_rate(counts: ConfusionCounts) -> Share:
    """False negative rate: missed records, of all with the outcome."""
    return counts.false_negative, counts.positive


def jaccard(counts: ConfusionCounts) -> Share:
    """Jaccard index: true positives, of all acted on or with the outcome; F1 = 2 s / (1 + s) of this share s."""
    return counts.true_positive, counts.selected + counts.false_negative


def balanced_accuracy(counts: ConfusionCounts) -> Floats:
    """Balanced accuracy: mean of recall and specificity."""
    return (ratio(*recall(counts)) + ratio(*specificity(counts))) / 2


def mcc(counts: ConfusionCounts) -> Floats:
    """Matthews correlation coefficient (Matthews 1975); NaN where we act on all or on none."""
    over = counts.true_positive * counts.true_negative - counts.false_positive * counts.false_negative
    # The square roots one by one: the product of four counts of a million records is beyond 2**63.
    sides = (counts.selected, counts.total - counts.selected, counts.positive, counts.negative)
    under = np.prod(np.broadcast_arrays(*(np.sqrt(np.maximum(side, 0.0)) for side in sides)), axis=0)
    return ratio(over, under)


def net_benefit(counts: ConfusionCounts) -> Floats:
    """Net benefit a record (Vickers & Elkin 2006); NaN at cut-off 1, where the odds are infinite."""
    odds = ratio(counts.cut_off, 1.0 - counts.cut_off)
    return (counts.true_positive - counts.false_positive * odds) / counts.total


def lift_of(share: Floats, counts: ConfusionCounts) -> Floats:
    """Lift from precision: precision over the share of records with the outcome."""
    return share * ratio(counts.total, counts.positive)
