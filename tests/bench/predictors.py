"""Candidates for the compiled program, all in one run: ``python tests/bench/predictors.py [--trees 200]``.

Prints, for a bare forest and for a mixed pipeline (imputation, scaling, one-hot, forest), the
milliseconds for one row and for blocks; the largest difference from scikit-learn; and, for each
library, the seconds and megabytes that importing it costs. A candidate that is not installed is
left out with a reason.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree._tree import Tree

from ml.data.columns import block_of_frame, rows_of, take
from ml.data.feature import Choice, Feature
from ml.data.outcomes import Outcome, Outcomes
from ml.data.schema import Schema
from ml.predict.compile import compile_estimator
from ml.predict.compiled.onnx.onnx_session import silent_onnxruntime
from ml.predict.predictor import SklearnPredictor
from ml.predict.program import Program
from tests.bench.length import either

SIZE = """
taken = time.perf_counter() - start
with open("/proc/self/status") as status:
    size = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))
print(f"{taken:9.2f} {size:9.0f}")
"""
BLOCKS = (1, 100, 1_000, either(10_000, 2_000))
Candidate = Callable[[np.ndarray], np.ndarray]


def milliseconds(call: Callable[[], Any], seconds: float = 0.4) -> float:
    """Fastest of as many calls as fit, at least five: what neighbours on the machine disturb least."""
    call()
    taken: list[float] = []
    end = time.perf_counter() + seconds
    while len(taken) < 5 or (time.perf_counter() < end and len(taken) < 2_000):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return min(taken) * 1e3


def show(name: str, times: list[float], apart: float | str) -> None:
    cells = " ".join(f"{value:>10.3f}" for value in times)
    print(f"{name:<34} {cells}   {apart if isinstance(apart, str) else f'{apart:.1e}'}")


def customers(n: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Six numbers and four categories with gaps, and a yes/no answer."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(n, 6)), columns=[f"n{at}" for at in range(6)])
    for at, levels in enumerate((2, 3, 4, 8)):
        frame[f"c{at}"] = rng.choice([f"level {level}" for level in range(levels)], n)
    score = frame["n0"] + frame["n1"] * frame["n2"] + (frame["c1"] == "level 1") + rng.normal(scale=0.7, size=n)
    frame = frame.mask(rng.random(frame.shape) < 0.05)
    return frame, np.where(score > 0.5, "yes", "no")


def schema_of(frame: pd.DataFrame) -> Schema:
    features = []
    for name in frame.columns:
        if frame[name].dtype == "float64":
            features.append(Feature(name, name, "number"))
        else:
            choices = tuple(Choice(value, value) for value in sorted(frame[name].dropna().unique()))
            features.append(Feature(name, name, "category", dtype=str(frame[name].dtype), choices=choices))
    return Schema(tuple(features))


def fused(forest: RandomForestClassifier) -> Candidate:
    """All trees in one scikit-learn Tree: a balanced router on an extra column leads to each of them."""
    p, count = forest.n_features_in_, len(forest.estimators_)
    states = [member.tree_.__getstate__() for member in forest.estimators_]
    nodes = np.concatenate([np.zeros(count - 1, dtype=states[0]["nodes"].dtype), *(state["nodes"] for state in states)])
    values = np.concatenate([np.zeros((count - 1, 1, 2)), *(state["values"] for state in states)])
    roots = np.cumsum([count - 1, *(len(state["nodes"]) for state in states)])
    for root, state in zip(roots, states, strict=False):
        inside = nodes[root : root + len(state["nodes"])]
        for side in ("left_child", "right_child"):
            inside[side] += np.where(inside[side] >= 0, root, 0)
    made = iter(range(count - 1))

    def route(low: int, high: int) -> int:
        if low == high:
            return int(roots[low])
        at, middle = next(made), (low + high) // 2
        nodes[at]["feature"], nodes[at]["threshold"] = p, middle + 0.5
        nodes[at]["left_child"], nodes[at]["right_child"] = route(low, middle), route(middle + 1, high)
        return at

    route(0, count - 1)
    tree = Tree(p + 1, np.array([2], dtype=np.intp), 1)
    tree.__setstate__({"max_depth": 64, "node_count": len(nodes), "nodes": nodes, "values": values})

    def predict(X: np.ndarray) -> np.ndarray:
        many = np.empty((len(X), count, p + 1), dtype=np.float32)
        many[:, :, :p] = X[:, None, :]
        many[:, :, p] = np.arange(count)
        shares: np.ndarray = tree.predict(many.reshape(-1, p + 1)).reshape(len(X), count, 2).mean(axis=1)
        return shares

    return predict


def by_treelite(forest: Any) -> Candidate:
    import treelite

    model = treelite.sklearn.import_model(forest)
    single = isinstance(forest, RandomForestClassifier)

    def predict(X: np.ndarray) -> np.ndarray:
        X = X.astype(np.float32).astype(np.float64) if single else X
        shares = treelite.gtil.predict(model, X, nthread=1)[:, 0]
        return shares if shares.shape[1] > 1 else np.column_stack([1 - shares, shares])

    return predict


def by_skl2onnx(estimator: Any, width: int) -> Candidate:
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType

    types = [("x", FloatTensorType([None, width]))]
    graph = to_onnx(estimator, initial_types=types, options={type(estimator): {"zipmap": False}})
    onnxruntime = silent_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph.SerializeToString(), options)
    return lambda X: session.run(["probabilities"], {"x": X.astype(np.float32)})[0]


def by_numpy(forest: RandomForestClassifier) -> Candidate:
    """Level by level, one tree after the other."""
    tables = []
    for tree in (member.tree_ for member in forest.estimators_):
        own = np.arange(tree.node_count)
        leaf = tree.children_left < 0
        sides = [np.where(leaf, own, side) for side in (tree.children_left, tree.children_right)]
        feature = np.where(leaf, 0, tree.feature)
        tables.append((feature, tree.threshold, np.column_stack(sides).ravel(), tree.value[:, 0], tree.max_depth))

    def predict(X: np.ndarray) -> np.ndarray:
        flat = X.astype(np.float32).astype(np.float64).ravel()
        starts = np.arange(len(X)) * X.shape[1]
        total = np.zeros((len(X), 2))
        for feature, threshold, sides, value, depth in tables:
            at = np.zeros(len(X), dtype=np.intp)
            for _ in range(depth):
                at = sides.take(2 * at + (flat.take(starts + feature.take(at)) > threshold.take(at)))
            total += value.take(at, axis=0)
        return total / len(tables)

    return predict


def compiled(estimator: Any, names: list[str]) -> tuple[Program, Schema]:
    schema = Schema(tuple(Feature(name, name, "number") for name in names))
    outcomes = Outcomes(tuple(Outcome(str(v), str(v), v) for v in estimator.classes_.tolist()), True, "yes")
    return compile_estimator(estimator, schema, outcomes, "frame"), schema


def bare(title: str, estimator: Any, X: np.ndarray, y: np.ndarray, tests: np.ndarray) -> None:
    """Every candidate on a matrix of numbers, without preprocessing."""
    estimator.fit(X, y)
    print(
        f"\n{title}: ms for n rows {' ' * max(0, 12 - len(title))} {' '.join(f'{n:>10,}' for n in BLOCKS)}   differs by"
    )
    wanted = estimator.predict_proba(tests)
    show("scikit-learn", [milliseconds(partial(lambda n: estimator.predict_proba(tests[:n]), n)) for n in BLOCKS], 0.0)
    makers: dict[str, tuple[str | None, Callable[[], Candidate]]] = {
        "treelite (GTIL, one thread)": ("treelite", lambda: by_treelite(estimator)),
    }
    if isinstance(estimator, RandomForestClassifier):
        # skl2onnx 1.20 stops with a TypeError at histogram boosting of scikit-learn 1.9.
        makers["onnxruntime through skl2onnx"] = ("skl2onnx", lambda: by_skl2onnx(estimator, X.shape[1]))
        makers["fused scikit-learn tree"] = (None, lambda: fused(estimator))
        makers["numpy, level by level"] = (None, lambda: by_numpy(estimator))
    for name, (package, make) in makers.items():
        if package and importlib.util.find_spec(package) is None:
            print(f"{name:<34} left out: {package} is not installed")
            continue
        predict = make()
        times = [milliseconds(partial(lambda ask, n: ask(tests[:n]), predict, n)) for n in BLOCKS]
        show(name, times, float(np.abs(predict(tests) - wanted).max()))
    program, schema = compiled(estimator, [f"n{at}" for at in range(X.shape[1])])
    columns = tuple(np.ascontiguousarray(column) for column in tests.T)
    row = rows_of(schema, take(columns, slice(0, 1)))[0]
    times = [milliseconds(lambda: program.row(row))]
    times += [milliseconds(partial(lambda n: program.block(take(columns, slice(0, n))), n)) for n in BLOCKS[1:]]
    show(
        "ml.predict.program (onnxruntime, double)",
        times,
        float(np.abs(program.block(columns).probabilities - wanted).max()),
    )


def mixed(trees: int, depth: int | None) -> None:
    """The whole way from typed values to probabilities."""
    frame, y = customers(4_000, 0)
    words = [name for name in frame if name.startswith("c")]
    numbers = [name for name in frame if name.startswith("n")]
    prepare = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            ("words", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), words),
        ]
    )
    estimator = make_pipeline(prepare, RandomForestClassifier(trees, max_depth=depth, random_state=0)).fit(frame, y)
    schema = schema_of(frame)
    outcomes = Outcomes((Outcome("no", "no", "no"), Outcome("yes", "yes", "yes")), True, "yes")
    tests = customers(BLOCKS[-1], 1)[0]
    block = block_of_frame(schema, tests)
    title = f"mixed pipeline, depth {depth}"
    print(f"\n{title:<34} {' '.join(f'{n:>10,}' for n in BLOCKS)}   differs by")
    wanted = estimator.predict_proba(tests)
    times = [milliseconds(partial(lambda n: estimator.predict_proba(tests[:n]), n)) for n in BLOCKS]
    show("predict_proba of a frame", times, 0.0)
    reference = SklearnPredictor(estimator, schema, outcomes)
    times = [milliseconds(partial(lambda n: reference.block(take(block, slice(0, n))), n)) for n in BLOCKS]
    show("predict and predict_proba", times, 0.0)
    program = compile_estimator(estimator, schema, outcomes, "frame")
    row = rows_of(schema, take(block, slice(0, 1)))[0]
    times = [milliseconds(lambda: program.row(row))]
    times += [milliseconds(partial(lambda n: program.block(take(block, slice(0, n))), n)) for n in BLOCKS[1:]]
    show("ml.predict.program", times, float(np.abs(program.block(block).probabilities - wanted).max()))
    with tempfile.TemporaryDirectory() as folder:
        program.save(Path(folder))
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
        print(
            f"{'ml.predict.program: load':<34} "
            f"{milliseconds(lambda: Program.load(Path(folder))):>10.3f} ms, {size:.1f} MB"
        )


def imports() -> None:
    """Seconds and megabytes of a process that imports numpy and one more library."""
    print("\nimport                              seconds        MB")
    for name in ("numpy", "onnxruntime", "treelite", "sklearn.tree"):
        if importlib.util.find_spec(name.partition(".")[0]) is None:
            print(f"{name:<34} left out: not installed")
            continue
        code = f"import time; start = time.perf_counter(); import numpy, {name}\n{SIZE}"
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        print(f"{name:<34} {done.stdout.rstrip()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--trees", type=int, default=either(200, 30))
    trees = parser.parse_args().trees
    warnings.filterwarnings("ignore")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4_000 + BLOCKS[-1], 10))
    y = np.where(X[:, 0] + X[:, 1] * X[:, 2] + rng.normal(scale=0.7, size=len(X)) > 0.5, "yes", "no")
    X, y, tests = X[:4_000], y[:4_000], X[4_000:]
    bare("forest, full depth", RandomForestClassifier(trees, random_state=0), X, y, tests)
    bare("forest, depth 8", RandomForestClassifier(trees, max_depth=8, random_state=0), X, y, tests)
    bare("histogram boosting", HistGradientBoostingClassifier(max_iter=trees, random_state=0), X, y, tests)
    mixed(trees, None)
    mixed(trees, 8)
    imports()


if __name__ == "__main__":
    main()
