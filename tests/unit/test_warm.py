"""Results computed ahead are those that the pages ask for, and nothing is computed twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from callbacks.performance import show_averages, show_threshold_table
from callbacks.plots import show_plot
from layouts.shared.plot_cards import CUT_OFF
from ml.cli import FAILED, OK
from ml.cli.commands import main
from ml.cli.warm import warm_each
from ml.data.feature import text_of
from ml.metrics import evaluation
from ml.metrics.overview import REVISION
from ml.plots.catalogue import CATALOGUE
from ml.service import Service, open_service
from tests.small import small_model
from web.cache import CacheBackend

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for sort in ("binary", "independent", "labels-only"):
        small_model(sort, folder)
    return folder


@pytest.fixture
def served(models, tmp_path):
    """Opens the service anew, as another process would, on one cache."""
    return lambda: open_service(models, CacheBackend(tmp_path / "cache"), tmp_path / "locks")


def ask_for_all(service: Service, name: str, outcome: str) -> None:
    """Every question of both pages as a browser sends it when they open."""
    bundle = service.model(name)
    show_averages(service, bundle.key)
    cut_off = service.cut_off(bundle, outcome)
    show_threshold_table(service, model=bundle.key, outcome=outcome, cut_off="")
    for plot in CATALOGUE:
        options = {option.key: text_of(option.opens_with(bundle, outcome)) for option in plot.options}
        if CUT_OFF in options:
            options[CUT_OFF] = cut_off
        question = {"model": bundle.key, "plot": plot.key, "outcome": outcome, "options": options}
        show_plot(service, question | {"cut_off": cut_off, "extra": [cut_off]})


@pytest.fixture
def computed(monkeypatch) -> list[str]:
    """Keys of what was computed and put into the cache."""
    keys: list[str] = []
    real = CacheBackend.set
    monkeypatch.setattr(
        CacheBackend, "set", lambda self, key, *rest, **more: keys.append(key) or real(self, key, *rest, **more)
    )
    return keys


@pytest.mark.parametrize(("name", "outcomes"), [("binary", ["yes"]), ("independent", ["loan", "card"])])
def test_pages_that_open_after_it_compute_nothing(served, computed, name, outcomes):
    warm_each(served(), [name])
    assert len(computed) > 30
    computed.clear()
    for outcome in outcomes:
        ask_for_all(served(), name, outcome)
    assert computed == []
    service = served()
    question = {"model": service.model(name).key, "plot": "distribution", "outcome": outcomes[0]}
    show_plot(service, question | {"options": {"feature": "shoe_size"}})
    assert len(computed) == 1


def test_the_table_of_counts_comes_from_the_cache(served, monkeypatch):
    opened = {"model": "binary", "outcome": "yes", "cut_off": ""}
    warm_each(served(), ["binary"])
    before = show_threshold_table(served(), **opened)
    monkeypatch.setattr(evaluation, "evaluate", lambda bundle: pytest.fail("the hold-out was scored"))
    assert show_threshold_table(served(), **opened) == before


def test_a_second_run_computes_nothing(served, computed, capsys):
    warm_each(served(), ["binary"])
    first = capsys.readouterr().out
    computed.clear()
    warm_each(served(), ["binary"])
    assert computed == []
    assert first.split(",")[0] == capsys.readouterr().out.split(",")[0]
    assert "results are there" in first


def test_a_model_without_probabilities_gets_what_it_has(served, capsys):
    warm_each(served(), ["labels-only"])
    words = capsys.readouterr().out
    assert words.startswith("labels-only@")
    assert int(words.split(": ")[1].split(" ")[0]) >= 5


def test_the_bar_names_what_is_being_computed(served, capsys):
    warm_each(served(), ["binary"], show=True)
    assert "binary@" in capsys.readouterr().err


def test_the_command_warms_all_that_serve_and_names_the_broken(models, tmp_path, capsys):
    shutil.copytree(models, tmp_path / "models")
    (tmp_path / "models" / "independent" / "live").write_text("00000000\n")
    assert main(["warm"], tmp_path / "models") == FAILED
    said = capsys.readouterr()
    assert "independent: " in said.err
    assert [line.split("@")[0] for line in said.out.splitlines()] == ["binary", "labels-only"]
    assert main(["warm", "labels-only"], tmp_path / "models") == OK
    assert main(["warm", "nope"], tmp_path / "models") == FAILED


def test_the_command_line_writes_where_the_server_reads(models, tmp_path):
    given = os.environ | {"MODELS_DIR": str(models), "VAR_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "ml", "warm", "labels-only"]
    done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("labels-only@")
    service = open_service(models, CacheBackend(tmp_path / "cache"))
    assert service.kept((service.model("labels-only").key, "averages", REVISION)) is not None
