"""Registry of the measures of the Performance page: definition in words, and formula from confusion counts.

One row a measure in :data:`MEASURES`. Those of counts stand in every row of the threshold table
(``ml/metrics/threshold_table.py``); those of all probabilities together are computed in ``ml/metrics/headline.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ml.metrics.confusion_counts import (
    ConfusionCounts,
    Share,
    accuracy,
    balanced_accuracy,
    false_negative_rate,
    false_positive_rate,
    jaccard,
    lift_of,
    mcc,
    net_benefit,
    precision,
    ratio,
    recall,
    specificity,
)
from ml.translation import mark


@dataclass(frozen=True)
class Measure:
    """One measure (metric): its words, its formula and its reference value."""

    key: str
    """Names it in the threshold table, in addresses and files."""
    label: str
    """What people read. A message, by ``mark``, as the other words are."""
    definition: str
    """Meaning of the measure in a sentence or two, and its formula."""
    better: Literal["high", "low"]
    """Direction that is good."""
    trivial: Callable[[float], float | None]
    """Value of a model without skill that knows only that share and acts on all or on none, whichever is better by this
    measure. Called as (share of records with the outcome, 0 to 1, both excluded) -> float."""
    trivial_words: str
    """Rule of the trivial model, shown beside its value."""
    of_counts: Callable[[ConfusionCounts], np.ndarray] | None = None
    """NaN where undefined; None for what needs all probabilities. Called as (ConfusionCounts) -> ndarray."""
    part: Callable[[ConfusionCounts], Share] | None = None
    """Numerator and denominator where it is a share or a monotone function of one: for Wilson's interval. Called as
    (ConfusionCounts) -> (part, whole)."""
    from_share: Callable[[np.ndarray, ConfusionCounts], np.ndarray] = lambda share, _: share
    """The measure as a function of that share. Called as (share, ConfusionCounts) -> ndarray."""
    percent: bool = True
    """True when it is shown as a percentage."""
    headline: bool = True
    """True when it belongs to the page's headline."""


def _of_share(
    part: Callable[[ConfusionCounts], Share],
    from_share: Callable[[np.ndarray, ConfusionCounts], np.ndarray] = lambda share, _: share,
) -> dict[str, Any]:
    return {
        "of_counts": lambda counts: from_share(ratio(*part(counts)), counts),
        "part": part,
        "from_share": from_share,
    }


def _always(value: float) -> Callable[[float], float]:
    return lambda _: value


ALL, NONE, BASE = mark("acting on all"), mark("acting on none"), mark("the base rate for all")

MEASURES: tuple[Measure, ...] = (
    Measure(
        "accuracy", mark("Accuracy"),
        mark("Share of all records that are decided rightly: (true positives + true negatives) ÷ all."),
        "high", lambda rate: max(rate, 1 - rate), mark("always the more frequent answer"), **_of_share(accuracy),
    ),
    Measure(
        "balanced_accuracy", mark("Balanced accuracy"),
        mark(
            "Mean of recall and specificity, so a rare outcome counts as much as a frequent one: "
            "(recall + specificity) ÷ 2."
        ),
        "high", _always(0.5), mark("acting on all or none"), balanced_accuracy,
    ),
    Measure(
        "precision", mark("Precision"),
        mark(
            "Of the records we act on, the share that has the outcome: "
            "true positives ÷ (true positives + false positives)."
        ),
        "high", lambda rate: rate, ALL, **_of_share(precision),
    ),
    Measure(
        "recall", mark("Recall"),
        mark(
            "Of the records with the outcome, the share we act on: "
            "true positives ÷ (true positives + false negatives)."
        ),
        "high", _always(1.0), ALL, **_of_share(recall),
    ),
    Measure(
        "specificity", mark("Specificity"),
        mark(
            "Of the records without the outcome, the share we leave alone: "
            "true negatives ÷ (true negatives + false positives)."
        ),
        "high", _always(1.0), NONE, **_of_share(specificity),
    ),
    Measure(
        "f1", mark("F1"),
        mark(
            "One number for precision and recall, low when either is: "
            "2 × true positives ÷ (2 × true positives + false positives + false negatives)."
        ),
        "high", lambda rate: 2 * rate / (1 + rate), ALL,
        **_of_share(jaccard, lambda share, _: 2 * share / (1 + share)), percent=False,
    ),
    Measure(
        "mcc", mark("MCC"),
        mark(
            "Matthews correlation between decision and truth: 1 is always right, 0 no better than chance, −1 always "
            "wrong. (TP × TN − FP × FN) ÷ √((TP+FP)(TP+FN)(TN+FP)(TN+FN))."
        ),
        "high", _always(0.0), mark("acting on all or none"), mcc, percent=False,
    ),
    Measure(
        "roc_auc", mark("ROC AUC"),
        mark(
            "Of all pairs of one record with the outcome and one without, the share in which the first has the higher "
            "probability; equal ones count half. It does not depend on the cut-off."
        ),
        "high", _always(0.5), BASE, percent=False,
    ),
    Measure(
        "average_precision", mark("Average precision"),
        mark(
            "Precision averaged over the records with the outcome, from the highest probability down: "
            "Σ (rise of recall × precision). It does not depend on the cut-off."
        ),
        "high", lambda rate: rate, BASE, percent=False,
    ),
    Measure(
        "brier", mark("Brier score"),
        mark(
            "Mean squared distance between probability and truth (1 or 0): mean of (probability − truth)². "
            "0 is perfect; lower is better."
        ),
        "low", lambda rate: rate * (1 - rate), BASE, percent=False,
    ),
    Measure(
        "log_loss", mark("Log-loss"),
        mark(
            "Mean surprise at the truth: −mean of the natural logarithm of the probability given to what happened. "
            "0 is perfect; sure and wrong costs most; lower is better."
        ),
        "low", lambda rate: float(-rate * np.log(rate) - (1 - rate) * np.log(1 - rate)), BASE, percent=False,
    ),
    Measure(
        "false_positive_rate", mark("False alarms"),
        mark(
            "Of the records without the outcome, the share we act on: "
            "false positives ÷ (false positives + true negatives)."
        ),
        "low", _always(0.0), NONE, **_of_share(false_positive_rate), headline=False,
    ),
    Measure(
        "false_negative_rate", mark("Missed"),
        mark(
            "Of the records with the outcome, the share we leave alone: "
            "false negatives ÷ (false negatives + true positives)."
        ),
        "low", _always(0.0), ALL, **_of_share(false_negative_rate), headline=False,
    ),
    Measure(
        "lift", mark("Lift"),
        mark(
            "How many times more often the outcome is found among those we act on than among all: "
            "precision ÷ base rate."
        ),
        "high", _always(1.0), ALL, **_of_share(precision, lift_of), percent=False, headline=False,
    ),
    Measure(
        "net_benefit", mark("Net benefit"),
        mark(
            "Hits a record, less false alarms at the price that the cut-off itself implies: "
            "(true positives − false positives × cut-off ÷ (1 − cut-off)) ÷ all (Vickers & Elkin 2006)."
        ),
        "high", _always(0.0), NONE, net_benefit, percent=False, headline=False,
    ),
)  # fmt: skip

OF_COUNTS = tuple(measure for measure in MEASURES if measure.of_counts is not None)
OF_PROBABILITIES = tuple(measure for measure in MEASURES if measure.of_counts is None)
BY_KEY = {measure.key: measure for measure in MEASURES}


def measure_of(key: str) -> Measure:
    """The measure of that key; KeyError when there is none."""
    return BY_KEY[key]
