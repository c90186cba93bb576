"""What adding a model costs, and a row of it afterwards beside predict_proba. Run: python tests/bench/adding.py

Each model in a process of its own: seconds and CPU of `add_model`, the most memory beyond what was there before, and
milliseconds a row of four ways in turns: `predict_proba` of a frame that is ready, and of one made of the record as
tutorials do it; the estimator's own path with its frame (what serves where nothing compiles); and what serves.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from tests.bench.length import SHORT, either

ROUNDS, ASKED = 5, 60


def people(rows: int, levels: int = 6) -> tuple[pd.DataFrame, np.ndarray]:
    """Ten numbers and two categories, one of many levels."""
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({f"x{at}": draw.normal(size=rows) for at in range(10)})
    frame["town"] = [f"town {number}" for number in draw.integers(0, levels, rows)]
    frame["plan"] = draw.choice(["basic", "plus", "pro"], rows)
    return frame, np.where(frame["x0"] + frame["x1"] + draw.normal(size=rows) > 0, "stays", "leaves")


def behind_columns(classifier: Any) -> Any:
    """A pipeline as people write it."""
    columns = make_column_transformer(
        (StandardScaler(), [f"x{at}" for at in range(10)]),
        (OneHotEncoder(handle_unknown="ignore"), ["town", "plan"]),
    )
    return make_pipeline(columns, classifier)


def texts(rows: int) -> tuple[pd.Series, np.ndarray]:
    """Short messages."""
    draw = np.random.default_rng(0)
    words = np.array([f"word{at}" for at in range(2000)])
    said = pd.Series([" ".join(draw.choice(words, 12)) for _ in range(rows)], name="message")
    return said, np.where(said.str.contains("word19"), "spam", "ham")


MODELS = {
    "logistic": lambda: (*people(6_000), behind_columns(LogisticRegression(max_iter=500))),
    "forest of 100": lambda: (*people(6_000), behind_columns(RandomForestClassifier(100, min_samples_leaf=3))),
    "nearest neighbours": lambda: (*people(6_000), behind_columns(KNeighborsClassifier())),
    "stacking": lambda: (
        *people(6_000),
        behind_columns(StackingClassifier([("f", RandomForestClassifier(50)), ("l", LogisticRegression())])),
    ),
    "10,000 levels": lambda: (*people(60_000, 10_000), behind_columns(LogisticRegression(max_iter=300))),
    "300 deep trees": lambda: (*people(12_000), behind_columns(RandomForestClassifier(300))),
    "texts, tf-idf": lambda: (*texts(6_000), make_pipeline(TfidfVectorizer(), LogisticRegression())),
    "bayes": lambda: (people(6_000)[0].iloc[:, :10], people(6_000)[1], GaussianNB()),
}


def measure(name: str) -> None:
    """Print one line of the table."""
    from ml.add import add_model
    from ml.data.columns import frame_of, rows_of, take
    from ml.predict.calling_convention import CallingConvention, contained
    from ml.predict.predictor import SklearnPredictor
    from ml.service import open_service

    warnings.simplefilter("ignore")
    X, y, estimator = MODELS[name]()
    cut = len(y) * 5 // 6
    estimator.fit(X[:cut], y[:cut])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as models:
        key = add_model("m", estimator, X[:cut], X[cut:], y[cut:], y_train=y[:cut], models=models)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        bundle = open_service(models).model(key)
        convention = CallingConvention.from_card(bundle.card) or CallingConvention()
        own = SklearnPredictor(bundle.estimator, bundle.schema, bundle.outcomes, convention)
        one = take(bundle.holdout.block, slice(0, 1))
        row, ready = rows_of(bundle.schema, one)[0], contained(frame_of(bundle.schema, one), convention.container)
        record = dict(zip(bundle.schema.names, row, strict=True))
        ways = (
            lambda: bundle.estimator.predict_proba(ready),
            lambda: bundle.estimator.predict_proba(contained(pd.DataFrame([record]), convention.container)),
            lambda: own.row(row),
            lambda: bundle.predictor.row(row),
        )
        proba, made, path, serves = in_turns(ways)
    kind = bundle.card["path"]["kind"]
    print(
        f"| {name} | {wall:.1f} s | {cpu:.1f} s | {more / 1024:,.0f} MB | {proba:.2f} ms | {made:.2f} ms | "
        f"{path:.2f} ms ({path / proba:.2f}, {path / made:.2f}) | {serves:.3f} ms, {kind} |",
        flush=True,
    )


def in_turns(ways: Sequence[Callable[[], object]]) -> list[float]:
    """Median milliseconds of each, asked in turns so that other programs disturb all alike."""
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for at, ask in enumerate(ways):
            for _ in range(ASKED // ROUNDS):
                start = time.perf_counter()
                ask()
                times[at].append(time.perf_counter() - start)
    return [1000 * float(np.median(each)) for each in times]


def main() -> int:
    """One process a model."""
    if len(sys.argv) > 1:
        measure(sys.argv[1])
        return 0
    print("| model | add | CPU | more memory | predict_proba | with a frame made | own path (times) | what serves |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    return max(
        subprocess.run([sys.executable, __file__, name, *(["--short"] if SHORT else [])], check=False).returncode
        for name in list(MODELS)[: either(len(MODELS), 2)]
    )


if __name__ == "__main__":
    sys.exit(main())
