"""What compiling pays, estimator by estimator: ``python -m tests.bench.compiled [NAME ...]``.

Prints, for each kind of classifier and step that can be compiled, the milliseconds of one row and of
blocks of 100 and 1,000 rows by ``predict_proba`` of the estimator and by the program (which gives the
labels too); and the CPU seconds and the peak of memory of compiling and proving, each in a process of its own.
Then the seconds and the peak of memory of ``python -m ml add`` as a whole, for a
column of 10,000 levels and for forests of 300 deep trees.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    OneHotEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    StandardScaler,
    TargetEncoder,
)
from sklearn.svm import SVC

from ml.data.columns import block_of_frame, rows_of, take
from ml.data.feature import Choice, Feature
from ml.data.outcomes import Outcome, Outcomes
from ml.data.schema import Schema
from ml.predict.compile import CannotCompile, compile_estimator
from ml.predict.equivalence import prove
from ml.predict.predictor import SklearnPredictor
from tests.bench.predictors import customers, milliseconds

BLOCKS = (1, 100, 1_000)
ROWS = 4_000
LEVELS = 10_000
LINE = LogisticRegression(max_iter=300)
FOREST = RandomForestClassifier(200, max_depth=8, random_state=0)
NUMBERS, WORDS = [f"n{at}" for at in range(6)], [f"c{at}" for at in range(4)]


def prepared(*numbers: Any, words: Any = None) -> ColumnTransformer:
    """The usual preparation, with other steps for the numbers or for the words."""
    hot = words or OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    first = make_pipeline(SimpleImputer(), *(numbers or (StandardScaler(),)))
    return ColumnTransformer([("n", first, NUMBERS), ("w", hot, WORDS)])


def _booster(module: str, name: str, **settings: Any) -> Callable[[], Any]:
    return lambda: make_pipeline(prepared(), getattr(importlib.import_module(module), name)(**settings))


def _usual(model: Any) -> Callable[[], Any]:
    return lambda: make_pipeline(prepared(), model)


def _step(*numbers: Any, words: Any = None) -> Callable[[], Any]:
    return lambda: make_pipeline(prepared(*numbers, words=words), LINE)


TREE_AND_LINE = [("f", RandomForestClassifier(50, max_depth=8, random_state=0)), ("l", LINE)]
CASES: dict[str, Callable[[], Any]] = {
    "logistic regression": _usual(LINE),
    "SGD, modified Huber": _usual(SGDClassifier(loss="modified_huber", random_state=0)),
    "one-vs-rest": _usual(OneVsRestClassifier(LINE)),
    "SVC with probabilities": _usual(SVC(probability=True, random_state=0)),
    "calibrated SVC": _usual(CalibratedClassifierCV(SVC(), cv=3)),
    "neighbours": _usual(KNeighborsClassifier(15)),
    "neighbours, brute force": _usual(KNeighborsClassifier(15, algorithm="brute", weights="distance")),
    "network 100 x 50": _usual(MLPClassifier((100, 50), max_iter=20, random_state=0)),
    "forest of 200": _usual(FOREST),
    "bagging of 50": _usual(BaggingClassifier(n_estimators=50, random_state=0)),
    "AdaBoost of 50": _usual(AdaBoostClassifier(random_state=0)),
    "histogram boosting": _usual(HistGradientBoostingClassifier(random_state=0)),
    "voting": _usual(VotingClassifier(TREE_AND_LINE, voting="soft")),
    "stacking": _usual(StackingClassifier(TREE_AND_LINE, cv=3)),
    "XGBoost of 200": _booster("xgboost", "XGBClassifier", n_estimators=200, n_jobs=1),
    "LightGBM of 200": _booster("lightgbm", "LGBMClassifier", n_estimators=200, n_jobs=1, verbose=-1),
    "CatBoost of 200": _booster(
        "catboost", "CatBoostClassifier", iterations=200, verbose=0, thread_count=1, allow_writing_files=False
    ),
    "principal components": _step(StandardScaler(), PCA(4)),
    "products": _step(StandardScaler(), PolynomialFeatures(2)),
    "k best": _step(SelectKBest(k=4)),
    "bins": _step(KBinsDiscretizer(8, encode="onehot-dense")),
    "powers": _step(PowerTransformer()),
    "quantiles": _step(QuantileTransformer(n_quantiles=500, output_distribution="normal")),
    "target encoding": _step(words=TargetEncoder(random_state=0)),
    "rare levels": _step(words=OneHotEncoder(min_frequency=400, handle_unknown="infrequent_if_exist")),
    f"{LEVELS:,} levels": lambda: make_pipeline(
        ColumnTransformer([("w", OneHotEncoder(handle_unknown="ignore"), ["shop"])], remainder="drop"), LINE
    ),
    "TF-IDF, linear": lambda: make_pipeline(ColumnTransformer([("t", TfidfVectorizer(), "note")]), LINE),
    "TF-IDF, naive Bayes": lambda: make_pipeline(
        ColumnTransformer([("t", TfidfVectorizer(), "note")]), MultinomialNB()
    ),
    "TF-IDF, forest": lambda: make_pipeline(ColumnTransformer([("t", TfidfVectorizer(), "note")]), FOREST),
}


def records(name: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Records for a case: customers, or for wide cases shops and notes."""
    frame, truth = customers(3 * LEVELS if "levels" in name and "rare" not in name else ROWS, 0)
    rng = np.random.default_rng(0)
    if "TF-IDF" in name:
        terms = np.array([f"term{at}" for at in range(5_000)])
        frame["note"] = [" ".join(rng.choice(terms, 20)) for _ in range(len(frame))]
    elif len(frame) > ROWS:
        frame["shop"] = [f"shop {at}" for at in rng.integers(0, LEVELS, len(frame))]
    return frame, truth


def schema_of(frame: pd.DataFrame) -> Schema:
    features = []
    for column in frame:
        dtype = str(frame[column].dtype)
        if dtype == "float64":
            features.append(Feature(column, column, "number"))
        elif column == "note":
            features.append(Feature(column, column, "text", dtype=dtype))
        else:
            choices = tuple(Choice(value, value) for value in sorted(frame[column].dropna().unique()))
            features.append(Feature(column, column, "category", dtype=dtype, choices=choices))
    return Schema(tuple(features))


def measure(name: str) -> str:
    """One line of the table."""
    warnings.filterwarnings("ignore")
    frame, truth = records(name)
    estimator = clone(CASES[name]())
    known, codes = np.unique(truth, return_inverse=True)
    estimator.fit(frame, codes)
    schema = schema_of(frame)
    outcomes = Outcomes(tuple(Outcome(text, text, at) for at, text in enumerate(known.tolist())), True, "yes")
    blocks = [block_of_frame(schema, frame[:2_000])]
    before, started = peak(), time.process_time()
    try:
        program = compile_estimator(estimator, schema, outcomes, "frame")
        proof = prove(program, SklearnPredictor(estimator, schema, outcomes).block, schema, blocks)
    except CannotCompile as error:
        return f"{name:<26} not compiled: {error}"
    taken = time.process_time() - started
    row = rows_of(schema, take(blocks[0], slice(0, 1)))[0]
    theirs = [milliseconds(partial(lambda n: estimator.predict_proba(frame[:n]), n)) for n in BLOCKS]
    ours = [milliseconds(lambda: program.row(row))]
    ours += [milliseconds(partial(lambda n: program.block(take(blocks[0], slice(0, n))), n)) for n in BLOCKS[1:]]
    cells = " ".join(f"{a:>8.3f} {b:>8.3f}" for a, b in zip(theirs, ours, strict=True))
    verdict = f"{proof.largest:.0e}" if proof.ok else proof.reason
    return f"{name:<26} {cells}   {taken:>6.2f} {peak() - before:>6.0f}   {verdict}"


def _levels(rng: np.random.Generator) -> tuple[pd.DataFrame, Any]:
    frame = pd.DataFrame({"a": rng.normal(size=25_000), "shop": [f"s{at}" for at in rng.integers(0, LEVELS, 25_000)]})
    hot = ColumnTransformer([("w", OneHotEncoder(handle_unknown="ignore"), ["shop"])], remainder="passthrough")
    frame["y"] = np.where(frame["a"] + rng.normal(size=len(frame)) > 0.5, "yes", "no")
    return frame, make_pipeline(hot, LINE)


def _deep(classes: int, leaf: int) -> Callable[[np.random.Generator], tuple[pd.DataFrame, Any]]:
    def make(rng: np.random.Generator) -> tuple[pd.DataFrame, Any]:
        rows = {(2, 1): 9_000, (2, 2): 10_500}.get((classes, leaf), 5_700)
        frame = pd.DataFrame(rng.normal(size=(rows, 12)), columns=[f"n{at}" for at in range(12)])
        score = frame["n0"] + frame["n1"] * frame["n2"] + rng.normal(scale=1.2, size=rows)
        frame["y"] = np.select([score > 0.5, score < -0.8], ["yes", "may be" if classes == 3 else "no"], "no")
        return frame, RandomForestClassifier(300, min_samples_leaf=leaf, random_state=0)

    return make


ADDED: dict[str, Callable[[np.random.Generator], tuple[pd.DataFrame, Any]]] = {
    f"{LEVELS:,} levels": _levels,
    "300 deep trees": _deep(2, 1),
    "300 trees, two a leaf": _deep(2, 2),
    "300 trees, three classes": _deep(3, 1),
}


def measure_add(name: str) -> str:
    """Seconds and largest memory of adding a model by the command line."""
    import skops.io

    frame, estimator = ADDED[name](np.random.default_rng(0))
    half = len(frame) * 4 // 5
    with tempfile.TemporaryDirectory() as folder:
        given = {at: str(Path(folder) / file) for at, file in (("e", "m.skops"), ("d", "d.csv"), ("h", "h.csv"))}
        skops.io.dump(estimator.fit(frame[:half].drop(columns="y"), frame["y"][:half]), given["e"])
        frame[:half].to_csv(given["d"], index=False)
        frame[half:].to_csv(given["h"], index=False)
        size = Path(given["e"]).stat().st_size / 1e6
        words = ["add", "m", "--estimator", given["e"], "--data", given["d"], "--holdout", given["h"], "--truth", "y"]
        environment = {**os.environ, "MODELS_DIR": f"{folder}/models", "VAR_DIR": f"{folder}/var"}
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "ml", *words], capture_output=True, text=True, env=environment)
        taken = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = "compiled" if "served by compiled" in done.stdout else (done.stderr or done.stdout).strip()[-200:]
    cpu = used.ru_utime + used.ru_stime
    return f"{name:<26} {size:>8.1f} {taken:>8.1f} {cpu:>8.1f} {used.ru_maxrss / 1024:>8.0f}   {said}"


def peak() -> float:
    """Largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    wanted = [name for name in sys.argv[1:] or CASES if name in CASES]
    heads = " ".join(f"{head:>17}" for head in ("1 row", "100 rows", "1,000 rows"))
    print(f"{'ms: predict_proba, program':<26} {heads}   CPU s +MB peak differs by")
    context = multiprocessing.get_context("spawn")
    for name in wanted:
        with context.Pool(1) as process:
            print(process.apply(measure, (name,)), flush=True)
    added = [name for name in sys.argv[1:] or ADDED if name in ADDED]
    print(f"\n{'python -m ml add':<26} {'MB file':>8} {'seconds':>8} {'CPU s':>8} {'MB peak':>8}")
    for name in added:
        with context.Pool(1) as process:
            print(process.apply(measure_add, (name,)), flush=True)


if __name__ == "__main__":
    main()
