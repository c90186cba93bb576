"""A model that was fitted elsewhere is added with one command."""

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ml.cli import FAILED, OK
from ml.cli.commands import main
from ml.data.schema import Constraint
from ml.decision.cut_offs import card_cut_off, read_best_cut_off
from ml.decision.decide import decide
from ml.decision.payoff import Payoff, payoff_of
from ml.service import open_service

DESCRIPTION = """
title = "Will they stay?"
[outcomes]
left = "Leaves"
[features.tenure]
unit = "months"
low = 0
high = 600
aliases = ["months"]
[features.plan]
choices = { basic = "Basic", premium = "Premium" }
personal = true
[cut_offs]
left = 0.35
[payoff]
currency = "EUR"
call = 4
[payoff.outcomes.left]
true_positive = 120
[actions]
act = "Call them."
[[about.bands]]
label = "Low"
from = 0
action = "Leave them at once."
"""


@pytest.fixture
def files(tmp_path):
    """Customers who stay or leave, a pipeline that can do without the plan, and its files."""
    draw = np.random.default_rng(7)
    table = pd.DataFrame(
        {
            "customer": [f"C{number}" for number in range(400)],
            "tenure": draw.integers(0, 72, 400),
            "plan": draw.choice(["basic", "premium"], 400),
        }
    )
    table["end"] = np.where(draw.random(400) < 0.2 + 0.5 * (table["tenure"] < 20), "left", "stayed")
    training, holdout = train_test_split(table, random_state=0)
    columns = ColumnTransformer(
        [
            ("n", StandardScaler(), ["tenure"]),
            ("c", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), ["plan"]),
        ]
    )
    pipeline = make_pipeline(columns, LogisticRegression()).fit(training[["tenure", "plan"]], training["end"])
    skops.io.dump(pipeline, tmp_path / "churn.skops")
    joblib.dump(pipeline, tmp_path / "churn.joblib")
    training.to_csv(tmp_path / "training.csv", index=False)
    holdout.to_csv(tmp_path / "holdout.csv", index=False, sep=";")
    (tmp_path / "churn.toml").write_text(DESCRIPTION)
    return tmp_path, pipeline, holdout


def words(folder, name="churn", **changes):
    if "estimator" in changes and (folder / changes["estimator"]).exists():
        changes["estimator"] = folder / changes["estimator"]
    given = {
        "estimator": folder / "churn.skops",
        "data": folder / "training.csv",
        "holdout": folder / "holdout.csv",
        "truth": "end",
        "record-id": "customer",
        "positive": "left",
        "describe": folder / "churn.toml",
    } | changes
    return ["add", name, *(word for option, value in given.items() if value for word in (f"--{option}", str(value)))]


def test_what_was_added_answers_like_the_estimator(files, tmp_path, capsys):
    folder, pipeline, holdout = files
    assert main(words(folder), tmp_path / "models") == OK, capsys.readouterr().err
    right = np.mean(pipeline.predict(holdout[["tenure", "plan"]]) == holdout["end"])
    assert f"{right:.1%} of the labels" in capsys.readouterr().out
    service = open_service(tmp_path / "models")
    records = holdout.drop(columns="end").to_dict("records")
    scored = service.score("churn", records)
    assert scored.model.title == "Will they stay?"
    assert scored.model.outcomes.positive == "left"
    assert scored.model.outcomes["left"].label == "Leaves"
    wanted = pipeline.predict_proba(holdout[["tenure", "plan"]])
    assert np.abs(np.array([score.probabilities for score in scored.scores]) - wanted).max() <= 1e-9
    assert [score.id for score in scored.scores] == holdout["customer"].tolist()


def test_what_the_estimator_can_do_without_may_be_left_out(files, tmp_path):
    main(words(files[0]), tmp_path / "models")
    schema = open_service(tmp_path / "models").model("churn").schema
    assert {feature.name: feature.required for feature in schema.features} == {"tenure": True, "plan": False}


def test_the_version_keeps_what_the_description_says_of_worth_and_persons(files, tmp_path, capsys):
    main(words(files[0]), tmp_path / "models")
    assert "note: The actions of bands are not used" in capsys.readouterr().out
    bundle = open_service(tmp_path / "models").model("churn")
    assert payoff_of(bundle.card, "left") == Payoff(true_positive=120.0, call=4.0, currency="EUR")
    assert payoff_of(bundle.card, "stayed") is None
    assert [card_cut_off(bundle.card, outcome) for outcome in ("left", "stayed")] == [0.35, 0.5]
    assert read_best_cut_off(bundle.card, "left").cut_off < 0.35  # known, and not what the card asks for
    decision = decide(bundle.card, "left", 0.4, 0.35)
    assert (decision.words, decision.worth) == ("Call them.", pytest.approx(44.0))  # 0.4 · 120 - 4
    assert {feature.name: feature.personal for feature in bundle.schema.features} == {"tenure": False, "plan": True}


def test_the_version_keeps_the_constraints_and_refuses_what_is_none(files, tmp_path, capsys):
    (files[0] / "churn.toml").write_text('constraints = ["tenure < plan"]')
    assert main(words(files[0]), tmp_path / "models") == FAILED
    assert "compares 'tenure' (integer) with 'plan' (category)" in capsys.readouterr().err
    table = pd.read_csv(files[0] / "training.csv").assign(age=40)
    model = LogisticRegression().fit(table[["tenure", "age"]], table["end"])
    skops.io.dump(model, tmp_path / "ages.skops")
    table.to_csv(tmp_path / "ages.csv", index=False)
    (files[0] / "churn.toml").write_text('constraints = ["tenure <= age"]')
    given = {"estimator": "ages.skops", "data": tmp_path / "ages.csv", "holdout": tmp_path / "ages.csv"}
    assert main(words(files[0], **given), tmp_path / "models") == OK, capsys.readouterr().err
    schema = open_service(tmp_path / "models").model("churn").schema
    assert schema.constraints == (Constraint("tenure", "<=", "age"),)


def test_a_payoff_of_an_unknown_outcome_is_refused(files, tmp_path, capsys):
    (files[0] / "churn.toml").write_text("[payoff.outcomes.gone]\ntrue_positive = 1\n")
    assert main(words(files[0]), tmp_path / "models") == FAILED
    assert "unknown outcomes: gone. Known outcomes: left, stayed." in capsys.readouterr().err


def test_independent_outcomes_come_from_several_columns(tmp_path):
    draw = np.random.default_rng(1)
    table = pd.DataFrame({"a": draw.normal(size=300), "b": draw.normal(size=300)})
    table["car"], table["boat"] = (table["a"] > 0).astype(int), (table["a"] + table["b"] > 1).astype(int)
    model = MultiOutputClassifier(HistGradientBoostingClassifier(max_iter=20)).fit(
        table[["a", "b"]], table[["car", "boat"]]
    )
    skops.io.dump(model, tmp_path / "m.skops")
    table.to_csv(tmp_path / "t.csv", index=False)
    given = ["--estimator", "m.skops", "--data", "t.csv", "--holdout", "t.csv"]
    given = [str(tmp_path / word) if not word.startswith("--") else word for word in given]
    assert main(["add", "toys", *given, "--truth", "car", "--truth", "boat"], tmp_path / "models") == OK
    scored = open_service(tmp_path / "models").score("toys", [{"a": 2, "b": 2}])
    assert scored.model.outcomes.names == ("car", "boat")
    assert scored.scores[0].labels == ("car", "boat")


def test_a_pickle_is_loaded_only_by_who_trusts_it(files, tmp_path, capsys):
    folder = files[0]
    given = words(folder, estimator=folder / "churn.joblib")
    assert main(given, tmp_path / "models") == FAILED
    assert "loading it runs whatever code it holds" in capsys.readouterr().err
    assert main([*given, "--trust-pickle"], tmp_path / "models") == OK


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"estimator": "nope.skops"}, "no file nope.skops"),
        ({"truth": "nope"}, "lacks the columns nope"),
        ({"positive": "nope"}, "No outcome is called 'nope'"),
        ({"describe": "nope.toml"}, "cannot be read as TOML"),
        ({"name": "Not A Name"}, "cannot be called"),
        ({"estimator": "training.csv"}, "training.csv is no skops file"),
        ({"record-id": "nope"}, "lacks the columns nope"),
        ({"truth": "plan"}, "holds outcomes that the model does not know"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(files, tmp_path, changes, said, capsys):
    assert main(words(files[0], **changes), tmp_path / "models") == FAILED
    assert said in capsys.readouterr().err
    assert open_service(tmp_path / "models").names() == ()


def test_a_description_of_a_column_that_is_not_there_is_refused(files, tmp_path, capsys):
    (files[0] / "churn.toml").write_text("[features.nope]\nunit = 'x'\n")
    assert main(words(files[0]), tmp_path / "models") == FAILED
    assert "no column ['nope']" in capsys.readouterr().err
    (files[0] / "churn.toml").write_text("[features.plan]\ncolour = 'x'\n")
    assert main(words(files[0]), tmp_path / "models") == FAILED
    assert "'plan' is described by colour" in capsys.readouterr().err


def test_what_is_refused_leaves_nothing_behind(files, tmp_path):
    main(words(files[0], truth="plan"), tmp_path / "models")
    assert not list(tmp_path.glob("models/*"))


@pytest.fixture
def toys(tmp_path):
    """Two independent outcomes, written as yes and no."""
    draw = np.random.default_rng(1)
    table = pd.DataFrame({"a": draw.normal(size=300), "b": draw.normal(size=300)})
    truth = pd.DataFrame({"car": table["a"] > 0, "boat": table["a"] + table["b"] > 1})
    skops.io.dump(MultiOutputClassifier(LogisticRegression()).fit(table, truth.astype(int)), tmp_path / "m.skops")
    table.join(truth.replace({True: "yes", False: "no"})).to_csv(tmp_path / "t.csv", index=False)
    file = str(tmp_path / "t.csv")
    return ["add", "toys", "--estimator", str(tmp_path / "m.skops"), "--data", file, "--holdout", file], truth


def test_the_truth_may_be_yes_and_no(toys, tmp_path):
    given, truth = toys
    assert main([*given, "--truth", "car", "--truth", "boat"], tmp_path / "models") == OK
    holdout = open_service(tmp_path / "models").model("toys").holdout
    assert (holdout.truth == truth.to_numpy()).all()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--truth", "car"], "gives 2 labels a record, and --truth names 1"),
        (["--truth", "car", "--truth", "boat", "--positive", "bike"], "No outcome is called 'bike'"),
    ],
)
def test_questions_that_are_not_the_estimator_s_are_refused(toys, tmp_path, more, said, capsys):
    assert main([*toys[0], *more], tmp_path / "models") == FAILED
    assert said in capsys.readouterr().err


def test_dates_are_dates_where_they_are_described(tmp_path):
    days = pd.date_range("2024-01-01", periods=60).to_series(index=range(60))
    table = pd.DataFrame({"opened": days, "end": np.where(days.dt.month == 1, "old", "new")})
    pipeline = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression(C=100))
    skops.io.dump(pipeline.fit(table[["opened"]], table["end"]), tmp_path / "churn.skops")
    for name in ("training.csv", "holdout.csv"):
        table.to_csv(tmp_path / name, index=False)
    (tmp_path / "churn.toml").write_text('[features.opened]\nkind = "date"\nlow = 2020-01-01\n')
    assert main(words(tmp_path, positive=None, **{"record-id": None}), tmp_path / "models") == OK
    scores = open_service(tmp_path / "models").score("churn", [{"opened": "2024-01-07"}, {"opened": "2024-02-20"}])
    assert [score.labels for score in scores.scores] == [("old",), ("new",)]


@pytest.mark.parametrize("told", ['[features.zip]\ndtype = "str"\n', ""])
def test_codes_with_leading_zeros_stay_text_whether_described_or_found(tmp_path, told):
    table = pd.DataFrame({"zip": ["02134", "90210"] * 20, "end": ["east", "west"] * 20})
    skops.io.dump(
        make_pipeline(OneHotEncoder(), LogisticRegression()).fit(table[["zip"]], table["end"]), tmp_path / "churn.skops"
    )
    for name in ("training.csv", "holdout.csv"):
        table.to_csv(tmp_path / name, index=False)
    (tmp_path / "churn.toml").write_text(told)
    assert main(words(tmp_path, positive=None, **{"record-id": None}), tmp_path / "models") == OK
    assert open_service(tmp_path / "models").score("churn", [{"zip": "02134"}]).scores[0].labels == ("east",)


def test_yes_no_and_gaps_reach_the_estimator_as_pandas_reads_them(tmp_path):
    table = pd.DataFrame({"member": [True, False, None] * 20, "end": ["in", "out", "unknown"] * 20})
    for name in ("training.csv", "holdout.csv"):
        table.to_csv(tmp_path / name, index=False)
    read = pd.read_csv(tmp_path / "training.csv")
    pipeline = make_pipeline(OneHotEncoder(), LogisticRegression()).fit(read[["member"]], read["end"])
    skops.io.dump(pipeline, tmp_path / "churn.skops")
    given = words(tmp_path, positive=None, describe=None, **{"record-id": None})
    assert main(given, tmp_path / "models") == OK
    scored = open_service(tmp_path / "models").score("churn", [{"member": True}, {"member": "no"}, {}])
    assert [score.labels for score in scored.scores] == [("in",), ("out",), ("unknown",)]
