"""Gaps are read as training code had them: filled with a word, as gaps for an imputer, levels that it never saw."""

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

from ml.cli import BAD_INPUT, OK
from ml.cli.commands import main
from ml.service import open_service

ROWS, TRAINING = 300, 200
X_COLUMNS = ["age", "work", "town"]


def people():
    draw = np.random.default_rng(11)
    frame = pd.DataFrame(
        {
            "age": draw.integers(18, 80, ROWS),
            "work": draw.choice(["farm", "mill", "shop"], ROWS),
            "town": draw.choice(["Linz", "Graz", "Wels"], ROWS),
        }
    )
    gone = draw.random(ROWS) < 0.1
    pushed = frame["age"] / 30 - (frame["work"] == "farm") + 2 * gone + draw.normal(0, 1, ROWS)
    frame["end"] = np.where(pushed > pushed.median(), "stays", "leaves")
    return frame, gone


def hidden_levels(frame, unknown):
    """A pipeline whose encoder gets its columns without their names, as CatBoost has its levels as hashes only."""
    encoder = make_pipeline(FunctionTransformer(np.copy), OneHotEncoder(handle_unknown=unknown))
    columns = make_column_transformer((encoder, ["work", "town"]), remainder="passthrough")
    pipeline = make_pipeline(columns, LogisticRegression(max_iter=1000))
    return pipeline.fit(frame[X_COLUMNS][:TRAINING], frame["end"][:TRAINING])


def added(folder, estimator, written):
    skops.io.dump(estimator, folder / "m.skops")
    for name, part in (("t.csv", written[:TRAINING]), ("h.csv", written[TRAINING:])):
        part.to_csv(folder / name, index=False)
    words = ["add", "m", "--estimator", folder / "m.skops", "--data", folder / "t.csv", "--holdout", folder / "h.csv"]
    words += ["--trust", "numpy.copy"]
    assert main([*map(str, words), "--truth", "end"], folder / "models") == OK
    return open_service(folder / "models").model("m")


def scored(folder):
    code = main(["score", "m", "--in", str(folder / "h.csv"), "--out", str(folder / "o.csv")], folder / "models")
    return code, pd.read_csv(folder / "o.csv")[["probability_leaves", "probability_stays"]].to_numpy()


@pytest.mark.parametrize(
    ("mark", "word", "unknown"),
    [("?", "missing", "ignore"), (" ?", "Unknown", "error"), (None, "nan", "ignore"), (None, "None", "error")],
)
def test_the_word_is_found(tmp_path, capsys, mark, word, unknown):
    frame, gone = people()
    frame["work"] = frame["work"].mask(gone, word)
    model = hidden_levels(frame, unknown)
    bundle = added(tmp_path, model, frame.assign(work=frame["work"].mask(gone, mark)))
    said = capsys.readouterr()
    assert f"{'gaps' if mark is None else '“?”'} of work as “{word}”" in said.err + said.out
    code, answers = scored(tmp_path)
    assert code == OK
    assert np.abs(answers - model.predict_proba(frame[X_COLUMNS][TRAINING:])).max() <= 1e-12
    assert (bundle.schema.feature("work").blank, bundle.schema.feature("work").required) == (word, False)


def test_a_mark_that_was_learned_stays_a_level(tmp_path):
    frame, gone = people()
    frame["work"] = frame["work"].mask(gone, "?")
    model = hidden_levels(frame, "ignore")
    bundle = added(tmp_path, model, frame)
    assert "?" in [choice.value for choice in bundle.schema.feature("work").choices]
    code, answers = scored(tmp_path)
    assert code == OK
    assert np.abs(answers - model.predict_proba(frame[X_COLUMNS][TRAINING:])).max() <= 1e-12


def test_nothing_is_filled_with_a_word_that_the_estimator_does_not_know(tmp_path):
    frame, gone = people()
    model = hidden_levels(frame.assign(work=frame["work"].mask(gone, "we did not ask")), "ignore")
    bundle = added(tmp_path, model, frame.assign(work=frame["work"].mask(gone, "?")))
    assert "?" in [choice.value for choice in bundle.schema.feature("work").choices]


def test_free_text_is_not_filled(tmp_path):
    frame, gone = people()
    draw = np.random.default_rng(3)
    words = np.array(["other", "unknown", "missing", *(f"w{at}" for at in range(40))])
    frame["work"] = [" ".join(draw.choice(words, 6)) for _ in range(ROWS)]
    frame["work"] = frame["work"].mask(gone, "")
    columns = make_column_transformer((TfidfVectorizer(), "work"), ("passthrough", ["age"]))
    model = make_pipeline(columns, LogisticRegression()).fit(frame[X_COLUMNS][:TRAINING], frame["end"][:TRAINING])
    added(tmp_path, model, frame)
    code, answers = scored(tmp_path)
    assert code in (OK, BAD_INPUT)
    assert np.abs(answers - model.predict_proba(frame[X_COLUMNS][TRAINING:])).max() <= 1e-12


def test_a_gap_that_an_imputer_fills_is_no_none(tmp_path):
    """With None for a gap the labels fit better here: the imputer leaves it, and the encoder answers as for no town."""
    frame, gone = people()
    frame["work"] = frame["work"].mask(gone)  # a column that the estimator is given and never reads
    frame["town"] = frame["town"].mask(gone)
    frame["end"] = np.where((frame["town"] == "Graz") | (np.arange(ROWS) % 7 == 0), "stays", "leaves")
    towns = make_pipeline(SimpleImputer(strategy="constant", fill_value="Graz"), OneHotEncoder(handle_unknown="ignore"))
    model = make_pipeline(make_column_transformer((towns, ["town"])), LogisticRegression())
    model.fit(frame[X_COLUMNS][:TRAINING], frame["end"][:TRAINING])
    added(tmp_path, model, frame)
    code, answers = scored(tmp_path)
    assert code == OK
    assert np.abs(answers - model.predict_proba(frame[X_COLUMNS][TRAINING:])).max() <= 1e-12


def test_a_level_that_no_category_of_training_was(tmp_path):
    frame, _ = people()
    frame.loc[ROWS - 5, "town"] = "Enns"  # in the hold-out only: of training's categories it is none, so a gap
    read = frame.assign(**{name: pd.Categorical(frame[name], sorted(set(frame[name]))) for name in ("work", "town")})
    model = HistGradientBoostingClassifier(max_iter=10).fit(read[X_COLUMNS][:TRAINING], frame["end"][:TRAINING])
    added(tmp_path, model, frame)
    code, answers = scored(tmp_path)
    assert code == OK
    assert np.abs(answers - model.predict_proba(read[X_COLUMNS][TRAINING:])).max() <= 1e-12
