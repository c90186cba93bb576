"""A column of thousands of levels costs a program what its levels need, and not their square."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from ml.data.columns import block_of_frame, rows_of, take
from ml.data.feature import Choice, Feature
from ml.data.outcomes import Outcome, Outcomes
from ml.data.schema import Schema
from ml.predict.compile import compile_estimator
from ml.predict.compiled.build.layout import parts_of
from ml.predict.compiled.columns.columns import Matrix
from ml.predict.compiled.columns.tables import LookUpTable, SparseTable
from ml.predict.compiled.onnx import onnx_graph as grow
from ml.predict.compiled.onnx import onnx_wire
from ml.predict.compiled.onnx.onnx_session import taken_apart
from ml.predict.compiled.trace.trace_steps import trace
from ml.predict.compiled.trace.traced import features_of
from ml.predict.equivalence import prove
from ml.predict.predictor import SklearnPredictor
from ml.predict.program import Program

LEVELS = 3_000


def shops(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    shop = np.array([f"shop {at}" for at in rng.integers(0, LEVELS, n)], dtype=object)
    shop[rng.random(n) < 0.02] = np.nan
    return pd.DataFrame({"size": rng.normal(size=n), "shop": pd.Series(shop, dtype="str")})


def schema_of(frame: pd.DataFrame) -> Schema:
    choices = tuple(Choice(value, value) for value in sorted(frame["shop"].dropna().unique()))
    return Schema(
        (Feature("size", "Size", "number"), Feature("shop", "Shop", "category", dtype="str", choices=choices))
    )


def fitted(encoder: Any, model: Any) -> tuple[Any, pd.DataFrame, Outcomes]:
    frame = shops(6_000, 0)
    wanted = np.where(frame["size"] + frame["shop"].str[-1:].isin(["3", "7"]) > 0.7, "yes", "no")
    prepare = ColumnTransformer([("shop", encoder, ["shop"])], remainder="passthrough")
    items = (Outcome("no", "no", "no"), Outcome("yes", "yes", "yes"))
    return make_pipeline(prepare, model).fit(frame, wanted), frame, Outcomes(items, True, "yes")


@pytest.mark.parametrize(
    ("encoder", "model"),
    [
        (OneHotEncoder(handle_unknown="ignore"), LogisticRegression()),
        (make_pipeline(OneHotEncoder(handle_unknown="ignore"), StandardScaler(with_mean=False)), LogisticRegression()),
        (OneHotEncoder(handle_unknown="ignore"), DecisionTreeClassifier(max_depth=6, random_state=0)),
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), DecisionTreeClassifier(random_state=0)),
    ],
    ids=["linear", "scaled", "tree", "ordinal"],
)
def test_a_column_of_thousands_of_levels_is_equal_and_small(encoder: Any, model: Any, tmp_path: Path) -> None:
    estimator, frame, outcomes = fitted(encoder, model)
    schema = schema_of(frame)
    program = compile_estimator(estimator, schema, outcomes, "frame")
    block = block_of_frame(schema, shops(300, 1))
    proof = prove(program, SklearnPredictor(estimator, schema, outcomes).block, schema, [block])
    assert proof.ok, proof
    assert len(schema.features[1].choices) < proof.rows < 2 * LEVELS  # each choice is tried, in one record
    program.save(tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 500_000
    again = Program.load(tmp_path).block(block)
    np.testing.assert_array_equal(program.block(block).probabilities, again.probabilities)


def test_a_sparse_table_holds_what_the_encoder_makes() -> None:
    frame = shops(4_000, 2)
    encoder = OneHotEncoder(handle_unknown="ignore", drop="first", sparse_output=False).fit(frame[["shop"]])
    schema = Schema((schema_of(frame).features[1],))
    (part,) = parts_of(trace(encoder, features_of(schema, "frame"), []).columns)
    assert isinstance(part, SparseTable)
    few = pd.DataFrame({"shop": [*frame["shop"][:50], "unheard of"]})
    block = block_of_frame(schema, few)
    wanted = encoder.transform(few)
    np.testing.assert_array_equal(part.block(block), wanted)
    rows = rows_of(schema, take(block, slice(None)))
    np.testing.assert_array_equal(np.array([part.row(row) for row in rows]), wanted)
    np.testing.assert_array_equal(Matrix((part,), False, False).row(rows[0])[0], wanted[0])
    weights = np.random.default_rng(0).normal(size=(part.width, 2))
    folded = part.folded(weights)
    assert isinstance(folded, LookUpTable)
    np.testing.assert_allclose(folded.block(block), wanted @ weights, rtol=0, atol=1e-12)


@pytest.mark.parametrize("leaf", [1, 4])
@pytest.mark.parametrize("sides", [2, 3])
def test_a_forest_that_is_read_in_pieces_is_equal(sides: int, leaf: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grow, "LARGE", 60)
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(400, 3)), columns=["a", "b", "c"])
    noisy = frame["a"] + frame["b"] * frame["c"] + rng.normal(size=400)
    wanted = np.where(noisy > 0.6, "yes", np.where(noisy < -0.6, "may be" if sides == 3 else "no", "no"))
    estimator = RandomForestClassifier(20, min_samples_leaf=leaf, random_state=0).fit(frame, wanted)
    outcomes = Outcomes(tuple(Outcome(v, v, v) for v in estimator.classes_.tolist()), True, "yes")
    schema = Schema(tuple(Feature(name, name, "number", seen=(-3.0, 3.0)) for name in frame))
    program = compile_estimator(estimator, schema, outcomes, "frame")
    models = list(taken_apart(program.graph))
    assert len(models) > sides
    for model in models:
        onnx.checker.check_model(model)
    block = block_of_frame(schema, pd.DataFrame(rng.normal(size=(500, 3)), columns=list(frame)))
    proof = prove(program, SklearnPredictor(estimator, schema, outcomes).block, schema, [block])
    assert proof.ok, proof


def test_numbers_are_written_as_the_protocol_wants_them() -> None:
    # 1, 300 and 2**35 by hand, from the description of base-128 varints: seven bits a byte, the lowest first.
    assert onnx_wire.varints(np.array([1, 300, 2**35, 0])) == bytes([1, 0xAC, 2, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 0])
    many = np.random.default_rng(0).integers(0, 2**40, 100_000)
    attribute = onnx.AttributeProto.FromString(onnx_wire.attribute("x", many)[4:])
    assert attribute.name == "x"
    assert list(attribute.ints) == many.tolist()


@pytest.mark.parametrize("sides", [2, 3])
def test_a_near_tie_of_a_forest_in_pieces_goes_to_the_class_that_scikit_learn_prefers(
    sides: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One leaf a tree, with shares in tenths, which together make the first two classes equal but for rounding.
    monkeypatch.setattr(grow, "LARGE", 3)
    classes = ["may be", "no", "yes"][-sides:]
    frame, wanted = pd.DataFrame({"same": np.ones(12)}), np.array(classes * (12 // sides))
    estimator = RandomForestClassifier(6, random_state=0, bootstrap=False, min_samples_leaf=6).fit(frame, wanted)
    outcomes = Outcomes(tuple(Outcome(v, v, v) for v in classes), True, "yes")
    schema = Schema((Feature("same", "Same", "number"),))
    block = block_of_frame(schema, frame[:1])
    rng = np.random.default_rng(0)
    surprising = 0
    for _ in range(20):
        tenths = rng.integers(1, 5, (3, 2))
        tenths = rng.permutation(np.concatenate([tenths, tenths[:, ::-1]]))
        for member, (one, other) in zip(estimator.estimators_, tenths, strict=True):
            rest = 10 - one - other
            shares = [one / 10, other / 10, rest / 10] if sides == 3 else [one / (one + other), other / (one + other)]
            member.tree_.value[0, 0] = shares
        reference = SklearnPredictor(estimator, schema, outcomes).block(block)
        given = compile_estimator(estimator, schema, outcomes, "frame").block(block)
        np.testing.assert_array_equal(given.labels, reference.labels)
        np.testing.assert_allclose(given.probabilities, reference.probabilities, rtol=0, atol=1e-12)
        surprising += int(reference.labels[0].argmax() != 0)
    assert surprising > 0
