"""The demo models made beside a service without models: one maker, what it says, and what it leaves alone."""

import json
import os
import subprocess
import sys
import threading
import time

import pytest
from werkzeug.test import Client

from app import create_server
from callbacks.router import PageServices, show_making, show_page
from ml.demo import make, status
from ml.demo.status import MAKING, OVER, STARTING, DemoStatus
from ml.errors import InvalidData
from ml.lifecycle.model_folder import versions_in
from ml.lifecycle.state import live_of
from ml.recipes import RECIPES, recipe
from ml.service import open_service
from settings import Settings
from tests.serving import ROOT


@pytest.fixture(autouse=True)
def only_iris(monkeypatch):
    """Training all four takes its time; one is no other way."""
    monkeypatch.setattr(make, "QUICK_FIRST", ("iris",))


def text_of(component):
    return json.dumps(component, default=lambda each: each.to_plotly_json())


def test_what_is_missing_is_made_and_said(tmp_path):
    said = []
    file = tmp_path / "status.json"
    assert make.make_all(tmp_path / "models", file, lambda: said.append(1) is None)
    assert said == [1]
    assert open_service(tmp_path / "models").names() == ("iris",)
    found = status.read(file, tmp_path / "models")
    assert (found.state, found.names, dict(found.faults), found.goes_on) == (OVER, ("iris",), {}, False)
    kept = live_of(tmp_path / "models", "iris")
    make.make_all(tmp_path / "models", file)
    assert live_of(tmp_path / "models", "iris") == kept


def test_a_model_that_is_added_in_the_meantime_stays_and_nothing_is_put_beside_it(tmp_path, monkeypatch):
    """While the demo's version is built, somebody adds another one of that name."""
    build = make.build_bundle

    def slow(trained, models, **said):
        key = build(trained, models, **said)
        theirs = recipe("iris")(None, lambda _: None)
        theirs.about["description"] = "Another one"
        build(theirs, models, action="add")
        return key

    monkeypatch.setattr(make, "build_bundle", slow)
    make.make_all(tmp_path / "models", tmp_path / "status.json")
    live = live_of(tmp_path / "models", "iris")
    assert open_service(tmp_path / "models").model("iris").card["description"] == "Another one"
    assert versions_in(tmp_path / "models" / "iris") == [live]


@pytest.mark.parametrize(
    ("error", "said"),
    [(InvalidData("The table is empty."), "The table is empty."), (MemoryError("no room"), "MemoryError: no room")],
)
def test_what_fails_is_said_in_words_and_in_the_log(tmp_path, monkeypatch, caplog, error, said):
    def fail(*_args, **_more):
        raise error

    monkeypatch.setattr(make, "build_bundle", fail)
    make.make_all(tmp_path / "models", tmp_path / "status.json")
    found = status.read(tmp_path / "status.json", tmp_path / "models")
    assert dict(found.faults) == {"iris": said}
    assert found.sentence() == f"There is none: the demo models could not be made. iris: {said}"
    assert "iris could not be made" in caplog.text
    shown = text_of(show_page(open_service(tmp_path / "models"), "/", "", PageServices(making=lambda: found)))
    assert "Some demo models could not be made" in shown
    assert said in shown


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path):
    (tmp_path / "models").write_text("no folder")
    assert make.make_all(tmp_path / "models", tmp_path / "status.json")
    found = status.read(tmp_path / "status.json", tmp_path / "models")
    assert "cannot be written to" in found.faults[""]


@pytest.mark.nightly
def test_only_one_makes_them(tmp_path):
    models, file = tmp_path / "models", tmp_path / "status.json"
    with status.lock_of(models).acquire():
        assert status.is_made_now(models)
        done = subprocess.run(
            [sys.executable, "-m", "ml.demo", str(models), str(file)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert not file.exists()
    assert not status.is_made_now(models)
    assert open_service(models).names() == ()


def test_whoever_looks_does_not_keep_a_maker_away(tmp_path):
    """Looking takes the lock for a moment, again and again; and where nobody ever made anything, leaves no trace."""
    models = tmp_path / "models"
    models.mkdir()
    assert not status.is_made_now(models)
    assert not list(models.iterdir())
    stop = threading.Event()

    def look():
        while not stop.is_set():
            status.is_made_now(models)

    status.lock_of(models)
    lookers = [threading.Thread(target=look) for _ in range(3)]
    for each in lookers:
        each.start()
    try:
        assert make.make_all(models, tmp_path / "status.json", lambda: False)
    finally:
        stop.set()
        for each in lookers:
            each.join()
    assert status.read(tmp_path / "status.json", models).state == OVER


def test_a_maker_that_died_is_told_as_failed_and_one_that_starts_is_waited_for(tmp_path):
    file = tmp_path / "status.json"
    assert status.read(file, tmp_path) is None
    status.write(file, DemoStatus(MAKING, ("iris", "loan"), "loan"))
    found = status.read(file, tmp_path)
    assert not found.goes_on
    assert list(found.faults) == ["loan"]
    with status.lock_of(tmp_path).acquire():
        assert status.read(file, tmp_path).goes_on
    status.write(file, DemoStatus(STARTING))
    assert status.read(file, tmp_path).goes_on
    late = json.loads(file.read_text()) | {"since": time.time() - status.STARTUP_SECONDS - 1}
    file.write_text(json.dumps(late))
    assert not status.read(file, tmp_path).goes_on
    file.write_text('{"state": 7')
    assert status.read(file, tmp_path) is None


def test_pages_say_how_far_it_is_and_stop_asking_when_it_is_over(service):
    names = tuple(RECIPES)
    now = DemoStatus(MAKING, (*names, "churn"), "churn")
    shown = text_of(show_page(service, "/", "", PageServices(making=lambda: now)))
    assert "The demo models are being made" in shown
    assert shown.count('"ready"') == 2 * len(names)
    coming = text_of(show_page(service, "/churn/predict", "", PageServices(making=lambda: now)))
    assert "This model is being made" in coming
    assert "making-tick" in coming
    over = DemoStatus(OVER, names)
    listed, stop = show_making(service, lambda: over, 3)
    assert stop
    assert "making" not in text_of(listed)
    assert "making-tick" not in text_of(show_page(service, "/", "", PageServices(making=lambda: over)))
    assert show_making(service, lambda: now, 3)[1] is False


def test_a_service_without_models_has_them_made_and_says_so(tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr("web.demo.subprocess.Popen", lambda command, **more: started.append((command, more)))
    settings = Settings(models_dir=tmp_path / "models", var_dir=tmp_path / "var")
    client = Client(create_server(settings))
    ((command, more),) = started
    assert command[1:3] == ["-m", "ml.demo"]
    assert more["env"]["MODELS_DIR"] == str(tmp_path / "models")
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json["parts"]["models"].startswith("There is none yet: the demo models are being made.")
    assert [client.get(path).status_code for path in ("/", "/iris/predict", "/nope/predict")] == [200, 200, 404]
    make.make_all(tmp_path / "models", tmp_path / "var" / "demo-models.json")
    assert client.get("/readyz").status_code == 200
    assert client.get("/iris/predict").status_code == 200
    file = tmp_path / "var" / "demo-models.json"
    status.write(file, DemoStatus(OVER, ("iris", "loan"), None, {"loan": "Too little memory."}))
    create_server(settings)
    assert len(started) == 1  # there are models now
    assert not file.exists()


def test_where_the_operator_makes_them_alone_nothing_is_started(tmp_path, monkeypatch):
    monkeypatch.setattr("web.demo.subprocess.Popen", pytest.fail)
    settings = Settings(models_dir=tmp_path / "models", var_dir=tmp_path / "var", demo_models="off")
    ready = Client(create_server(settings)).get("/readyz")
    assert ready.json["parts"]["models"] == "There is none: python -m ml train --missing makes the demo models."


def test_the_maker_gives_way_and_has_a_bound_of_memory(tmp_path):
    program = (
        "import os, resource, sys; import ml.demo.make as m;"
        "m.make_all = lambda *a: print(os.nice(0), resource.getrlimit(resource.RLIMIT_DATA)[0]);"
        "from ml.demo.__main__ import main; main('models', 'file')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    nice, memory = map(int, done.stdout.split())
    assert nice >= min(19, os.nice(0) + 15)
    assert memory == 1024**3
