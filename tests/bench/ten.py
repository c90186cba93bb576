"""The model that the figures of the Prediction page are about: a pipeline of 200 trees on ten numbers."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

NAME = "ten"
FIELD, LOW, HIGH = "mean_concave_points", 0.02, 0.15  # what a person changes, to and fro


def add(models: Path) -> None:
    """Fit it and add it to a folder of models."""
    from sklearn.datasets import load_breast_cancer
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from ml.training.build import build_bundle
    from ml.training.infer_schema import infer_schema
    from ml.training.trained import Trained, outcomes_of

    data = load_breast_cancer(as_frame=True)
    rows = data.data.iloc[:, :10].set_axis([name.replace(" ", "_") for name in data.data.columns[:10]], axis=1)
    training, holdout, known, truth = train_test_split(rows, data.target, random_state=0, stratify=data.target)
    forest = RandomForestClassifier(200, min_samples_leaf=5, random_state=0)
    estimator = make_pipeline(StandardScaler(), forest).fit(training, known)
    labels = {0: "malignant", 1: "benign"}
    about: dict[str, Any] = {"title": "Ten numbers", "description": "For figures.", "schema": infer_schema(training)}
    outcomes = outcomes_of(estimator, 1, labels)
    frames: dict[str, Any] = {"training": training, "holdout": holdout, "truth": truth}
    build_bundle(Trained(NAME, estimator=estimator, outcomes=outcomes, **about, **frames), models)


def edits(rows: list[dict[str, str]], number: int, seed: int, known: float = 1.0) -> list[dict[str, str]]:
    """Records of one person who changes one value after the other.

    Parameters
    ----------
    rows : list of dict
        Records as texts; one of them is where the person begins, the others give the values.
    number : int
        How many edits.
    seed : int
        Of the person: nobody asks what another has asked.
    known : float
        Share of the fields that are filled, 0 to 1; the same all the time.
    """
    drawn = random.Random(seed)
    record = dict(drawn.choice(rows))
    filled = drawn.sample(sorted(record), round(known * len(record)))
    record = {name: text if name in filled else "" for name, text in record.items()}
    made = []
    for at in range(number):
        name = filled[at % len(filled)]
        record = record | {name: drawn.choice([row[name] for row in rows if row[name] != record[name]])}
        made.append(record)
    return made
