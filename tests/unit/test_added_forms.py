"""A model that is added by the Python door gets the form that people want, and keeps its own numbers."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from layouts.predict.page import form_schema
from ml.add import add_model
from ml.service import open_service

PARTS = ("Linz", "Wels", "Steyr", "Enns", "Traun")


def passengers(rows=1_200, seed=3):
    """A table as of a shipping line: an id, names, codes, yes and no in three spellings, many towns, dummies."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "PassengerId": np.arange(1, rows + 1),
            "Name": [f"Passenger {at}" for at in rng.permutation(rows)],
            "Pclass": rng.integers(1, 4, rows),
            "alone": rng.integers(0, 2, rows),
            "insured": rng.choice(["ja", "nein"], rows),
            "returns": rng.random(rows) > 0.5,
            "bloodPH": rng.normal(7.4, 0.05, rows).round(2),
            "town": rng.choice([f"{part} {at}" for part in PARTS for at in range(40)], rows),
            "deck": rng.choice(list("ABC"), rows),
        }
    )
    frame.loc[rng.random(rows) < 0.1, "bloodPH"] = np.nan
    return pd.get_dummies(frame, columns=["deck"])


@pytest.fixture(scope="module")
def added(tmp_path_factory):
    frame = passengers()
    noise = np.random.default_rng(4).normal(0, 1, len(frame))
    truth = pd.Series(np.where(frame["Pclass"] - frame["alone"] + frame["deck_B"] + noise > 2, "lost", "saved"))
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["insured", "town"]),
        (SimpleImputer(), ["bloodPH", "Pclass", "alone", "returns", "deck_A", "deck_B", "deck_C"]),
    )
    estimator = make_pipeline(encode, LogisticRegression(max_iter=1_000)).fit(frame[:900], truth[:900])
    folder = tmp_path_factory.mktemp("models")
    add_model("ship", estimator, frame[:900], frame[900:], truth[900:], models=folder)
    return open_service(folder), estimator, frame[900:]


def test_each_column_is_asked_for_as_people_want_it(added):
    service, _, _ = added
    schema = form_schema(service.model("ship"))
    assert {feature.name: (feature.label, feature.shown_as) for feature in schema.features} == {
        "Pclass": ("Pclass", "buttons"),
        "alone": ("Alone", "buttons"),
        "insured": ("Insured", "radio"),
        "returns": ("Returns", "radio"),
        "bloodPH": ("Blood PH", "number"),
        "town": ("Town", "combobox"),
        "deck": ("Deck", "radio"),
    }


def test_the_numbers_are_the_estimators(added):
    service, estimator, held = added
    truth = estimator.predict_proba(held[:40])
    rows = held[:40].drop(columns=["PassengerId", "Name"])
    whole = rows.astype(object).where(rows.notna(), None).to_dict("records")
    decks = [next(deck for deck in "ABC" if row[f"deck_{deck}"]) for row in whole]
    short = [
        {name: value for name, value in row.items() if not name.startswith("deck_")}
        | {"deck": deck, "alone": "yes" if row["alone"] else "no", "insured": row["insured"] == "ja"}
        for row, deck in zip(whole, decks, strict=True)
    ]
    for records in (whole, short):
        scores = service.score("ship", records).scores
        assert np.allclose([score.probabilities for score in scores], truth, rtol=0, atol=1e-12)


def test_a_town_that_it_does_not_know_is_noted_and_scored(added):
    service, estimator, held = added
    row = held.iloc[[0]].assign(town="Linz 4O")
    record = row.drop(columns=["PassengerId", "Name"]).astype(object).iloc[0].to_dict()
    score = service.score("ship", [record]).scores[0]
    assert np.allclose(score.probabilities, estimator.predict_proba(row)[0], rtol=0, atol=1e-12)
    assert score.notes[0].message == ("“Linz 4O” is not one of the values that the model knows. Did you mean 'Linz 4'?")
