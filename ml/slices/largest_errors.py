"""The records of the hold-out on which a model was most wrong, and what is unusual about them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import numpy as np

from ml.data.columns import rows_of, take
from ml.data.frames import NUMERIC
from ml.data.schema import Feature
from ml.errors import NothingToShow
from ml.metrics.evaluation import Answers, need_probabilities
from ml.text.words import named

if TYPE_CHECKING:
    from ml.bundle.bundle import Bundle

MISSED, ALARM, BOTH = "missed", "alarm", "both"
UNUSUAL = 2  # values named for each record
RARE = 0.2  # share of the training sample that is as far out, or has the same value: else nothing is said


@dataclass(frozen=True)
class LargestErrors:
    """The w records with the largest distance between probability and truth, the largest first.

    Attributes
    ----------
    record : list of int, length w
        Number of the record in the hold-out, from 1.
    link : list of str, length w
        Address that opens it on the Prediction page, with this outcome chosen.
    probability : list of float, length w
        Of the outcome.
    truth : list of bool, length w
        Whether it has the outcome.
    was : list of str, length w
        What it was, in words.
    unusual : list of str, length w
        Its least usual values in words, against the training sample; may be empty. Values of
        personal features are left out.
    records : int
        Of the hold-out.
    wrong : int
        Of them, those with more than 0.5 between probability and truth.
    """

    record: list[int]
    link: list[str]
    probability: list[float]
    truth: list[bool]
    was: list[str]
    unusual: list[str]
    records: int
    wrong: int


def largest_errors(bundle: Bundle, answers: Answers, outcome: str, sort: str, most: int) -> LargestErrors:
    """The records with the largest distance between the outcome's probability and its truth.

    Parameters
    ----------
    bundle : Bundle
    answers : Answers
    outcome : str
        Its name.
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
    asked = {MISSED: answers.truth, ALARM: ~answers.truth}.get(sort, np.ones_like(answers.truth))
    if not asked.any():
        which = "with" if sort == MISSED else "without"
        raise NothingToShow(
            f"The hold-out has no record {which} “{bundle.outcomes[outcome].label}”.", "Ask for all records."
        )
    order = np.argsort(-np.where(asked, distance, -1.0), kind="stable")[: min(most, int(asked.sum()))]
    return LargestErrors(
        record=(order + 1).tolist(),
        link=[_link(bundle, outcome, at) for at in order.tolist()],
        probability=probabilities[order].tolist(),
        truth=answers.truth[order].tolist(),
        was=[_was(bundle, outcome, at) for at in order.tolist()],
        unusual=unusual(bundle, order),
        records=len(distance),
        wrong=int((distance > 0.5).sum()),
    )


def unusual(bundle: Bundle, which: np.ndarray) -> list[str]:
    """The least usual values of some records of the hold-out, in words.

    How usual a number or date is: twice the share of the training sample that lies at or beyond it,
    on the side where fewer lie. A choice: the share that has it.
    """
    features = [(at, each) for at, each in enumerate(bundle.schema.features) if _told(each)]
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


def _told(feature: Feature) -> bool:
    return not feature.personal and feature.kind != "text"


def _share(feature: Feature, known: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """How usual each of the asked values is among the known ones, 0 to 1."""
    if feature.kind == "boolean" or feature.kind not in (*NUMERIC, "date"):
        counted = Counter(_plain(value) for value in known.tolist())
        return np.array([counted[_plain(value)] for value in asked.tolist()]) / max(len(known), 1)
    missing = np.isnat if feature.kind == "date" else np.isnan
    there = np.sort(known[~missing(known)])
    total = max(len(there), 1)
    below, above = np.searchsorted(there, asked, "right") / total, 1 - np.searchsorted(there, asked, "left") / total
    gaps = missing(known).mean() if len(known) else 0.0
    return np.where(missing(asked), gaps, np.minimum(1.0, 2 * np.minimum(below, above)))


def _plain(value: object) -> object:
    return None if value != value else value


def _link(bundle: Bundle, outcome: str, at: int) -> str:
    query = {"record": str(at + 1)}
    if "outcome" not in bundle.schema.position:  # else the word is the feature's on that page
        query |= {"outcome": outcome}
    return f"/{bundle.name}/predict?{urlencode(query)}"


def _was(bundle: Bundle, outcome: str, at: int) -> str:
    truth, item = bundle.holdout.truth[at], bundle.outcomes[outcome]
    if not bundle.outcomes.exclusive:
        return f"{item.label}: {'yes' if truth[bundle.outcomes.index(outcome)] else 'no'}"
    return " or ".join(each.label for each, yes in zip(bundle.outcomes.items, truth.tolist(), strict=True) if yes)
