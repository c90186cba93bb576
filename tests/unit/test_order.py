"""Order of the features in a form: by permutation importance, fixed with the version."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from layouts.predict.page import form_schema
from ml.bundle.feature_order import groups_in_order, in_order
from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.insights.feature_order import most_important_first
from ml.recipes import RECIPES
from ml.service import open_service
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of

NAMES = ["noise", "weak", "strong", "other noise"]


def table(rows=600, seed=3):
    """Two classes that follow `strong` closely and `weak` a little; 1 in 5 is a yes."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(rows, 4)), columns=NAMES)
    score = 3.0 * frame["strong"] + 1.0 * frame["weak"] - 3.0 + 0.3 * rng.normal(size=rows)
    return frame, pd.Series(np.where(score > 0, "yes", "no"))


def version(folder, estimator, truth_of_holdout=None):
    frame, truth = table()
    training, holdout = frame[:400], frame[400:]
    fitted = estimator.fit(training, truth[:400])
    known = truth[400:] if truth_of_holdout is None else truth_of_holdout
    trained = Trained(
        "order", "Order", "", fitted, infer_schema(training), outcomes_of(fitted), training, holdout, known
    )
    build_bundle(trained, folder)
    return open_service(folder).model("order")


@pytest.mark.parametrize("estimator", [LogisticRegression(), RidgeClassifier()])
def test_the_card_names_first_what_the_truth_was_made_of(tmp_path, estimator):
    bundle = version(tmp_path, make_pipeline(StandardScaler(), estimator))
    assert bundle.card["order"][:2] == ["strong", "weak"]
    assert sorted(bundle.card["order"]) == sorted(NAMES)


def test_an_outcome_that_the_holdout_does_not_have_hinders_nothing(tmp_path):
    only_no = pd.Series(["no"] * 200, index=range(400, 600))
    bundle = version(tmp_path, LogisticRegression(), only_no)
    assert sorted(bundle.card["order"]) == sorted(NAMES)


def test_what_raises_no_error_keeps_the_order_of_the_schema():
    found = SimpleNamespace(features=["a", "b", "c", "d"], mean=[[-0.2, 0.1, 0.0, 0.3], [0.1, 0.3, -0.1, 0.0]])
    assert most_important_first(found) == ["b", "d", "a", "c"]
    constant = SimpleNamespace(features=["a", "b", "c"], mean=[[0.0, 0.0, 0.0]])
    assert most_important_first(constant) == ["a", "b", "c"]


def schema_of(*groups):
    return Schema(tuple(Feature(name, name, "number", group=group) for group, name in groups))


def test_groups_stand_by_their_most_important_feature_and_hold_together():
    schema = schema_of(("Person", "age"), ("Person", "income"), ("Habits", "web"), ("Money", "card"))
    groups = groups_in_order({"order": ["card", "income", "web", "age"]}, schema)
    assert [(title, [one.name for one in members]) for title, members in groups] == [
        ("Money", ["card"]),
        ("Person", ["income", "age"]),
        ("Habits", ["web"]),
    ]


def test_a_version_without_an_order_keeps_that_of_its_schema():
    schema = schema_of(("Person", "age"), ("Money", "card"), ("Person", "income"))
    assert groups_in_order({}, schema) == schema.groups
    assert in_order({"order": ["income", "gone"]}, schema) == ["income", "age", "card"]


@pytest.mark.parametrize("name", RECIPES)
def test_every_demo_model_asks_for_every_feature_once(service, name):
    bundle = service.model(name)
    schema = form_schema(bundle)
    asked = [one.name for _, members in groups_in_order(bundle.card, schema) for one in members]
    assert sorted(asked) == sorted(schema.names)
    assert asked[0] == bundle.card["order"][0]
