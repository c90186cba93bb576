"""explainerdashboard's page of how good a classifier is: ``gunicorn "peer_app:create()"`` in a venv of its own.

The model and its data are what ``performance.py`` adds to Likely too; nothing of the house is imported here.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

LABELS = ["malignant", "benign"]


class Fitted(NamedTuple):
    """A forest, the rows that it learned from, and rows that it did not see."""

    forest: RandomForestClassifier
    training: pd.DataFrame
    holdout: pd.DataFrame
    truth: pd.Series


def fit() -> Fitted:
    """The same forest wherever the same scikit-learn is."""
    data = load_breast_cancer(as_frame=True)
    rows = data.data.set_axis([name.replace(" ", "_") for name in data.data], axis=1)
    training, holdout, known, truth = train_test_split(
        rows, data.target, test_size=0.3, random_state=0, stratify=data.target
    )
    return Fitted(RandomForestClassifier(100, random_state=0).fit(training, known), training, holdout, truth)


def create() -> Any:
    """The dashboard as a Flask application: its "Classification Stats" tab alone."""
    from explainerdashboard import ClassifierExplainer, ExplainerDashboard
    from explainerdashboard.dashboard_components import ClassifierModelStatsComposite

    found = fit()
    explainer = ClassifierExplainer(found.forest, found.holdout, found.truth, labels=LABELS)
    return ExplainerDashboard(explainer, ClassifierModelStatsComposite, title="Breast cancer").flask_server()
