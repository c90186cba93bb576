"""What blanks cost: log-loss with fields hidden at random, and how honest the range is.

For the hold-out of each demo model, and of a model for a real bank campaign where its data stand beside the
project, each field is hidden with a chance of 30, 60 and 90 %. Compared: the full record, blanks filled with
median or most frequent value, all background rows alike, background rows by nearness (what serves). Log-loss is
a record's (for independent outcomes the sum over them), probabilities count as at least 0.001. Coverage: share
of the full record's answers within the range. "±" is the standard error of the difference to median/mode.

Run: python tests/bench/blanks.py [records], or with "variants" for other ways to weigh by nearness.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ml.advice import kernel
from ml.advice import value_function as value
from ml.advice.value_function import ValueFunction
from ml.bundle.bundle import Bundle
from ml.data.columns import Block, block_of, rows_of, take
from ml.data.schema import Row, Schema
from ml.lifecycle.registry import Registry
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of
from tests.bench.serving import table
from tests.conftest import SHARED_DATA

SHARES = (0.3, 0.6, 0.9)
SMALLEST = 0.001
MARKETING = "bank-marketing"
VARIANTS: dict[str, dict[str, float]] = {
    "what serves": {},
    "bandwidth to the 3rd neighbour": {"NEIGHBOURS": 3},
    "to the 30th": {"NEIGHBOURS": 30},
    "to the 100th": {"NEIGHBOURS": 100},
    "no least bandwidth": {"BANDWIDTH": 0.0},
    "least bandwidth 0.2": {"BANDWIDTH": 0.2},
    "all features count alike": {"LEAST_TELLING": 1e9},
    "at most 200 rows": {"MOST_ROWS": 200},
    "at most 1,000 rows": {"MOST_ROWS": 1_000},
}


def bundles() -> Iterator[Bundle]:
    """The demo models, and a model of the bank campaign where its data are there."""
    demo = Registry(Path("models"))
    yield from (demo.load(name) for name in demo.names())
    path = SHARED_DATA / f"{MARKETING}.csv"
    if not path.is_file():
        print(f"Left out: {MARKETING}. {SHARED_DATA.name}/{path.name} beside the project is missing.\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        build_bundle(marketing(path), Path(folder))
        yield Registry(Path(folder)).load(MARKETING)


def marketing(path: Path) -> Trained:
    """Boosted trees for the bank campaign; without the duration of the call, which is not known before it."""
    frame = pd.read_csv(path, sep=";").drop(columns="duration")
    truth = frame.pop("y")
    words = list(frame.select_dtypes(exclude="number"))
    x_train, x_test, y_train, y_test = train_test_split(frame, truth, test_size=0.25, random_state=42, stratify=truth)
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), words), remainder="passthrough"
    )
    trees = HistGradientBoostingClassifier(max_iter=100, learning_rate=0.07, max_leaf_nodes=15, random_state=0)
    model = make_pipeline(encode, trees).fit(x_train, y_train)
    return Trained(
        name=MARKETING,
        title="Bank marketing",
        description="A real campaign by telephone.",
        estimator=model,
        schema=infer_schema(x_train),
        outcomes=outcomes_of(model, positive="yes"),
        training=x_train,
        holdout=x_test,
        truth=y_test,
    )


def middle(schema: Schema, block: Block) -> Row:
    """Median or most frequent value of each feature, missing values left out."""
    found = []
    for feature, values in zip(schema.features, zip(*rows_of(schema, block), strict=True), strict=True):
        present = [value for value in values if value is not None]
        if feature.kind in ("number", "integer"):
            found.append(type(present[0])(np.median(present)))
        else:
            found.append(max(sorted(set(present)), key=present.count))
    return tuple(found)


def log_loss(bundle: Bundle, truth: np.ndarray, given: np.ndarray) -> np.ndarray:
    """Of each record: shape (n,)."""
    clipped = np.clip(given, SMALLEST, 1 - SMALLEST)
    if bundle.outcomes.exclusive:
        losses: np.ndarray = -np.log((clipped * truth).sum(axis=1))
    else:
        losses = -np.log(np.where(truth, clipped, 1 - clipped)).sum(axis=1)
    return losses


def standard_error(values: np.ndarray, records: np.ndarray) -> float:
    """Of the mean, where the same record may have been drawn several times with other fields hidden."""
    _, own = np.unique(records, return_inverse=True)
    means = np.bincount(own, values) / np.bincount(own)
    return float(means.std() / np.sqrt(len(means)))


def measure(bundle: Bundle, records: int) -> list[list[str]]:
    """A line of the table for each share of hidden fields."""
    rng = np.random.default_rng(0)
    total, width = len(bundle.holdout.truth), len(bundle.schema.features)
    few = np.concatenate([rng.permutation(total) for _ in range(-(-records // total))])[:records]
    rows, truth = rows_of(bundle.schema, take(bundle.holdout.block, few)), bundle.holdout.truth[few]
    full = np.asarray(bundle.predictor.block(block_of(bundle.schema, rows)).probabilities)
    games = [ValueFunction(bundle, kernel=False), ValueFunction(bundle)]
    fill = middle(bundle.schema, games[0].background)
    lines = []
    for share in SHARES:
        known = rng.random((records, width)) >= share
        filled = [
            tuple(v if k else m for v, k, m in zip(row, own, fill, strict=True))
            for row, own in zip(rows, known, strict=True)
        ]
        median = log_loss(
            bundle, truth, np.asarray(bundle.predictor.block(block_of(bundle.schema, filled)).probabilities)
        )
        cells = [bundle.name, f"{share:.0%}", f"{log_loss(bundle, truth, full).mean():.3f}", f"{median.mean():.3f}"]
        for value_function in games:
            started = time.perf_counter()
            found = [value_function.score(row, own) for row, own in zip(rows, known, strict=True)]
            took = (time.perf_counter() - started) / records * 1e3
            loss = log_loss(bundle, truth, np.array([position.value for position in found]))
            error = standard_error(loss - median, few)
            blank = np.array([bool(position.blank) for position in found])
            low, high = (np.array([getattr(position, end) for position in found]) for end in ("low", "high"))
            covered = ((full >= low - 1e-9) & (full <= high + 1e-9))[blank].mean()
            cells += [f"{loss.mean():.3f} ±{error:.3f}", f"{covered:.2f}", f"{took:.1f}"]
        lines.append(cells)
    return lines


def variants(records: int) -> None:
    """Log-loss and coverage with 30, 60 and 90 % hidden, each constant of the weights changed by itself."""
    lines = []
    for bundle in bundles():
        for name, changes in VARIANTS.items():
            with contextlib.ExitStack() as stack:
                for constant, changed in changes.items():
                    for module in (kernel, value):
                        if hasattr(module, constant):
                            stack.enter_context(mock.patch.object(module, constant, changed))
                found = measure(bundle, records)
            lines.append([bundle.name, name, *(f"{line[7].split()[0]} ({line[8]})" for line in found)])
    table("Ways to weigh", ["model", "", *(f"{share:.0%} hidden" for share in SHARES)], lines)


def main() -> None:
    """Print the table."""
    if "variants" in sys.argv[1:]:
        variants(400)
        return
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    head = ["model", "hidden", "full", "median/mode", "all alike", "covered", "ms", "nearness", "covered", "ms"]
    table("Log-loss with blanks", head, [line for bundle in bundles() for line in measure(bundle, records)])


if __name__ == "__main__":
    main()
