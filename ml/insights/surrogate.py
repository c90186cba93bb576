"""Surrogate rules: a small tree fitted to the model's probabilities, and its fidelity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.bundle.bundle import Bundle
from ml.data.columns import Block
from ml.decision.cut_offs import DEFAULT
from ml.decision.decide import acts
from ml.insights.grouped_values import GroupedValues, enumerated, grouped_values
from ml.insights.regression_tree import grow_tree, leaf_of
from ml.metrics.evaluation import evaluation_of, need_probabilities

GROUPS = 32  # quantile groups of a number: every third percent may be a threshold


@dataclass(frozen=True)
class Surrogate:
    """Surrogate of one outcome: r rules, the highest probability first; each record meets exactly one."""

    rules: Sequence[str]
    """In labels and units. Length r."""
    probability: Sequence[float]
    """Mean probability of the model for the background records under the rule. Length r."""
    observed: Sequence[float | None]
    """Share of the hold-out's records under the rule that have the outcome; None where there is no record. Length r."""
    records: Sequence[int]
    """Records of the hold-out under the rule. Length r."""
    total: int
    """Records of the hold-out."""
    fidelity: float | None
    """R² of the rules on the hold-out (not fitted to it) against the model's probabilities: 1 is equal, 0 no better
    than a constant, below 0 worse. None where the probabilities are constant."""
    agreement: float
    """Share of the hold-out's records with rules and model on the same side of the cut-off."""
    cut_off: float


def surrogate(bundle: Bundle, outcome: str, cut_off: float = DEFAULT) -> Surrogate:
    """A tree of depth 4 at most, fitted to the model's probabilities of the background (Craven & Shavlik 1996).

    Raises
    ------
    NoProbabilities
    """
    at = bundle.outcomes.index(outcome)
    answers = evaluation_of(bundle).of(outcome)
    given = need_probabilities(answers.probabilities)
    background = bundle.background
    target = need_probabilities(bundle.predictor.block(background).probabilities)[:, at]
    bins = [grouped_values(*column, GROUPS) for column in zip(bundle.schema.features, background, strict=True)]
    leaves = grow_tree(_codes(bins, background), [own.count for own in bins], [own.ordered for own in bins], target)
    leaves.sort(key=lambda leaf: -leaf.value)
    ends = leaf_of(leaves, _codes(bins, bundle.holdout.block))
    said = np.array([leaf.value for leaf in leaves])[ends]
    records = np.bincount(ends, minlength=len(leaves))
    positive = np.bincount(ends, answers.truth, minlength=len(leaves))
    around = float(np.sum((given - given.mean()) ** 2))
    return Surrogate(
        rules=[
            enumerated([own.words(allowed) for own, allowed in zip(bins, leaf.allowed, strict=True)]) for leaf in leaves
        ],
        probability=[leaf.value for leaf in leaves],
        observed=[
            yes / count if count else None for yes, count in zip(positive.tolist(), records.tolist(), strict=True)
        ],
        records=records.tolist(),
        total=len(given),
        fidelity=1.0 - float(np.sum((given - said) ** 2)) / around if around > 1e-9 else None,
        agreement=float(np.mean(acts(given, cut_off) == acts(said, cut_off))),
        cut_off=cut_off,
    )


def _codes(bins: Sequence[GroupedValues], block: Block) -> np.ndarray:
    return np.column_stack([own.of(array) for own, array in zip(bins, block, strict=True)])
