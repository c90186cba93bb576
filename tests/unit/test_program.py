"""A program answers like the scikit-learn estimator that it was compiled from, or is not made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV, TunedThresholdClassifierCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier

from ml.data.columns import Block, block_of_frame, rows_of, take
from ml.data.feature import Choice, Feature
from ml.data.outcomes import Outcome, Outcomes, Prediction
from ml.data.schema import Schema
from ml.predict.compile import CannotCompile, compile_estimator
from ml.predict.equivalence import prove
from ml.predict.predictor import EstimatorFailed, SklearnPredictor
from ml.predict.program import Program
from ml.training.infer_schema import infer_schema

NUMBERS, WORDS = ["income", "age", "share"], ["region", "plan"]

MIXED = Schema(
    (
        Feature("income", "Income", "number", seen=(-3.0, 3.0)),
        Feature(
            "region", "Region", "category", dtype="str", choices=tuple(Choice(v, v) for v in ("east", "north", "west"))
        ),
        Feature("age", "Age", "integer", dtype="int64", seen=(18, 80)),
        Feature("plan", "Plan", "category", dtype="object", choices=tuple(Choice(v, v) for v in ("basic", "plus"))),
        Feature("share", "Share", "number", seen=(0.0, 1.0)),
    )
)
PLAIN = Schema(tuple(feature for feature in MIXED.features if feature.name in NUMBERS))

FAST: dict[str, Any] = {"n_estimators": 7, "random_state": 0}
MODELS: dict[str, Any] = {
    "tree": DecisionTreeClassifier(max_depth=4, random_state=0),
    "forest": RandomForestClassifier(**FAST),
    "forest of even count": RandomForestClassifier(n_estimators=6, min_samples_leaf=3, random_state=0),
    "extra trees": ExtraTreesClassifier(**FAST, max_depth=6),
    "stumps without a split": RandomForestClassifier(n_estimators=3, max_depth=1, min_samples_leaf=200, random_state=0),
    "boosting": GradientBoostingClassifier(**FAST),
    "boosting from zero": GradientBoostingClassifier(**FAST, init="zero"),
    "histogram boosting": HistGradientBoostingClassifier(max_iter=7, random_state=0),
    "logistic": LogisticRegression(),
    "discriminant": LinearDiscriminantAnalysis(),
    "naive Bayes": GaussianNB(),
    "sigmoid over forest": CalibratedClassifierCV(RandomForestClassifier(**FAST), cv=2),
    "isotonic over boosting": CalibratedClassifierCV(GradientBoostingClassifier(**FAST), method="isotonic", cv=2),
    "isotonic over histogram": CalibratedClassifierCV(
        HistGradientBoostingClassifier(max_iter=5), method="isotonic", cv=2
    ),
    "one sigmoid over logistic": CalibratedClassifierCV(LogisticRegression(), cv=2, ensemble=False),
    "search": GridSearchCV(RandomForestClassifier(**FAST), {"max_depth": [2, 3]}, cv=2),
}


def people(n: int = 240, seed: int = 0, gaps: bool = True) -> pd.DataFrame:
    """Customers with numbers on several scales, words, and values missing in numbers and words."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "income": rng.normal(size=n),
            "region": rng.choice(["east", "north", "west"], n, p=[0.6, 0.3, 0.1]),
            "age": rng.integers(18, 80, n),
            "plan": rng.choice(["basic", "plus"], n).astype(object),
            "share": rng.random(n).round(2),
        }
    ).astype({"plan": object})
    if gaps:
        for name in ("income", "share", "region", "plan"):
            frame.loc[rng.random(n) < 0.1, name] = np.nan
    return frame


def truth(frame: pd.DataFrame, sides: int) -> np.ndarray:
    """String labels, unevenly spread over two or three classes."""
    noise = np.random.default_rng(1).normal(scale=0.6, size=len(frame))
    score = frame["income"].fillna(0) + frame["age"] / 40 + (frame["region"] == "west") + noise
    return np.asarray(np.select([score > 2.6, score > 1.9], ["often", "rarely" if sides == 3 else "never"], "never"))


def questions(frame: pd.DataFrame) -> np.ndarray:
    """Three independent outcomes as an indicator matrix."""
    noise = np.random.default_rng(2).normal(scale=0.5, size=(len(frame), 3))
    base = np.column_stack([frame["income"].fillna(0), frame["age"] / 30 - 2, (frame["plan"] == "plus") - 0.3])
    return (base + noise > 0.5).astype(int)


def preparation(**one_hot: Any) -> ColumnTransformer:
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    words = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(**({"handle_unknown": "ignore"} | one_hot))
    )
    return ColumnTransformer([("numbers", numbers, NUMBERS), ("words", words, WORDS)])


def exclusive(estimator: Any) -> Outcomes:
    items = tuple(Outcome(str(value), str(value), value) for value in estimator.classes_.tolist())
    return Outcomes(items, True, items[0].name)


INDEPENDENT = Outcomes(tuple(Outcome(name, name, name) for name in ("loan", "card", "fund")), False, "loan")


def assert_equal(estimator: Any, schema: Schema, frame: pd.DataFrame, outcomes: Outcomes) -> Program:
    """Compile, prove, and compare once more by hand on a frame that the training did not see."""
    program = compile_estimator(estimator, schema, outcomes, "frame")
    reference = SklearnPredictor(estimator, schema, outcomes)
    block = block_of_frame(schema, frame)
    proof = prove(program, reference.block, schema, [block])
    assert proof.ok, proof
    assert proof.rows > len(frame)
    return program


@pytest.mark.parametrize("sides", [2, 3])
@pytest.mark.parametrize("name", MODELS)
def test_a_model_on_bare_numbers_is_equal(name: str, sides: int) -> None:
    frame, unseen = people(gaps=False), people(80, seed=5, gaps=False)
    estimator = clone(MODELS[name]).fit(frame[NUMBERS], truth(frame, sides))
    assert_equal(estimator, PLAIN, unseen[NUMBERS], exclusive(estimator))


@pytest.mark.parametrize("sides", [2, 3])
@pytest.mark.parametrize("name", MODELS)
def test_a_model_behind_imputation_scaling_and_one_hot_is_equal(name: str, sides: int) -> None:
    frame, unseen = people(), people(80, seed=5)
    estimator = make_pipeline(preparation(sparse_output=False), clone(MODELS[name])).fit(frame, truth(frame, sides))
    assert_equal(estimator, MIXED, unseen, exclusive(estimator))


@pytest.mark.parametrize(
    "model",
    [
        MultiOutputClassifier(RandomForestClassifier(**FAST)),
        MultiOutputClassifier(CalibratedClassifierCV(HistGradientBoostingClassifier(max_iter=5), cv=2)),
        OneVsRestClassifier(LogisticRegression()),
        OneVsRestClassifier(RandomForestClassifier(n_estimators=6, random_state=0)),
        OneVsRestClassifier(GradientBoostingClassifier(**FAST)),
        RandomForestClassifier(**FAST),
        ExtraTreesClassifier(**FAST),
        DecisionTreeClassifier(max_depth=5, random_state=0),
    ],
    ids=lambda model: f"{type(model).__name__}-{type(getattr(model, 'estimator', None)).__name__}",
)
def test_independent_outcomes_are_equal(model: Any) -> None:
    frame, unseen = people(), people(80, seed=5)
    estimator = make_pipeline(preparation(sparse_output=False), model).fit(frame, questions(frame))
    assert_equal(estimator, MIXED, unseen, INDEPENDENT)


def test_several_outputs_that_each_hold_a_whole_pipeline_are_equal() -> None:
    frame, unseen = people(), people(80, seed=5)
    inner = make_pipeline(preparation(), RandomForestClassifier(**FAST))
    estimator = MultiOutputClassifier(CalibratedClassifierCV(inner, cv=2)).fit(frame, questions(frame))
    program = assert_equal(estimator, MIXED, unseen, INDEPENDENT)
    assert len(program.matrices) <= 6


PREPARATIONS: dict[str, Any] = {
    "drop first": [("w", OneHotEncoder(drop="first", handle_unknown="ignore"), WORDS), ("n", "passthrough", NUMBERS)],
    "drop if binary": [("w", OneHotEncoder(drop="if_binary", handle_unknown="ignore"), WORDS)],
    "unknown is an error": [("w", OneHotEncoder(), WORDS), ("n", SimpleImputer(), NUMBERS)],
    "ordinal codes": [
        ("w", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2), WORDS)
    ],
    "ordinal with NaN": [("w", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan), WORDS)],
    "ordinal, unknown is an error": [("w", OrdinalEncoder(), WORDS), ("n", "passthrough", NUMBERS)],
    "scaled codes": [("w", make_pipeline(OrdinalEncoder(), SimpleImputer(), MinMaxScaler()), WORDS)],
    "one-hot of numbers": [("a", OneHotEncoder(handle_unknown="ignore"), ["age"])],
    "constant fill": [
        ("w", make_pipeline(SimpleImputer(strategy="constant", fill_value="none"), OneHotEncoder()), WORDS),
        ("n", SimpleImputer(strategy="constant", fill_value=-1), NUMBERS),
    ],
    "word indicator": [
        ("w", make_pipeline(SimpleImputer(strategy="most_frequent", add_indicator=True), OrdinalEncoder()), ["region"])
    ],
    "robust": [("n", make_pipeline(RobustScaler(), SimpleImputer()), NUMBERS)],
    "clipped": [("n", make_pipeline(SimpleImputer(), MinMaxScaler(clip=True)), NUMBERS)],
    "by position": [("n", SimpleImputer(), [0, 4]), ("s", StandardScaler(), slice(2, 3)), ("d", "drop", [1])],
    "by mask": [("n", SimpleImputer(), [True, False, True, False, True])],
    "by selector": [("n", SimpleImputer(), make_column_selector(dtype_include="number"))],
    "identity": [("n", FunctionTransformer(), NUMBERS)],
}


@pytest.mark.parametrize("name", PREPARATIONS)
def test_a_preparation_is_equal(name: str) -> None:
    frame, unseen = people(), people(80, seed=5)
    prepare = ColumnTransformer(PREPARATIONS[name])
    estimator = make_pipeline(prepare, RandomForestClassifier(**FAST)).fit(frame, truth(frame, 3))
    assert_equal(estimator, MIXED, unseen, exclusive(estimator))


def test_the_remainder_passes_through() -> None:
    frame, unseen = people(), people(80, seed=5)
    prepare = ColumnTransformer([("w", OneHotEncoder(handle_unknown="ignore"), WORDS)], remainder="passthrough")
    estimator = make_pipeline(prepare, RandomForestClassifier(**FAST)).fit(frame, truth(frame, 2))
    assert_equal(estimator, MIXED, unseen, exclusive(estimator))


def test_a_date_that_no_step_takes_hinders_nothing_and_one_that_is_taken_does() -> None:
    days = pd.Series(pd.date_range("2024-01-01", periods=240, freq="31h", unit="us"))
    frame, unseen = people().assign(since=days), people(80, seed=5).assign(since=days[:80])
    schema = replace(
        MIXED, features=(*MIXED.features, Feature("since", "Since", "date", dtype="datetime64[us]", timed=True))
    )
    encode = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    unused = make_pipeline(ColumnTransformer([("w", encode, WORDS)]), LogisticRegression()).fit(frame, truth(frame, 2))
    assert_equal(unused, schema, unseen, exclusive(unused))
    used = ColumnTransformer([("w", encode, [*WORDS, "since"])])
    estimator = make_pipeline(used, LogisticRegression()).fit(frame, truth(frame, 2))
    with pytest.raises(CannotCompile, match="'since'"):
        compile_estimator(estimator, schema, exclusive(estimator), "frame")


@pytest.mark.parametrize("sides", [2, 3])
def test_histogram_boosting_with_its_own_categories_is_equal(sides: int) -> None:
    frame, unseen = people(), people(80, seed=5)
    estimator = HistGradientBoostingClassifier(max_iter=8, categorical_features=WORDS).fit(frame, truth(frame, sides))
    assert_equal(estimator, MIXED, unseen, exclusive(estimator))


def test_histogram_boosting_with_many_categories_is_equal() -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 90, 900)
    frame = pd.DataFrame({"shop": codes.astype(np.float64), "size": rng.normal(size=900)})
    wanted = np.where((codes * 7919 % 13 > 6) ^ (frame["size"] > 0.8), "yes", "no")
    schema = Schema(
        (Feature("shop", "Shop", "integer", seen=(0, 89)), Feature("size", "Size", "number", seen=(-3.0, 3.0)))
    )
    estimator = HistGradientBoostingClassifier(max_iter=15, categorical_features=["shop"]).fit(frame, wanted)
    assert_equal(estimator, schema, frame[:100], exclusive(estimator))


@pytest.mark.parametrize(
    "model",
    [
        FixedThresholdClassifier(LogisticRegression(), threshold=0.2, pos_label="often"),
        FixedThresholdClassifier(RandomForestClassifier(**FAST), threshold=0.3, pos_label="never"),
        FixedThresholdClassifier(
            LogisticRegression(), threshold=-1.0, response_method="decision_function", pos_label="never"
        ),
        TunedThresholdClassifierCV(LogisticRegression(), cv=2, scoring="balanced_accuracy"),
    ],
)
def test_labels_follow_the_estimators_own_cut_off(model: Any) -> None:
    frame, unseen = people(gaps=False), people(80, seed=5, gaps=False)
    estimator = clone(model).fit(frame[NUMBERS], truth(frame, 2))
    program = assert_equal(estimator, PLAIN, unseen[NUMBERS], exclusive(estimator))
    answer = program.block(block_of_frame(PLAIN, unseen[NUMBERS]))
    assert answer.probabilities is not None
    assert (answer.labels.argmax(axis=1) != answer.probabilities.argmax(axis=1)).any()


@pytest.fixture(scope="module")
def compiled() -> tuple[Program, Block]:
    frame = people()
    estimator = make_pipeline(preparation(), RandomForestClassifier(**FAST)).fit(frame, truth(frame, 3))
    return compile_estimator(estimator, MIXED, exclusive(estimator), "frame"), block_of_frame(MIXED, frame)


def test_rows_and_blocks_of_any_length_agree_to_1e_12(compiled: tuple[Program, Block]) -> None:
    program, block = compiled
    long = take(block, np.resize(np.arange(240), 20_000))
    answer = program.block(long)
    assert answer.labels.shape == (20_000, 3)
    assert answer.labels.dtype == bool
    assert answer.probabilities is not None
    for at in (0, 7, 16_383, 16_384, 19_999):
        labels, probabilities = program.row(rows_of(MIXED, take(long, slice(at, at + 1)))[0])
        assert labels == tuple(answer.labels[at].tolist())
        assert probabilities == pytest.approx(answer.probabilities[at].tolist(), abs=1e-12)
    empty = program.block(take(block, slice(0, 0)))
    assert empty.labels.shape == (0, 3)


def test_a_saved_program_answers_the_same(compiled: tuple[Program, Block], tmp_path: Path) -> None:
    program, block = compiled
    program.save(tmp_path)
    again = Program.load(tmp_path)
    assert again.description == program.description == "compiled: impute, scale, one-hot → 7 trees"
    assert again.edges == program.edges
    one, other = program.block(block), again.block(block)
    np.testing.assert_array_equal(one.labels, other.labels)
    np.testing.assert_array_equal(one.probabilities, other.probabilities)


def test_a_program_of_another_format_is_refused(compiled: tuple[Program, Block], tmp_path: Path) -> None:
    compiled[0].save(tmp_path)
    written = tmp_path / "program.json"
    for other in (1, 99):
        written.write_text(json.dumps(json.loads(written.read_text()) | {"format": other}))
        with pytest.raises(ValueError, match=f"format {other}"):
            Program.load(tmp_path)


def test_serving_a_program_imports_neither_scikit_learn_nor_pandas(
    compiled: tuple[Program, Block], tmp_path: Path
) -> None:
    compiled[0].save(tmp_path)
    code = (
        "import sys, pathlib\n"
        "from ml.predict.program import Program\n"
        "assert 'onnxruntime' not in sys.modules\n"
        f"program = Program.load(pathlib.Path({str(tmp_path)!r}))\n"
        "print(program.row((0.5, 'west', 40, 'plus', None)))\n"
        "heavy = {'sklearn', 'pandas', 'scipy', 'onnx'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_trees_start_no_thread_write_no_file_and_survive_a_fork(
    compiled: tuple[Program, Block], tmp_path: Path
) -> None:
    if not Path("/proc/self/task").exists():
        pytest.skip("Threads are counted in /proc")
    compiled[0].save(tmp_path)
    home = tmp_path / "home"
    home.mkdir()
    code = (
        "import os, pathlib\n"
        "import numpy\n"
        "from ml.predict.program import Program\n"
        "before = len(os.listdir('/proc/self/task'))\n"
        f"program = Program.load(pathlib.Path({str(tmp_path)!r}))\n"
        "rows = [(0.5, 'west', 40, 'plus', None)] * 2\n"
        "answers = [program.row(row) for row in rows]\n"
        "assert len(os.listdir('/proc/self/task')) == before\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os._exit(0 if program.row(rows[0]) == answers[0] else 1)\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
    )
    environment = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home)}
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=environment, timeout=60)
    assert not list(home.iterdir())


CONSTANT = Schema((Feature("same", "Same", "number", seen=(1.0, 1.0)),))


def answers(estimator: Any, frame: pd.DataFrame) -> tuple[Prediction, Prediction]:
    """What scikit-learn and what the program say of the first row of a frame with one constant column."""
    outcomes = exclusive(estimator)
    block = block_of_frame(CONSTANT, frame[:1])
    wanted = SklearnPredictor(estimator, CONSTANT, outcomes).block(block)
    return wanted, compile_estimator(estimator, CONSTANT, outcomes, "frame").block(block)


def test_a_tie_goes_to_the_class_that_scikit_learn_prefers() -> None:
    # Each tree is one leaf with shares in tenths, which together make a half; but sums of tenths are
    # rounded, so scikit-learn sees now the one and now the other class a hair ahead.
    frame, wanted = pd.DataFrame({"same": np.ones(10)}), np.array(["no", "yes"] * 5)
    estimator = RandomForestClassifier(n_estimators=6, random_state=0).fit(frame, wanted)
    rng = np.random.default_rng(0)
    surprising = 0
    for _ in range(150):
        tenths = rng.integers(1, 10, 3)
        tenths = rng.permutation([*tenths, *(10 - tenths)])
        for member, yes in zip(estimator.estimators_, tenths, strict=True):
            member.tree_.value[0, 0] = (10 - yes) / 10, yes / 10
        reference, given = answers(estimator, frame)
        assert reference.probabilities is not None
        assert abs(reference.probabilities[0, 1] - 0.5) < 1e-9
        surprising += bool(reference.labels[0, 1] != (reference.probabilities[0, 1] > 0.5))
        np.testing.assert_array_equal(given.labels, reference.labels)
    assert surprising > 0


@pytest.mark.parametrize(
    ("model", "label"),
    [(GradientBoostingClassifier(**FAST), "yes"), (HistGradientBoostingClassifier(max_iter=3), "no")],
)
def test_a_sum_of_exactly_zero_has_the_label_that_each_booster_gives_it(model: Any, label: str) -> None:
    frame = pd.DataFrame({"same": np.ones(60)})
    estimator = clone(model).fit(frame, np.array(["no", "yes"] * 30))
    reference, given = answers(estimator, frame)
    assert reference.probabilities is not None
    assert reference.probabilities[0].tolist() == [0.5, 0.5]
    assert estimator.classes_[int(given.labels[0].argmax())] == label
    np.testing.assert_array_equal(given.labels, reference.labels)


@pytest.mark.parametrize("bad", [np.inf, -np.inf, 1e39])
def test_infinite_and_oversized_values_are_refused(compiled: tuple[Program, Block], bad: float) -> None:
    frame = people(gaps=False)
    estimator = RandomForestClassifier(**FAST).fit(frame[NUMBERS], truth(frame, 2))
    program = compile_estimator(estimator, PLAIN, exclusive(estimator), "frame")
    with pytest.raises(ValueError, match=r"Infinite|too large"):
        program.row((bad, 40, 0.5))
    with pytest.raises(ValueError, match=r"Infinite|too large"):
        program.block((np.array([0.1, bad]), np.array([40.0, 40.0]), np.array([0.5, 0.5])))


def test_a_missing_value_that_the_model_needs_is_refused() -> None:
    frame = people(gaps=False)
    estimator = LogisticRegression().fit(frame[NUMBERS], truth(frame, 2))
    program = compile_estimator(estimator, PLAIN, exclusive(estimator), "frame")
    with pytest.raises(ValueError, match="missing"):
        program.row((0.1, None, 0.5))
    proof = prove(
        program, SklearnPredictor(estimator, PLAIN, exclusive(estimator)).block, PLAIN, [block_of_frame(PLAIN, frame)]
    )
    assert proof.ok
    assert proof.refused > 0


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (KNeighborsClassifier(), "KNeighborsClassifier is a classifier"),
        (make_pipeline(FunctionTransformer(np.nan_to_num), LogisticRegression()), "calls a Python function"),
        (GradientBoostingClassifier(**FAST, init=LogisticRegression()), "`init`"),
    ],
)
def test_what_cannot_be_compiled_says_why(model: Any, reason: str) -> None:
    frame = people(gaps=False).assign(income=lambda f: f["income"].abs())
    estimator = clone(model).fit(frame[NUMBERS], truth(frame, 2))
    with pytest.raises(CannotCompile, match=reason):
        compile_estimator(estimator, PLAIN, exclusive(estimator), "frame")


def test_outcomes_in_another_order_are_refused() -> None:
    frame = people(gaps=False)
    estimator = LogisticRegression().fit(frame[NUMBERS], truth(frame, 2))
    turned = Outcomes(exclusive(estimator).items[::-1], True, "often")
    with pytest.raises(CannotCompile, match="order"):
        compile_estimator(estimator, PLAIN, turned, "frame")


def test_the_proof_finds_another_probability_and_another_label(compiled: tuple[Program, Block]) -> None:
    program, block = compiled
    outcomes = Outcomes(tuple(Outcome(n, n, n) for n in ("never", "often", "rarely")), True, "often")

    def shifted(given: Block) -> Prediction:
        answer = program.block(given)
        assert answer.probabilities is not None
        return Prediction(answer.labels, answer.probabilities + 1e-8)

    def flipped(given: Block) -> Prediction:
        answer = program.block(given)
        return Prediction(~answer.labels, answer.probabilities)

    def refusing(given: Block) -> Prediction:
        if any(value is None for value in given[1]):
            raise ValueError("no region")
        return program.block(given)

    assert len(outcomes) == 3
    assert "Probabilities differ" in prove(program, shifted, MIXED, [block]).reason
    assert "Labels differ" in prove(program, flipped, MIXED, [block]).reason
    known = take(block, np.array([value is not None for value in block[1]]))
    assert "that the estimator refuses" in prove(program, refusing, MIXED, [known]).reason


def test_a_compiled_model_gives_no_number_that_is_none():
    frame = pd.DataFrame({"a": np.linspace(-1, 1, 40), "b": np.linspace(1, -1, 40)})
    model = GaussianNB().fit(frame, np.where(frame["a"] > 0, "y", "x"))
    outcomes = Outcomes((Outcome("x", "x", "x"), Outcome("y", "y", "y")), True, "y")
    program = compile_estimator(model, infer_schema(frame), outcomes, "frame")
    program.model.model.variance[:] = np.nan
    with pytest.raises(EstimatorFailed, match="no probability"):
        program.row((0.5, 0.5))
    with pytest.raises(EstimatorFailed, match="no probability"):
        program.block((np.array([0.5, 0.1]), np.array([0.5, 0.1])))
