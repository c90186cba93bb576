"""An estimator loads from a bundle as it was, with pandas objects, other libraries and classes of one's own in it."""

import collections
import re
import textwrap
import warnings

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn import config_context
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from ml.errors import InvalidData, UntrustedModel
from ml.training.estimator.load_estimator import load_estimator_file
from ml.training.estimator.reproducible_skops import without_what_is_no_model, write_estimator
from ml.training.estimator.save_estimator import save_estimator
from ml.training.estimator.storable import storable
from ml.trust.code import code_of_bundle, read_code
from ml.trust.load import load_estimator
from ml.trust.record import Trusted

DRAW = np.random.default_rng(11)
TABLE = pd.DataFrame(
    {
        "age": DRAW.integers(18, 80, 240),
        "fare": DRAW.gamma(2.0, 20.0, 240),
        "town": DRAW.choice(["Linz", "Graz", "Wels"], 240),
        "sex": DRAW.choice(["f", "m"], 240),
    }
)
Y = np.where(TABLE["fare"] + 20 * (TABLE["sex"] == "f") + DRAW.normal(0, 10, 240) > 50, "yes", "no")
CODES = (Y == "yes").astype(int)
NUMBERS = TABLE[["age", "fare"]]
CATEGORIES = TABLE.astype({"town": "category", "sex": "category"})


def again(estimator, tmp_path, trusted=(), code=None):
    """The estimator after it was saved into a bundle and loaded as a server does."""
    folder = tmp_path / "models" / "m" / "0a1b2c3d"
    folder.mkdir(parents=True, exist_ok=True)
    told = save_estimator(estimator, folder, trusted, code)
    import sklearn

    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert not [name for name in files if name.endswith((".pkl", ".joblib"))]
    versions = {"scikit-learn": sklearn.__version__}
    return load_estimator(folder / "estimator.skops", "m@0a1b2c3d", versions, told, code_of_bundle(folder, files))


def columns(**kwargs):
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    return ColumnTransformer(
        [("n", numbers, kwargs["numbers"]), ("c", OneHotEncoder(handle_unknown="ignore"), kwargs["categories"])]
    )


@pytest.mark.parametrize(
    "chosen",
    [
        {
            "numbers": TABLE.select_dtypes("number").columns,
            "categories": TABLE.select_dtypes(exclude="number").columns,
        },
        {"numbers": TABLE.columns[:2], "categories": TABLE.columns[2:]},
        {"numbers": make_column_selector(dtype_include="number"), "categories": ["town", "sex"]},
        {"numbers": pd.Series(["age", "fare"]), "categories": np.array(["town", "sex"])},
    ],
    ids=["select_dtypes", "slices", "selector", "series"],
)
def test_columns_that_pandas_chose_are_saved(tmp_path, chosen):
    model = make_pipeline(columns(**chosen), LogisticRegression()).fit(TABLE, Y)
    loaded = again(model, tmp_path)
    assert (loaded.predict_proba(TABLE) == model.predict_proba(TABLE)).all()
    assert isinstance(model[0].transformers[0][2], type(chosen["numbers"]))  # the adder's own object is as it was


class Target(TransformerMixin, BaseEstimator):
    """A target encoder as people write it, with means by category as a series."""

    def fit(self, X, y):
        y = pd.Series(y, index=X.index)
        self.means_ = y.eq("yes").groupby(X["town"]).mean()
        self.pairs_ = y.eq("yes").groupby([X["town"], X["sex"]]).mean()
        self.columns_ = X.columns
        self.codes_ = {town: number for number, town in enumerate(X["town"].unique())}
        self.by_pair_ = {(town, sex): number for (town, sex), number in X.groupby(["town", "sex"]).size().items()}
        self.named_ = re.compile("^L", re.IGNORECASE)
        self.counts_ = collections.Counter(X["sex"])
        self.seen_ = collections.defaultdict(int, {7: 1})
        self.frame_ = X.head(3)
        self.kind_ = X["town"].astype("category").dtype
        self.start_, self.span_, self.unknown_ = pd.Timestamp("2024-02-29 12:00"), pd.Timedelta("3h"), pd.NA
        return self

    def transform(self, X):
        pairs = pd.MultiIndex.from_frame(X[["town", "sex"]])
        assert list(X.columns) == self.columns_.tolist()
        assert self.kind_.categories.tolist() == sorted(self.codes_)
        return np.column_stack(
            [
                X["town"].map(self.means_),
                self.pairs_.reindex(pairs),
                X["town"].map(self.codes_),
                [self.by_pair_[pair] for pair in zip(X["town"], X["sex"], strict=True)],
                X["town"].map(lambda town: bool(self.named_.match(town))),
                X["sex"].map(self.counts_),
                np.full(len(X), self.seen_[7] + self.seen_[8] + self.start_.hour + self.span_ / pd.Timedelta("1h")),
                np.full(len(X), self.frame_["age"].sum() if self.unknown_ is pd.NA else 0),
            ]
        )


def test_pandas_objects_in_a_class_of_one_s_own_are_saved(tmp_path):
    model = make_pipeline(Target(), LogisticRegression(max_iter=2000)).fit(TABLE, Y)
    name = f"{Target.__module__}.Target"
    with pytest.raises(UntrustedModel, match=re.escape(name)):
        again(model, tmp_path)
    loaded = again(model, tmp_path, [name])
    assert (loaded.predict_proba(TABLE) == model.predict_proba(TABLE)).all()
    pd.testing.assert_series_equal(loaded[0].pairs_, model[0].pairs_)
    pd.testing.assert_frame_equal(loaded[0].frame_, model[0].frame_)
    assert loaded[0].by_pair_ == model[0].by_pair_


DTYPES = {
    "numbers": [1.5, None],
    "texts": ["a", None],
    "objects": pd.Series(["a", 1, None, pd.Timestamp("2024-01-01")], dtype=object),
    "categories": pd.Categorical(["b", None, "a"], categories=["b", "a"], ordered=True),
    "whole": pd.array([1, None], dtype="Int64"),
    "truth": pd.array([True, None], dtype="boolean"),
    "moments": pd.to_datetime(["2024-01-01", None]),
    "zoned": pd.to_datetime(["2024-01-01 10:00", None], utc=True).tz_convert("Europe/Vienna"),
    "spans": pd.to_timedelta(["1D", None]),
    "months": pd.period_range("2024-01", periods=2, freq="M"),
    "string": pd.array(["x", None], dtype="string"),
}


@pytest.mark.parametrize("kind", list(DTYPES))
def test_a_series_an_index_and_a_frame_of_any_kind_come_back_equal(kind):
    series = pd.Series(DTYPES[kind], name="n")
    held = LogisticRegression()
    held.series_, held.index_, held.frame_ = series, pd.Index(series, name="i"), series.to_frame().set_axis([3], axis=1)
    kept = skops.io.dumps(storable(held))
    loaded = skops.io.loads(kept, trusted=skops.io.get_untrusted_types(data=kept))
    pd.testing.assert_series_equal(loaded.series_, held.series_)
    pd.testing.assert_index_equal(loaded.index_, held.index_)
    pd.testing.assert_frame_equal(loaded.frame_, held.frame_)


@pytest.mark.parametrize(
    "held",
    [
        {True: 1, False: 2},
        {None: 1, "a": 2},
        {1: "a", "1": "b"},
        {(1, "x"): [1], (2, "y"): [2]},
        {1.5: 1, 2.5: 2},
        {np.int64(3): 1},
        {pd.Timestamp("2024-01-01"): 1},
        collections.OrderedDict({2: 1, 1: 2}),
        {"deep": [{"deeper": ({True: pd.Index(["a"])},)}]},
        {},
    ],
)
def test_a_dict_comes_back_with_the_keys_that_it_had(held):
    holder = LogisticRegression()
    holder.held_ = held
    kept = skops.io.dumps(storable(holder))
    loaded = skops.io.loads(kept, trusted=skops.io.get_untrusted_types(data=kept)).held_
    assert repr(loaded) == repr(held)
    assert type(loaded) is type(held)


def test_what_holds_nothing_odd_is_not_copied_and_trees_are_shared():
    plain = RandomForestClassifier(3).fit(NUMBERS, Y)
    assert storable(plain) is plain
    held = make_pipeline(columns(numbers=NUMBERS.columns, categories=["town"]), RandomForestClassifier(3)).fit(TABLE, Y)
    copied = storable(held)
    assert copied is not held
    assert copied[1].estimators_[0].tree_ is held[1].estimators_[0].tree_


def test_an_object_that_holds_itself_is_copied_once():
    model = LogisticRegression().fit(NUMBERS, Y)
    model.names_ = NUMBERS.columns
    model.self_ = [model]
    copied = storable(model)
    assert copied.self_[0] is copied


def test_equal_estimators_give_equal_files_with_stand_ins_too(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        chosen = {"numbers": TABLE.columns[:2], "categories": TABLE.columns[2:]}
        model = make_pipeline(columns(**chosen), RandomForestClassifier(5, random_state=0)).fit(TABLE, Y)
        save_estimator(model, tmp_path / name)
    one, two = ((tmp_path / name / "estimator.skops").read_bytes() for name in ("one", "two"))
    assert one == two


def boosted():
    """Estimators of the supported libraries: bare, in pipelines, on texts, with category columns of their own."""
    import catboost
    import imblearn.ensemble as balanced
    import lightgbm
    import xgboost
    from imblearn.over_sampling import SMOTE, RandomOverSampler
    from imblearn.pipeline import make_pipeline as make_balanced
    from imblearn.under_sampling import RandomUnderSampler

    prepare = columns(numbers=["age", "fare"], categories=TABLE.columns[2:])
    cat = {"iterations": 8, "verbose": 0, "allow_writing_files": False}
    few = {"n_estimators": 8}
    return {
        "xgboost": (xgboost.XGBClassifier(**few), NUMBERS, CODES),
        "xgboost forest": (xgboost.XGBRFClassifier(**few), NUMBERS, CODES),
        "xgboost categories": (xgboost.XGBClassifier(**few, enable_categorical=True), CATEGORIES, CODES),
        "xgboost pipeline": (make_pipeline(prepare, xgboost.XGBClassifier(**few)), TABLE, CODES),
        "xgboost three": (xgboost.XGBClassifier(**few), NUMBERS, TABLE["town"].map({"Linz": 0, "Graz": 1, "Wels": 2})),
        "lightgbm": (lightgbm.LGBMClassifier(**few, verbose=-1), NUMBERS, Y),
        "lightgbm categories": (lightgbm.LGBMClassifier(**few, verbose=-1), CATEGORIES, Y),
        "lightgbm pipeline": (make_pipeline(prepare, lightgbm.LGBMClassifier(**few, verbose=-1)), TABLE, Y),
        "lightgbm three": (lightgbm.LGBMClassifier(**few, verbose=-1), NUMBERS, TABLE["town"]),
        "catboost": (catboost.CatBoostClassifier(**cat), NUMBERS, Y),
        "catboost categories": (catboost.CatBoostClassifier(**cat, cat_features=["town", "sex"]), TABLE, Y),
        "catboost pipeline": (make_pipeline(prepare, catboost.CatBoostClassifier(**cat)), TABLE, Y),
        "smote": (make_balanced(prepare, SMOTE(random_state=0), LogisticRegression()), TABLE, Y),
        "over": (make_balanced(prepare, RandomOverSampler(random_state=0), xgboost.XGBClassifier(**few)), TABLE, CODES),
        "under": (make_balanced(prepare, RandomUnderSampler(random_state=0), LogisticRegression()), TABLE, Y),
        "balanced forest": (balanced.BalancedRandomForestClassifier(8, random_state=0), NUMBERS, Y),
        "balanced bagging": (balanced.BalancedBaggingClassifier(n_estimators=3, random_state=0), NUMBERS, Y),
        "easy": (balanced.EasyEnsembleClassifier(2, random_state=0), NUMBERS, Y),
        "boosted": (balanced.RUSBoostClassifier(n_estimators=3, random_state=0), NUMBERS, Y),
    }  # fmt: skip


@pytest.mark.parametrize("case", [
    "xgboost", "xgboost forest", "xgboost categories", "xgboost pipeline", "xgboost three", "lightgbm",
    "lightgbm categories", "lightgbm pipeline", "lightgbm three", "catboost", "catboost categories",
    "catboost pipeline", "smote", "over", "under", "balanced forest", "balanced bagging", "easy", "boosted",
])  # fmt: skip
def test_estimators_of_the_supported_libraries_load_as_they_were_without_a_word_of_trust(tmp_path, case):
    for library in ("xgboost", "lightgbm", "catboost", "imblearn"):
        pytest.importorskip(library)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model, table, truth = boosted()[case]
        model.fit(table, truth)
        loaded = again(model, tmp_path)
        assert np.array_equal(loaded.predict_proba(table), model.predict_proba(table))
        assert list(loaded.classes_) == list(model.classes_)
        joblib.dump(model, tmp_path / "m.joblib")
        skops.io.dump(storable(model), tmp_path / "m.skops")
        for name in ("m.joblib", "m.skops"):
            given = load_estimator_file(tmp_path / name, trust_pickle=True)
            assert np.array_equal(given.predict_proba(table), model.predict_proba(table))


SELECTOR = textwrap.dedent("""
    from sklearn.base import BaseEstimator, TransformerMixin

    class PandasSelector(BaseEstimator, TransformerMixin):
        def __init__(self, columns):
            self.columns = columns
        def fit(self, x, y=None):
            return self
        def transform(self, x):
            return x.loc[:, self.columns]

    class PreProcessing(BaseEstimator, TransformerMixin):
        def __init__(self):
            pass
        def transform(self, df):
            df = df.copy()
            df.loc[df["age"] > 60, "age"] = 60
            df["fare"] = df["fare"].fillna(self.fare_mean_)
            df.loc[:, "town"] = df["town"].map({"Linz": "0", "Graz": "1", "Wels": "2"})
            df.loc[:, "sex"] = df["sex"].map({"f": "0", "m": "1"})
            return df.to_numpy().astype(float)
        def fit(self, df, y=None, **fit_params):
            self.fare_mean_ = df["fare"].mean()
            return self
""")


@pytest.mark.parametrize("tutorial", ["PandasSelector", "PreProcessing"])
@pytest.mark.parametrize("how", ["joblib", "skops", "notebook"])
def test_the_hand_written_estimators_of_the_tutorials_come_in(tmp_path, tutorial, how):
    from sklearn.pipeline import FeatureUnion

    (tmp_path / "tutorial.py").write_text(SELECTOR)
    code = read_code(tmp_path / "tutorial.py")
    path = tmp_path / f"m.{'skops' if how == 'skops' else 'pkl'}"
    with code.modules.installed():
        import tutorial as module

        if tutorial == "PandasSelector":
            union = FeatureUnion(
                [
                    ("n", make_pipeline(module.PandasSelector(NUMBERS.columns), StandardScaler())),
                    ("c", make_pipeline(module.PandasSelector(["town", "sex"]), OneHotEncoder(sparse_output=False))),
                ]
            )
            steps, grid = make_pipeline(union, LogisticRegression()), {"logisticregression__C": [0.1, 1.0]}
        else:
            steps = make_pipeline(module.PreProcessing(), RandomForestClassifier(random_state=0))
            grid = {"randomforestclassifier__n_estimators": [5, 10]}
        search = GridSearchCV(steps, grid, cv=3).fit(TABLE, Y)
        wanted = search.predict_proba(TABLE)
        if how == "skops":
            skops.io.dump(storable(search), path)
        elif how == "joblib":
            joblib.dump(search, path)
        else:  # as a notebook would have pickled it
            for name in ("PandasSelector", "PreProcessing"):
                getattr(module, name).__module__ = "__main__"
            with pytest.MonkeyPatch.context() as patch:
                for name in ("PandasSelector", "PreProcessing"):
                    patch.setattr("__main__." + name, getattr(module, name), raising=False)
                joblib.dump(search, path)
    fresh = read_code(tmp_path / "tutorial.py")
    loaded = load_estimator_file(path, trust_pickle=True, code=fresh)
    assert np.array_equal(loaded.predict_proba(TABLE), wanted)
    assert np.array_equal(again(loaded.best_estimator_, tmp_path, code=fresh).predict_proba(TABLE), wanted)


def test_a_function_of_numpy_is_saved(tmp_path):
    model = make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()).fit(NUMBERS, Y)
    assert (again(model, tmp_path).predict_proba(NUMBERS) == model.predict_proba(NUMBERS)).all()


def test_what_skops_cannot_keep_is_said_with_its_reason(tmp_path):
    model = HistGradientBoostingClassifier(max_iter=2).fit(NUMBERS, CODES)
    model.opened_ = iter([1])
    model.generator_ = (number for number in range(3))
    with pytest.raises(InvalidData, match="The estimator cannot be saved: TypeError"):
        again(model, tmp_path)


def test_trust_lists_only_what_is_beyond_the_rule(tmp_path):
    (tmp_path / "tutorial.py").write_text(SELECTOR)
    code = read_code(tmp_path / "tutorial.py")
    with code.modules.installed():
        import tutorial as module

        model = make_pipeline(module.PreProcessing(), RandomForestClassifier(2)).fit(TABLE, Y)
    (tmp_path / "v").mkdir()
    told = save_estimator(model, tmp_path / "v", code=code)
    assert told == Trusted(frozenset(), {code.digest: frozenset({"tutorial.PreProcessing"})})
    assert (tmp_path / "v" / "code" / "tutorial.py").read_text() == SELECTOR


def test_the_address_of_stop_words_is_no_part_of_a_file(tmp_path):
    words = ["good phone", "bad line", "good line", "bad phone"]
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(words, [1, 0, 1, 0])
    model.predict(words)
    files = []
    for address in (1, 2):
        model[0]._stop_words_id = address
        with without_what_is_no_model(model):
            write_estimator(model, tmp_path / f"{address}.skops")
        assert model[0]._stop_words_id == address
        files.append((tmp_path / f"{address}.skops").read_bytes())
    assert files[0] == files[1]
    loaded = skops.io.load(tmp_path / "1.skops", trusted=skops.io.get_untrusted_types(file=tmp_path / "1.skops"))
    assert (loaded.predict_proba(words) == model.predict_proba(words)).all()


def test_who_gets_weights_when_it_is_fitted_is_no_part_of_a_file(tmp_path):
    with config_context(enable_metadata_routing=True):
        steps = [one.set_fit_request(sample_weight=True) for one in (StandardScaler(), LogisticRegression())]
        model = make_pipeline(*steps).fit(NUMBERS, Y, sample_weight=TABLE["fare"])
        requests = model[1]._metadata_request
        loaded = again(model, tmp_path)
        assert (loaded.predict_proba(NUMBERS) == model.predict_proba(NUMBERS)).all()
    assert model[1]._metadata_request is requests
    assert (loaded.predict_proba(NUMBERS) == model.predict_proba(NUMBERS)).all()


def test_a_cache_of_fitted_steps_stays_on_the_machine_that_fitted(tmp_path):
    memory = joblib.Memory(tmp_path / "cache", verbose=0)
    model = make_pipeline(StandardScaler(), LogisticRegression(), memory=memory).fit(NUMBERS, Y)
    loaded = again(model, tmp_path)
    assert (loaded.memory, model.memory) == (None, memory)
    assert (loaded.predict_proba(NUMBERS) == model.predict_proba(NUMBERS)).all()
