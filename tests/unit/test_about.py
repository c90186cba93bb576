"""The card, the schema and the diagram: what they say is what the bundle holds."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest
from dash import html
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils import all_estimators

from layouts.insights import about
from ml.bundle.bundle import Bundle
from ml.bundle.model_card import NOT_SAID, card_facts, schema_facts
from ml.data.feature import Choice, Feature
from ml.service import open_service
from ml.training.pipeline_diagram import diagram_of
from tests.small import small_model


@pytest.fixture(autouse=True)
def as_components(monkeypatch):
    """The sections before they stand still, so that tests can walk through them."""
    monkeypatch.setattr(about, "static_html", lambda root: root)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Bundle:
    folder = tmp_path_factory.mktemp("models")
    return open_service(folder).model(small_model("binary", folder))


def text_of(component) -> str:
    children = getattr(component, "children", component)
    if isinstance(children, (list, tuple)):
        return " ".join(text_of(child) for child in children)
    return "" if children is None else children if isinstance(children, str) else text_of(children)


def kinds(node, depth=0):
    yield depth, node["kind"]
    for part in node["parts"]:
        yield from kinds(part, depth + 1)


def test_a_pipeline_shows_its_steps_their_columns_and_what_differs_from_the_defaults():
    prepare = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), ["age", "income"]),
        (OneHotEncoder(), make_column_selector(dtype_include=object)),
    )
    given = make_pipeline(prepare, CalibratedClassifierCV(RandomForestClassifier(50, max_depth=np.int64(4)), cv=3))
    node = diagram_of(given)
    assert [kind for _, kind in kinds(node)] == [
        "Pipeline", "ColumnTransformer", "Pipeline", "SimpleImputer", "StandardScaler", "OneHotEncoder",
        "CalibratedClassifierCV", "RandomForestClassifier",
    ]  # fmt: skip
    assert not node["parallel"]
    assert node["parts"][0]["parallel"]
    assert node["parts"][0]["parts"][0]["columns"] == ["age", "income"]
    forest = node["parts"][1]["parts"][0]
    assert forest["parameters"] == [["max_depth", "4"], ["n_estimators", "50"]]
    assert node["parts"][0]["parameters"] == []


def test_parts_side_by_side_and_positions_get_their_names():
    union = FeatureUnion([("a", StandardScaler()), ("b", "passthrough"), ("c", "drop")])
    assert [part["kind"] for part in diagram_of(union)["parts"]] == ["StandardScaler", "passthrough"]
    vote = VotingClassifier([("one", LogisticRegression()), ("two", LogisticRegression(C=2.0))])
    assert [part["name"] for part in diagram_of(vote)["parts"]] == ["one", "two"]
    by_number = make_column_transformer((StandardScaler(), [0, 2]), (OneHotEncoder(), [False, True, False]))
    parts = diagram_of(by_number, ("a", "b", "c"))["parts"]
    assert [part["columns"] for part in parts] == [["a", "c"], ["b"]]


def test_every_classifier_of_scikit_learn_has_a_diagram_of_plain_json():
    for _, kind in all_estimators(type_filter="classifier"):
        try:
            made = kind()
        except TypeError:
            made = (
                kind(LogisticRegression())
                if "estimators" not in kind.__init__.__code__.co_varnames
                else kind([("a", LogisticRegression()), ("b", LogisticRegression())])
            )
        node = diagram_of(made)
        assert node["kind"] == kind.__name__
        assert json.loads(json.dumps(node, allow_nan=False)) == node


def sections(bundle):
    return html.Div([about.card(bundle), *about.folded(bundle)])


def test_a_built_version_keeps_its_diagram_and_the_page_shows_it(bundle):
    shown = text_of(sections(bundle))
    for kind in ("Pipeline", "ColumnTransformer", "StandardScaler", "OneHotEncoder", "RandomForestClassifier"):
        assert kind in shown
    assert "min_samples_leaf = 5" in shown


def test_an_older_version_says_that_it_has_none(bundle, monkeypatch):
    monkeypatch.setattr(bundle, "card", {key: value for key, value in bundle.card.items() if key != "diagram"})
    assert "made before diagrams were kept" in text_of(sections(bundle))


def test_the_card_says_what_serves_and_what_nobody_said(bundle):
    facts = dict(card_facts(bundle))
    assert facts["Version"] == bundle.key
    assert facts["Records"] == "300 to learn from, 150 held out to judge it by"
    assert facts["Served by"].startswith("A compiled path (")
    assert "equal to scikit-learn on" in facts["Served by"]
    assert facts["Owner"] == facts["Limits"] == facts["Intended use"] == NOT_SAID
    assert facts["Outcomes"] == "Will not pay and Will pay; exactly one of them"
    size = sum(path.stat().st_size for path in bundle.folder.iterdir()) / 1e6
    assert float(facts["Size"].split(" MB")[0]) == pytest.approx(size, abs=0.006)
    made = dt.datetime.strptime(facts["Made"], "%Y-%m-%d %H:%M UTC").replace(tzinfo=dt.UTC)
    assert abs((dt.datetime.now(dt.UTC) - made).total_seconds()) < 3_600


def test_the_card_shows_what_somebody_said(bundle, monkeypatch):
    said = {"owner": "Sales desk", "use": "Calls", "limits": ["Not for loans", "not abroad"], "dates": "2020 to 2024"}
    monkeypatch.setattr(bundle, "card", bundle.card | said)
    facts = dict(card_facts(bundle))
    assert [facts[label] for label in ("Owner", "Intended use", "Limits", "Dates of the data")] == [
        "Sales desk", "Calls", "Not for loans and not abroad", "2020 to 2024",
    ]  # fmt: skip


def test_a_model_on_scikit_learns_path_says_why(bundle, monkeypatch):
    path = {"path": {"kind": "scikit-learn", "why": "No program for SVC."}, "offers": "labels"}
    monkeypatch.setattr(bundle, "card", bundle.card | path)
    served = dict(card_facts(bundle))["Served by"]
    assert served == "scikit-learn itself. No program for SVC. It gives labels only."


def test_the_schema_has_a_row_for_each_feature(bundle):
    shown = text_of(sections(bundle))
    for feature in bundle.schema.features:
        assert feature.label in shown
    income = schema_facts(bundle.schema.feature("income"))
    assert income["kind"] == "number, k€"


def test_limits_choices_dates_and_notes_are_in_words():
    day = Feature("d", "Day", "date", low=dt.date(2020, 1, 1), seen=(dt.date(2020, 2, 1), dt.date(2021, 1, 1)))
    assert schema_facts(day)["accepted"] == "from 2020-01-01"
    assert schema_facts(day)["seen"] == "2020-02-01 to 2021-01-01"
    many = tuple(Choice(str(number), f"Nr {number}") for number in range(15))
    assert schema_facts(Feature("c", "C", "category", choices=many))["accepted"].endswith("Nr 11 and 3 more")
    changed = Feature("n", "N", "integer", high=9, lever=True, required=True, help="Of all.", default=3, unit="years")
    facts = schema_facts(changed)
    assert (facts["accepted"], facts["default"]) == ("up to 9", "3 years")
    assert facts["notes"] == "Of all; required; you can change it"


def test_sections_are_named_for_screen_readers(bundle):
    parts = list(sections(bundle)._traverse())
    named = {getattr(part, "id", None) for part in parts}
    asked = [part.to_plotly_json()["props"].get("aria-labelledby") for part in parts if hasattr(part, "to_plotly_json")]
    assert {name for name in asked if name} <= named
    heads = [part for part in parts if type(part).__name__ == "Th"]
    assert {part.scope for part in heads} == {"col", "row"}
