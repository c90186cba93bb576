"""What may be loaded is the operator's word: a rule, and trust.json outside the bundle; never the bundle's own."""

import functools
import io
import itertools
import json
import operator
import shutil
import warnings
import zipfile

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, SplineTransformer, StandardScaler
from sklearn.utils import all_estimators
from sklearn.utils._test_common.instance_generator import _construct_instances

from ml.cli import FAILED, OK
from ml.cli.commands import main
from ml.errors import BrokenModel, UntrustedModel
from ml.lifecycle.registry import Registry
from ml.service import open_service
from ml.trust import record
from ml.trust.record import Trusted, allow, allowed, trusted_of
from ml.trust.types import is_harmless, untrusted_names
from tests.damage import RECORD, SOUND, build, folder_of, forge, rewritten, written

X, Y = load_iris(return_X_y=True)
X = abs(X)


def fitted(kind):
    """Each estimator of scikit-learn of a kind that can be fitted on a small table."""
    for name, made in all_estimators(kind):
        for estimator in list(_construct_instances(made))[:2]:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    yield name, estimator.fit(X[::2], Y[::2])
            except Exception:  # noqa: BLE001 - it wants another table
                continue


@pytest.mark.parametrize("kind", ["classifier", "transformer"])
def test_every_fitted_estimator_of_scikit_learn_may_be_loaded(kind):
    tried = 0
    for name, estimator in fitted(kind):
        try:
            kept = skops.io.dumps(estimator)
        except TypeError:
            assert name == "Birch"  # which skops refuses to write
            continue
        assert untrusted_names(skops.io.get_untrusted_types(data=kept), (), None) == [], name
        tried += 1
    assert tried > 30


def test_what_pipelines_usually_hold_may_be_loaded():
    table = pd.DataFrame(X, columns=list("abcd")).assign(e="x")
    columns = ColumnTransformer(
        [("s", SplineTransformer(), ["a"]), ("n", StandardScaler(), ["b"]), ("c", OneHotEncoder(), ["e"])]
    )
    for first in (
        columns,
        FunctionTransformer(np.log1p),
        FunctionTransformer(np.nan_to_num),
        FunctionTransformer(functools.partial(np.clip, a_min=0, a_max=3)),
        FunctionTransformer(operator.itemgetter(["a", "b"])),
        FunctionTransformer(pd.get_dummies),
    ):
        numbers = table if first is columns else table[list("abcd")]
        kept = skops.io.dumps(make_pipeline(first, LogisticRegression(max_iter=5000)).fit(numbers, Y))
        assert untrusted_names(skops.io.get_untrusted_types(data=kept), (), None) == []


HARMFUL = """
builtins.eval builtins.exec builtins.open builtins.getattr builtins.__import__ builtins.compile builtins.input
builtins.type builtins.map builtins.breakpoint os.system posix.system os.remove subprocess.Popen subprocess.run
shutil.rmtree shutil.copy operator.methodcaller operator.attrgetter operator.call functools.reduce
importlib.import_module runpy.run_path pickle.loads pickle.load marshal.loads joblib.load
joblib.numpy_pickle.load joblib.memory.Memory numpy.load numpy.save numpy.savetxt numpy.loadtxt numpy.genfromtxt
numpy.fromfile numpy.memmap numpy.fromregex numpy.frompyfunc numpy.vectorize numpy.apply_along_axis
numpy.piecewise numpy.DataSource numpy.lib.npyio.NpzFile numpy.testing._private.utils.runstring
numpy.testing.runstring numpy.testing._private.utils.measure numpy.testing.assert_raises numpy.f2py.compile
numpy.f2py.run_main numpy.ctypeslib.load_library numpy.show_config numpy.core.memmap.memmap
numpy._core.memmap.memmap numpy.ndarray.tofile numpy.rec.fromfile numpy.lib.format.open_memmap
pandas.read_pickle pandas.io.pickle.read_pickle pandas.eval pandas.core.computation.eval.eval pandas.read_csv
pandas.io.pytables.HDFStore pandas.HDFStore pandas.ExcelWriter pandas.ExcelFile pandas.read_sql pandas.read_html
pandas.core.frame.DataFrame pandas.DataFrame pandas.io.common.get_handle pandas.to_pickle
pandas.io.clipboard.copy pandas._testing.round_trip_pickle pandas.util._test_decorators.os scipy.io.loadmat
scipy.io.savemat scipy.io.wavfile.write scipy.datasets.face scipy.optimize.minimize scipy.sparse.save_npz
scipy.sparse._matrix_io.load_npz scipy._lib._ccallback.LowLevelCallable scipy.LowLevelCallable
sklearn.datasets.load_files sklearn.datasets._base.load_files sklearn.datasets.fetch_openml
sklearn.datasets.get_data_home sklearn.datasets._svmlight_format_io.dump_svmlight_file
sklearn.datasets._base.clear_data_home sklearn.externals._packaging.version.Version
sklearn.utils._testing.TempMemmap sklearn.utils.parallel.Parallel sklearn.utils.parallel.delayed
sklearn.utils._joblib.joblib sklearn.pipeline.Pipeline.fit sklearn.base.clone
sklearn.utils.metaestimators.available_if sklearn.tree._export.export_graphviz sklearn.tree.export_graphviz
sklearn.utils.all_estimators sklearn.show_versions sklearn.setup_module sklearn.utils.fixes.np
sklearn.utils._mocking.CheckingClassifier sklearn.ensemble._base.Parallel
sklearn.utils._testing.MinimalClassifier xgboost.core._LIB xgboost.core.ctypes xgboost.collective.init
xgboost.testing.make_regression xgboost.core.os lightgbm.basic._LIB lightgbm.basic.ctypes
lightgbm.dask.DaskLGBMClassifier lightgbm.plotting.plot_tree catboost.core.sys catboost.core.imp
catboost.utils.read_cd catboost.datasets.titanic catboost.core.train catboost.cv
imblearn.utils.estimator_checks.check_estimator imblearn.datasets.fetch_datasets imblearn.show_versions
ml.cli.commands.main ml.training.build.build_bundle ml.trust.record.allow ml.predict.stored.Stored
ml.predict.stored.plain_array skops.io.load skops.io._persist.load skops.io._utils.gettype tempfile.mkdtemp
tempfile.NamedTemporaryFile collections.namedtuple types.FunctionType types.CodeType code.interact
webbrowser.open ctypes.CDLL socket.socket urllib.request.urlopen logging.FileHandler sys.exit pathlib.Path
pathlib.PosixPath io.open _io.FileIO zipfile.ZipFile timeit.timeit pdb.run doctest.debug_script cProfile.run
__main__.anything nonsense nowhere.thing sklearn. .x x.
"""


@pytest.mark.parametrize("name", HARMFUL.split())
def test_a_name_that_could_do_harm_is_not_allowed(name):
    assert not is_harmless(name)


NUMBERS = itertools.count(10**9)


def node(loader, module, name, **more):
    return {"__class__": name, "__module__": module, "__loader__": loader, "__id__": next(NUMBERS)} | more


def told(value):
    return node("JsonNode", "builtins", "str", content=json.dumps(value), is_json=True)


def args(*values):
    return node("TupleNode", "builtins", "tuple", content=[told(value) for value in values])


LOGISTIC = "sklearn.linear_model._logistic"
EMPTY = node("ListNode", "builtins", "list", content=[])


def attacks(target):
    """Descriptions of skops files that write a file when they are loaded or asked."""
    words = f"open({str(target)!r}, 'w').close()"
    nothing = node("DictNode", "builtins", "dict", content={}, key_types=EMPTY)
    partial = node(
        "PartialNode", "functools", "partial",
        content={"func": node("FunctionNode", "builtins", "exec"), "args": args(words),
                 "kwds": nothing,
                 "namespace": told(None)},
    )  # fmt: skip
    return {
        "a call at loading": node("ConstructorFromReduceNode", "builtins", "exec", content=args(words)),
        "numpy's own exec": node(
            "ConstructorFromReduceNode", "numpy.testing._private.utils", "runstring",
            content=node("TupleNode", "builtins", "tuple", content=[told(words), nothing]),
        ),
        "pandas' eval": node("ConstructorFromReduceNode", "pandas.core.computation.eval", "eval", content=args(words)),
        "a map of memory": node(
            "ConstructorFromReduceNode", "numpy", "memmap", content=args(str(target), "u1", "w+", 0, 4)
        ),
        "a list that is none": node("ListNode", "builtins", "exec", content=[told(words)]),
        "a dict that is none": node(
            "DictNode", "builtins", "dict", content={words: told(1)},
            key_types=node("ListNode", "builtins", "list", content=[node("TypeNode", "builtins", "exec")]),
        ),
        "a loss that is none": node(
            "LossNode", "builtins", "exec", __reduce__={"args": args(words)}, content=told(None)
        ),
        "an array that is none": node("NdArrayNode", "os", "system", type="json", content=[], shape=args(0)),
        "a function to be called": partial,
        "a method to be called": node(
            "OperatorFuncNode", "operator", "methodcaller", attrs=args("to_csv", str(target))
        ),
        "a method of an estimator": node(
            "MethodNode", LOGISTIC, "LogisticRegression",
            content={"func": "fit", "obj": node("ObjectNode", LOGISTIC, "LogisticRegression")},
        ),
        "an older way of naming": node(
            "FunctionNode", "builtins", "len", content={"module_path": "builtins", "function": "exec"}
        ) | {"protocol": 0},
        "an HDF store": node("ConstructorFromReduceNode", "pandas.io.pytables", "HDFStore", content=args(str(target))),
    }  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    models = tmp_path_factory.mktemp("made")
    build("flowers", models)
    forge(models, "flowers", rewritten("card.json", lambda card: card.update(path={"kind": "scikit-learn", "why": ""})))
    return models


@pytest.fixture
def models(made, tmp_path):
    return shutil.copytree(made, tmp_path / "models", symlinks=True)


def put_in(models, description, names=()):
    """Put a description of a function transformer before the classifier, and have the card trust all of it."""
    path = folder_of(models, "flowers") / "estimator.skops"
    kept = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(kept, "w") as new:
        whole = json.loads(old.read("schema.json"))
        whole["protocol"] = description.pop("protocol", whole["protocol"])
        whole["content"]["content"]["extra"] = description
        whole["content"]["key_types"]["content"].append(whole["content"]["key_types"]["content"][0])
        for name in old.namelist():
            new.writestr(name, json.dumps(whole) if name == "schema.json" else old.read(name))

    def change(folder):
        written("estimator.skops", kept.getvalue())(folder)
        rewritten("card.json", lambda card: card.update(trusted=list(names)))(folder)

    forge(models, "flowers", change)


@pytest.mark.parametrize("attack", list(attacks("x")))
def test_a_bundle_cannot_allow_itself_anything(models, tmp_path, attack):
    target = tmp_path / "written"
    description = attacks(target)[attack]
    names = [f"{description['__module__']}.{description['__class__']}", "builtins.exec", "operator.methodcaller"]
    put_in(models, description, names)
    with pytest.raises(
        UntrustedModel, match=r"flowers@\w+ holds names that are not trusted here: .*python -m ml trust"
    ):
        open_service(models).score("flowers", [RECORD])
    assert not target.exists()


def test_what_a_bundle_needs_is_refused_with_the_command_to_type_and_served_once_it_was_typed(models, capsys):
    put_in(models, node("FunctionNode", "json", "dumps"), ["json.dumps"])
    service = open_service(models)
    with pytest.raises(UntrustedModel) as refused:
        service.score("flowers", [RECORD])
    command = refused.value.hint.partition("python -m ml ")[2].partition(" (")[0]
    assert command == f"trust {service.model('flowers').key} --type json.dumps"
    assert main(command.split()[:2], models) == FAILED  # it shows what is needed, and allows nothing
    assert "type json.dumps: not allowed" in capsys.readouterr().out
    assert main([*command.split()[:2], "--type", "os.system"], models) == FAILED
    assert "does not hold os.system" in capsys.readouterr().err
    assert main(command.split(), models) == OK
    assert service.score("flowers", [RECORD]).scores[0].probabilities  # without a restart
    assert json.loads((models / "trust.json").read_text()) == {"flowers": {"types": ["json.dumps"], "code": {}}}


@pytest.mark.parametrize("text", ["[]", "{", '{"flowers": 3}', '{"flowers": {"types": "json.dumps"}}', "\xff"])
def test_a_file_of_the_operator_that_cannot_be_read_is_named_and_allows_nothing(models, text):
    put_in(models, node("FunctionNode", "json", "dumps"), ["json.dumps"])
    (models / "trust.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(UntrustedModel, match=r"trust\.json, which says what may be loaded, cannot be read: .*Mend "):
        open_service(models).score("flowers", [RECORD])


def test_one_model_s_trust_is_not_another_s(models):
    put_in(models, node("FunctionNode", "json", "dumps"))
    allow(models, "roses", Trusted(frozenset({"json.dumps"})))
    with pytest.raises(UntrustedModel):
        open_service(models).score("flowers", [RECORD])


def test_the_operator_s_file_is_no_model_and_is_not_in_a_bundle(tmp_path):
    models, _ = code_model(tmp_path)
    assert Registry(models).names() == ("own",)
    kept = json.loads((models / "trust.json").read_text())
    assert list(kept) == ["own"]
    assert list(kept["own"]["code"].values()) == [["shop_code.Same"]]
    assert not list((models / "own").rglob("trust.json"))
    card = json.loads((folder_of(models, "own") / "card.json").read_text())
    assert "trusted" not in card


def code_model(tmp_path, source=SOUND):
    (tmp_path / "sources").mkdir(exist_ok=True)
    path = tmp_path / "sources" / "shop_code.py"
    path.write_text(source)
    build("own", tmp_path / "models", "own", path)
    return tmp_path / "models", path


def test_code_that_was_copied_in_is_refused_with_the_command_and_not_run(tmp_path, capsys):
    marked = SOUND + f"\nopen({str(tmp_path / 'ran')!r}, 'a').close()\n"
    models, _ = code_model(tmp_path, marked)
    other = tmp_path / "other"
    shutil.copytree(models / "own", other / "own")
    (tmp_path / "ran").unlink()
    with pytest.raises(
        UntrustedModel, match=r"own@\w+ brings code that nobody allowed here: shop_code\.py\. Read "
    ) as no:
        open_service(other).score("own", [RECORD])
    assert not (tmp_path / "ran").exists()
    command = no.value.hint.partition("python -m ml ")[2].partition(" (")[0].split()
    assert main([*command[:-1], "0" * 64], other) == FAILED
    assert "brings code" in capsys.readouterr().err
    assert main(command, other) == OK
    assert open_service(other).score("own", [RECORD]).scores[0].probabilities
    assert trusted_of(other, "own") == trusted_of(models, "own")


@pytest.mark.parametrize("name", ["save_all", "system", "Path"])
def test_allowed_code_lends_only_the_names_that_were_used(tmp_path, name):
    source = SOUND + "\nfrom os import system\nfrom pathlib import Path\ndef save_all(X):\n    raise SystemError\n"
    models, _ = code_model(tmp_path, source)

    def change(folder):
        path = folder / "estimator.skops"
        with zipfile.ZipFile(path) as old:
            members = {each: old.read(each) for each in old.namelist()}
        members["schema.json"] = members["schema.json"].replace(b'"Same"', f'"{name}"'.encode())
        with zipfile.ZipFile(path, "w") as new:
            for each, content in members.items():
                new.writestr(each, content)

    forge(models, "own", change)
    with pytest.raises(UntrustedModel, match=rf"not trusted here: shop_code\.{name}\."):
        _ = Registry(models).load("own").predictor
    if name != "save_all":  # not the code's own: not even where somebody types it
        allow(models, "own", Trusted(frozenset({f"shop_code.{name}"})))
        with pytest.raises(UntrustedModel):
            _ = Registry(models).load("own").predictor


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../flowers.txt", "code/../../x", "a\\b", "", ".", "./card.json", "a//b"]
)
def test_a_manifest_lists_files_of_its_own_folder_only(models, path):
    listed = json.loads((folder_of(models, "flowers") / "manifest.json").read_text())
    listed[path] = {"size": 1, "sha256": "0" * 64}
    forge(models, "flowers", lambda folder: None, json.dumps(listed).encode())
    with pytest.raises(BrokenModel, match="the manifest does not list files of this folder"):
        Registry(models).load("flowers")


@pytest.mark.parametrize("linked", ["card.json", "code", "code/shop_code.py"])
def test_a_link_in_a_bundle_is_refused(tmp_path, linked):
    models, _ = code_model(tmp_path)
    place = folder_of(models, "own") / linked
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BrokenModel, match="is a link"):
        Registry(models).load("own")


def test_a_file_that_unpacks_to_more_than_is_read_is_refused(models, monkeypatch):
    monkeypatch.setattr("ml.trust.load.LARGEST_UNPACKED", 1000)
    with pytest.raises(BrokenModel, match="the estimator unpacks to"):
        open_service(models).score("flowers", [RECORD])


def test_what_was_allowed_for_an_attempt_that_failed_is_taken_back(tmp_path):
    allow(tmp_path, "own", Trusted(frozenset({"a.B"}), {"1": frozenset({"m.N"})}))
    before = trusted_of(tmp_path, "own")
    more = Trusted(frozenset({"a.B", "c.D"}), {"1": frozenset({"m.N", "m.O"}), "2": frozenset()})

    def fails(name):
        with allowed(tmp_path, name, more):
            assert trusted_of(tmp_path, name).types >= more.types
            raise ZeroDivisionError

    for name in ("own", "new"):
        with pytest.raises(ZeroDivisionError):
            fails(name)
    assert trusted_of(tmp_path, "own") == before
    assert "new" not in json.loads((tmp_path / record.FILE).read_text())
    (tmp_path / record.FILE).unlink()
    with pytest.raises(ZeroDivisionError):
        fails("own")
    assert not (tmp_path / record.FILE).exists()
