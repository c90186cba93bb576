"""Coverage of a campaign's interval of buyers: how often the truth of a new list lies within the 95 %.

``python -m tests.simulations.list_chances [repeats] [rate=3%]`` prints the table of docs/FIGURES.md: four models on
synthetic people whose truth is known, a new hold-out and a new file of 5,000 at each repeat. Real data: ``halves.py``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from ml.campaign.chances import Chances, list_chances, own_chances
from ml.metrics.recalibration.curve import recalibration_curve

LISTS = (0.01, 0.05, 0.2, 1.0)
INTERCEPTS = {0.03: -4.4, 0.10: -2.7, 0.40: -0.15}  # of each base rate
FILE, POOL, TRAINING = 5_000, 200_000, 4_000


def people(rng: np.random.Generator, rows: int, intercept: float) -> tuple[np.ndarray, np.ndarray]:
    """Six columns that repeat one another and four that do not, and who buys."""
    common = rng.normal(size=(rows, 1))
    numbers = np.hstack([0.8 * common + 0.6 * rng.normal(size=(rows, 6)), rng.normal(size=(rows, 4))])
    linear = intercept + 1.2 * common[:, 0] + 0.8 * numbers[:, 6] + 0.7 * numbers[:, 7] * numbers[:, 8]
    chance = 1 / (1 + np.exp(0.5 * np.abs(numbers[:, 9]) - linear))
    return numbers, rng.random(rows) < chance


def models() -> dict[str, Any]:
    """Estimators: badly over-confident, too flat, over-fitted, and nearly right."""
    return {
        "naive Bayes": GaussianNB(),
        "forest": RandomForestClassifier(100, random_state=0),
        "boosted trees": GradientBoostingClassifier(n_estimators=150, max_depth=4, random_state=0),
        "logistic regression": LogisticRegression(),
    }


def coverage(
    scores: np.ndarray, truth: np.ndarray, holdout: int, file: int, repeats: int, corrected: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Share of repeats in which the truth lies within the interval, and its mean width, for each length of list.

    Parameters
    ----------
    scores, truth : ndarray, shape (n,)
        Of a pool: at each repeat a hold-out and a file are drawn from it, without common records.
    """
    rng = np.random.default_rng(0)
    held, width = np.zeros(len(LISTS)), np.zeros(len(LISTS))
    for _ in range(repeats):
        drawn = rng.choice(len(scores), holdout + file, replace=False)
        seen, new = drawn[:holdout], drawn[holdout:]
        curve = recalibration_curve(truth[seen], scores[seen])
        chances = Chances((curve,), np.eye(1)) if corrected else own_chances(1)
        best = new[np.argsort(-scores[new], kind="stable")]
        for at, share in enumerate(LISTS):
            chosen = best[: round(share * file)]
            offered = np.zeros(len(chosen), dtype=int)
            found = list_chances(chances.of_list(scores[chosen], offered), scores[chosen], offered, (1.0,))
            held[at] += found.low <= truth[chosen].sum() <= found.high
            width[at] += found.high - found.low
    return held / repeats, width / repeats


def pools() -> Iterator[tuple[str, float, np.ndarray, np.ndarray]]:
    """Each model and base rate with the scores and truth of 200,000 people."""
    for base, intercept in INTERCEPTS.items():
        rng = np.random.default_rng(1)
        numbers, truth = people(rng, TRAINING, intercept)
        new, known = people(rng, POOL, intercept)
        for name, estimator in models().items():
            yield name, base, estimator.fit(numbers, truth).predict_proba(new)[:, 1], known


def _line(cells: list[str]) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def _head(first: list[str]) -> None:
    _line([*first, *(f"top {share:.0%}" if share < 1 else "all" for share in LISTS), "the model's own"])
    _line(["---"] * (len(first) + len(LISTS) + 1))


def _shown(scores: np.ndarray, truth: np.ndarray, holdout: int, file: int, repeats: int) -> list[str]:
    held, width = coverage(scores, truth, holdout, file, repeats)
    own, _ = coverage(scores, truth, holdout, file, min(repeats, 100), corrected=False)
    cells = [f"{share:.1%} (±{half / 2:.0f})" for share, half in zip(held, width, strict=True)]
    return [*cells, " ".join(f"{share:.0%}" for share in own)]


def main() -> None:
    """Print the table."""
    repeats = next((int(text) for text in sys.argv[1:] if text.isdigit()), 300)
    positives = next((int(text.split("=")[1]) for text in sys.argv[1:] if text.startswith("positives=")), 300)
    _head(["model", "base rate", "hold-out"])
    rates = [text for text in sys.argv[1:] if text.startswith("rate=")]
    for name, base, scores, truth in pools():
        if rates and f"rate={base:.0%}" not in rates:
            continue
        size = round(positives / truth.mean())
        cells = _shown(scores, truth, size, FILE, repeats)
        _line([name, f"{truth.mean():.1%}", f"{size:,}", *cells])


if __name__ == "__main__":
    main()
