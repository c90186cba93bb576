"""A file scored on a Dask cluster: the very bytes that are written without one, also when a worker is killed."""

import builtins
import os
import random
import signal

import numpy as np
import pandas as pd
import pytest
from distributed import Client, LocalCluster
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from ml.add import add_model
from ml.batch import dask_engine as on_dask
from ml.batch import score_file as scoring
from ml.batch.dask_engine import DaskEngine, NoCluster, cluster
from ml.batch.score_file import score_file
from ml.cli import BAD_INPUT, FAILED, OK
from ml.cli.commands import main
from ml.errors import BrokenModel
from ml.service import open_service
from tests.small import people, small_model


@pytest.fixture(scope="module")
def address():
    """A cluster of two processes."""
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as local:
        yield local.scheduler_address


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for sort in ("binary", "independent", "labels-only"):
        small_model(sort, folder)
    return folder


@pytest.fixture
def source(tmp_path, monkeypatch):
    """400 people in chunks of 30, some of them wrong in every way."""
    monkeypatch.setattr(scoring, "CHUNK", 30)
    lines = people(rows=400, seed=4).assign(note="=1+2").to_csv(index=False).splitlines()
    draw = random.Random(3)
    for at in range(1, len(lines), 7):
        lines[at] = draw.choice(["x,1,40,south,", "1,2", "50,1,40,south,a,b", ",,,,", "1e999,-,40,mars,é"])
    path = tmp_path / "people.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["binary", "independent", "labels-only"])
def test_a_cluster_writes_what_this_process_writes(address, models, source, tmp_path, capsys, name):
    words = ["score", name, "--in", str(source)]
    assert main([*words, "--out", str(tmp_path / "here.csv")], models) == BAD_INPUT
    said = capsys.readouterr().out
    there = [*words, "--out", str(tmp_path / "there.csv"), "--engine", "dask", "--scheduler", address]
    assert main(there, models) == BAD_INPUT
    assert capsys.readouterr().out == said.replace("here.csv", "there.csv")
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()


@pytest.mark.nightly
def test_a_worker_that_is_killed_loses_no_row(models, source, tmp_path):
    service = open_service(models)
    done = score_file(service, "binary", source, tmp_path / "here.csv")
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as local,
        Client(local) as client,
    ):
        victim = next(iter(client.run(os.getpid).values()))
        calls = []

        def kill_once(_):
            if not calls:
                os.kill(victim, signal.SIGKILL)
            calls.append(1)

        again = score_file(service, "binary", source, tmp_path / "there.csv", kill_once, DaskEngine(client))
    assert again == done
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()


def test_a_worker_refuses_a_version_that_was_altered(address, tmp_path, source):
    key = small_model("multiclass", tmp_path)
    service = open_service(tmp_path)
    bundle = service.model(key)
    (bundle.folder / "golden.json").write_bytes(b"x" * (bundle.folder / "golden.json").stat().st_size)
    with cluster(address) as client, pytest.raises(BrokenModel, match=r"golden.json was altered"):
        score_file(service, key, source, tmp_path / "out.csv", engine=DaskEngine(client))
    assert not (tmp_path / "out.csv").exists()


def test_what_is_missing_for_a_cluster_is_said(models, source, tmp_path, monkeypatch, capsys):
    words = ["score", "binary", "--in", str(source), "--out", str(tmp_path / "out.csv")]
    assert main([*words, "--scheduler", "tcp://127.0.0.1:1"], models) == FAILED
    assert "--scheduler belongs to an engine" in capsys.readouterr().err
    monkeypatch.setattr(on_dask, "CONNECT_SECONDS", 1)
    assert main([*words, "--engine", "dask", "--scheduler", "tcp://127.0.0.1:1"], models) == FAILED
    assert "No Dask scheduler answers at tcp://127.0.0.1:1" in capsys.readouterr().err
    with (
        LocalCluster(n_workers=0, processes=True, dashboard_address="127.0.0.1:0") as empty,
        cluster(empty.scheduler_address) as client,
        pytest.raises(NoCluster, match="has no workers"),
    ):
        score_file(open_service(models), "binary", source, tmp_path / "out.csv", engine=DaskEngine(client))
    there = builtins.__import__

    def missing(name, *given, **more):
        if name == "distributed":
            raise ImportError(name)
        return there(name, *given, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    assert main([*words, "--engine", "dask"], models) == FAILED
    assert "Dask is not installed here. Install it: pip install -r requirements-dask.txt" in capsys.readouterr().err


@pytest.mark.nightly
def test_a_cluster_without_this_program_is_told():
    class Future:
        def result(self):
            raise ModuleNotFoundError("No module named 'ml'")

    with pytest.raises(NoCluster, match=r"No module named 'ml'.* this program's code"):
        on_dask._given(Future())


STEPS = """
def doubled(frame):
    return frame * 2
"""


@pytest.mark.nightly
def test_code_that_travels_with_a_model_travels_to_the_workers(address, tmp_path, monkeypatch):
    (tmp_path / "dask_steps.py").write_text(STEPS)
    monkeypatch.syspath_prepend(tmp_path)
    import dask_steps

    frame = pd.DataFrame({"a": np.linspace(-1, 1, 120), "b": np.linspace(0, 1, 120)})
    truth = pd.Series(np.where(frame["a"] > 0, "x", "y"))
    model = make_pipeline(FunctionTransformer(dask_steps.doubled), LogisticRegression()).fit(frame, truth)
    add_model("own", model, frame, frame, truth, models=tmp_path / "models", code=tmp_path / "dask_steps.py")
    frame.to_csv(tmp_path / "in.csv", index=False)
    words = ["score", "own", "--in", str(tmp_path / "in.csv"), "--out"]
    assert main([*words, str(tmp_path / "here.csv")], tmp_path / "models") == OK
    there = [*words, str(tmp_path / "there.csv"), "--engine", "dask", "--scheduler", address]
    assert main(there, tmp_path / "models") == OK
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()
