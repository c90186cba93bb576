"""Trees of XGBoost, LightGBM and CatBoost, and pipelines of imbalanced-learn, answer as the libraries do."""

from __future__ import annotations

import ctypes
import ctypes.util
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
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, OneHotEncoder

from ml.data.columns import block_of_frame
from ml.data.feature import Choice, Feature
from ml.data.outcomes import Outcome, Outcomes
from ml.data.schema import Schema
from ml.predict.compile import CannotCompile, compile_estimator
from ml.predict.compiled.models.single import exp
from ml.predict.equivalence import prove
from ml.predict.predictor import SklearnPredictor
from tests.contract.test_compiled_steps import NUMBERS, PLACE, TRAINING, UNSEEN, WORDS, schema_of, wanted

xgboost = pytest.importorskip("xgboost")
lightgbm = pytest.importorskip("lightgbm")
catboost = pytest.importorskip("catboost")
imblearn = pytest.importorskip("imblearn")

CAT = {"iterations": 12, "verbose": 0, "allow_writing_files": False, "random_seed": 0, "thread_count": 1}
LGBM = {"n_estimators": 12, "min_child_samples": 5, "verbose": -1, "n_jobs": 1, "random_state": 0}
XGB = {"n_estimators": 12, "n_jobs": 1, "random_state": 0}
ESTIMATORS: dict[str, Any] = {
    "XGBoost": xgboost.XGBClassifier(**XGB),
    "XGBoost by histogram, with a base score": xgboost.XGBClassifier(**XGB, tree_method="hist", base_score=0.3),
    "XGBoost with a forest": xgboost.XGBClassifier(**XGB, num_parallel_tree=3, subsample=0.6, max_depth=3),
    "LightGBM": lightgbm.LGBMClassifier(**LGBM),
    "LightGBM with weights": lightgbm.LGBMClassifier(**LGBM, class_weight="balanced", reg_lambda=2.0),
    "LightGBM dropping trees": lightgbm.LGBMClassifier(**LGBM, boosting_type="dart"),
    "CatBoost": catboost.CatBoostClassifier(**CAT),
    "CatBoost of depth 3": catboost.CatBoostClassifier(**CAT, depth=3, auto_class_weights="Balanced", nan_mode="Max"),
    "calibrated LightGBM": CalibratedClassifierCV(lightgbm.LGBMClassifier(**LGBM), cv=2),
    "voting": VotingClassifier(
        [("l", lightgbm.LGBMClassifier(**LGBM)), ("x", xgboost.XGBClassifier(**XGB))], voting="soft"
    ),
    "stacking": StackingClassifier(
        [("l", lightgbm.LGBMClassifier(**LGBM)), ("x", xgboost.XGBClassifier(**XGB))], LogisticRegression(), cv=2
    ),
}
HOT = OneHotEncoder(handle_unknown="ignore", sparse_output=False)


def proved(estimator: Any, sides: int, coded: bool = True) -> Any:
    frame, unseen = TRAINING[[*NUMBERS, *WORDS, *PLACE]], UNSEEN[[*NUMBERS, *WORDS, *PLACE]]
    truth = wanted(TRAINING, sides)
    estimator = estimator.fit(frame, LabelEncoder().fit_transform(truth) if coded else truth)
    items = tuple(Outcome(str(v), str(v), v) for v in np.asarray(estimator.classes_).tolist())
    outcomes, schema = Outcomes(items, True, items[0].name), schema_of(frame)
    program = compile_estimator(estimator, schema, outcomes, "frame")
    blocks = [block_of_frame(schema, unseen), block_of_frame(schema, frame)]
    proof = prove(program, SklearnPredictor(estimator, schema, outcomes).block, schema, blocks)
    assert proof.ok, proof
    return program


@pytest.mark.parametrize("sides", [2, 3])
@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_booster_is_equal(name: str, sides: int) -> None:
    prepare = ColumnTransformer([("n", "passthrough", NUMBERS), ("w", HOT, [*WORDS, *PLACE])])
    proved(make_pipeline(prepare, ESTIMATORS[name]), sides)


@pytest.mark.parametrize("model", [xgboost.XGBClassifier(**XGB), lightgbm.LGBMClassifier(**LGBM)])
def test_a_booster_of_sparse_columns_is_equal(model: Any) -> None:
    prepare = ColumnTransformer(
        [("n", "passthrough", NUMBERS), ("w", OneHotEncoder(handle_unknown="ignore"), [*WORDS, *PLACE])],
        sparse_threshold=1.0,
    )
    proved(make_pipeline(prepare, model), 2)


def test_a_value_of_ones_own_for_missing_is_followed() -> None:
    prepare = ColumnTransformer([("n", "passthrough", ["age", "share"])])
    proved(make_pipeline(prepare, xgboost.XGBClassifier(**XGB, missing=40)), 2)


def test_early_stopping_is_followed() -> None:
    x = TRAINING[NUMBERS]
    y = LabelEncoder().fit_transform(wanted(TRAINING, 2))
    for estimator in (
        xgboost.XGBClassifier(n_estimators=80, early_stopping_rounds=2, n_jobs=1).fit(
            x[:200], y[:200], eval_set=[(x[200:], y[200:])], verbose=False
        ),
        lightgbm.LGBMClassifier(n_estimators=80, verbose=-1, n_jobs=1).fit(
            x[:200], y[:200], eval_set=[(x[200:], y[200:])], callbacks=[lightgbm.early_stopping(2, verbose=False)]
        ),
    ):
        outcomes = Outcomes((Outcome("0", "0", 0), Outcome("1", "1", 1)), True, "1")
        program = compile_estimator(estimator, schema_of(x), outcomes, "frame")
        answer = program.block(block_of_frame(schema_of(x), UNSEEN[NUMBERS]))
        np.testing.assert_allclose(answer.probabilities, estimator.predict_proba(UNSEEN[NUMBERS]), rtol=0, atol=1e-12)
        assert "80 trees" not in program.description


CATEGORIES = [*WORDS, *PLACE]
KNOWN = {name: sorted({*TRAINING[name].dropna(), *UNSEEN[name].dropna()}) for name in CATEGORIES}


def with_categories(frame: Any) -> Any:
    """The same with columns of the dtype "category"."""
    return frame.assign(**{name: pd.Categorical(frame[name], categories=KNOWN[name]) for name in CATEGORIES})


def category_schema() -> Schema:
    features = []
    for feature in schema_of(TRAINING[[*NUMBERS, *CATEGORIES]]).features:
        if feature.name in KNOWN:
            choices = tuple(Choice(value, value) for value in KNOWN[feature.name])
            feature = replace(feature, dtype="category", choices=choices)
        features.append(feature)
    return Schema(tuple(features))


@pytest.mark.parametrize("sides", [2, 3])
@pytest.mark.parametrize(
    "model",
    [
        lightgbm.LGBMClassifier(**LGBM, min_data_per_group=5, cat_smooth=1.0),
        lightgbm.LGBMClassifier(**LGBM, max_cat_to_onehot=30),
        xgboost.XGBClassifier(**XGB, enable_categorical=True, max_cat_to_onehot=2),
        xgboost.XGBClassifier(**XGB, enable_categorical=True, max_cat_to_onehot=30),
    ],
)
def test_categories_of_the_library_are_equal(model: Any, sides: int) -> None:
    frame = with_categories(TRAINING[[*NUMBERS, *CATEGORIES]])
    estimator = clone(model).fit(frame, LabelEncoder().fit_transform(wanted(TRAINING, sides)))
    items = tuple(Outcome(str(v), str(v), v) for v in estimator.classes_.tolist())
    outcomes, schema = Outcomes(items, True, "1"), category_schema()
    program = compile_estimator(estimator, schema, outcomes, "frame")
    assert b"membership_values" in program.graph
    blocks = [block_of_frame(schema, with_categories(given[[*NUMBERS, *CATEGORIES]])) for given in (UNSEEN, TRAINING)]
    proof = prove(program, SklearnPredictor(estimator, schema, outcomes).block, schema, blocks)
    assert proof.ok, proof


def test_a_number_that_lightgbm_takes_for_a_category_is_equal() -> None:
    frame = TRAINING[["share", "age"]].assign(age=TRAINING["age"] // 10)
    y = LabelEncoder().fit_transform(wanted(TRAINING, 2))
    model = lightgbm.LGBMClassifier(**LGBM, min_data_per_group=5).fit(frame, y, categorical_feature=["age"])
    outcomes = Outcomes((Outcome("0", "0", 0), Outcome("1", "1", 1)), True, "1")
    schema = Schema((Feature("share", "Share", "number"), Feature("age", "Age", "number", seen=(1.0, 8.0))))
    program = compile_estimator(model, schema, outcomes, "frame")
    for age in (-1.0, -0.5, 0.4, 2.0, 2.7, 3.0, 99.0, None):
        row = pd.DataFrame({"share": [0.3], "age": [np.nan if age is None else age]})
        assert program.row((0.3, age))[1] == pytest.approx(model.predict_proba(row)[0], abs=1e-12)


def test_categories_of_catboost_are_refused() -> None:
    frame = with_categories(TRAINING)[["age", "town"]]
    y = LabelEncoder().fit_transform(wanted(TRAINING, 2))
    estimator = catboost.CatBoostClassifier(**CAT, cat_features=["town"]).fit(frame, y)
    outcomes = Outcomes((Outcome("0", "0", 0), Outcome("1", "1", 1)), True, "1")
    with pytest.raises(CannotCompile, match="categories"):
        compile_estimator(estimator, schema_of(frame), outcomes, "frame")


def test_a_pipeline_of_imbalanced_learn_is_equal() -> None:
    from imblearn.ensemble import BalancedRandomForestClassifier
    from imblearn.over_sampling import RandomOverSampler
    from imblearn.pipeline import make_pipeline as balanced
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import StandardScaler

    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    prepare = ColumnTransformer([("n", numbers, NUMBERS), ("w", HOT, [*WORDS, *PLACE])])
    proved(balanced(prepare, RandomOverSampler(random_state=0), LogisticRegression(max_iter=300)), 3, coded=False)
    proved(make_pipeline(prepare, BalancedRandomForestClassifier(5, random_state=0)), 3, coded=False)


def test_the_exponential_is_the_c_librarys() -> None:
    name = ctypes.util.find_library("m")
    if sys.platform != "linux" or not name:
        pytest.skip("glibc's expf is compared")
    library = ctypes.CDLL(name)
    library.expf.restype, library.expf.argtypes = ctypes.c_float, [ctypes.c_float]
    x = np.random.default_rng(0).uniform(-87, 88, 20_000).astype(np.float32)
    theirs = np.array([library.expf(float(value)) for value in x], dtype=np.float32)
    np.testing.assert_array_equal(exp(x), theirs)


def test_a_program_of_a_booster_needs_no_booster(tmp_path: Path) -> None:
    prepare = ColumnTransformer([("n", "passthrough", NUMBERS)])
    proved(make_pipeline(prepare, xgboost.XGBClassifier(**XGB)), 2).save(tmp_path)
    code = (
        "import sys, pathlib\n"
        "from ml.predict.program import Program\n"
        f"program = Program.load(pathlib.Path({str(tmp_path)!r}))\n"
        "print(program.row((0.5, 40, None, 'west', 'plus', 'town 1')))\n"
        "assert not {'sklearn', 'pandas', 'scipy', 'xgboost', 'lightgbm', 'catboost', 'imblearn'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
