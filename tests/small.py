"""Small models of every sort, for tests of what is computed from them."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC

from ml.data.outcomes import Outcome, Outcomes
from ml.lifecycle.state import live_of
from ml.service import Service, open_service
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of

SORTS = ("binary", "multiclass", "independent", "labels-only", "absent", "constant")
TRAINING = 300
KEPT = "SMALL_MODELS"  # in the environment: a folder that all processes of a test run share


def people(rows: int = 450, seed: int = 1) -> pd.DataFrame:
    """Two numbers, an integer that says nothing, and a category."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "income": rng.normal(50.0, 15.0, rows),
            "debt": rng.exponential(10.0, rows),
            "shoe_size": rng.integers(35, 47, rows),
            "region": rng.choice(["north", "south", "west"], rows),
        }
    )


def pushed(frame: pd.DataFrame, seed: int = 2) -> np.ndarray:
    """A score with noise, which decides the truth."""
    rng = np.random.default_rng(seed)
    south = (frame["region"] == "south").to_numpy()
    score: np.ndarray = (
        (frame["income"] - 50).to_numpy() / 15 - frame["debt"].to_numpy() / 10 + south + rng.normal(0, 0.7, len(frame))
    )
    return score


def with_gaps(frame: pd.DataFrame) -> pd.DataFrame:
    """The same people, of whom some did not say their income or region."""
    at = frame.index.to_numpy()
    return frame.assign(income=frame["income"].mask(at % 7 == 0), region=frame["region"].mask(at % 5 == 0, None))


def small_model(sort: str, folder: Path, training: int = TRAINING) -> str:
    """Put a small model of that sort, or one of "gaps", into `folder`; gives its key.

    With fewer `training` rows it is another version, on the same hold-out. Each is trained once for all tests and
    copied from there; a version beside another one is trained where it is to stand, for it has a history to go on.
    """
    kept = os.environ.get(KEPT)
    if kept is None or (folder / sort).exists():
        return _train(sort, folder, training)
    home = Path(kept) / f"{sort}-{training}"
    with Path(f"{home}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first process trains, the others wait
        if not home.exists():
            _train(sort, home.with_suffix(".making"), training)
            home.with_suffix(".making").rename(home)
    shutil.copytree(home, folder, symlinks=True, dirs_exist_ok=True)
    return f"{sort}@{live_of(folder, sort)}"


def small_service(folder: Path, *sorts: str) -> Service:
    """A service, without a cache, on small models of these sorts in `folder`."""
    for sort in sorts:
        small_model(sort, folder)
    return open_service(folder)


def trained_of(name: str, estimator: Any, frame: pd.DataFrame, truth: Any, training: int, **told: Any) -> Trained:
    """A fitted estimator as a model: it learned from the first `training` rows, and the others are held out.

    What is `told` takes the place of what is made of these, as fields of ``Trained``.
    """
    made = {
        "name": name,
        "title": name.capitalize(),
        "description": "",
        "estimator": estimator,
        "outcomes": told.get("outcomes") or outcomes_of(estimator),
        "training": frame[:training],
        "holdout": frame[training:],
        "truth": truth[training:],
    }
    schema = told.get("schema") or infer_schema(frame[:training])
    return Trained(**made | told | {"schema": schema})


def _train(sort: str, folder: Path, training: int) -> str:
    """Train the model into `folder`; gives its key."""
    frame = people()
    score = pushed(frame)
    frame = with_gaps(frame) if sort == "gaps" else frame
    labels = np.select([score > 0.8, score > -1.0], ["gold", "silver"], "none")
    if sort == "independent":
        return build_bundle(_independent(frame, score, training), folder)
    truth = pd.Series(labels if sort in ("multiclass", "absent") else np.where(score > 0.5, "yes", "no"))
    estimator = _estimator(sort).fit(frame[:training], truth[:training])
    held = frame.index >= TRAINING
    if sort == "absent":
        held &= (truth != "gold").to_numpy()
    trained = Trained(
        name=sort,
        title=sort.capitalize(),
        description="A small model for tests.",
        estimator=estimator,
        schema=infer_schema(
            frame[:TRAINING], {"income": {"label": "Yearly income", "unit": "k€"}}, optional=sort == "gaps"
        ),
        outcomes=outcomes_of(estimator, labels={"yes": "Will pay", "no": "Will not pay"}),
        training=frame[:training],
        holdout=frame[held],
        truth=truth[held],
    )
    return build_bundle(trained, folder)


def _estimator(sort: str) -> Any:
    scale = make_pipeline(SimpleImputer(), StandardScaler()) if sort == "gaps" else StandardScaler()
    prepare = make_column_transformer(
        (scale, ["income", "debt", "shoe_size"]), (OneHotEncoder(handle_unknown="ignore"), ["region"])
    )
    last = {
        "binary": RandomForestClassifier(30, min_samples_leaf=5, random_state=0),
        "labels-only": LinearSVC(),
        "constant": DummyClassifier(),
    }
    return make_pipeline(prepare, last.get(sort, LogisticRegression()))


def _independent(frame: pd.DataFrame, score: np.ndarray, training: int = TRAINING) -> Trained:
    truth = pd.DataFrame({"loan": score > 0.3, "card": frame["income"] > 60}).astype(int)
    forest = RandomForestClassifier(30, min_samples_leaf=5, random_state=0)
    prepare = make_column_transformer(("passthrough", ["income", "debt", "shoe_size"]), (OneHotEncoder(), ["region"]))
    estimator = make_pipeline(prepare, forest).fit(frame[:training], truth[:training])
    outcomes = Outcomes((Outcome("loan", "Loan", "loan"), Outcome("card", "Credit card", "card")), False, "loan")
    return Trained(
        name="independent",
        title="Independent",
        description="A small model for tests.",
        estimator=estimator,
        schema=infer_schema(frame[:TRAINING]),
        outcomes=outcomes,
        training=frame[:training],
        holdout=frame[TRAINING:],
        truth=truth[TRAINING:],
    )
