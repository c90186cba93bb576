"""Fixtures that every test may use."""

from __future__ import annotations

import fcntl
import gc
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
gc.disable()  # until all is imported

import numpy as np
import pytest
from argon2 import PasswordHasher
from filelock import FileLock
from joblib import parallel_config
from sqlalchemy import Engine, create_engine
from werkzeug.routing import Rule
from werkzeug.test import Client

from auth import passwords
from jobs.files import preview
from ml.recipes import RECIPES, breast_cancer, recipe
from ml.runtime import memory
from ml.service import Service, open_service
from ml.training.build import build_bundle
from ml.training.checks import domain_classifier
from store import sql
from store.connection.migrate import migrate
from tests import small
from tests.answers import checked
from tests.lanes import pytest_collection_modifyitems, pytest_configure, pytest_report_header  # noqa: F401
from tests.parquet import pyarrow  # noqa: F401
from tests.skips import pytest_make_collect_report, pytest_runtest_makereport  # noqa: F401

# Every answer of the API in any test is held against the contract
Client.open = checked(Client.open)  # type: ignore[method-assign]

SEARCHED = {"forest__n_estimators": [200], "forest__max_depth": [8]}  # found by the recipe: tests/unit/test_recipes.py
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Let collections of garbage look at what tests make only, not at libraries and tests, which stay to the end."""
    gc.enable()
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def domain_classifiers() -> Iterator[None]:
    """Let hold-outs that many tests share be told from the training once: five classifiers for each bundle."""
    fitted, known = domain_classifier._fitted_on_others, {}

    def fitted_once(*arrays: np.ndarray) -> np.ndarray:
        key = tuple((array.shape, array.dtype.str, hashlib.sha256(array.tobytes()).digest()) for array in arrays)
        if key not in known:
            known[key] = fitted(*arrays)
        return known[key].copy()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(domain_classifier, "_fitted_on_others", fitted_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def memory_is_kept() -> Iterator[None]:
    """Let the making of hundreds of small models not look each time through all that the tests hold."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(memory, "give_back", lambda collect=False: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def looks_have_time() -> Iterator[None]:
    """Let a look into a file see as much of it on a busy machine as on a free one."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(preview, "LOOK", 60.0)
        yield


@pytest.fixture(scope="session", autouse=True)
def passwords_are_hashed_quickly() -> Iterator[None]:
    """Let an argon2 hash take milliseconds instead of a tenth of a second: each sign-in makes or checks one."""
    quick = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "_hasher", quick)
        patched.setattr(passwords, "_NOBODY", quick.hash("a password that nobody has"))
        yield


@pytest.fixture(scope="session", autouse=True)
def routes_are_compiled_once() -> Iterator[None]:
    """Let servers of the same 76 routes share what builds their addresses: its compiling is a third of their start."""
    compiled, known = Rule._compile_builder, {}

    def compiled_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if rule.defaults:  # they are part of what is compiled
            return compiled(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in known:
            known[key] = compiled(rule, append_unknown)
        return known[key]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Rule, "_compile_builder", compiled_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def databases_begin_migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let new files of SQLite be copies of a migrated one: each of a thousand stores runs 80 statements otherwise."""
    template = tmp_path_factory.mktemp("migrated") / "template.db"

    def migrate_a_copy(engine: Engine) -> int:
        if engine.dialect.name == "sqlite":
            if not template.exists():
                made = create_engine(f"sqlite:///{template}")
                migrate(made)
                made.dispose()
            file = Path(engine.url.database or "")
            with FileLock(f"{file}.lock"):
                if not file.exists():
                    shutil.copyfile(template, f"{file}.copy")
                    Path(f"{file}.copy").rename(file)
        return migrate(engine)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sql, "migrate", migrate_a_copy)
        yield


@pytest.fixture(scope="session", autouse=True)
def small_models(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let small models be trained once for all tests and all their processes."""
    base = tmp_path_factory.getbasetemp()
    kept = (base if "PYTEST_XDIST_WORKER" not in os.environ else base.parent) / "small"
    kept.mkdir(exist_ok=True)
    os.environ[small.KEPT] = str(kept)


@pytest.fixture(scope="module", autouse=True)
def environment_is_left() -> Iterator[None]:
    """Undo what the tests of a module leave in the environment: a Dask cluster sets glibc's limits of memory there."""
    before = dict(os.environ)
    yield
    for name in (os.environ.keys() | before.keys()) - {"PYTEST_CURRENT_TEST"}:
        if name not in before:
            del os.environ[name]
        elif os.environ.get(name) != before[name]:
            os.environ[name] = before[name]


@pytest.fixture(scope="session")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the four demo models, trained once for all tests and all their processes. Read only."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return trained(tmp_path_factory.mktemp("models"))
    shared = tmp_path_factory.getbasetemp().parent / "models"
    with (shared.parent / "models.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first process trains, the others wait
        if not shared.is_dir():
            trained(shared.with_name("models-in-training")).rename(shared)
    return shared


def trained(folder: Path) -> Path:
    """The folder, with the four demo models in it: without a search for settings, and in this process."""
    with pytest.MonkeyPatch.context() as patched, parallel_config("sequential"):
        patched.setattr(breast_cancer, "GRID", SEARCHED)
        for name in RECIPES:
            build_bundle(recipe(name)(None, lambda line: None), folder)
    return folder


@pytest.fixture(scope="session")
def service(models_dir: Path) -> Service:
    """A service on the demo models, without a cache."""
    return open_service(models_dir)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets; the test is skipped where it does not stand beside the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real data sets are not there: {SHARED_DATA.name}/ beside the project is missing")
    return SHARED_DATA
