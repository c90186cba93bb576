"""Every step that can be compiled, before a tree and before a linear model, answers as scikit-learn does.

The data have gaps, levels that the training never saw, labels in words and uneven classes. The proof
compares labels and probabilities (1e-9) with the estimator's own, on rows, blocks and edge records.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.feature_selection import (
    RFE,
    SelectFromModel,
    SelectKBest,
    SelectPercentile,
    VarianceThreshold,
    f_classif,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline, make_union
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    StandardScaler,
    TargetEncoder,
)
from sklearn.tree import DecisionTreeClassifier

from ml.data.columns import block_of_frame
from ml.data.feature import Choice, Feature
from ml.data.outcomes import Outcome, Outcomes
from ml.data.schema import Schema
from ml.predict.compile import compile_estimator
from ml.predict.equivalence import prove
from ml.predict.predictor import SklearnPredictor
from ml.predict.program import Program

NUMBERS, WORDS, PLACE = ["income", "age", "share"], ["region", "plan"], ["town"]
FULL = SimpleImputer()
VOCABULARY = ["late", "payment", "good service", "très bien", "Zürich", "never", "again", "will", "invoice", "2024"]


def people(n: int, seed: int, towns: int = 25) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "income": rng.lognormal(size=n),
            "age": rng.integers(18, 80, n),
            "share": rng.random(n).round(2),
            "region": rng.choice(["east", "north", "west"], n, p=[0.7, 0.28, 0.02]),
            "plan": rng.choice(["basic", "plus"], n),
            "town": [f"town {int(at)}" for at in np.minimum(rng.exponential(4.0, n), towns)],
        }
    )
    for name in ("income", "share", "region", "plan"):
        frame.loc[rng.random(n) < 0.08, name] = np.nan
    lengths = rng.integers(0, 9, n)
    frame["note"] = [" ".join(rng.choice(VOCABULARY, length)) for length in lengths]
    return frame


TRAINING, UNSEEN = people(300, 0, towns=12), people(60, 1)


def wanted(frame: pd.DataFrame, sides: int) -> np.ndarray:
    noise = np.random.default_rng(1).normal(scale=0.6, size=len(frame))
    late = frame["note"].str.contains("late").to_numpy() * 0.8
    score = frame["income"].fillna(0) + frame["age"] / 40 + (frame["region"] == "north") + late + noise
    return np.asarray(np.select([score > 4.0, score > 2.6], ["often", "rarely" if sides == 3 else "never"], "never"))


def schema_of(frame: pd.DataFrame) -> Schema:
    kinds = {"age": ("integer", "int64"), "income": ("number", "float64"), "share": ("number", "float64")}
    features = []
    for name in frame:
        if name == "note":
            features.append(Feature("note", "Note", "text", dtype=str(frame[name].dtype)))
        elif name in kinds:
            kind, dtype = kinds[name]
            seen = (float(frame[name].min()), float(frame[name].max()))
            features.append(Feature(name, name, kind, dtype=dtype, seen=seen))
        else:
            choices = tuple(Choice(value, value) for value in sorted(frame[name].dropna().unique()))
            features.append(Feature(name, name, "category", dtype=str(frame[name].dtype), choices=choices))
    return Schema(tuple(features))


def proved(estimator: Any, frame: pd.DataFrame, sides: int, container: str = "frame") -> Program:
    """Fit, compile and prove; the program."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # how a classifier likes its data is not the matter here
        truth = wanted(TRAINING, sides).astype(object)
        estimator = clone(estimator).fit(frame if container == "frame" else frame["note"], truth)
        items = tuple(Outcome(str(v), str(v), v) for v in estimator.classes_.tolist())
        outcomes = Outcomes(items, True, items[0].name)
        schema = schema_of(frame)
        program = compile_estimator(estimator, schema, outcomes, container)
        reference = SklearnPredictor(estimator, schema, outcomes).block
        proof = prove(program, reference, schema, [block_of_frame(schema, UNSEEN)])
    assert proof.ok, proof
    assert proof.rows > len(UNSEEN)
    return program


ONLY_FULL = ["age"]
TREE = DecisionTreeClassifier(random_state=0)
NORMAL = QuantileTransformer(n_quantiles=50, output_distribution="normal")
HOT = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
CODES = OrdinalEncoder(min_frequency=15, handle_unknown="use_encoded_value", unknown_value=-1)
WEIGHTED = FeatureUnion([("a", PCA(2)), ("b", MaxAbsScaler())], transformer_weights={"a": 3.0})
STEPS: dict[str, list[tuple[Any, ...]]] = {
    "principal components": [("n", make_pipeline(FULL, StandardScaler(), PCA(2, whiten=True)), NUMBERS)],
    "components of one-hot": [("w", make_pipeline(HOT, PCA(3)), PLACE)],
    "singular vectors": [
        ("w", make_pipeline(OneHotEncoder(handle_unknown="ignore"), TruncatedSVD(3, random_state=0)), PLACE)
    ],
    "steps after components": [
        ("n", make_pipeline(FULL, PCA(2), StandardScaler(), KBinsDiscretizer(3, encode="onehot-dense")), NUMBERS)
    ],
    "k best": [("n", make_pipeline(FULL, SelectKBest(f_classif, k=2)), NUMBERS)],
    "k best, gaps refused": [("n", SelectKBest(f_classif, k=1), ONLY_FULL), ("m", FULL, ["income"])],
    "percentile of one-hot": [
        ("w", make_pipeline(OneHotEncoder(handle_unknown="ignore"), SelectPercentile(f_classif, percentile=40)), PLACE)
    ],
    "variance with gaps": [("n", make_pipeline(VarianceThreshold(0.2), FULL), NUMBERS)],
    "from a model": [("n", make_pipeline(FULL, SelectFromModel(TREE)), NUMBERS)],
    "recursive": [("n", make_pipeline(FULL, RFE(TREE, n_features_to_select=2)), NUMBERS)],
    "products": [("n", make_pipeline(FULL, PolynomialFeatures(3)), NUMBERS)],
    "interactions": [("n", make_pipeline(FULL, PolynomialFeatures(2, interaction_only=True)), NUMBERS)],
    "k best of products": [
        ("n", make_pipeline(FULL, PolynomialFeatures(2, include_bias=False), SelectKBest(k=4)), NUMBERS)
    ],
    "bins": [("n", make_pipeline(FULL, KBinsDiscretizer(4, encode="ordinal")), NUMBERS)],
    "one-hot bins": [("n", make_pipeline(FULL, KBinsDiscretizer(4, strategy="uniform")), NUMBERS)],
    "target encoding": [("t", TargetEncoder(random_state=0), [*PLACE, *WORDS])],
    "uniform quantiles": [("n", make_pipeline(QuantileTransformer(n_quantiles=50), FULL), NUMBERS)],
    "normal quantiles": [("n", make_pipeline(FULL, NORMAL), NUMBERS)],
    "Yeo and Johnson": [("n", make_pipeline(PowerTransformer(), FULL), NUMBERS)],
    "Box and Cox": [("n", make_pipeline(FULL, PowerTransformer("box-cox")), ["income", "age"])],
    "logarithm": [("n", make_pipeline(FULL, FunctionTransformer(np.log1p), StandardScaler()), NUMBERS)],
    "root": [("n", make_pipeline(FunctionTransformer(np.sqrt, validate=True)), ONLY_FULL)],
    "norm": [("n", make_pipeline(FULL, Normalizer()), NUMBERS)],
    "largest norm": [("n", make_pipeline(FULL, Normalizer("max")), NUMBERS)],
    "largest": [("n", make_pipeline(FULL, MaxAbsScaler()), NUMBERS)],
    "binarize": [("n", make_pipeline(FULL, Binarizer(threshold=1.0)), NUMBERS)],
    "rare levels": [("w", OneHotEncoder(min_frequency=15, handle_unknown="infrequent_if_exist"), [*PLACE, *WORDS])],
    "few levels, first dropped": [
        ("w", OneHotEncoder(max_categories=3, drop="first", handle_unknown="ignore"), [*PLACE, *WORDS])
    ],
    "rare levels, unknown refused": [("w", OneHotEncoder(min_frequency=15), WORDS)],
    "rare codes": [("w", make_pipeline(CODES, FULL), [*PLACE, *WORDS])],
    "union": [("n", make_pipeline(FULL, make_union(StandardScaler(), PCA(2), "passthrough")), NUMBERS)],
    "weighted union": [
        ("n", make_pipeline(FULL, WEIGHTED), NUMBERS)
    ],
    "counts": [("t", CountVectorizer(), "note"), ("n", FULL, NUMBERS)],
    "TF-IDF": [("t", TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), stop_words=["will"]), "note")],
    "TF-IDF of counts": [("t", make_pipeline(CountVectorizer(binary=True), TfidfTransformer(norm="l1")), "note")],
    "accents": [("t", TfidfVectorizer(strip_accents="unicode", lowercase=False, token_pattern=r"\b\w+\b"), "note")],
    "characters": [("t", TfidfVectorizer(analyzer="char", ngram_range=(2, 3), strip_accents="ascii"), "note")],
    "characters in words": [("t", TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 7), norm=None), "note")],
    "components of TF-IDF": [("t", make_pipeline(TfidfVectorizer(), TruncatedSVD(4, random_state=0)), "note")],
    "k best of TF-IDF": [("t", make_pipeline(TfidfVectorizer(use_idf=False), SelectKBest(k=6)), "note")],
}  # fmt: skip


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_equal_before_a_linear_model(name: str) -> None:
    estimator = make_pipeline(ColumnTransformer(STEPS[name]), LogisticRegression(max_iter=300))
    proved(estimator, TRAINING, 2)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_equal_before_trees(name: str) -> None:
    proved(make_pipeline(ColumnTransformer(STEPS[name]), RandomForestClassifier(5, random_state=0)), TRAINING, 3)


@pytest.mark.parametrize("vectorizer", [CountVectorizer(), TfidfVectorizer()])
def test_a_pipeline_on_one_series_of_texts_is_equal(vectorizer: Any) -> None:
    estimator = make_pipeline(vectorizer, LogisticRegression()).fit(TRAINING["note"], wanted(TRAINING, 2))
    schema = Schema((schema_of(TRAINING).features[-1],))
    outcomes = Outcomes((Outcome("never", "never", "never"), Outcome("often", "often", "often")), True, "often")
    program = compile_estimator(estimator, schema, outcomes, "series")
    answer = program.block((UNSEEN["note"].to_numpy(dtype=object),))
    np.testing.assert_allclose(answer.probabilities, estimator.predict_proba(UNSEEN["note"]), rtol=0, atol=1e-12)
    for text in ("", "LATE late,payment!", "Zürich — très très bien", "\tnever\n\nagain  again"):
        assert program.row((text,))[1] == pytest.approx(estimator.predict_proba(pd.Series([text]))[0], abs=1e-12)
