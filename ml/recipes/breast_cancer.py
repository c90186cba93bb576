"""Breast tissue, malignant or benign: two outcomes from four measurements, a tuned pipeline."""

from __future__ import annotations

from pathlib import Path

from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from ml.recipes import Say
from ml.recipes.data_file import no_file
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of

COLUMNS = {
    "mean radius": "radius_mean",
    "mean texture": "texture_mean",
    "mean smoothness": "smoothness_mean",
    "mean compactness": "compactness_mean",
}
GRID = {"forest__n_estimators": [100, 200, 500], "forest__max_depth": [3, 8]}


def train(data: Path | None, say: Say) -> Trained:
    """Tune on 70 % of scikit-learn's data by cross-validation; the other 30 % is the hold-out."""
    no_file("breast-cancer", data)
    loaded = load_breast_cancer(as_frame=True)
    features = loaded.data[list(COLUMNS)].rename(columns=COLUMNS)
    diagnosis = loaded.target.map({0: "M", 1: "B"})
    x_train, x_test, y_train, y_test = train_test_split(
        features, diagnosis, test_size=0.3, random_state=42, stratify=diagnosis
    )
    say("searching 6 settings, 3 folds each")
    pipeline = Pipeline([("scale", StandardScaler()), ("forest", RandomForestClassifier(random_state=42))])
    search = GridSearchCV(pipeline, GRID, cv=3, scoring="roc_auc", n_jobs=2).fit(x_train, y_train)
    malignant = list(search.classes_).index("M")
    auc = roc_auc_score(y_test == "M", search.predict_proba(x_test)[:, malignant])
    say(f"best: {search.best_params_}; ROC AUC on the hold-out {auc:.3f}")
    return Trained(
        name="breast-cancer",
        title="Breast tissue",
        description="How likely a tissue sample is malignant, by four measurements of its cell nuclei.",
        estimator=search.best_estimator_,
        schema=infer_schema(x_train, _DESCRIBED),
        outcomes=outcomes_of(search, positive="M", labels={"M": "Malignant", "B": "Benign"}),
        training=x_train,
        holdout=x_test,
        truth=y_test,
        about={
            "data": "Breast Cancer Wisconsin (Diagnostic) as scikit-learn brings it, 569 samples.",
            "use": "A demonstration, not a medical device.",
            "metrics": {"ROC AUC": round(auc, 4)},
            "settings": search.best_params_,
        },
    )


_DESCRIBED = {
    "radius_mean": {
        "label": "Radius",
        "unit": "µm",
        "low": 0.0,
        "high": 100.0,
        "step": 0.1,
        "help": "Mean distance from the centre of a nucleus to its edge.",
    },
    "texture_mean": {
        "label": "Texture",
        "low": 0.0,
        "high": 100.0,
        "step": 0.1,
        "help": "Standard deviation of the grey values.",
    },
    "smoothness_mean": {
        "label": "Smoothness",
        "low": 0.0,
        "high": 1.0,
        "step": 0.001,
        "help": "How much the radius varies from place to place.",
    },
    "compactness_mean": {
        "label": "Compactness",
        "low": 0.0,
        "high": 2.0,
        "step": 0.005,
        "help": "Perimeter² divided by area, less 1.",
    },
}
