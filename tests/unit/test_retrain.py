"""A live version is trained again on decisions whose outcomes are known: what it learns from, and what it refuses."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ml.add import add_model
from ml.data.columns import block_of
from ml.data.records import read_records
from ml.errors import InvalidData, OneOutcomeOnly
from ml.lifecycle.state import live_of
from ml.service import open_service
from ml.training.again.outcome_rows import OutcomeRow, outcome_of, selection_of, truth_columns
from ml.training.again.retrain import retrained
from ml.training.again.time_split import later_rows, shared_rows
from ml.training.again.unfitted import unfitted
from ml.training.again.usable import usable_rows
from ml.training.build import build_bundle
from tests.small import small_service

DAY = 86_400.0


def customers(rows, seed, slope=1.0):
    """Who buys depends on the age alone, by a logistic law of that slope."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"age": rng.uniform(20, 80, rows), "plan": rng.choice(["basic", "gold", "rare"], rows, p=[0.6, 0.39, 0.01])}
    )
    bought = rng.random(rows) < 1 / (1 + np.exp(-slope * (frame["age"] - 50) / 10))
    return frame, pd.Series(np.where(bought, "yes", "no"), name="end")


@pytest.fixture
def live(tmp_path):
    """The live version: it learned that the old buy."""
    (train, y_train), (holdout, y_holdout) = customers(600, 1), customers(300, 2)
    columns = ColumnTransformer([("n", StandardScaler(), ["age"]), ("c", OneHotEncoder(), ["plan"])])
    pipeline = make_pipeline(columns, LogisticRegression(C=0.5)).fit(train, y_train)
    told = {
        "title": "Buyers",
        "features": {"age": {"unit": "years", "low": 18}},
        "payoff": {"currency": "EUR", "call": 4, "outcomes": {"yes": {"true_positive": 60}}},
    }
    add_model(
        "buyers", pipeline, train, holdout, y_holdout, y_train=y_train, positive="yes", describe=told, models=tmp_path
    )
    return open_service(tmp_path).model("buyers")


def _of_yes(service, key, records):
    bundle = service.model(key)
    block = block_of(bundle.schema, read_records(bundle.schema, records).all_rows())
    return bundle.predictor.block(block).probabilities[:, bundle.outcomes.index("yes")]


def decisions(rows=800, seed=3, slope=-1.0, **told):
    """A decision an hour in a world that has turned: now the young buy."""
    frame, bought = customers(rows, seed, slope)
    usual = {"campaign": "", "group": "call", "selection": "chosen"} | told
    made = 1e9 + 3600 * np.arange(rows)
    return [
        OutcomeRow(
            **{
                "decision": f"d{at:05}",
                "record": f"C{at}",
                "made": made[at],
                "known": made[at] + DAY,
                "values": values,
                "came": {"yes": answer == "yes"},
            }
            | usual
        )
        for at, (values, answer) in enumerate(zip(frame.to_dict("records"), bought, strict=True))
    ]


def test_a_version_learns_from_its_decisions_and_waits(live, tmp_path):
    trained = retrained(live, decisions(), as_of=2e9)
    key = build_bundle(trained, tmp_path, action="hold")
    assert live_of(tmp_path, "buyers") == live.fingerprint != key.partition("@")[2]
    young, old = ({"age": age, "plan": "gold"} for age in (25, 75))
    service = open_service(tmp_path)
    before, after = (_of_yes(service, each, [young, old]) for each in (live.key, key))
    assert before[0] < 0.2 < 0.8 < before[1]
    assert after[1] < 0.2 < 0.8 < after[0]


def test_the_estimator_has_the_parameters_of_the_live_one_and_what_people_told_stays(live, tmp_path):
    new = open_service(tmp_path).model(build_bundle(retrained(live, decisions(), as_of=2e9), tmp_path, action="hold"))
    assert new.estimator[-1].get_params() == live.estimator[-1].get_params()
    assert new.title == "Buyers"
    assert new.card["payoff"] == live.card["payoff"]
    assert new.schema.feature("age").unit == "years"
    assert new.schema.feature("age").low == 18
    assert new.outcomes == live.outcomes


def test_the_holdout_is_strictly_later_and_the_card_says_where_the_data_come_from(live, tmp_path):
    found = decisions()
    trained = retrained(live, found[::-1], as_of=1_010_000_000)
    source = trained.about["retrained"]
    assert source["from"] == live.key
    assert source["as_of"] == "2002-01-02T19:33:20+00:00"
    assert source["training"]["last"] < source["hold-out"]["first"]
    assert source["training"]["rows"] == 600
    assert source["hold-out"]["rows"] == 200
    assert trained.holdout["age"].tolist() == [row.values["age"] for row in found[600:]]
    assert source["selection"] == {"chosen": 800}
    assert source["unbiased"] == 0
    assert "All of them were chosen with the help of a model" in trained.about["data"]


def test_decisions_of_one_moment_are_never_torn():
    made = np.repeat([1.0, 2.0, 3.0], [100, 20, 80])
    later = later_rows(made)
    assert made[~later].max() == 2.0
    assert made[later].min() == 3.0
    with pytest.raises(InvalidData, match="at one time"):
        later_rows(np.full(300, 7.0))


def test_what_came_once_does_not_stand_on_both_sides():
    made, known = np.array([0.0, 10.0, 20.0, 25.0, 40.0, 41.0]), np.array([30.0, 40.0, 50.0, 55.0, 70.0, 71.0])
    later = np.array([False, False, True, True, True, True])
    records = ["a", "b", "a", "c", "b", ""]
    assert shared_rows(records, made, known, later).tolist() == [False, False, True, False, False, False]
    assert not shared_rows([""] * 6, made, known, later).any()


def test_a_customer_asked_about_again_is_in_training_or_in_the_hold_out(live):
    found = decisions()
    early, late = found[590], found[700]
    again = replace(late, record=early.record)
    told = [*found[:590], replace(early, known=late.made + DAY), *found[591:700], again, *found[701:]]
    trained = retrained(live, told, as_of=2e9)
    assert len(trained.holdout) == 199
    assert any(note.startswith("1 decisions of the hold-out, made before") for note in trained.notes)


def test_a_level_that_no_decision_shows_is_no_longer_accepted(live, tmp_path):
    found = [row for row in decisions() if row.values["plan"] != "rare"]
    trained = retrained(live, found, as_of=2e9)
    assert [choice.value for choice in live.schema.feature("plan").choices] == ["basic", "gold", "rare"]
    assert [choice.value for choice in trained.schema.feature("plan").choices] == ["basic", "gold"]
    assert any("rare" in note for note in trained.notes)


def test_control_groups_are_left_out_unless_they_are_asked_for(live):
    both = decisions(500) + [
        OutcomeRow(**{**vars(row), "decision": f"k{row.decision}", "group": "control", "selection": "control"})
        for row in decisions(300, seed=4)
    ]
    counts = {
        groups: len(usable_rows(live.schema, live.outcomes, both, groups).rows)
        for groups in ("called", "control", "all")
    }
    assert counts == {"called": 500, "control": 300, "all": 800}
    about = retrained(live, both, as_of=2e9, groups="all").about
    assert about["retrained"]["unbiased"] == 300
    assert "300 of them were drawn by chance" in about["data"]


def test_too_little_is_refused_in_words(live):
    with pytest.raises(InvalidData, match="outcomes of 150 decisions are known; at least 200"):
        retrained(live, decisions(150), as_of=2e9)
    with pytest.raises(InvalidData, match="outcomes of 0 decisions"):
        retrained(live, [], as_of=2e9)
    with pytest.raises(OneOutcomeOnly, match="came in none of the 800"):
        retrained(live, decisions(came={"yes": False}), as_of=2e9)
    with pytest.raises(InvalidData, match="values of none of 800 decisions were kept"):
        retrained(live, decisions(values=None), as_of=2e9)
    few = [OutcomeRow(**{**vars(row), "came": {"yes": at % 50 == 0}}) for at, row in enumerate(decisions())]
    with pytest.raises(InvalidData, match="came 12 times in training and did not 588 times; at least 20"):
        retrained(live, few, as_of=2e9)


def test_what_is_left_out_is_counted(live):
    found = decisions()
    found[0] = OutcomeRow(**{**vars(found[0]), "values": None})
    found[1] = OutcomeRow(**{**vars(found[1]), "came": {}})
    found[2] = OutcomeRow(**{**vars(found[2]), "values": {"age": "old", "plan": "gold"}})
    usable = usable_rows(live.schema, live.outcomes, found)
    assert len(usable.rows) == 797
    assert sum(usable.left_out.values()) == 3
    assert len(usable.left_out) == 3


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        ({"yes": True}, "yes"),
        ({"yes": False}, "no"),
        ({"no": False}, "yes"),
        ({"no": True, "yes": False}, "no"),
        ({"no": True, "yes": True}, None),
        ({"no": False, "yes": False}, None),
        ({}, None),
    ],
)
def test_which_of_two_outcomes_came(live, came, expected):
    found = outcome_of(live.outcomes, came)
    assert (found and found.name) == expected


def test_only_chance_is_called_unbiased():
    assert [selection_of(group) for group in ("control", "random", "call", "none")] == [
        "control",
        "random",
        "chosen",
        "chosen",
    ]


def test_independent_outcomes_need_all_of_theirs(tmp_path):
    bundle = small_service(tmp_path, "independent").model("independent")
    rng = np.random.default_rng(5)
    names = bundle.outcomes.names
    rows = []
    for at in range(400):
        values = {
            "income": rng.normal(50, 15),
            "debt": rng.exponential(10),
            "shoe_size": int(rng.integers(36, 46)),
            "region": "north",
        }
        came = {name: bool(rng.random() < 0.4) for name in (names if at else names[:1])}
        rows.append(OutcomeRow(f"d{at:04}", "", "", 1e9 + at, 1e9 + at, "none", "chosen", values, came))
    trained = retrained(bundle, rows, as_of=2e9)
    assert len(trained.training) + len(trained.holdout) == 399
    assert list(trained.truth.columns) == [item.value for item in bundle.outcomes.items]
    assert truth_columns(bundle.outcomes) == tuple(item.value for item in bundle.outcomes.items)
    build_bundle(trained, tmp_path, action="hold")


def test_a_copy_of_an_estimator_has_learned_nothing_even_where_a_part_is_frozen():
    X, y = np.arange(40.0).reshape(-1, 1), np.repeat([0, 1], 20)
    frozen = CalibratedClassifierCV(FrozenEstimator(GaussianNB().fit(X, y)), cv=3, ensemble=False).fit(X, y)
    copy = unfitted(make_pipeline(StandardScaler(), frozen))
    assert isinstance(copy[-1].estimator, GaussianNB)
    assert not hasattr(copy[-1].estimator, "theta_")
    copy.fit(X, 1 - y)
    assert copy.predict_proba([[0.0]])[0, 1] > 0.5
    with pytest.raises(InvalidData, match="no get_params"):
        unfitted(object())
