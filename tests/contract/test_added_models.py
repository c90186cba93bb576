"""Models as people fit them come in at the first try, and answer at every door as they answer themselves.

A matrix: pipelines × libraries × dtypes × truths, in memory (`add_model`) and by files (`python -m ml add`). What is
compared with is the estimator's own ``predict_proba`` on the very rows.
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer, make_column_selector, make_column_transformer
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
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from ml.add import add_model
from ml.batch.score_file import score_file
from ml.service import open_service
from tests.contract import own_steps

ROWS, TRAINING = 360, 260
NUMBERS, TEXTS = ["income", "age"], ["town", "plan"]


def people(seed: int = 3) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "income": draw.gamma(3, 900, ROWS).round(2),
            "age": draw.integers(18, 80, ROWS),
            "town": draw.choice(["Linz", "Graz", "Sankt Pölten"], ROWS),
            "plan": draw.choice(["basic", "plus", "pro"], ROWS),
        }
    )
    pushed = frame["income"] / 900 - frame["age"] / 20 + (frame["plan"] == "pro") + draw.normal(0, 1, ROWS)
    frame["end"] = np.where(pushed > pushed.median(), "stays", "leaves")
    return frame


def with_gaps(frame: pd.DataFrame) -> pd.DataFrame:
    at = np.arange(len(frame))
    return frame.assign(income=frame["income"].mask(at % 7 == 0), town=frame["town"].mask(at % 9 == 0))


def columns(encoder=None):
    return make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS),
        (encoder or OneHotEncoder(handle_unknown="ignore"), TEXTS),
    )


def same_as_itself(estimator, frame, models, truth="end", answers=None, **options):
    """Add it, then ask at the doors and compare."""
    holdout = frame[TRAINING:]
    names = [truth] if isinstance(truth, str) else truth
    X = frame.drop(columns=names)
    y = frame[truth]
    key = add_model(
        "m", estimator, X[:TRAINING], X[TRAINING:], y[TRAINING:], y_train=y[:TRAINING], models=models, **options
    )
    service = open_service(models)
    want = (answers or estimator.predict_proba)(X[TRAINING:])
    want = np.asarray(want) if not isinstance(want, list) else np.column_stack(want)
    rows = json.loads(holdout.drop(columns=names).to_json(orient="records", date_format="iso"))
    scored = service.score(key, rows)
    got = np.array([score.probabilities for score in scored.scores])
    assert np.abs(got - want).max() <= 1e-9
    labels = np.asarray(estimator.predict(X[TRAINING:])).reshape(len(holdout), -1)
    if scored.model.outcomes.exclusive:
        values = {item.name: item.value for item in scored.model.outcomes.items}
        assert [values[score.labels[0]] for score in scored.scores] == [each[0] for each in labels.tolist()]
    alone = np.array([service.score(key, [row]).scores[0].probabilities for row in rows[:5]])
    assert np.abs(alone - want[:5]).max() <= 1e-9
    file, out = models / "h.csv", models / "o.csv"
    holdout.drop(columns=names).to_csv(file, index=False)
    assert score_file(service, key, file, out).refused == 0
    table = pd.read_csv(out)
    read = table[[name for name in table if name.startswith("probability_")]].to_numpy()
    assert np.abs(read - want).max() <= 1e-9
    return service.model(key)


CLASSIFIERS = {
    "logistic": LogisticRegression(max_iter=500),
    "sgd": SGDClassifier(loss="log_loss", random_state=0),
    "bayes": GaussianNB(),
    "knn": KNeighborsClassifier(7),
    "svc": make_pipeline(StandardScaler(), SVC(probability=True, random_state=0)),
    "mlp": MLPClassifier((8,), max_iter=80, random_state=0),
    "forest": RandomForestClassifier(20, random_state=0),
    "boosting": HistGradientBoostingClassifier(max_iter=15),
    "ada": AdaBoostClassifier(n_estimators=10, random_state=0),
    "bagging": BaggingClassifier(n_estimators=5, random_state=0),
    "voting": VotingClassifier([("a", LogisticRegression()), ("b", GaussianNB())], voting="soft"),
    "stacking": StackingClassifier([("a", GaussianNB()), ("b", RandomForestClassifier(5, random_state=0))]),
    "best k": make_pipeline(SelectKBest(k=4), LogisticRegression(max_iter=500)),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers_behind_a_column_transformer(name, tmp_path):
    frame = people() if name in ("bagging",) else with_gaps(people())
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    estimator = make_pipeline(columns(encoder), CLASSIFIERS[name]).fit(
        frame[:TRAINING].drop(columns="end"), frame["end"][:TRAINING]
    )
    same_as_itself(estimator, frame, tmp_path)


def test_columns_that_were_chosen_by_dtype(tmp_path):
    frame = people()
    X = frame.drop(columns="end")
    chosen = ColumnTransformer(
        [
            ("n", StandardScaler(), X.select_dtypes("number").columns),
            ("c", OneHotEncoder(), X.select_dtypes(exclude="number").columns),
        ]
    )
    same_as_itself(
        make_pipeline(chosen, LogisticRegression()).fit(X[:TRAINING], frame["end"][:TRAINING]), frame, tmp_path
    )
    selected = make_column_transformer(
        (StandardScaler(), make_column_selector(dtype_include="number")),
        (OneHotEncoder(), make_column_selector(dtype_exclude="number")),
    )
    model = make_pipeline(selected, LogisticRegression()).fit(X[:TRAINING], frame["end"][:TRAINING])
    same_as_itself(model, frame, tmp_path)


def test_a_search_and_a_union_and_a_logarithm(tmp_path):
    frame = people()
    X = frame.drop(columns="end")
    union = FeatureUnion([("log", FunctionTransformer(np.log1p)), ("scaled", StandardScaler())])
    inner = make_pipeline(
        make_column_transformer((union, NUMBERS), (OneHotEncoder(), TEXTS)), LogisticRegression(max_iter=500)
    )
    search = GridSearchCV(inner, {"logisticregression__C": [0.1, 1.0]}, cv=3).fit(X[:TRAINING], frame["end"][:TRAINING])
    same_as_itself(search, frame, tmp_path)


def test_fitted_on_an_array(tmp_path):
    draw = np.random.default_rng(0)
    values = draw.normal(size=(ROWS, 3))
    end = np.where(values[:, 0] > 0, "a", "b")
    model = RandomForestClassifier(10, random_state=0).fit(values[:TRAINING], end[:TRAINING])
    key = add_model("m", model, values[:TRAINING], values[TRAINING:], end[TRAINING:], models=tmp_path)
    service = open_service(tmp_path)
    rows = [dict(zip(("x0", "x1", "x2"), row, strict=True)) for row in values[TRAINING:].tolist()]
    got = np.array([score.probabilities for score in service.score(key, rows).scores])
    assert np.abs(got - model.predict_proba(values[TRAINING:])).max() <= 1e-9


def test_fitted_on_one_series_of_texts(tmp_path):
    draw = np.random.default_rng(0)
    words = np.array(["good", "fine", "great", "bad", "poor", "awful", "service", "phone", "bill"])
    texts = pd.Series([" ".join(draw.choice(words, 6)) for _ in range(ROWS)], name="said")
    mood = np.where(texts.str.count("good|fine|great") > texts.str.count("bad|poor|awful"), "glad", "cross")
    model = make_pipeline(TfidfVectorizer(), MultinomialNB()).fit(texts[:TRAINING], mood[:TRAINING])
    key = add_model("m", model, texts[:TRAINING], texts[TRAINING:], mood[TRAINING:], models=tmp_path)
    service = open_service(tmp_path)
    got = np.array([s.probabilities for s in service.score(key, [{"said": each} for each in texts[TRAINING:]]).scores])
    assert np.abs(got - model.predict_proba(texts[TRAINING:])).max() <= 1e-9
    empty = np.array(service.score(key, [{"said": ""}]).scores[0].probabilities)
    assert np.abs(empty - model.predict_proba(pd.Series([""]))[0]).max() <= 1e-9


DTYPES = {
    "whole numbers of pandas": lambda f: f.assign(age=f["age"].astype("Int64"), income=f["income"].astype("Float64")),
    "small numbers": lambda f: f.assign(age=f["age"].astype("uint8"), income=f["income"].astype("float32")),
    "truth values": lambda f: f.assign(age=f["age"] > 40, town=f["town"]),
    "truth values of pandas": lambda f: f.assign(age=(f["age"] > 40).astype("boolean")),
    "python objects": lambda f: f.assign(town=f["town"].astype(object), plan=f["plan"].astype(object)),
    "strings of pandas": lambda f: f.assign(town=f["town"].astype("string"), plan=f["plan"].astype("string")),
    "ordered categories": lambda f: f.assign(
        plan=pd.Categorical(f["plan"], categories=["pro", "basic", "plus"], ordered=True)
    ),
}


@pytest.mark.parametrize("name", DTYPES)
def test_dtypes_are_kept(name, tmp_path):
    frame = DTYPES[name](people())
    estimator = make_pipeline(
        make_column_transformer((StandardScaler(), NUMBERS), (OneHotEncoder(), TEXTS)), LogisticRegression(max_iter=500)
    ).fit(frame[:TRAINING].drop(columns="end"), frame["end"][:TRAINING])
    bundle = same_as_itself(estimator, frame, tmp_path)
    dtypes = {feature.name: feature.dtype for feature in bundle.schema.features}
    assert dtypes == {name: str(dtype) for name, dtype in frame.drop(columns="end").dtypes.items()}


@pytest.mark.parametrize("zone", [None, "Europe/Vienna", "UTC"])
def test_times_keep_their_hour_and_their_zone(zone, tmp_path):
    draw = np.random.default_rng(1)
    frame = people()[["age", "end"]]
    seen = pd.Timestamp("2024-10-20") + pd.to_timedelta(draw.integers(0, 60 * 24 * 20, ROWS), unit="min")
    frame.insert(0, "seen", seen if zone is None else seen.tz_localize("UTC").tz_convert(zone))
    frame["end"] = np.where(frame["seen"].dt.hour + draw.normal(0, 3, ROWS) > 12, "late", "early")
    model = make_pipeline(FunctionTransformer(own_steps.hours), LogisticRegression(max_iter=900)).fit(
        frame[:TRAINING][["seen", "age"]], frame["end"][:TRAINING]
    )
    same_as_itself(model, frame, tmp_path, trust=["tests.contract.own_steps.hours"])
    service, rows = open_service(tmp_path), frame[TRAINING:].drop(columns="end")
    raw = json.loads(rows.to_json(orient="records", date_format="iso"))[0]
    advice = service.advise(service.score_with_blanks("m", raw))
    assert len(advice.sweeps["seen"].values) > 5


TRUTHS = {
    "numbers": lambda end: (end == "stays").astype(int),
    "truth values": lambda end: end == "stays",
    "texts": lambda end: end,
    "texts of digits": lambda end: (end == "stays").astype(int).astype(str),
    "floats": lambda end: (end == "stays").astype(float),
    "categories": lambda end: end.astype("category"),
}


@pytest.mark.parametrize("name", TRUTHS)
def test_truths_are_the_estimator_s_classes(name, tmp_path):
    frame = people()
    frame["end"] = TRUTHS[name](frame["end"])
    X = frame.drop(columns="end")
    model = make_pipeline(columns(), RandomForestClassifier(15, random_state=0)).fit(
        X[:TRAINING], frame["end"][:TRAINING]
    )
    bundle = same_as_itself(model, frame, tmp_path)
    right = np.mean(model.predict(X[TRAINING:]) == np.asarray(frame["end"][TRAINING:]))
    assert np.mean((bundle.predictor.block(bundle.holdout.block).labels == bundle.holdout.truth).all(axis=1)) == right


def test_a_truth_of_codes_takes_its_column_s_name(tmp_path):
    frame = people().assign(end=lambda f: (f["end"] == "stays").astype(int)).rename(columns={"end": "stayed_on"})
    X = frame.drop(columns="stayed_on")
    model = make_pipeline(columns(), LogisticRegression()).fit(X[:TRAINING], frame["stayed_on"][:TRAINING])
    bundle = same_as_itself(model, frame, tmp_path, truth="stayed_on")
    assert [(item.name, item.label) for item in bundle.outcomes.items] == [("0", "Stayed on: no"), ("1", "Stayed on")]


def test_words_of_the_truth_are_told_for_codes_of_the_estimator(tmp_path):
    frame = people()
    X = frame.drop(columns="end")
    codes = (frame["end"] == "stays").astype(int)
    model = make_pipeline(columns(), LogisticRegression()).fit(X[:TRAINING], codes[:TRAINING])
    key = add_model(
        "m",
        model,
        X[:TRAINING],
        X[TRAINING:],
        frame["end"][TRAINING:],
        truth={"stays": 1, "leaves": 0},
        models=tmp_path,
    )
    bundle = open_service(tmp_path).model(key)
    assert [(item.name, item.value) for item in bundle.outcomes.items] == [("leaves", 0), ("stays", 1)]
    assert (bundle.holdout.truth[:, 1] == codes[TRAINING:].to_numpy(dtype=bool)).all()


@pytest.mark.parametrize("words", [("no", "yes"), ("N", "Y"), ("false", "true"), ("0", "1")])
@pytest.mark.parametrize(
    "last", [RandomForestClassifier(10, random_state=0), MultiOutputClassifier(LogisticRegression())]
)
def test_independent_outcomes_of_texts_are_not_inverted(words, last, tmp_path):
    frame = people().drop(columns="end")
    frame["car"] = np.where(frame["income"] > 2600, words[1], words[0])
    frame["boat"] = np.where(frame["age"] > 60, words[1], words[0])
    X = frame[[*NUMBERS, *TEXTS]]
    model = make_pipeline(columns(), last).fit(X[:TRAINING], frame[["car", "boat"]][:TRAINING])

    def own(rows):
        return [answer[:, 1] for answer in model.predict_proba(rows)]

    bundle = same_as_itself(model, frame, tmp_path, truth=["car", "boat"], answers=own)
    assert (bundle.holdout.truth[:, 0] == (frame["car"][TRAINING:] == words[1])).all()


def test_libraries_in_pipelines_and_alone_with_native_categories(tmp_path):
    xgboost, lightgbm, catboost = (pytest.importorskip(name) for name in ("xgboost", "lightgbm", "catboost"))
    frame = people().assign(code=lambda f: (f["end"] == "stays").astype(int)).drop(columns="end")
    X, y = frame.drop(columns="code"), frame["code"]
    as_categories = frame.assign(**{name: frame[name].astype("category") for name in TEXTS})
    makers = {
        "x": lambda **o: xgboost.XGBClassifier(n_estimators=8, max_depth=3, **o),
        "l": lambda **o: lightgbm.LGBMClassifier(n_estimators=8, verbose=-1, **o),
        "c": lambda **o: catboost.CatBoostClassifier(iterations=8, verbose=0, allow_writing_files=False, **o),
    }
    for make in makers.values():
        same_as_itself(make_pipeline(columns(), make()).fit(X[:TRAINING], y[:TRAINING]), frame, tmp_path, truth="code")
    C = as_categories.drop(columns="code")
    for model in (makers["x"](enable_categorical=True), makers["l"]()):
        same_as_itself(model.fit(C[:TRAINING], y[:TRAINING]), as_categories, tmp_path, truth="code")
    same_as_itself(makers["c"](cat_features=TEXTS).fit(X[:TRAINING], y[:TRAINING]), frame, tmp_path, truth="code")
    same_as_itself(
        HistGradientBoostingClassifier(max_iter=8, categorical_features="from_dtype").fit(C[:TRAINING], y[:TRAINING]),
        as_categories, tmp_path, truth="code",
    )  # fmt: skip


def test_a_pipeline_that_rebalances(tmp_path):
    pipeline = pytest.importorskip("imblearn.pipeline")
    from imblearn.over_sampling import RandomOverSampler

    frame = people()
    X = frame.drop(columns="end")
    model = pipeline.make_pipeline(columns(), RandomOverSampler(random_state=0), LogisticRegression()).fit(
        X[:TRAINING], frame["end"][:TRAINING]
    )
    same_as_itself(model, frame, tmp_path)


def test_columns_without_values_are_gaps_as_in_training(tmp_path):
    frame = people().assign(gone=np.nan)[["income", "gone", "age", "end"]]
    X = frame.drop(columns="end")
    keeps = make_pipeline(SimpleImputer(keep_empty_features=True), LogisticRegression(max_iter=500))
    for model in (keeps, DecisionTreeClassifier(max_depth=3)):
        bundle = same_as_itself(model.fit(X[:TRAINING], frame["end"][:TRAINING]), frame, tmp_path)
        assert [feature.name for feature in bundle.schema.features if feature.hidden] == ["gone"]


def test_numbers_among_objects(tmp_path):
    frame = people().astype({"income": object, "age": object})
    X = frame.drop(columns="end")
    model = make_pipeline(columns(), LogisticRegression(max_iter=500)).fit(X[:TRAINING], frame["end"][:TRAINING])
    bundle = same_as_itself(model, frame, tmp_path)
    assert [feature.kind for feature in bundle.schema.features][:2] == ["number", "integer"]


def test_names_with_spaces_and_a_search_with_a_score_of_its_own(tmp_path):
    lightgbm = pytest.importorskip("lightgbm")
    frame = people().rename(columns={"income": "yearly income"})[["yearly income", "age", "end"]]
    X = frame.drop(columns="end")
    search = GridSearchCV(
        lightgbm.LGBMClassifier(n_estimators=8, verbose=-1),
        {"max_depth": [2, 3]},
        scoring=lambda model, rows, truth: model.score(rows, truth),
        cv=3,
    )
    bundle = same_as_itself(search.fit(X[:TRAINING], frame["end"][:TRAINING]), frame, tmp_path)
    assert bundle.card["path"]["kind"] == "compiled"
