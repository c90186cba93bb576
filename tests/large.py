"""People with ten mixed features and gaps, as many as one likes, and models that are quick to fit on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of

KINDS = ("logistic", "boosting")
NUMBERS = ["age", "income", "balance", "tenure_years", "calls", "rate", "has_loan"]
CHOICES = ["job", "region", "channel"]


def many(rows: int, seed: int) -> tuple[pd.DataFrame, pd.Series]:
    """Records and what became of them: about one in seven says yes."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 90, rows),
            "income": np.round(rng.lognormal(10.4, 0.5, rows), 2),
            "balance": np.round(rng.normal(1500, 3000, rows), 2),
            "tenure_years": rng.integers(0, 40, rows),
            "calls": rng.poisson(2.0, rows),
            "rate": np.round(rng.normal(2.5, 1.2, rows), 3),
            "job": rng.choice(["clerk", "manager", "student", "retired", "own business", "none"], rows),
            "region": rng.choice(["north", "south", "west", "east"], rows),
            "channel": rng.choice(["mail", "phone", "web"], rows),
            "has_loan": rng.random(rows) < 0.3,
        }
    )
    frame.loc[rng.random(rows) < 0.05, "balance"] = np.nan
    lean = (
        0.02 * (frame["age"] - 45)
        + 0.8 * (np.log(frame["income"]) - 10.4)
        + 0.0001 * frame["balance"].fillna(0)
        - 0.25 * frame["calls"]
        + 0.5 * (frame["job"] == "retired")
        - 0.7 * frame["has_loan"]
        + 0.6 * (frame["region"] == "south") * (frame["channel"] == "phone")
        - 1.9
    )
    truth = rng.random(rows) < 1 / (1 + np.exp(-lean))
    return frame, pd.Series(np.where(truth, "yes", "no"))


def large_model(kind: str, rows: int, folder: Path, training: int = 20_000) -> str:
    """Fit a model, `kind` one of KINDS, and add it with a hold-out of so many rows; gives its key."""
    frame, truth = many(training, 0)
    holdout, became = many(rows, 1)
    estimator = _estimator(kind).fit(frame, truth)
    trained = Trained(
        name=kind,
        title=kind.capitalize(),
        description="People who were called, and who said yes.",
        estimator=estimator,
        schema=infer_schema(frame, optional=["balance"]),
        outcomes=outcomes_of(estimator, "yes"),
        training=frame,
        holdout=holdout,
        truth=became,
    )
    return build_bundle(trained, folder)


def _estimator(kind: str) -> Any:
    if kind == "logistic":
        scaled = make_pipeline(SimpleImputer(), StandardScaler())
        one_hot = OneHotEncoder(handle_unknown="ignore")
        return make_pipeline(make_column_transformer((scaled, NUMBERS), (one_hot, CHOICES)), LogisticRegression())
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    trees = HistGradientBoostingClassifier(random_state=0)
    return make_pipeline(make_column_transformer(("passthrough", NUMBERS), (one_hot, CHOICES)), trees)
