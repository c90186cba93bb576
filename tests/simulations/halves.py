"""Coverage of the forecast of lists on real data: the one half of a hold-out corrects, a list of the other is forecast.

``python -m tests.simulations.halves [FILE.csv TARGET] [repeats]``; without a file those in ``../shared/data``, of which
the missing ones are named and skipped. Models learn from one half of the records; the other half is the hold-out.

Halves of one hold-out are alike in chance, whatever the truth is: an interval that is right holds 95 % of them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.simulations.list_chances import LISTS, coverage

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
MOST_LEVELS = 50  # a text column with more is an id, and left out


@dataclass(frozen=True)
class Table:
    """One data set: where it is, what is forecast, and what has to be left out (ids, and what is known later only)."""

    path: Path
    target: str
    left_out: tuple[str, ...] = ()


SHARED = (
    Table(DATA / "bank-marketing.csv", "y", ("duration",)),
    Table(DATA / "bank-products.csv", "CreditCard", ("ID", "ZIP Code")),
)


def models() -> dict[str, Any]:
    """Estimators by name; naive Bayes is badly calibrated wherever columns repeat one another."""
    return {
        "naive Bayes": GaussianNB(),
        "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(max_iter=2_000)),
        "forest": RandomForestClassifier(100, random_state=0),
        "boosting": HistGradientBoostingClassifier(random_state=0),
    }


def numbers_and_truth(table: Table) -> tuple[np.ndarray, np.ndarray]:
    """Columns as numbers, texts as one column for each level, and who has the rarer of the target's values."""
    frame = pd.read_csv(table.path, sep=None, engine="python", skipinitialspace=True)
    frame = frame.drop(columns=list(table.left_out))
    target = frame.pop(table.target).astype(str)
    truth = (target == target.value_counts().index[-1]).to_numpy()
    texts = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
    ids = [name for name in texts if frame[name].nunique() > MOST_LEVELS]
    coded = pd.get_dummies(frame.drop(columns=ids), columns=[name for name in texts if name not in ids])
    return coded.fillna(coded.median()).to_numpy(float), truth


def of_table(table: Table, repeats: int) -> Iterator[tuple[str, int, np.ndarray, np.ndarray]]:
    """Each model's name, records of a half with the outcome, and coverage and mean width by length of list."""
    numbers, truth = numbers_and_truth(table)
    first = np.random.default_rng(0).random(len(truth)) < 0.5
    for name, estimator in models().items():
        scores = estimator.fit(numbers[first], truth[first]).predict_proba(numbers[~first])[:, 1]
        half = len(scores) // 2
        yield (
            name,
            round(truth[~first].mean() * half),
            *coverage(scores, truth[~first], half, len(scores) - half, repeats),
        )


def main(arguments: list[str]) -> None:
    """Print the table, in Markdown, with the standard error that so many repeats leave to 95 %."""
    repeats = next((int(text) for text in arguments if text.isdigit()), 300)
    named = [text for text in arguments if not text.isdigit()]
    tables = (Table(Path(named[0]), named[1], tuple(named[2:])),) if named else SHARED
    error = (0.95 * 0.05 / repeats) ** 0.5
    head = ["data", "model", "have it", *(f"top {share:.0%}" if share < 1 else "all" for share in LISTS)]
    print(f"| {' | '.join(head)} |\n|{' --- |' * len(head)}", flush=True)
    for table in tables:
        if not table.path.exists():
            print(f"skipped: there is no {table.path.name}", file=sys.stderr)
            continue
        for name, positive, held, width in of_table(table, repeats):
            cells = " | ".join(f"{share:.1%} (±{each / 2:.0f})" for share, each in zip(held, width, strict=True))
            print(f"| {table.path.stem} | {name} | {positive:,} | {cells} |", flush=True)
    print(
        f"\n{repeats} halves each: a share of 95 % is sure to ± {1.96 * error:.1%} (two standard errors).", flush=True
    )


if __name__ == "__main__":
    main(sys.argv[1:])
