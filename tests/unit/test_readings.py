"""Changes that training code made to a file are found by asking the estimator; its own file is scored the same."""

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from ml.cli import FAILED, OK
from ml.cli.commands import main
from ml.service import open_service

ROWS, TRAINING = 240, 160


def added(folder, estimator, written, *more, truth="end"):
    skops.io.dump(estimator, folder / "m.skops")
    for name, part in (("t.csv", written[:TRAINING]), ("h.csv", written[TRAINING:])):
        part.to_csv(folder / name, index=False)
    words = ["add", "m", "--estimator", folder / "m.skops", "--data", folder / "t.csv", "--holdout", folder / "h.csv"]
    return main([*map(str, words), "--truth", truth, *map(str, more)], folder / "models")


def same_as(estimator, folder, rows):
    """The file is scored as the estimator answers for the rows that it was fitted on, and judged so."""
    want = estimator.predict_proba(rows)
    out = folder / "o.csv"
    assert main(["score", "m", "--in", str(folder / "h.csv"), "--out", str(out)], folder / "models") == OK
    names = [f"probability_{name}" for name in map(str, estimator.classes_)]
    assert np.abs(pd.read_csv(out)[names].to_numpy() - want).max() <= 1e-12
    bundle = open_service(folder / "models").model("m")
    assert np.abs(bundle.predictor.block(bundle.holdout.block).probabilities - want).max() <= 1e-12
    return bundle


def people():
    draw = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "charges": draw.gamma(2, 300, ROWS).round(2),
            "work": draw.choice(["private", "state", "own"], ROWS),
            "town": draw.choice(["Linz", "Graz", "Wels"], ROWS),
        }
    )
    pushed = frame["charges"] / 300 + (frame["work"] == "own") - (frame["town"] == "Graz") + draw.normal(0, 1, ROWS)
    frame["end"] = np.where(pushed > pushed.median(), "stays", "leaves")
    return frame


def at(every):
    return np.arange(ROWS) % every == 0


def pipeline(texts=None):
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    return make_pipeline(
        make_column_transformer((numbers, ["charges"]), (texts or OneHotEncoder(), ["work", "town"])),
        LogisticRegression(),
    )


IGNORES = OneHotEncoder(handle_unknown="ignore")
FILLS = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
GAPS = {"work": at(7), "town": at(5)}


def with_gaps(frame, **filled):
    return frame.assign(**{name: frame[name].mask(gone, filled.get(name, np.nan)) for name, gone in GAPS.items()})


def nones(texts, gone):
    return pd.Series([None if none else text for text, none in zip(texts, gone, strict=True)], dtype=object)


# What training had in memory, what its file holds, the encoder of texts, and what add says
READINGS = {
    "numbers with spaces for gaps": (
        lambda f: f.assign(charges=f["charges"].mask(at(9))),
        lambda f: f.assign(charges=f["charges"].astype(str).mask(at(9), " ")),
        IGNORES,
        "charges as numbers, cells of spaces as a gap",
    ),
    "numbers with a mark for gaps": (
        lambda f: f.assign(charges=f["charges"].mask(at(9))),
        lambda f: f.assign(charges=f["charges"].astype(str).mask(at(9), "not said")),
        IGNORES,
        "charges as numbers, “not said” as a gap",
    ),
    "spaces before texts": (lambda f: f, lambda f: f.assign(work=" " + f["work"], town=f["town"] + " "), IGNORES,
                            "texts without spaces at their ends"),
    "question marks for gaps": (with_gaps, lambda f: with_gaps(f, work="?", town="?"), FILLS, "“?” as a gap"),
    "question marks after spaces": (
        with_gaps,
        lambda f: with_gaps(f, work="?", town="?").assign(work=lambda g: " " + g["work"]),
        FILLS,
        "texts without spaces at their ends; “?” as a gap",
    ),
    "two marks for gaps": (with_gaps, lambda f: with_gaps(f, work="?", town="unknown"), FILLS,
                           "“?” as a gap; “unknown” as a gap"),
    "question marks that are a level": (lambda f: with_gaps(f, work="?"), lambda f: with_gaps(f, work="?"),
                                        IGNORES, ""),
    "gaps filled with a word": (lambda f: with_gaps(f, work="none", town="nowhere"), with_gaps, IGNORES,
                                "gaps of work as “none”, gaps of town as “nowhere”"),
    "gaps that were None": (lambda f: f.assign(**{name: nones(f[name], gone) for name, gone in GAPS.items()}),
                            with_gaps, IGNORES, "gaps of texts as None"),
    "codes whose zeros were lost before they were texts": (
        lambda f: f.assign(work=f["work"].map(len).astype(str)),
        lambda f: f.assign(work=f["work"].map(len).astype(str).str.zfill(5)), IGNORES,
        "work as texts without leading zeros"),
    "truth values of which some were None": (
        lambda f: f.assign(work=nones(f["charges"] > f["charges"].median(), at(7))),
        lambda f: f.assign(work=nones(f["charges"] > f["charges"].median(), at(7))), IGNORES, "gaps of work as None"),
}  # fmt: skip


@pytest.mark.parametrize("name", READINGS)
def test_what_training_made_of_a_file_is_found_out(name, tmp_path, capsys):
    remembered, written, encoder, said = READINGS[name]
    frame = remembered(people())
    X = frame.drop(columns="end")
    model = pipeline(encoder).fit(X[:TRAINING], frame["end"][:TRAINING])
    assert added(tmp_path, model, written(people())) == OK, capsys.readouterr().err
    out = capsys.readouterr().out
    assert f"answers best with {said}." in out if said else "answers best" not in out, out
    same_as(model, tmp_path, X[TRAINING:])


def test_a_word_for_gaps_stands_for_a_value_that_is_not_given(tmp_path):
    frame = with_gaps(people(), work="none", town="nowhere")
    X = frame.drop(columns="end")
    model = pipeline(IGNORES).fit(X[:TRAINING], frame["end"][:TRAINING])
    assert added(tmp_path, model, with_gaps(people())) == OK
    records = [{"charges": 500, "work": work, "town": "Linz"} for work in ("none", "", None)]
    answers = [score.probabilities for score in open_service(tmp_path / "models").score("m", records).scores]
    want = model.predict_proba(pd.DataFrame({"charges": [500.0], "work": ["none"], "town": ["Linz"]}))[0]
    assert all(np.abs(np.array(answer) - want).max() <= 1e-12 for answer in answers)


def test_texts_that_were_filled_are_empty_texts(tmp_path):
    frame = people().assign(note=lambda f: ("paid " + f["town"] + " late " + f["work"]).mask(at(6)))
    X = frame.drop(columns="end").assign(note=frame["note"].fillna(""))
    model = make_pipeline(make_column_transformer((TfidfVectorizer(), "note")), LogisticRegression())
    model.fit(X[:TRAINING], frame["end"][:TRAINING])
    assert added(tmp_path, model, frame) == OK
    assert same_as(model, tmp_path, X[TRAINING:]).schema.feature("note").blank == ""


def test_of_several_columns_the_texts_are_found(tmp_path, capsys):
    frame = people()
    texts = ("paid " + frame["town"] + " late " + frame["work"]).rename("said")
    model = make_pipeline(TfidfVectorizer(), MultinomialNB()).fit(texts[:TRAINING], frame["end"][:TRAINING])
    written = pd.DataFrame({"end": frame["end"], "said": texts, "Unnamed: 2": np.nan, "day": np.arange(ROWS)})
    assert added(tmp_path, model, written) == OK, capsys.readouterr().err
    assert "Not given to the estimator: Unnamed: 2, day." in capsys.readouterr().out
    assert same_as(model, tmp_path, texts[TRAINING:]).schema.names == ("said",)


def hours(frame):
    return np.c_[frame["at"].dt.hour, frame["charges"]]


def test_times_of_two_offsets_need_a_zone(tmp_path, capsys):
    frame = people()[["charges", "end"]]
    frame.insert(0, "at", pd.date_range("2024-10-20", periods=ROWS, freq="97min", tz="Europe/Vienna"))
    X = frame.drop(columns="end")
    model = make_pipeline(FunctionTransformer(hours), StandardScaler(), LogisticRegression())
    model.fit(X[:TRAINING], frame["end"][:TRAINING])
    trust = ["--trust", f"{__name__}.hours"]
    assert added(tmp_path, model, frame, *trust) == FAILED
    assert "holds times of more than one time zone. Say which one training had" in capsys.readouterr().err
    (tmp_path / "d.toml").write_text('[features.at]\nkind = "date"\nzone = "Europe/Vienna"\n')
    assert added(tmp_path, model, frame, *trust, "--describe", tmp_path / "d.toml") == OK, capsys.readouterr().err
    same_as(model, tmp_path, X[TRAINING:])


def test_decimal_commas_of_a_file_are_read_when_it_is_scored(tmp_path, capsys):
    frame = people().assign(visits=lambda f: np.arange(ROWS) % 9)
    X = frame.drop(columns="end")
    model = make_pipeline(
        make_column_transformer((StandardScaler(), ["charges", "visits"]), (OneHotEncoder(), ["work", "town"])),
        LogisticRegression(),
    ).fit(X[:TRAINING], frame["end"][:TRAINING])
    commas = [f"{number:,.2f}".translate(str.maketrans(",.", ".,")) for number in frame["charges"]]
    assert any("." in text for text in commas)
    assert added(tmp_path, model, frame.assign(charges=commas)) == OK, capsys.readouterr().err
    assert "charges with decimal commas" in capsys.readouterr().out
    bundle = same_as(model, tmp_path, X[TRAINING:])
    assert bundle.card["reader"]["decimal"] == ","
    record = {"visits": 3, "work": "own", "town": "Linz"}
    told = [{**record, "charges": charges} for charges in ("1234,5", "1.234,5", "1234.5", 1234.5)]
    answers = {score.probabilities for score in open_service(tmp_path / "models").score("m", told).scores}
    assert len(answers) == 1


def test_yes_and_no_that_training_coded(tmp_path, capsys):
    frame = people().assign(
        partner=lambda f: f["town"].eq("Linz").astype(int), phone=lambda f: np.where(at(3), "Yes", "No")
    )
    X = frame[["charges", "partner", "phone"]]
    columns = make_column_transformer((OneHotEncoder(), ["phone"]), remainder="passthrough")
    model = make_pipeline(columns, StandardScaler(with_mean=False), LogisticRegression())
    model.fit(X[:TRAINING], frame["end"][:TRAINING])
    written = frame.assign(partner=np.where(frame["partner"] == 1, "Yes", "No"))
    assert added(tmp_path, model, written) == OK, capsys.readouterr().err
    assert "answers best with partner as 0 and 1." in capsys.readouterr().out
    same_as(model, tmp_path, X[TRAINING:])


def test_a_number_of_the_row_that_was_written_along(tmp_path, capsys):
    frame = people()[["charges", "end"]].assign(visits=np.arange(ROWS) % 9)
    X = frame[["charges", "visits"]]
    model = LogisticRegression(max_iter=900).fit(X[:TRAINING].to_numpy(), frame["end"][:TRAINING])
    written = pd.concat([pd.Series(range(ROWS), name="Unnamed: 0"), X, frame["end"]], axis=1)
    assert added(tmp_path, model, written) == OK, capsys.readouterr().err
    assert "Not given to the estimator: Unnamed: 0." in capsys.readouterr().out
    same_as(model, tmp_path, X[TRAINING:].to_numpy())


def test_columns_that_get_dummies_made_are_told(tmp_path, capsys):
    frame = people()
    X = pd.get_dummies(frame.drop(columns="end"))
    model = LogisticRegression(max_iter=900).fit(X[:TRAINING], frame["end"][:TRAINING])
    assert added(tmp_path, model, frame) == FAILED
    assert "They look like what pandas.get_dummies made of work, town" in capsys.readouterr().err


class FromSpaces(TransformerMixin, BaseEstimator):
    """A first step of one's own that knows spaces, and nothing of gaps."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X.assign(charges=X["charges"].replace(" ", "0").astype(float))[["charges"]]


@pytest.mark.parametrize("own", [True, False])
def test_a_text_of_spaces_stays_one_where_training_had_such(own, tmp_path, capsys):
    frame = people().assign(charges=lambda f: f["charges"].map("{:.2f}".format).mask(at(9), " "))
    frame["note"] = np.where(at(4), "  ", frame["work"])
    X = frame.drop(columns="end")
    encode = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["charges", "note"]))
    model = make_pipeline(FromSpaces() if own else encode, LogisticRegression()).fit(
        X[:TRAINING], frame["end"][:TRAINING]
    )
    trust = ["--trust", f"{__name__}.FromSpaces"] if own else []
    assert added(tmp_path, model, frame, *trust) == OK, capsys.readouterr().err
    same_as(model, tmp_path, X[TRAINING:])
    service = open_service(tmp_path / "models")
    asked = X[TRAINING:][at(9)[TRAINING:]][:3].to_dict("records")
    answers = [score.probabilities for score in service.score("m", asked).scores]
    assert np.abs(np.array(answers) - model.predict_proba(pd.DataFrame(asked))).max() <= 1e-12
    feature = service.model("m").schema.feature("note")
    assert (feature.spaces, " " in {choice.label for choice in feature.choices}) == (True, False)


class ToNumbers(TransformerMixin, BaseEstimator):
    """A first step of one's own that takes numbers and texts of numbers alike."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return pd.to_numeric(X["charges"], errors="coerce").fillna(0).to_numpy()[:, None]


def test_texts_of_numbers_are_asked_for_as_numbers_where_that_changes_no_answer(tmp_path, capsys):
    frame = people().assign(charges=lambda f: f["charges"].map("{:.2f}".format).mask(at(9), " "))
    X = frame.drop(columns="end")
    model = make_pipeline(ToNumbers(), LogisticRegression()).fit(X[:TRAINING], frame["end"][:TRAINING])
    assert added(tmp_path, model, frame, "--trust", f"{__name__}.ToNumbers") == OK, capsys.readouterr().err
    feature = same_as(model, tmp_path, X[TRAINING:]).schema.feature("charges")
    assert (feature.kind, feature.required) == ("number", False)


def test_a_mark_that_is_a_gap_in_one_column_is_one_in_all(tmp_path, capsys):
    """The hold-out has it where training had numbers without a gap, and where it had levels without one."""
    frame = people().assign(age=np.arange(ROWS) % 50 + 20)
    written = frame.astype({"charges": "str", "age": "str"})
    written["work"] = written["work"].mask(at(7), "?")
    late = at(6) & ~at(7) & (np.arange(ROWS) >= TRAINING)
    for name in ("charges", "age", "town"):
        written[name] = written[name].mask(late, " ?")
    read = frame.assign(work=frame["work"].mask(at(7)))
    for name in ("charges", "age", "town"):
        read[name] = read[name].mask(late)
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    model = make_pipeline(
        make_column_transformer((numbers, ["charges", "age"]), (FILLS, ["work", "town"])), LogisticRegression()
    ).fit(read[:TRAINING].drop(columns="end"), read["end"][:TRAINING])
    assert added(tmp_path, model, written) == OK, capsys.readouterr().err
    bundle = same_as(model, tmp_path, read[TRAINING:].drop(columns="end"))
    assert bundle.schema.feature("age").kind == "integer"


def of_texts_of_times(frame):
    return np.c_[pd.to_datetime(frame["since"]).dt.hour, frame["charges"]]


def test_texts_of_dates_are_asked_for_as_dates_where_that_changes_no_answer(tmp_path, capsys):
    frame = people().assign(since=pd.date_range("2024-01-05 07:30", periods=ROWS, freq="9h").astype("str"))
    X = frame.drop(columns="end")
    model = make_pipeline(FunctionTransformer(of_texts_of_times), LogisticRegression()).fit(
        X[:TRAINING], frame["end"][:TRAINING]
    )
    assert added(tmp_path, model, frame, "--trust", f"{__name__}.of_texts_of_times") == OK, capsys.readouterr().err
    feature = same_as(model, tmp_path, X[TRAINING:]).schema.feature("since")
    assert (feature.kind, feature.timed) == ("date", True)


@pytest.mark.parametrize("gap", [None, np.nan])
def test_a_column_without_a_value_that_an_encoder_knew_as_objects(gap, tmp_path, capsys):
    """A file shows such a column as numbers; an encoder of objects learned one gap, and refuses numbers."""
    frame = people().assign(second=pd.Series([gap] * ROWS, dtype=object))
    X = frame.drop(columns="end")
    encode = make_column_transformer((OneHotEncoder(), ["work", "town", "second"]), (StandardScaler(), ["charges"]))
    model = make_pipeline(encode, LogisticRegression()).fit(X[:TRAINING], frame["end"][:TRAINING])
    assert added(tmp_path, model, frame) == OK, capsys.readouterr().err
    assert "columns without a value as" in capsys.readouterr().out
    assert same_as(model, tmp_path, X[TRAINING:]).schema.feature("second").hidden
