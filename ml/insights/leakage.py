"""Target leakage: features that predict too well, because they are known only after the outcome.

A call's duration "predicts" a sale, for who buys talks on. The three conditions and their thresholds
are explained in docs/decisions/0019-insights.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.bundle.bundle import Bundle
from ml.data.columns import size, take
from ml.data.feature import Feature
from ml.errors import OneOutcomeOnly
from ml.insights.grouped_values import grouped_values
from ml.metrics.delong import placements
from ml.metrics.evaluation import evaluation_of, need_probabilities
from ml.runtime.budget import MOST_COUNTED, predictions, sample
from ml.translation import text

GROUPS = 20
PRIOR = 2.0  # records at the base rate added to each group (smoothing)
FEWEST = 10  # records with, and without, the outcome
ALONE = 0.7  # AUC of the feature by itself
NEARLY = 0.9  # share of the model's AUC above 0.5 for a feature by itself to be suspect
STRONG = 0.75  # AUC of the feature by itself, where the model depends on it: under it honest features are named often
MUCH = 0.7  # share of the model's AUC above 0.5, there
LOST = 0.5  # share lost when the feature's values are shuffled


@dataclass(frozen=True)
class Leakage:
    """AUC of each of p features by itself for one outcome, the highest first."""

    features: Sequence[str]
    """Labels. Length p."""
    alone: Sequence[float]
    """ROC AUC of the target rate by groups of this feature only, cross-fitted over two halves. Length p."""
    lost: Sequence[float | None]
    """ROC AUC that the model loses when the feature's values are shuffled; computed only for features with a high AUC
    by themselves. Length p."""
    suspects: Sequence[bool]
    """True where a feature by itself is nearly as good as the model, or is strong and the model depends on it. Length
    p."""
    model: float
    """The model's own ROC AUC."""
    records: int
    """Records used: of many, a sample of 50,000."""


def leakage(bundle: Bundle, outcome: str) -> Leakage:
    """Find features that look like leaks of one outcome.

    Raises
    ------
    NoProbabilities
    OneOutcomeOnly
        When the hold-out has fewer than ten records with, or without, the outcome.
    """
    answers = evaluation_of(bundle).of(outcome)
    rows = sample(len(answers.truth), MOST_COUNTED)
    given, truth = need_probabilities(answers.probabilities)[rows], answers.truth[rows]
    fewest = int(min(truth.sum(), (~truth).sum()))
    if fewest < FEWEST:
        label = bundle.outcomes[outcome].label
        raise OneOutcomeOnly(
            text("The hold-out has {n} records with “{outcome}”.", n=fewest, outcome=label)
            if truth.sum() == fewest
            else text("The hold-out has {n} records without “{outcome}”.", n=fewest, outcome=label),
            text("To look for leaks takes at least {n} of each: add the model again with a larger hold-out.", n=FEWEST),
        )
    model = rank_auc(truth, given)
    areas = []
    for at, (feature, array) in enumerate(zip(bundle.schema.features, take(bundle.holdout.block, rows), strict=True)):
        alone = _alone(_codes(feature, array), truth)
        share = (alone - 0.5) / (model - 0.5) if model > 0.5 and alone >= ALONE else 0.0
        lost = _lost(bundle, outcome, at) if share >= MUCH else None
        suspect = share >= NEARLY or (lost is not None and alone >= STRONG and lost >= LOST * (model - 0.5))
        areas.append((feature.label, alone, lost, suspect))
    areas.sort(key=lambda row: -row[1])
    labels, alones, losts, suspects = (list(cells) for cells in zip(*areas, strict=True))
    return Leakage(labels, alones, losts, suspects, model, len(truth))


def _codes(feature: Feature, array: np.ndarray) -> np.ndarray:
    if feature.kind == "text" and len(set(array.tolist())) > len(array) / 2:
        return np.zeros(len(array), dtype=np.intp)
    return grouped_values(feature, array, GROUPS).of(array)


def _alone(codes: np.ndarray, truth: np.ndarray) -> float:
    """Mean AUC of the target rate by group, fitted on one half of the records and scored on the other, both ways."""
    first = np.zeros(len(truth), dtype=bool)
    rng = np.random.default_rng(0)
    for side in (truth, ~truth):  # each half with the same share of the outcome
        own = rng.permutation(np.flatnonzero(side))
        first[own[: len(own) // 2]] = True
    areas = []
    for made in (first, ~first):
        count = codes.max() + 1
        positive, number = np.bincount(codes[made], truth[made], count), np.bincount(codes[made], minlength=count)
        rate = (positive + PRIOR * truth[made].mean()) / (number + PRIOR)
        areas.append(rank_auc(truth[~made], rate[codes[~made]]))
    return float(np.mean(areas))


def _lost(bundle: Bundle, outcome: str, at: int) -> float:
    """Loss of the model's AUC when the values of one feature are permuted."""
    holdout, column = bundle.holdout, bundle.outcomes.index(outcome)
    chosen = sample(size(holdout.block), predictions(bundle) // 4)
    block, truth = take(holdout.block, chosen), holdout.truth[chosen, column]
    order = np.random.default_rng(at).permutation(len(chosen))
    shuffled = tuple(array[order] if number == at else array for number, array in enumerate(block))
    before, after = (
        rank_auc(truth, need_probabilities(bundle.predictor.block(each).probabilities)[:, column])
        for each in (block, shuffled)
    )
    return before - after


def rank_auc(truth: np.ndarray, given: np.ndarray) -> float:
    """ROC AUC as the mean placement value: share of concordant pairs, ties half."""
    return float(placements(truth, given)[truth].mean())
