"""Rows with gaps that training code left out, as ``dropna`` does, are left out of the training file in the same way."""

import numpy as np
import pandas as pd
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ml.add import add_model
from ml.cli import BAD_INPUT, FAILED, OK
from ml.cli.commands import main
from ml.service import open_service

ROWS, TRAINING = 240, 160


def people():
    draw = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "charges": draw.gamma(2, 300, ROWS).round(2),
            "age": draw.integers(18, 80, ROWS),
            "town": draw.choice(["Linz", "Graz", "Wels"], ROWS),
        }
    )
    pushed = frame["charges"] / 300 - (frame["town"] == "Graz") + draw.normal(0, 1, ROWS)
    frame["end"] = np.where(pushed > pushed.median(), "stays", "leaves")
    return frame


def at(every):
    return np.arange(ROWS) % every == 3


def fitted(frame, ages):
    pipeline = make_pipeline(
        make_column_transformer((StandardScaler(), ["charges"]), (ages, ["age"]), (OneHotEncoder(), ["town"])),
        LogisticRegression(),
    )
    return pipeline.fit(frame.drop(columns="end"), frame["end"])


def added(folder, estimator, written, training=TRAINING):
    skops.io.dump(estimator, folder / "m.skops")
    for name, part in (("t.csv", written[:training]), ("h.csv", written[training:])):
        part.to_csv(folder / name, index=False)
    words = ["add", "m", "--estimator", folder / "m.skops", "--data", folder / "t.csv", "--holdout", folder / "h.csv"]
    return main([*map(str, words), "--truth", "end"], folder / "models")


def scored(folder):
    words = ["score", "m", "--in", str(folder / "h.csv"), "--out", str(folder / "o.csv")]
    code = main(words, folder / "models")
    return code, pd.read_csv(folder / "o.csv")


def test_cells_of_spaces_that_training_dropped(tmp_path, capsys):
    frame = people()
    gone = at(40)  # 4 rows of the training file, 2 of the hold-out
    model = fitted(frame[~gone & (np.arange(ROWS) < TRAINING)], StandardScaler())
    written = frame.assign(charges=frame["charges"].astype(str).mask(gone, " "))
    assert added(tmp_path, model, written) == OK
    said = capsys.readouterr()
    words = "rows of t.csv have a gap in charges, where the estimator takes none: they are left out."
    assert f"4 of the 160 {words}" in said.err + said.out
    assert "2 of the 80 rows of h.csv have a gap" in said.err + said.out
    holdout = frame[TRAINING:][~gone[TRAINING:]]
    want = model.predict_proba(holdout.drop(columns="end"))
    bundle = open_service(tmp_path / "models").model("m")
    assert np.abs(bundle.predictor.block(bundle.holdout.block).probabilities - want).max() <= 1e-12
    assert bundle.schema.feature("charges").required
    code, table = scored(tmp_path)
    assert code == BAD_INPUT
    assert table["problems"].notna().to_numpy().tolist() == gone[TRAINING:].tolist()
    answered = table.loc[table["problems"].isna(), ["probability_leaves", "probability_stays"]].to_numpy()
    assert np.abs(answered - want).max() <= 1e-12


def test_only_where_the_estimator_takes_no_gap(tmp_path):
    frame = people()
    frame = frame.assign(charges=frame["charges"].mask(at(40)), age=frame["age"].mask(at(5)))
    ages = make_pipeline(SimpleImputer(), StandardScaler())
    X, y = frame.drop(columns="end")[:TRAINING], frame["end"][:TRAINING]
    model = fitted(frame[:TRAINING].dropna(subset="charges"), ages)
    assert added(tmp_path, model, frame) == OK
    holdout = frame[TRAINING:].dropna(subset="charges")
    assert holdout["age"].isna().any()
    bundle = open_service(tmp_path / "models").model("m")
    want = model.predict_proba(holdout.drop(columns="end"))
    assert np.abs(bundle.predictor.block(bundle.holdout.block).probabilities - want).max() <= 1e-12
    assert [bundle.schema.feature(name).required for name in ("charges", "age")] == [True, False]
    held_out, models = frame[TRAINING:], tmp_path / "models"
    key = add_model("n", model, X, held_out.drop(columns="end"), held_out["end"], y_train=y, models=models)
    held = open_service(models).model(key)
    assert np.abs(held.predictor.block(held.holdout.block).probabilities - want).max() <= 1e-12


def test_a_hold_out_of_nothing_but_such_rows_is_refused(tmp_path, capsys):
    frame = people()
    gone = at(40) | (np.arange(ROWS) >= TRAINING)
    model = fitted(frame[~gone], StandardScaler())
    assert added(tmp_path, model, frame.assign(charges=frame["charges"].mask(gone))) == FAILED
    assert "Every row of h.csv has a gap in charges" in capsys.readouterr().err
    assert not (tmp_path / "models" / "m").exists()


def test_levels_that_begin_with_a_space_and_one_that_training_never_had(tmp_path):
    frame = people().assign(town=lambda f: " " + f["town"])
    frame.loc[200, "town"] = " Enns"
    pipeline = make_pipeline(
        make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["town"]), remainder="passthrough"),
        LogisticRegression(max_iter=1000),
    )
    model = pipeline.fit(frame.drop(columns="end")[:TRAINING], frame["end"][:TRAINING])
    assert added(tmp_path, model, frame) == OK
    code, table = scored(tmp_path)
    want = model.predict_proba(frame[TRAINING:].drop(columns="end"))
    assert code == OK
    assert np.abs(table[["probability_leaves", "probability_stays"]].to_numpy() - want).max() <= 1e-12
