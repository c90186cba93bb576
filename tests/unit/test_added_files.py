"""Training files are scored as they were read: names, gaps, levels, codes, dates, decimals."""

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

from ml.cli import BAD_INPUT, FAILED, OK
from ml.cli.commands import main
from ml.service import open_service

ROWS, TRAINING = 300, 200


def added(folder, estimator, frame, *more, truth="end", text=None):
    """Files, and the model that they make; gives what add said."""
    skops.io.dump(estimator, folder / "m.skops")
    for name, part in (("t.csv", frame[:TRAINING]), ("h.csv", frame[TRAINING:])):
        part.to_csv(folder / name, index=False)
        if text:
            (folder / name).write_text(text((folder / name).read_text()))
    words = ["add", "m", "--estimator", folder / "m.skops", "--data", folder / "t.csv", "--holdout", folder / "h.csv"]
    return main([*map(str, words), "--truth", truth, *map(str, more)], folder / "models")


def scored(folder, file="h.csv", code=OK):
    assert main(["score", "m", "--in", str(folder / file), "--out", str(folder / "o.csv")], folder / "models") == code
    return pd.read_csv(folder / "o.csv", keep_default_na=False)


def same(table, estimator, rows):
    want = estimator.predict_proba(rows)
    names = [f"probability_{name}" for name in map(str, estimator.classes_)]
    assert np.abs(table[names].to_numpy(dtype=float) - want).max() <= 1e-9


def towns(seed=0):
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame({"spend": draw.gamma(2, 50, ROWS).round(2), "town": draw.choice(["Linz", "Graz", "NA"], ROWS)})
    frame["end"] = np.where(frame["spend"] + 60 * (frame["town"] == "NA") > 110, "buys", "leaves")
    return frame


def test_names_with_spaces_without_a_name_and_twice(tmp_path):
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(draw.normal(size=(ROWS, 3)).round(3), columns=["Unnamed: 0", " depth ", " depth .1"])
    frame["end"] = np.where(frame[" depth .1"] > 0, "a", "b")
    model = HistGradientBoostingClassifier(max_iter=10).fit(
        frame[:TRAINING].drop(columns="end"), frame["end"][:TRAINING]
    )

    def as_written(text):
        return text.replace("Unnamed: 0, depth , depth .1", ", depth , depth ", 1)

    assert added(tmp_path, model, frame, text=as_written) == OK
    assert (tmp_path / "h.csv").read_text().startswith(", depth , depth ,end\n")
    same(scored(tmp_path), model, frame[TRAINING:].drop(columns="end"))


def test_a_feature_of_which_a_file_has_two_columns_is_refused(tmp_path, capsys):
    frame = towns()
    model = make_pipeline(
        make_column_transformer((OneHotEncoder(), ["town"]), remainder="passthrough"), LogisticRegression()
    ).fit(frame[["spend", "town"]][:TRAINING], frame["end"][:TRAINING])
    added(tmp_path, model, frame)
    (tmp_path / "two.csv").write_text("spend,town,spend\n1,Linz,2\n")
    main(["score", "m", "--in", str(tmp_path / "two.csv"), "--out", str(tmp_path / "o.csv")], tmp_path / "models")
    assert "came more than once: 'spend'" in capsys.readouterr().err


class KnowsTowns(ClassifierMixin, BaseEstimator):
    """A classifier of one's own, into which nobody can look."""

    def fit(self, X, y):
        self.classes_, self.n_features_in_ = np.unique(y), X.shape[1]
        self.share_ = (
            (pd.Series(y).reset_index(drop=True) == self.classes_[1]).groupby(X["town"].to_numpy()).mean().to_dict()
        )
        return self

    def predict_proba(self, X):
        p = X["town"].map(self.share_).fillna(0.5).to_numpy(dtype=float)
        return np.c_[1 - p, p]

    def predict(self, X):
        return self.classes_[(self.predict_proba(X)[:, 1] > 0.5).astype(int)]


@pytest.mark.parametrize("handle", ["error", "ignore", "one's own"])
def test_a_level_that_looks_like_a_gap_is_one_where_the_estimator_learned_it(handle, tmp_path):
    frame = towns()
    X = frame[["spend", "town"]]
    encoder = None if handle == "one's own" else OneHotEncoder(handle_unknown=handle)
    model = (
        KnowsTowns()
        if encoder is None
        else make_pipeline(
            make_column_transformer((encoder, ["town"]), remainder="passthrough"), LogisticRegression(max_iter=900)
        )
    )
    model.fit(X[:TRAINING], frame["end"][:TRAINING])
    trusted = ["--trust", f"{KnowsTowns.__module__}.KnowsTowns"] if encoder is None else []
    assert added(tmp_path, model, frame, *trusted) == OK
    bundle = open_service(tmp_path / "models").model("m")
    town = bundle.schema.feature("town")
    assert "NA" in {choice.value for choice in town.choices}
    assert "NA" not in town.missing
    assert "null" in town.missing
    held = bundle.predictor.block(bundle.holdout.block).probabilities
    assert np.abs(held - model.predict_proba(X[TRAINING:])).max() <= 1e-12
    same(scored(tmp_path), model, X[TRAINING:])


def test_what_pandas_read_as_a_gap_is_one_later(tmp_path):
    frame = towns()
    frame["town"] = frame["town"].mask(frame["town"] == "NA")
    X = frame[["spend", "town"]]
    model = make_pipeline(
        make_column_transformer((OneHotEncoder(), ["town"]), remainder="passthrough"), LogisticRegression(max_iter=900)
    ).fit(X[:TRAINING], frame["end"][:TRAINING])

    def as_r_writes(text):
        return text.replace(",,", ",NA,")

    assert added(tmp_path, model, frame, text=as_r_writes) == OK
    assert ",NA," in (tmp_path / "h.csv").read_text()
    same(scored(tmp_path), model, X[TRAINING:])
    asked = [{"spend": 10, "town": town} for town in ("NA", "", None, "#N/A")]
    answers = [score.probabilities for score in open_service(tmp_path / "models").score("m", asked).scores]
    assert len(set(answers)) == 1


def test_levels_that_no_row_shows_are_told(tmp_path, capsys):
    frame = towns()
    X = frame[["spend", "town"]]
    encoder = OneHotEncoder(categories=[["Graz", "Linz", "NA", "Wels"]])
    model = make_pipeline(
        make_column_transformer((encoder, ["town"]), remainder="passthrough"), LogisticRegression(max_iter=900)
    ).fit(X[:TRAINING], frame["end"][:TRAINING])
    assert added(tmp_path, model, frame) == OK
    assert "town: the estimator knows “Wels”, which no row of t.csv shows." in capsys.readouterr().out
    assert open_service(tmp_path / "models").score("m", [{"spend": 10, "town": "Wels"}]).scores[0].notes == ()


def remarks(gap):
    draw = np.random.default_rng(5)
    frame = pd.DataFrame(
        {"remark": [f"call number {at}" for at in range(ROWS)], "spend": draw.normal(size=ROWS).round(3)}
    )
    frame["remark"] = frame["remark"].mask(np.arange(ROWS) % 3 == 0, gap)
    frame["end"] = np.where(frame["remark"].isna() | (frame["spend"] > 1), "a", "b")
    return frame


def test_a_gap_in_a_free_text_stays_a_gap(tmp_path):
    frame = remarks(None)
    X = frame[["remark", "spend"]]
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-5, encoded_missing_value=-1)
    model = make_pipeline(
        make_column_transformer((encoder, ["remark"]), remainder="passthrough"),
        HistGradientBoostingClassifier(max_iter=20),
    ).fit(X[:TRAINING], frame["end"][:TRAINING])
    assert added(tmp_path, model, frame) == OK
    same(scored(tmp_path), model, X[TRAINING:])
    asked = [{"remark": "", "spend": 0.0}, {"spend": 0.0}]
    answers = [score.probabilities for score in open_service(tmp_path / "models").score("m", asked).scores]
    want = model.predict_proba(pd.DataFrame({"remark": pd.Series([None, None], dtype="str"), "spend": [0.0, 0.0]}))
    assert np.abs(np.array(answers) - want).max() <= 1e-9


def test_decimals_where_training_had_whole_numbers_are_taken_and_noted(tmp_path):
    draw = np.random.default_rng(2)
    frame = pd.DataFrame({"rooms": draw.integers(1, 9, ROWS), "age": draw.integers(1, 90, ROWS)})
    frame["end"] = np.where(frame["rooms"] + draw.normal(0, 1, ROWS) > 4, "a", "b")
    X = frame[["rooms", "age"]]
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X[:TRAINING], frame["end"][:TRAINING])
    assert added(tmp_path, model, frame) == OK
    scores = (
        open_service(tmp_path / "models").score("m", [{"rooms": 4.5, "age": 30}, {"rooms": "4.5", "age": "30"}]).scores
    )
    want = model.predict_proba(pd.DataFrame({"rooms": [4.5], "age": [30]}))[0]
    assert all(np.abs(np.array(score.probabilities) - want).max() <= 1e-12 for score in scores)
    assert [note.message for note in scores[0].notes] == ["The model has seen whole numbers only."]


def test_dates_in_a_file_are_dates_for_an_estimator_that_learned_dates(tmp_path, capsys):
    draw = np.random.default_rng(4)
    since = pd.Timestamp("2020-01-01") + pd.to_timedelta(draw.integers(0, 60 * 24 * 900, ROWS), unit="min")
    frame = pd.DataFrame({"since": since, "spend": draw.normal(size=ROWS).round(3)})
    frame["end"] = np.where(frame["since"].dt.hour + draw.normal(0, 3, ROWS) > 12, "a", "b")
    encode = FunctionTransformer(lambda_free_hours)
    model = make_pipeline(encode, LogisticRegression(max_iter=900)).fit(
        frame[["since", "spend"]][:TRAINING], frame["end"][:TRAINING]
    )
    assert added(tmp_path, model, frame, "--trust", f"{__name__}.lambda_free_hours") == OK, capsys.readouterr().err
    assert "since as dates" in capsys.readouterr().out
    feature = open_service(tmp_path / "models").model("m").schema.feature("since")
    assert (feature.kind, feature.timed) == ("date", True)
    same(scored(tmp_path), model, frame[TRAINING:][["since", "spend"]])


def lambda_free_hours(frame):
    return np.c_[frame["since"].dt.hour, frame["spend"]]


def test_times_of_two_zones_in_one_column_are_refused(tmp_path, capsys):
    frame = towns().assign(since=["2024-01-01T10:00+01:00", "2024-01-01T10:00+02:00"] * (ROWS // 2))
    model = make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()).fit(
        frame[["spend"]][:TRAINING], frame["end"][:TRAINING]
    )
    (tmp_path / "d.toml").write_text('[features.since]\nkind = "date"\n')
    assert added(tmp_path, model, frame, "--describe", tmp_path / "d.toml") == FAILED
    assert "holds times of more than one time zone" in capsys.readouterr().err


def test_a_gap_that_training_never_had_is_noted(tmp_path):
    draw = np.random.default_rng(3)
    frame = pd.DataFrame({"tenure": draw.normal(size=ROWS).round(3), "spend": draw.normal(size=ROWS).round(3)})
    frame["spend"] = frame["spend"].mask(np.arange(ROWS) % 9 == 0)
    frame["end"] = np.where(frame["tenure"] > 0, "a", "b")
    model = HistGradientBoostingClassifier(max_iter=10).fit(
        frame[["tenure", "spend"]][:TRAINING], frame["end"][:TRAINING]
    )
    assert added(tmp_path, model, frame) == OK
    service = open_service(tmp_path / "models")
    notes = service.score("m", [{"tenure": None, "spend": None}]).scores[0].notes
    assert [(note.feature, note.message) for note in notes] == [
        ("tenure", "Not given; in training every row had a value.")
    ]


class Picky(ClassifierMixin, BaseEstimator):
    """Has no probability for some, and fails in a way of its own for others."""

    def fit(self, X, y):
        self.classes_, self.n_features_in_ = np.unique(y), X.shape[1]
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        return self

    def predict_proba(self, X):
        values = X["tenure"].to_numpy(dtype=float)
        if (values > 90).any():
            raise KeyError("tenure")
        p = 1 / (1 + np.exp(-values))
        p[np.abs(values) > 50] = np.inf
        return np.c_[1 - p, p]

    def predict(self, X):
        return self.classes_[(X["tenure"].to_numpy() > 0).astype(int)]


def test_no_probability_is_a_problem_of_that_record_only(tmp_path, capsys):
    draw = np.random.default_rng(3)
    frame = pd.DataFrame({"tenure": draw.normal(size=ROWS).round(3)})
    frame["end"] = np.where(frame["tenure"] > 0, "a", "b")
    frame.loc[[TRAINING + 3, TRAINING + 7], "tenure"] = [60, 95]
    model = Picky().fit(frame[["tenure"]][:TRAINING], frame["end"][:TRAINING])
    assert added(tmp_path, model, frame, "--trust", f"{__name__}.Picky") == OK
    assert "rows of the hold-out that the estimator gives no answer are left out (2)" in capsys.readouterr().out
    table = scored(tmp_path, code=BAD_INPUT)
    wrong = table.index[table["problems"] != ""].tolist()
    assert wrong == [3, 7]
    assert table.loc[wrong, "probability_a"].tolist() == ["", ""]
    assert "inf where a probability" in table.loc[3, "problems"]
    rest = table.drop(index=wrong)
    want = model.predict_proba(frame[TRAINING:].reset_index(drop=True).drop(index=wrong)[["tenure"]])
    assert np.abs(rest[["probability_a", "probability_b"]].to_numpy(dtype=float) - want).max() <= 1e-12


def test_a_marker_is_a_level_where_the_estimator_takes_no_gap(tmp_path):
    """CatBoost refuses a gap among its own categories, and tells nobody which ones it knows."""
    catboost = pytest.importorskip("catboost")
    frame = towns().assign(plan=lambda f: np.where(np.arange(len(f)) % 4 == 0, "None", "basic"))
    X = frame[["spend", "town", "plan"]]
    model = catboost.CatBoostClassifier(
        iterations=10, verbose=0, cat_features=["town", "plan"], allow_writing_files=False
    ).fit(X[:TRAINING], frame["end"][:TRAINING])
    assert added(tmp_path, model, frame[["spend", "town", "plan", "end"]]) == OK
    schema = open_service(tmp_path / "models").model("m").schema
    assert "NA" not in schema.feature("town").missing
    assert "None" not in schema.feature("plan").missing
    same(scored(tmp_path), model, X[TRAINING:])
