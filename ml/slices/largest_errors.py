"""Largest errors: records with the largest distance of probability and truth, and their unusual values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np

from ml.advice.local_shapley import Explanation
from ml.advice.reasons import reasons
from ml.bundle.bundle import Bundle
from ml.data.array_types import Positions
from ml.data.columns import gaps_of, rows_of, take
from ml.data.feature import Feature
from ml.errors import NothingToShow
from ml.insights.global_shapley import shapley_of_rows
from ml.metrics.evaluation import OneVsRest, need_probabilities
from ml.text.words import named
from ml.translation import chained, either, text

MISSED, ALARM, BOTH = "missed", "alarm", "both"
REASONS = 2  # named per record
UNUSUAL = 2  # values named per record
RARE = 0.2  # a value is named up to this share of the training sample as extreme or equal


@dataclass(frozen=True)
class LargestErrors:
    """The w records with the largest distance between probability and truth, the largest first."""

    record: list[int]
    """Number of the record in the hold-out, from 1. Length w."""
    link: list[str]
    """Address of the record on the Prediction page, with this outcome chosen. Length w."""
    probability: list[float]
    """Probability of the outcome. Length w."""
    truth: list[bool]
    """Whether it has the outcome. Length w."""
    was: list[str]
    """The true outcome in words. Length w."""
    reasons: list[str]
    """The values that led the model away from the truth, with their contributions, in words; may be empty. Values of
    personal features are left out. Length w."""
    unusual: list[str]
    """Rarest values against the training sample, in words; may be empty. Without personal features, too. Length w."""
    records: int
    """Records of the hold-out."""
    wrong: int
    """Records with more than 0.5 between probability and truth."""


def largest_errors(bundle: Bundle, answers: OneVsRest, outcome: str, sort: str, most: int) -> LargestErrors:
    """The records with the largest distance between the outcome's probability and its truth.

    Parameters
    ----------
    sort : {"both", "missed", "alarm"}
        All records, only those with the outcome, or only those without it.
    most : int
        Records listed.

    Raises
    ------
    NoProbabilities
    NothingToShow
        When the hold-out has no record of that sort.
    """
    probabilities = need_probabilities(answers.probabilities)
    distance = np.abs(answers.truth - probabilities)
    among = {MISSED: answers.truth, ALARM: ~answers.truth}.get(sort, np.ones_like(answers.truth))
    if not among.any():
        label = bundle.outcomes[outcome].label
        none = text("The hold-out has no record without “{outcome}”.", outcome=label)
        if sort == MISSED:
            none = text("The hold-out has no record with “{outcome}”.", outcome=label)
        raise NothingToShow(none, text("Ask for all records."))
    order = np.argsort(-np.where(among, distance, -1.0), kind="stable")[: min(most, int(among.sum()))]
    return LargestErrors(
        record=(order + 1).tolist(),
        link=[_link(bundle, outcome, at) for at in order.tolist()],
        probability=probabilities[order].tolist(),
        truth=answers.truth[order].tolist(),
        was=[_was(bundle, outcome, at) for at in order.tolist()],
        reasons=_reasons(bundle, order, outcome, answers.truth[order]),
        unusual=unusual(bundle, order),
        records=len(distance),
        wrong=int((distance > 0.5).sum()),
    )


def _reasons(bundle: Bundle, which: Positions, outcome: str, truth: np.ndarray) -> list[str]:
    """The largest contributions of each record against its truth, in words."""
    shapley, at = shapley_of_rows(bundle, which), bundle.outcomes.index(outcome)
    known = (True,) * len(bundle.schema.features)
    shown = {feature.name for feature in bundle.schema.displayed.features if _is_shown(feature)}
    said = []
    for place, row in enumerate(rows_of(bundle.schema, take(bundle.holdout.block, which))):
        own = Explanation(shapley.base, shapley.values[place], shapley.total[place], known, shapley.errors[place])
        both = reasons(bundle.schema, row, own, at, most=len(known))
        wrong = both.lowering if truth[place] else both.raising
        sentences = [each.sentence for each in wrong if each.feature in shown]
        said.append(chained(sentences[:REASONS]))
    return said


def unusual(bundle: Bundle, which: np.ndarray) -> list[str]:
    """The rarest values of the given records of the hold-out, in words.

    The frequency of a number or date is its two-sided tail share: twice the share of the training sample
    at or beyond it, on the smaller side. That of a choice is the share of the sample with this value.
    """
    features = [(at, each) for at, each in enumerate(bundle.schema.features) if _is_shown(each)]
    if not features:
        return ["" for _ in which]
    shares = np.column_stack(
        [_share(each, bundle.background[at], bundle.holdout.block[at][which]) for at, each in features]
    )
    rows = rows_of(bundle.schema, take(bundle.holdout.block, which))
    said = []
    for row, share in zip(rows, shares, strict=True):
        rare = [place for place in np.argsort(share, kind="stable")[:UNUSUAL] if share[place] <= RARE]
        said.append(", ".join(named(features[place][1], row[features[place][0]]) for place in rare))
    return said


def _is_shown(feature: Feature) -> bool:
    return not feature.personal and feature.kind != "text"


def _share(feature: Feature, known: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Frequency of each asked value among the known ones, see :func:`unusual`: 0 to 1."""
    if not feature.is_ordered:
        counted = Counter(_plain(value) for value in known.tolist())
        return np.array([counted[_plain(value)] for value in asked.tolist()]) / max(len(known), 1)
    gone = gaps_of(known)
    there = np.sort(known[~gone])
    total = max(len(there), 1)
    below, above = np.searchsorted(there, asked, "right") / total, 1 - np.searchsorted(there, asked, "left") / total
    gaps = gone.mean() if len(known) else 0.0
    return np.where(gaps_of(asked), gaps, np.minimum(1.0, 2 * np.minimum(below, above)))


def _plain(value: object) -> object:
    return None if value != value else value


def _link(bundle: Bundle, outcome: str, at: int) -> str:
    query = {"record": str(at + 1)}
    if "outcome" not in bundle.schema.position:  # else that page reads the parameter as the feature
        query |= {"outcome": outcome}
    return f"/{bundle.name}/predict?{urlencode(query)}"


def _was(bundle: Bundle, outcome: str, at: int) -> str:
    truth, item = bundle.holdout.truth[at], bundle.outcomes[outcome]
    if not bundle.outcomes.exclusive:
        answer = text("yes") if truth[bundle.outcomes.index(outcome)] else text("no")
        return text("{feature}: {value}", feature=item.label, value=answer)
    return either([each.label for each, yes in zip(bundle.outcomes.items, truth.tolist(), strict=True) if yes])
