"""Iris species: three exclusive outcomes from four measurements."""

from __future__ import annotations

from pathlib import Path

from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

from ml.recipes import Say
from ml.recipes.data_file import no_file
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of

MEASURES = {"sepal_length": "sl", "sepal_width": "sw", "petal_length": "pl", "petal_width": "pw"}


def train(data: Path | None, say: Say) -> Trained:
    """Train on scikit-learn's iris: 150 flowers, 30 % of them held out."""
    no_file("iris", data)
    loaded = load_iris(as_frame=True)
    features = loaded.data.set_axis(list(MEASURES), axis=1)
    species = loaded.target.map(dict(enumerate(map(str, loaded.target_names))))
    x_train, x_test, y_train, y_test = train_test_split(
        features, species, test_size=0.3, random_state=42, stratify=species
    )
    say(f"fitting a random forest on {len(x_train)} flowers")
    forest = RandomForestClassifier(n_estimators=200, min_samples_leaf=2, random_state=42).fit(x_train, y_train)
    described = {
        name: {
            "label": name.replace("_", " ").capitalize(),
            "unit": "cm",
            "low": 0.0,
            "high": 20.0,
            "step": 0.1,
            "widget": "slider" if name == "petal_length" else None,
            "aliases": (short, f"{name}_cm"),
            "group": name.split("_")[0].capitalize(),
            "help": _HELP[name],
        }
        for name, short in MEASURES.items()
    }
    return Trained(
        name="iris",
        title="Iris species",
        description="Tells three species of iris apart by four measurements of one flower.",
        estimator=forest,
        schema=infer_schema(x_train, described),
        outcomes=outcomes_of(forest, positive="setosa", labels={name: name.capitalize() for name in _SPECIES}),
        training=x_train,
        holdout=x_test,
        truth=y_test,
        about={"data": "Fisher's iris as scikit-learn brings it, 150 flowers.", "use": "A demonstration."},
    )


_SPECIES = ("setosa", "versicolor", "virginica")
_HELP = {
    "sepal_length": "The sepals are the green leaves that held the bud.",
    "sepal_width": "Measured at the widest point.",
    "petal_length": "The petals are the coloured leaves. This one tells most.",
    "petal_width": "Measured at the widest point.",
}
