"""Rows that are refused for a number that is not finite: found by few questions, and the same as asked one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from ml.data.columns import block_of
from ml.data.feature import Feature
from ml.data.outcomes import Outcome, Outcomes
from ml.data.schema import Schema
from ml.predict.calling_convention import CallingConvention
from ml.predict.compiled.columns.edge_cases import EdgeCases
from ml.predict.equivalence import _Differs, _Judge
from ml.predict.predictor import EstimatorFailed, SklearnPredictor
from ml.predict.refused_rows import rows_refused
from ml.training.columns.accepted_values import with_accepted_values

WIDTH = 64
NAMES = [f"f{at}" for at in range(WIDTH)]
SCHEMA = Schema(tuple(Feature(name, name, "number", seen=(-3.0, 3.0), required=True) for name in NAMES))


def refuse_words(frame):
    if frame["f2"].isna().any():
        raise ValueError("f2 is needed")
    return frame.fillna({"f2": 0.0})


IMPUTED = ColumnTransformer([("all", SimpleImputer(), NAMES[::2]), ("rest", "passthrough", NAMES[1::2])])
WAYS = {
    "every gap is refused": (make_pipeline(StandardScaler(), LogisticRegression()), set(NAMES)),
    "each second": (make_pipeline(IMPUTED, LogisticRegression()), set(NAMES[1::2])),
    "in words of its own": (
        make_pipeline(FunctionTransformer(refuse_words), HistGradientBoostingClassifier(max_iter=2)), {"f2"}
    ),
    "in both ways": (make_pipeline(FunctionTransformer(refuse_words), IMPUTED, LogisticRegression()),
                     {*NAMES[1::2], "f2"}),
}  # fmt: skip


class Counted(SklearnPredictor):
    asked = 0

    def block(self, block):
        Counted.asked += 1
        return super().block(block)


@pytest.fixture(params=WAYS)
def fitted(request):
    estimator, needed = WAYS[request.param]
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(80, WIDTH)), columns=NAMES)
    estimator.fit(frame, np.where(frame["f0"] > 0, "yes", "no"))
    Counted.asked = 0
    outcomes = Outcomes((Outcome("no", "no", "no"), Outcome("yes", "yes", "yes")), exclusive=True, positive="yes")
    return (
        lambda schema: Counted(estimator, schema, outcomes, CallingConvention("frame")),
        block_of(SCHEMA, [tuple(row) for row in frame.to_numpy().tolist()]),
        needed,
    )


def test_features_that_are_needed_are_found_by_few_questions(fitted):
    ask, block, needed = fitted
    schema = with_accepted_values(SCHEMA, block, ask)
    assert {feature.name for feature in schema.features if feature.required} == needed
    assert Counted.asked < 30  # 2 x 64 by halving


def test_each_row_that_is_found_is_refused_alone(fitted):
    ask = fitted[0]
    rows = [tuple(None if at == gap else 0.5 for at in range(WIDTH)) for gap in range(WIDTH)]
    predictor = ask(SCHEMA)
    for at in np.flatnonzero(rows_refused(predictor.block, block_of(SCHEMA, rows))):
        with pytest.raises(EstimatorFailed):
            predictor.row(rows[at])


class Answers:
    """A program that answers what the estimator refuses."""

    def block(self, block):
        return None

    row = block


@pytest.mark.parametrize("fitted", ["every gap is refused"], indirect=True)
def test_a_program_that_answers_what_is_refused_is_still_found(fitted):
    ask = fitted[0]
    rows = [tuple(None if at == gap else 0.5 for at in range(WIDTH)) for gap in range(WIDTH)]
    each = tuple(EdgeCases(name, [row]) for name, row in zip(NAMES, rows, strict=True))
    with pytest.raises(_Differs, match="The program answers f0"):
        _Judge(Answers(), ask(SCHEMA).block, SCHEMA).compare_edges(EdgeCases("gaps", rows, each))
    assert Counted.asked < 6
