"""How often the leak detector finds an injected leak, and how often it names a clean feature.

Each simulated table has four honest features and one more: a leak of some kind and strength, or a clean one, of
which some are strong. Boosted trees are fitted to 1,500 rows, the detector sees 1,000 others.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

from ml.bundle.holdout import Holdout
from ml.data.columns import block_of_frame
from ml.data.outcomes import Outcome, Outcomes
from ml.insights.leakage import leakage
from ml.metrics.intervals import wilson
from ml.predict.predictor import SklearnPredictor
from ml.training.infer_schema import infer_schema

TRAINING, HELD = 1_500, 1_000
Feature = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]  # of truth and honest score


def copied(flipped: float) -> Feature:
    """The truth, wrong in a share of the records."""
    return lambda truth, _, rng: np.where(rng.random(len(truth)) < flipped, ~truth, truth).astype(float)


def afterwards(share: float) -> Feature:
    """A flag that is set after the outcome, for a share of the records with it and 1 % of those without."""
    return lambda truth, _, rng: (rng.random(len(truth)) < np.where(truth, share, 0.01)).astype(float)


def lasting(apart: float) -> Feature:
    """A length (of a call, say) that is longer where the outcome came: log-normal, medians apart."""
    return lambda truth, _, rng: np.exp(apart * truth + rng.normal(size=len(truth)))


def numbered(share: float) -> Feature:
    """An id: that share of the records with the outcome were entered last."""

    def feature(truth: np.ndarray, _: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        late = truth & (rng.random(len(truth)) < share)
        order = np.lexsort((rng.random(len(truth)), late))
        number = np.empty(len(truth))
        number[order] = np.arange(len(truth))
        return number

    return feature


def partial(share: float) -> Feature:
    """The truth in a subgroup, nothing elsewhere."""
    return lambda truth, _, rng: np.where(rng.random(len(truth)) < share, truth.astype(float), np.nan)


def honest(noise: float) -> Feature:
    """A score that was known before: what drives the outcome, with noise."""
    return lambda _, score, rng: score + rng.normal(0.0, noise, len(score))


KINDS: dict[str, tuple[bool, Feature]] = {
    "copy of the truth, 2 % wrong": (True, copied(0.02)),
    "copy of the truth, 10 % wrong": (True, copied(0.1)),
    "copy of the truth, 25 % wrong": (True, copied(0.25)),
    "flag set afterwards, for 80 %": (True, afterwards(0.8)),
    "flag set afterwards, for 40 %": (True, afterwards(0.4)),
    "length, median 7 times": (True, lasting(2.0)),
    "length, median 2.7 times": (True, lasting(1.0)),
    "id: 80 % of the cases came last": (True, numbered(0.8)),
    "id: 40 % of the cases came last": (True, numbered(0.4)),
    "truth in 50 % of the records": (True, partial(0.5)),
    "truth in 15 % of the records": (True, partial(0.15)),
    "clean: says nothing": (False, lambda truth, _, rng: rng.normal(size=len(truth))),
    "clean: weak": (False, honest(4.0)),
    "clean: strong": (False, honest(1.5)),
    "clean: as good as all others together": (False, honest(0.0)),
}


class _Draft:
    """What the detector asks of a bundle."""

    scores = None
    card = {"path": {"kind": "scikit-learn"}}  # noqa: RUF012

    def __init__(self, frame: pd.DataFrame, truth: np.ndarray) -> None:
        estimator = HistGradientBoostingClassifier(max_iter=40, random_state=0)
        estimator.fit(frame[:TRAINING], np.where(truth[:TRAINING], "yes", "no"))
        self.schema = infer_schema(frame[:TRAINING])
        self.outcomes = Outcomes((Outcome("no", "no", "no"), Outcome("yes", "yes", "yes")), True, "yes")
        sides = np.column_stack([~truth, truth])[TRAINING:]
        self.holdout = Holdout(block_of_frame(self.schema, frame[TRAINING:]), sides)
        self.predictor = SklearnPredictor(estimator, self.schema, self.outcomes)


def named(feature: Feature, seed: int) -> tuple[bool, bool]:
    """Whether the detector names the fifth feature, and whether any of the four honest ones."""
    rng = np.random.default_rng(seed)
    given = rng.normal(size=(TRAINING + HELD, 4))
    score = given @ np.array([1.0, 0.7, 0.5, 0.3])
    truth = rng.random(len(given)) < 1 / (1 + np.exp(2.0 - score))
    frame = pd.DataFrame(given, columns=["a", "b", "c", "d"]).assign(added=feature(truth, score, rng))
    bundle: Any = _Draft(frame, truth)
    found = leakage(bundle, "yes")
    labels = dict(zip(found.features, found.suspects, strict=True))
    added = bundle.schema.features[4].label
    return labels[added], any(suspect for label, suspect in labels.items() if label != added)


def shares(kind: str, draws: int) -> tuple[float, float]:
    """Share of tables in which the added feature is named, and in which an honest one is."""
    found = np.array([named(KINDS[kind][1], seed) for seed in range(draws)], dtype=float)
    return float(found[:, 0].mean()), float(found[:, 1].mean())


def lines(draws: int = 50) -> list[str]:
    """The table, in Markdown."""
    printed = ["| fifth feature | named | one of the four honest named |", "| --- | ---: | ---: |"]
    rows = ((kind, *(_with_interval(share, draws) for share in shares(kind, draws))) for kind in KINDS)
    return [*printed, *(f"| {' | '.join(cells)} |" for cells in rows)]


def _with_interval(share: float, draws: int) -> str:
    low, high = wilson(share * draws, draws)
    return f"{share:.0%} ({float(low):.0%} to {float(high):.0%})"


if __name__ == "__main__":
    print("\n".join(lines(int(sys.argv[1]) if len(sys.argv) > 1 else 50)))
