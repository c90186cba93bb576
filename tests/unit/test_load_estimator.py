"""An estimator's file is loaded, or refused in words that say what to do; nothing else is raised."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path
from types import ModuleType

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.cluster import KMeans
from sklearn.ensemble import IsolationForest
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from ml.errors import InvalidData, LikelyError, UntrustedModel
from ml.runtime.foreign_code import PACKAGES
from ml.training.estimator.check_estimator import check_estimator
from ml.training.estimator.load_estimator import load_estimator_file
from ml.trust.code import read_code
from tests.locks import LOCKS, read_pins

X = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [1.0, 0.0, 1.0, 0.0]})
Y = np.array(["no", "no", "yes", "yes"])
MODEL = LogisticRegression().fit(X, Y)
FEATURES = textwrap.dedent("""
    from sklearn.base import BaseEstimator, TransformerMixin
    def doubled(X):
        return X * 2
    class Ratio(BaseEstimator, TransformerMixin):
        def fit(self, X, y=None):
            return self
        def transform(self, X):
            return X.assign(ratio=X["a"] / (X["b"] + 1))
""")


def saved(tmp_path, thing, name="model.joblib"):
    joblib.dump(thing, tmp_path / name)
    return tmp_path / name


@pytest.mark.parametrize("opened", [open, gzip.open, bz2.open, lzma.open])
@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_of_any_protocol_and_compression_comes_in_whatever_it_is_called(tmp_path, opened, protocol):
    path = tmp_path / "finalized_model.sav"
    with opened(path, "wb") as file:
        pickle.dump(MODEL, file, protocol=protocol)
    assert (load_estimator_file(path, trust_pickle=True).predict_proba(X) == MODEL.predict_proba(X)).all()
    with pytest.raises(UntrustedModel, match="loading it runs whatever code it holds"):
        load_estimator_file(path)


@pytest.mark.parametrize("name", ["m.joblib", "m.joblib.gz", "m.pkl.bz2", "m.xz", "m.z", "model"])
def test_joblib_s_own_compressions_come_in(tmp_path, name):
    loaded = load_estimator_file(saved(tmp_path, MODEL, name), trust_pickle=True)
    assert (loaded.predict_proba(X) == MODEL.predict_proba(X)).all()


def test_a_skops_file_comes_in_under_any_name(tmp_path):
    skops.io.dump(MODEL, tmp_path / "model.bin")
    assert (load_estimator_file(tmp_path / "model.bin").predict_proba(X) == MODEL.predict_proba(X)).all()


def a_zip(**members):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in members.items():
            file.writestr(name.replace("_", "."), content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "an empty file"),
        (b'{"a": 1}', "a JSON file"),
        (b"\xef\xbb\xbf[1]", "a JSON file"),
        (b'<?xml version="1.0"?><PMML/>', "an XML file, such as PMML"),
        (b"\x89HDF\r\n\x1a\n" + b"\0" * 90, "an HDF5 file, as Keras writes it"),
        (b"\x08\x07\x12\x0bskl2onnx ai.onnx.ml" + b"\0" * 50, "an ONNX model"),
        (b"a,b\n1,2\n", "a text file"),
        (b"PK\x03\x04 cut", "a zip file that is cut off or damaged"),
        (a_zip(data_pkl=b""), "a PyTorch file"),
        (a_zip(config_json=b"", metadata_json=b""), "a Keras model"),
        (a_zip(workbook_xml=b""), "a zip file, an Excel workbook or the like"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1", "a pointer to a file in Git LFS"),
        (bytes(range(200, 256)), "a file of an unknown kind"),
    ],
)
def test_a_file_of_another_kind_is_named_by_what_it_is(tmp_path, content, said):
    (tmp_path / "model.joblib").write_bytes(content)
    with pytest.raises(InvalidData, match=f"model.joblib is no skops file, and no pickle or joblib file: it is {said}"):
        load_estimator_file(tmp_path / "model.joblib", trust_pickle=True)


class Booms:
    """Loading it raises."""

    def __init__(self, raised):
        self.raised = raised

    def __reduce__(self):
        return boom, (self.raised,)


class OfItsOwn(BaseException):
    """An exception of a library's own."""


def boom(raised):
    raise {"exit": SystemExit(1), "own": OfItsOwn("odd"), "memory": MemoryError(), "deep": RecursionError()}[raised]


@pytest.mark.parametrize(
    ("raised", "said"),
    [("exit", "SystemExit"), ("own", "OfItsOwn: odd"), ("memory", "not enough memory"), ("deep", "nested too deeply")],
)
def test_whatever_loading_raises_is_an_error_of_ours(tmp_path, raised, said):
    with pytest.raises(InvalidData, match=f"model.joblib cannot be loaded: .*{said}"):
        load_estimator_file(saved(tmp_path, Booms(raised)), trust_pickle=True)


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("kind", ["joblib", "gz", "skops"])
def test_a_file_cut_anywhere_is_refused_in_words(tmp_path, kept, kind):
    path = tmp_path / f"model.{kind}"
    skops.io.dump(MODEL, path) if kind == "skops" else joblib.dump(MODEL, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(LikelyError) as refused:
        load_estimator_file(path, trust_pickle=True)
    assert path.name in refused.value.message
    assert refused.value.hint


def test_what_a_notebook_defined_is_named_with_what_to_do(tmp_path):
    script = tmp_path / "notebook.py"
    words = "import joblib, sys; from sklearn.linear_model import LogisticRegression as L\n"
    words += "from sklearn.pipeline import make_pipeline; from sklearn.preprocessing import FunctionTransformer\n"
    words += FEATURES + f"\nX, y = {X.to_dict('list')!r}, {Y.tolist()!r}\nimport pandas as pd, skops.io\n"
    words += "p = make_pipeline(Ratio(), FunctionTransformer(doubled), L()).fit(pd.DataFrame(X), y)\n"
    words += "joblib.dump(p, 'main.joblib'); skops.io.dump(p, 'main.skops')\n"
    script.write_text(words)
    subprocess.run([sys.executable, script], check=True, cwd=tmp_path)
    for name, lost in (("main.joblib", "Ratio"), ("main.skops", "Ratio, doubled")):
        with pytest.raises(InvalidData, match=rf"{name} needs {lost}, which a notebook or .*--code shop_features.py"):
            load_estimator_file(tmp_path / name, trust_pickle=True)
    (tmp_path / "shop_features.py").write_text(FEATURES)
    code = read_code(tmp_path / "shop_features.py")
    for name in ("main.joblib", "main.skops"):  # put into a file since: found there
        loaded = load_estimator_file(tmp_path / name, trust_pickle=True, code=code)
        assert type(loaded[0]).__module__ == loaded[1].func.__module__ == "shop_features"
        wanted = make_pipeline(StandardScaler().set_params(with_mean=False, with_std=False), LogisticRegression())
        doubled = X.assign(ratio=X["a"] / (X["b"] + 1)) * 2
        assert loaded.predict_proba(X) == pytest.approx(wanted.fit(doubled, Y).predict_proba(doubled))
    assert not hasattr(sys.modules["__main__"], "doubled")


def with_version(tmp_path, version):
    """The model's files, as another scikit-learn would have made them."""
    joblib.dump(MODEL, tmp_path / "m.joblib")
    here = joblib.load(tmp_path / "m.joblib").__getstate__()["_sklearn_version"].encode()
    content = (tmp_path / "m.joblib").read_bytes()
    (tmp_path / "m.joblib").write_bytes(content.replace(here, version.encode().ljust(len(here), b"0")[: len(here)]))
    skops.io.dump(MODEL, tmp_path / "m.skops")
    with zipfile.ZipFile(tmp_path / "m.skops") as file:
        members = {name: file.read(name) for name in file.namelist()}
    members["schema.json"] = members["schema.json"].replace(here, version.encode())
    with zipfile.ZipFile(tmp_path / "m.skops", "w") as file:
        for name, data in members.items():
            file.writestr(name, data)


@pytest.mark.parametrize("name", ["m.joblib", "m.skops"])
def test_a_file_of_another_scikit_learn_says_which_made_it_and_which_is_here(tmp_path, name):
    with_version(tmp_path, "1.5.2")
    with pytest.raises(
        InvalidData, match=r"made with scikit-learn 1\.5\.2; this is 1\..*install scikit-learn==1\.5\.2"
    ):
        load_estimator_file(tmp_path / name, trust_pickle=True)


class NeedsPackage:
    def __init__(self, module):
        self.module = module

    def __reduce__(self):
        return __import__, (self.module,)


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("category_encoders", "pip install category-encoders"),
        ("shop_features_2", "--code shop_features_2.py; if it is a package, install it"),
        ("sklearn_extra.cluster", "pip install scikit-learn-extra"),
    ],
)
def test_a_missing_package_is_named_with_what_to_install(tmp_path, module, said):
    with pytest.raises(InvalidData, match=f"needs the module {module.partition('.')[0]}, which is not here.*{said}"):
        load_estimator_file(saved(tmp_path, NeedsPackage(module)), trust_pickle=True)


def test_a_missing_library_of_boosted_trees_is_named_with_its_pin(tmp_path, monkeypatch):
    lightgbm = pytest.importorskip("lightgbm")
    skops.io.dump(lightgbm.LGBMClassifier(n_estimators=2, verbose=-1).fit(X, Y), tmp_path / "m.skops")
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(InvalidData, match=r"needs the package lightgbm.*pip install lightgbm==4\.\d+\.\d+"):
        load_estimator_file(tmp_path / "m.skops")


class NoClasses(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.fitted_ = True
        return self

    def predict(self, X):
        return np.zeros(len(X))


def outer():
    def inner(X):
        return X

    return inner


class Raises:
    """Everything about it fails."""

    def predict(self, X):
        return None

    @property
    def classes_(self):
        raise OSError("no")

    def __sklearn_tags__(self):
        raise KeyError("odd")


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        (LinearRegression().fit(X, [1.0, 2.0, 3.0, 4.0]), r"is a regressor \(LinearRegression\): it gives numbers"),
        (make_pipeline(StandardScaler(), LinearRegression()).fit(X, [1.0, 2, 3, 4]), r"is a regressor \(Pipeline\)"),
        (KMeans(2).fit(X), r"is a clusterer \(KMeans\)"),
        (IsolationForest(n_estimators=2).fit(X), "is an outlier detector"),
        (StandardScaler().fit(X), r"is a transformer \(StandardScaler\): it has no predict.*Save the whole pipeline"),
        (LogisticRegression(), r"is not fitted \(LogisticRegression\).*Call fit"),
        (make_pipeline(StandardScaler(), LogisticRegression()), r"is not fitted \(Pipeline\)"),
        (GridSearchCV(LogisticRegression(), {"C": [1]}), r"is not fitted \(GridSearchCV\)"),
        (GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=2, refit=False).fit(X, Y), "refit=False"),
        (LogisticRegression, "is the class LogisticRegression"),
        ({"model": MODEL, "columns": ["a"]}, r"is a dict with 'model', 'columns'.*joblib.dump\(loaded\['model'\]"),
        ({}, "is a dict with nothing in it"),
        ((MODEL, ["a"]), r"is a tuple of 2 things.*The estimator is at \[0\]"),
        ([1, 2], "is a list of 2 things"),
        (X, "is a DataFrame, not an estimator"),
        (np.zeros(3), "is a ndarray, not an estimator"),
        ("model", "is a str, not an estimator"),
        (None, "is a NoneType, not an estimator"),
        (NoClasses().fit(X, Y), r"has no classes_, so nobody knows.*self.classes_ = numpy.unique"),
        (Raises(), "has no classes_"),
        (make_pipeline(FunctionTransformer(lambda x: x), LogisticRegression()).fit(X, Y), "holds a lambda.*--code"),
        (make_pipeline(FunctionTransformer(outer()), LogisticRegression()).fit(X, Y), "inner, which was defined"),
    ],
)  # fmt: skip
def test_what_is_no_fitted_classifier_is_refused_in_words(thing, said):
    with pytest.raises(InvalidData, match=f"^The estimator.*{said}"):
        check_estimator(thing)


def test_a_step_that_would_read_files_which_a_record_names_is_refused(tmp_path):
    from sklearn.feature_extraction.text import CountVectorizer

    (tmp_path / "a.txt").write_text("some words")
    reader = make_pipeline(CountVectorizer(input="filename"), LogisticRegression())
    reader.fit([tmp_path / "a.txt"] * 4, Y)
    with pytest.raises(InvalidData, match=r"takes its texts for names of files \(CountVectorizer"):
        check_estimator(reader)
    check_estimator(make_pipeline(CountVectorizer(), LogisticRegression()).fit(["a word", "two words"] * 2, Y))


def test_bare_boosters_are_refused_with_the_class_to_fit():
    xgboost, lightgbm = pytest.importorskip("xgboost"), pytest.importorskip("lightgbm")
    codes = (Y == "yes").astype(int)
    for booster, said in (
        (xgboost.train({}, xgboost.DMatrix(X, codes), 1), "XGBClassifier"),
        (lightgbm.train({"verbose": -1}, lightgbm.Dataset(X, codes), 1), "LGBMClassifier"),
    ):
        with pytest.raises(InvalidData, match=f"bare .* Booster.*{said}"):
            check_estimator(booster)


def test_fitted_classifiers_pass():
    truth = np.column_stack([Y == "yes", X["b"] == 1]).astype(int)
    for good in (
        MODEL,
        make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y),
        GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=2).fit(X, Y),
        MultiOutputClassifier(LogisticRegression()).fit(X, truth),
        make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()).fit(X, Y),
    ):
        check_estimator(good)
    check_estimator(NoClasses().fit(X, truth), outcomes=2)


def test_a_skops_file_with_names_that_nobody_trusts_says_what_to_type(tmp_path):
    skops.io.dump(make_pipeline(FunctionTransformer(json.dumps), LogisticRegression()), tmp_path / "m.skops")
    with pytest.raises(UntrustedModel, match=r"not trusted yet: json\.dumps\. .*--code.*--trust json\.dumps"):
        load_estimator_file(tmp_path / "m.skops")


def test_names_from_the_code_that_was_given_need_no_more_words(tmp_path):
    (tmp_path / "shop_features.py").write_text(FEATURES)
    code = read_code(tmp_path / "shop_features.py")
    with code.modules.installed():
        import shop_features

        steps = (shop_features.Ratio(), FunctionTransformer(shop_features.doubled), LogisticRegression())
        skops.io.dump(make_pipeline(*steps).fit(X, Y), tmp_path / "m.skops")
    assert "shop_features" not in sys.modules
    with pytest.raises(UntrustedModel, match=r"shop_features\.Ratio, shop_features\.doubled.*give it with --code"):
        load_estimator_file(tmp_path / "m.skops")
    loaded = load_estimator_file(tmp_path / "m.skops", code=read_code(tmp_path / "shop_features.py"))
    assert list(loaded.predict(X)) == list(make_pipeline(*steps).fit(X, Y).predict(X))


def test_a_path_that_is_none_is_said(tmp_path):
    with pytest.raises(InvalidData, match=r"There is no file .*nope\.skops"):
        load_estimator_file(Path(tmp_path) / "nope.skops")


def test_the_pins_that_a_refusal_names_are_those_of_the_requirements():
    named = {package: pin for package, pin in PACKAGES.values() if pin}
    assert set(named) == {"catboost", "imbalanced-learn", "lightgbm", "xgboost-cpu"}
    assert named.items() <= {pin.name: pin.version for pin in read_pins(LOCKS["libraries"])}.items()


@pytest.fixture
def skorch(monkeypatch):
    """A library of wrappers around neural networks, as far as somebody who is to refuse them sees it."""
    module = ModuleType("skorch.classifier")

    class NeuralNetClassifier(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):
            self.classes_, self.layer_ = np.unique(y), lambda given: given
            return self

        def predict(self, X):
            return np.repeat(self.classes_[:1], len(X))

    NeuralNetClassifier.__module__ = "skorch.classifier"
    module.NeuralNetClassifier = NeuralNetClassifier
    monkeypatch.setitem(sys.modules, "skorch", ModuleType("skorch"))
    monkeypatch.setitem(sys.modules, "skorch.classifier", module)
    return NeuralNetClassifier


@pytest.mark.parametrize("within", [False, True])
def test_a_wrapped_neural_network_is_called_one(skorch, within):
    model = skorch().fit(X, Y)
    estimator = make_pipeline(StandardScaler(), skorch()).fit(X, Y) if within else model
    with pytest.raises(InvalidData) as refused:
        check_estimator(estimator)
    assert refused.value.message == (
        "The estimator holds a neural network (NeuralNetClassifier of skorch), which no version keeps."
    )
    assert "keeps the weights as NumPy arrays" in refused.value.hint


def test_a_file_of_a_neural_network_says_so_where_its_library_is_missing(tmp_path):
    (tmp_path / "net.pkl").write_bytes(b"cskorch.classifier\nNeuralNetClassifier\n)R.")
    with pytest.raises(InvalidData, match=r"net.pkl holds a neural network \(of skorch\), which no version keeps"):
        load_estimator_file(tmp_path / "net.pkl", trust_pickle=True)


def test_texts_of_catboost_are_refused_before_they_end_the_process(tmp_path):
    catboost = pytest.importorskip("catboost")
    frame = pd.DataFrame({"note": ["likes blue cars", "hates red cars", "has none", "wants green"] * 20})
    truth = ["yes", "no", "no", "yes"] * 20
    model = catboost.CatBoostClassifier(
        iterations=2, verbose=0, text_features=["note"], allow_writing_files=False, thread_count=1
    ).fit(frame, truth)
    joblib.dump(make_pipeline(model), tmp_path / "m.joblib")
    with pytest.raises(InvalidData, match="CatBoostClassifier with text features") as refused:
        load_estimator_file(tmp_path / "m.joblib", trust_pickle=True)
    assert "add_model" in refused.value.hint


def test_a_threshold_tuned_on_a_model_that_was_fitted_before_is_fitted(tmp_path):
    fitted = LogisticRegression().fit(X, Y)
    tuned = TunedThresholdClassifierCV(FrozenEstimator(fitted), cv="prefit", refit=False).fit(X, Y)
    joblib.dump(tuned, tmp_path / "m.joblib")
    loaded = load_estimator_file(tmp_path / "m.joblib", trust_pickle=True)
    assert (loaded.predict(X) == tuned.predict(X)).all()
