"""``--calibrate``: better probabilities, judged by cross-fitting, and the words for what that did."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from ml.add import ModelFiles, add_model, read_model_files
from ml.bundle.model_card import card_facts
from ml.cli.commands import main
from ml.errors import InvalidData
from ml.service import open_service
from ml.training.calibrate import calibrate


def table(rows: int = 4_000, classes: int = 2, seed: int = 0) -> pd.DataFrame:
    """Copies of columns, so that naive Bayes is far too sure."""
    X, y = make_classification(rows, 6, n_informative=4, n_classes=classes, flip_y=0.15, random_state=seed)
    frame = pd.DataFrame(X.round(4), columns=list("abcdef"))
    frame[["g", "h", "i"]] = frame[["a", "b", "c"]].to_numpy() + 0.01
    return frame.assign(left=np.array(["no", "yes", "maybe"])[y])


def parts(frame: pd.DataFrame) -> list[tuple[pd.DataFrame, pd.Series]]:
    """Training, calibration and hold-out."""
    return [(part.drop(columns="left"), part["left"]) for part in (frame[:1_500], frame[1_500:2_500], frame[2_500:])]


@pytest.mark.parametrize("classes", [2, 3])
def test_probabilities_that_are_too_sure_get_better_on_new_records(classes):
    train, own, held = parts(table(classes=classes))
    naive = GaussianNB().fit(*train)
    found = calibrate(naive, *own)
    assert found.method in ("sigmoid", "isotonic")
    before, after = (log_loss(held[1], each.predict_proba(held[0])) for each in (naive, found.estimator))
    assert after < before - 0.02
    # What cross-fitting said of them is what new records say.
    assert found.after.log_loss == pytest.approx(after, abs=0.06)
    assert found.before.log_loss == pytest.approx(before, abs=0.15)
    assert found.after.error < found.before.error


def test_measures_are_those_of_scikit_learn():
    train, own, _ = parts(table())
    naive = GaussianNB().fit(*train)
    found = calibrate(naive, *own)
    given = naive.predict_proba(own[0])
    assert found.before.log_loss == pytest.approx(log_loss(own[1], np.clip(given, 1e-6, 1)), abs=1e-3)
    assert found.before.brier == pytest.approx(brier_score_loss(own[1] == "yes", given[:, 1]))


def test_probabilities_that_are_right_stay_as_they_are():
    train, own, _ = parts(table())
    logistic = LogisticRegression().fit(*train)
    found = calibrate(logistic, *own)
    assert found.method == "none"
    assert found.estimator is logistic
    assert found.before == found.after


@pytest.mark.parametrize("classes", [2, 3])
def test_an_estimator_without_probabilities_gets_some(classes):
    train, own, held = parts(table(classes=classes))
    found = calibrate(make_pipeline(StandardScaler(), LinearSVC()).fit(*train), *own)
    assert found.before is None
    given = found.estimator.predict_proba(held[0])
    assert given.shape == (len(held[0]), classes)
    base = held[1].value_counts(normalize=True).sort_index().to_numpy()
    assert log_loss(held[1], given) < log_loss(held[1], np.tile(base, (len(held[0]), 1)))


def test_a_search_is_calibrated_by_its_best():
    train, own, _ = parts(table())
    search = GridSearchCV(GaussianNB(), {"var_smoothing": [1e-9, 1e-3]}).fit(*train)
    found = calibrate(search, *own)
    assert isinstance(found.estimator, CalibratedClassifierCV)
    assert found.estimator.estimator.estimator is search.best_estimator_


def test_integers_arrays_and_texts_are_asked_as_they_are():
    train, own, held = parts(table())
    naive = GaussianNB().fit(train[0].to_numpy(), (train[1] == "yes").astype(int))
    found = calibrate(naive, own[0].to_numpy(), (own[1] == "yes").astype(int))
    assert found.estimator.classes_.tolist() == [0, 1]
    assert found.estimator.predict(held[0].to_numpy()[:3]).dtype.kind == "i"


def test_what_cannot_be_calibrated_is_refused_in_words():
    train, own, _ = parts(table())
    votes = VotingClassifier([("a", GaussianNB()), ("b", LogisticRegression())]).fit(*train)
    with pytest.raises(InvalidData, match="gives labels only"):
        calibrate(votes, *own)
    few = own[0][:30], own[1][:30].where(np.arange(30) > 3, "yes").where(np.arange(30) < 4, "no")
    with pytest.raises(InvalidData, match=r"too few records.*4 with 'yes'"):
        calibrate(GaussianNB().fit(*train), *few)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    import skops.io

    folder, frame = tmp_path_factory.mktemp("files"), table()
    for name, part in (("train", frame[:1_500]), ("own", frame[1_500:2_500]), ("held", frame[2_500:])):
        part.to_csv(folder / f"{name}.csv", index=False)
    pd.concat([frame[2_450:2_600]]).to_csv(folder / "mixed.csv", index=False)
    X, y = frame[:1_500].drop(columns="left"), frame[:1_500]["left"]
    forest = RandomForestClassifier(40, n_jobs=2, max_depth=2, random_state=0)
    for name, estimator in (("svm", LinearSVC()), ("naive", GaussianNB()), ("forest", forest)):
        skops.io.dump(estimator.fit(X, y), folder / f"{name}.skops")
    return folder


def command(files, models, name, own):
    words = ["add", name, "--estimator", files / f"{name}.skops", "--data", files / "train.csv", "--truth", "left"]
    return main([str(word) for word in [*words, "--holdout", files / "held.csv", "--calibrate", files / own]], models)


@pytest.mark.parametrize("name", ["svm", "naive", "forest"])
def test_the_command_adds_a_calibrated_model_and_says_what_that_did(files, tmp_path, capsys, name):
    assert command(files, tmp_path, name, "own.csv") == 0
    said = capsys.readouterr().out
    assert "note: Calibrated (" in said
    assert "own.csv (1,000 records)" in said
    assert ("It gave no probabilities." if name == "svm" else "Before: log-loss") in said
    assert "After, cross-fitted: log-loss" in said
    bundle = open_service(tmp_path).model(name)
    assert bundle.offers == "probabilities"
    assert "By 1,000 records of their own" in dict(card_facts(bundle))["Calibrated"]
    record = pd.read_csv(files / "held.csv").drop(columns="left").iloc[0].to_dict()
    score = open_service(tmp_path).score(name, [record]).scores[0]
    trained = read_model_files(
        ModelFiles(
            name,
            files / f"{name}.skops",
            files / "train.csv",
            files / "held.csv",
            ["left"],
            calibrate=files / "own.csv",
        )
    )
    expected = trained.estimator.predict_proba(pd.DataFrame([record]))[0]
    assert np.abs(np.array(score.probabilities) - expected).max() < 1e-12


@pytest.mark.parametrize(("own", "expected"), [("own.csv", "own.csv"), ("few.csv", "train.csv")])
def test_blanks_are_filled_by_rows_of_the_calibration_file_where_there_are_enough(files, tmp_path, own, expected):
    """Training rows are known by heart to some models; the estimator never saw those of the calibration file."""
    pd.read_csv(files / "own.csv").head(499).to_csv(files / "few.csv", index=False)
    assert command(files, tmp_path, "naive", own) == 0
    background = open_service(tmp_path).model("naive").background
    rows = pd.read_csv(files / expected)
    assert len(background[0]) == len(rows)
    assert sorted(background[0].tolist()) == pytest.approx(sorted(rows["a"].tolist()))


def test_rows_that_are_in_the_hold_out_or_the_training_too_are_said(files, tmp_path, capsys):
    assert command(files, tmp_path, "naive", "mixed.csv") == 0
    said = capsys.readouterr().out
    assert "100 of the 150 rows of mixed.csv stand in the hold-out too." in said
    assert "stand in the training data too" not in said
    assert command(files, tmp_path, "naive", "train.csv") == 0
    assert "1,500 of the 1,500 rows of train.csv stand in the training data too." in capsys.readouterr().out


def test_from_python_and_without_a_trace_in_what_was_given(tmp_path):
    train, own, held = parts(table())
    forest = RandomForestClassifier(40, n_jobs=2, max_depth=2, random_state=0).fit(*train)
    key = add_model("forest", forest, train[0], held[0], held[1], y_train=train[1], calibrate=own, models=tmp_path)
    assert forest.n_jobs == 2
    saved = open_service(tmp_path).model(key).estimator
    assert saved.estimator.estimator.n_jobs is None


def test_independent_outcomes_are_refused(tmp_path):
    train, own, held = parts(table())
    two = [pd.DataFrame({"a": y == "yes", "b": x["a"] > 0}).astype(int) for x, y in (train, own, held)]
    forest = RandomForestClassifier(10, random_state=0).fit(train[0][list("bcdef")], two[0])
    X = [part[0][list("bcdef")] for part in (train, own, held)]
    with pytest.raises(InvalidData, match="Independent outcomes are not calibrated"):
        add_model("two", forest, X[0], X[2], two[2], y_train=two[0], calibrate=(X[1], two[1]), models=tmp_path)
