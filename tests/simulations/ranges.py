"""How often the Prediction page's range holds the full answer (goal: 80 %), by which rows fill the blanks.

A model that knows its training rows by heart gives these answers that are too extreme. Compared are backgrounds of
training rows (what serves) and of as many rows that the model did not see. Fields are hidden at random from records
that are in neither.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from ml.advice.value_function import ValueFunction
from ml.data.columns import block_of_frame, rows_of
from ml.data.outcomes import Outcome, Outcomes
from ml.predict.predictor import SklearnPredictor
from ml.training.infer_schema import infer_schema

FEATURES = 6
MODELS: dict[str, Any] = {
    "forest, leaves of one row": RandomForestClassifier(60, random_state=0),
    "forest, leaves of 20 rows": RandomForestClassifier(60, min_samples_leaf=20, random_state=0),
    "boosted trees": HistGradientBoostingClassifier(max_iter=60, random_state=0),
    "logistic regression": LogisticRegression(),
}


def drawn(rows: int, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """Correlated numbers, and a truth that follows from three of them."""
    common = rng.normal(size=(rows, 1))
    given = 0.6 * common + 0.8 * rng.normal(size=(rows, FEATURES))
    chance = 1 / (1 + np.exp(1.0 - given[:, 0] - given[:, 1] * given[:, 2]))
    names = [f"x{at}" for at in range(FEATURES)]
    return pd.DataFrame(given, columns=names), np.where(rng.random(rows) < chance, "yes", "no")


def coverage(model: str, hidden: float, rows: int = 1_000, records: int = 150, seed: int = 0) -> dict[str, float]:
    """Share of full answers within the range, and its mean width, by background."""
    rng = np.random.default_rng(seed)
    (train, truth), (unseen, _), (asked, _) = drawn(rows, rng), drawn(rows, rng), drawn(records, rng)
    estimator = MODELS[model].fit(train, truth)
    schema = infer_schema(train)
    outcomes = Outcomes((Outcome("no", "no", "no"), Outcome("yes", "yes", "yes")), True, "yes")
    predictor = SklearnPredictor(estimator, schema, outcomes)
    masks = rng.random((records, FEATURES)) >= hidden
    block = block_of_frame(schema, asked)
    full = predictor.block(block).probabilities
    assert full is not None
    found: dict[str, float] = {}
    for name, frame in (("training", train), ("unseen", unseen)):
        background = block_of_frame(schema, frame)
        bundle: Any = SimpleNamespace(
            offers="probabilities",
            compiled=False,
            schema=schema,
            predictor=predictor,
            background=background,
            outcomes=outcomes,
        )
        value_function, held, wide = ValueFunction(bundle), [], []
        for row, mask, answer in zip(rows_of(schema, block), masks, full[:, 1], strict=True):
            if mask.all():
                continue
            scored = value_function.score(row, mask.tolist())
            held.append(scored.low[1] - 1e-9 <= answer <= scored.high[1] + 1e-9)
            wide.append(scored.high[1] - scored.low[1])
        found |= {name: float(np.mean(held)), f"{name}, width": float(np.mean(wide))}
    return found


def lines(records: int = 150) -> list[str]:
    """The table, in Markdown."""
    printed = [
        "| model | hidden | training rows: held, width | unseen rows: held, width |",
        "| --- | ---: | ---: | ---: |",
    ]
    for model in MODELS:
        for hidden in (0.3, 0.6):
            found = coverage(model, hidden, records=records)
            cells = [f"{found[name]:.2f}, {found[f'{name}, width']:.2f}" for name in ("training", "unseen")]
            printed.append(f"| {model} | {hidden:.0%} | {cells[0]} | {cells[1]} |")
    return printed


if __name__ == "__main__":
    print("\n".join(lines()))
