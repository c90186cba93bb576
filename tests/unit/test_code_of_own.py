"""Code that travels with a model: imported from its own bundle only, beside other code of the same name."""

import importlib
import json
import os
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from ml.cli import OK
from ml.cli.commands import main
from ml.errors import InvalidData
from ml.lifecycle.registry import Registry
from ml.service import open_service
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of
from ml.trust.code import MOST_BYTES, MOST_FILES, code_of_bundle, importable, read_code

ROOT = Path(__file__).resolve().parents[2]
TABLE = pd.DataFrame({"a": np.linspace(-3, 3, 60), "b": np.tile([0.0, 1.0, 2.0], 20)})
TRUTH = pd.Series(np.where(TABLE["a"] + TABLE["b"] > 0.5, "yes", "no"))
RECORDS = TABLE[::7].to_dict("records")
FACTOR = textwrap.dedent("""
    import numpy as np
    from sklearn.base import BaseEstimator, TransformerMixin

    class Times(BaseEstimator, TransformerMixin):
        def fit(self, X, y=None):
            return self
        def transform(self, X):
            {lazy}
            return np.asarray(X) * {factor}

    def shifted(X):
        return np.asarray(X) + {factor}
""")


def module(folder, factor, lazy="pass", name="shop_features.py"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(FACTOR.format(factor=factor, lazy=lazy))
    return folder / name


def fitted(code, function=False):
    """A pipeline with a class, or a function, of the code; fitted, and what it says of the records."""
    with code.modules.installed():
        features = importlib.import_module("shop_features")
        first = FunctionTransformer(features.shifted) if function else features.Times()
    estimator = make_pipeline(first, LogisticRegression()).fit(TABLE, TRUTH)
    return estimator, estimator.predict_proba(pd.DataFrame(RECORDS))


def build(models, name, source, function=False):
    code = read_code(source)
    estimator, wanted = fitted(code, function)
    trained = Trained(
        name=name, title=name, description="", estimator=estimator, schema=infer_schema(TABLE),
        outcomes=outcomes_of(estimator), training=TABLE, holdout=TABLE, truth=TRUTH, code=code,
    )  # fmt: skip
    return build_bundle(trained, models), wanted


def scores(service, name):
    return np.array([score.probabilities for score in service.score(name, RECORDS).scores])


@pytest.mark.parametrize("function", [False, True], ids=["class", "function"])
def test_versions_and_models_with_different_code_of_one_name_serve_at_once(tmp_path, function):
    built = [
        build(tmp_path / "models", name, module(tmp_path / f"s{factor}", factor), function)
        for name, factor in (("one", 2), ("one", -7), ("two", 0.01))
    ]
    assert len({key for key, _ in built}) == 3
    service = open_service(tmp_path / "models")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda at: scores(service, built[at % 3][0]), range(60)))
    for at, answer in enumerate(answers):
        assert answer == pytest.approx(built[at % 3][1], abs=1e-12)
    assert "shop_features" not in sys.modules
    assert not any("shop_features" in str(path) for path in sys.path)


LAZY = {
    "an import statement": "import shop_helpers; X = np.asarray(X) * shop_helpers.TWICE",
    "from": "from shop_helpers import TWICE; X = np.asarray(X) * TWICE",
    "importlib": "import importlib; X = np.asarray(X) * importlib.import_module('shop_helpers').TWICE",
}


@pytest.mark.parametrize("lazy", list(LAZY))
def test_what_is_imported_while_a_record_is_scored_comes_from_the_same_code(tmp_path, lazy):
    models = tmp_path / "models"
    for name, twice in (("one", 2.0), ("two", -3.0)):
        folder = tmp_path / name
        module(folder, 1.5, LAZY[lazy])
        (folder / "shop_helpers.py").write_text(f"TWICE = {twice}\n")
    built = {}
    for name in ("one", "two"):
        with importable(read_code(tmp_path / name)):
            built[name] = build(models, name, tmp_path / name)[1]
    service = open_service(models)
    for name in ("one", "two", "one"):
        assert scores(service, name) == pytest.approx(built[name], abs=1e-12)
    assert np.abs(built["one"] - built["two"]).max() > 0 or lazy
    assert "shop_helpers" not in sys.modules


def test_a_package_with_relative_imports_data_and_folders_without_init(tmp_path):
    package = tmp_path / "shop_features"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text("from .times import Times, shifted\n")
    (package / "inner" / "helper.py").write_text("from ..times import FACTOR\ndef factor():\n    return FACTOR\n")
    (package / "factor.json").write_text("4")
    (package / "times.py").write_text(
        "import json\nfrom pathlib import Path\n"
        "FACTOR = json.loads(Path(__file__).with_name('factor.json').read_text())\n"
        + FACTOR.format(factor="factor()", lazy="from shop_features.inner.helper import factor")
    )
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "times.cpython-311.pyc").write_bytes(b"not this")
    (package / ".git").mkdir()
    (package / ".git" / "config").write_text("secret")
    key, wanted = build(tmp_path / "models", "own", package)
    service = open_service(tmp_path / "models")
    assert scores(service, "own") == pytest.approx(wanted, abs=1e-12)
    assert service.model(key).own_files == (
        "shop_features/__init__.py",
        "shop_features/factor.json",
        "shop_features/inner/helper.py",
        "shop_features/times.py",
    )
    listed = json.loads((service.model(key).folder / "manifest.json").read_text())
    assert "code/shop_features/inner/helper.py" in listed


def test_files_beside_the_code_that_no_manifest_lists_are_not_imported(tmp_path):
    lazy = "import importlib.util as u; assert u.find_spec('shop_features') is None or True"
    key, wanted = build(tmp_path / "models", "own", module(tmp_path / "s", 2, lazy))
    folder = Registry(tmp_path / "models").load(key).folder / "code"
    (folder / "shop_extra.py").write_text("raise SystemExit")
    cache = folder / "__pycache__"
    cache.mkdir()
    (cache / "shop_features.cpython-311.pyc").write_bytes(b"never read")
    code = code_of_bundle(folder.parent, ["card.json", "code/shop_features.py"])
    assert set(code.files) == {"shop_features.py"}
    with code.modules.installed(), pytest.raises(ModuleNotFoundError):
        importlib.import_module("shop_features.shop_extra")
    assert scores(open_service(tmp_path / "models"), "own") == pytest.approx(wanted, abs=1e-12)
    assert [path.name for path in cache.iterdir()] == ["shop_features.cpython-311.pyc"]


def test_a_module_of_the_same_name_that_others_use_is_back_afterwards(tmp_path, monkeypatch):
    theirs = type(sys)("shop_features")
    monkeypatch.setitem(sys.modules, "shop_features", theirs)
    build(tmp_path / "models", "own", module(tmp_path / "s", 2))
    scores(open_service(tmp_path / "models"), "own")
    assert sys.modules["shop_features"] is theirs
    code = read_code(module(tmp_path / "t", 3))
    seen = []
    with code.modules.installed():
        thread = threading.Thread(target=lambda: seen.append("json" in sys.modules and importlib.import_module("json")))
        thread.start()
        thread.join(timeout=10)
    assert seen == [json]


def test_the_same_code_has_the_same_digest_wherever_it_stands(tmp_path):
    one, two = read_code(module(tmp_path / "x", 2)), read_code(module(tmp_path / "y", 2))
    assert one.digest == two.digest != read_code(module(tmp_path / "z", 3)).digest
    one.write(tmp_path / "bundle")
    assert code_of_bundle(tmp_path / "bundle", ["code/shop_features.py"]).digest == one.digest


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: folder / "nope.py", "There is no code at"),
        (lambda folder: written(folder / "notes.txt", "x").parent, "no Python file in"),
        (lambda folder: written(folder / "notes.txt", "x"), "is no Python file"),
        (lambda folder: written(folder / "json.py", "x = 1"), "'json' is installed already, and yours would hide it"),
        (lambda folder: written(folder / "pandas.py", "x = 1"), "'pandas' is installed already"),
        (lambda folder: written(folder / "settings.py", "x = 1"), "'settings' is installed already"),
        (lambda folder: written(folder / "store.py", "x = 1"), "'store' is installed already"),
        (lambda folder: written(folder / "my-code.py", "x = 1"), "'my-code' is no name for a module"),
        (lambda folder: written(folder / "fast.so", "x").parent, "is compiled code"),
        (lambda folder: linked(folder), "is a link"),
        (lambda folder: many(folder), rf"holds {MOST_FILES + 1:,} files"),
        (lambda folder: written(folder / "large.py", "#" * (MOST_BYTES + 1)).parent, "MB together"),
    ],
)
def test_code_that_cannot_travel_is_refused_in_words(tmp_path, make, said):
    with pytest.raises(InvalidData, match=said) as refused:
        read_code(make(tmp_path))
    assert refused.value.hint


def written(path, text):
    path.write_text(text)
    return path


def linked(folder):
    written(folder / "a.py", "x = 1")
    (folder / "b.py").symlink_to("/etc/hostname")
    return folder


def many(folder):
    for number in range(MOST_FILES + 1):
        written(folder / f"m{number}.py", "")
    return folder


@pytest.fixture
def files(tmp_path):
    """A pipeline with code of its own, as skops and joblib files, and tables; nothing else can import the code."""
    lazy = "import importlib, shop_features; assert importlib.import_module('shop_features') is shop_features"
    source = module(tmp_path / "code", 2, lazy + "; assert shop_features.Times is type(self)")
    code = read_code(source)
    with code.modules.installed():
        estimator, wanted = fitted(code)
        skops.io.dump(estimator, tmp_path / "m.skops")
        joblib.dump(estimator, tmp_path / "m.joblib")
    TABLE.assign(y=TRUTH).to_csv(tmp_path / "t.csv", index=False)
    return tmp_path, source, wanted


def words(folder, *more):
    table = str(folder / "t.csv")
    return ["add", "own", "--data", table, "--holdout", table, "--truth", "y", *map(str, more)]


@pytest.mark.parametrize("estimator", [["m.skops"], ["m.joblib", "--trust-pickle"]], ids=["skops", "joblib"])
def test_web_runner_and_command_line_find_the_code_of_what_was_added(files, tmp_path, estimator, capsys):
    folder, source, wanted = files
    name, *flags = estimator
    assert main(words(folder, "--estimator", folder / name, *flags, "--code", source), tmp_path / "models") == OK, (
        capsys.readouterr().err
    )
    assert scores(open_service(tmp_path / "models"), "own") == pytest.approx(wanted, abs=1e-9)
    environ = os.environ | {"MODELS_DIR": str(tmp_path / "models"), "VAR_DIR": str(tmp_path / "var")}
    pd.DataFrame(RECORDS).to_csv(tmp_path / "in.csv", index=False)
    asked = [sys.executable, "-m", "ml", "score", "own", "--in", tmp_path / "in.csv", "--out", tmp_path / "out.csv"]
    done = subprocess.run(asked, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    kept = pd.read_csv(tmp_path / "out.csv")
    assert kept.filter(like="yes").to_numpy()[:, -1] == pytest.approx(wanted[:, 1], abs=1e-9)


def test_what_was_refused_leaves_no_trace(files, tmp_path, capsys):
    folder, source, _ = files
    models = tmp_path / "models"
    (folder / "t.csv").write_text("a,b,y\n1,2,other\n")
    assert main(words(folder, "--estimator", folder / "m.skops", "--code", source), models) != OK
    assert "Traceback" not in capsys.readouterr().err
    assert not models.exists() or [path.name for path in models.iterdir() if path.name != ".trust.json.lock"] == []
