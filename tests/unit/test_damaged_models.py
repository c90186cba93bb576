"""Whatever is wrong with one model, that one is broken by name and everybody else goes on."""

import contextlib
import gc
import json
import logging
import random
import shutil
import sys
import weakref

import pandas as pd
import pytest
from dash._utils import to_json
from werkzeug.test import Client

from app import create_server
from callbacks.router import show_page
from ml.cli import FAILED
from ml.cli.commands import main
from ml.errors import BrokenModel, LikelyError
from ml.lifecycle.registry import Registry
from ml.service import open_service
from ml.trust import faults
from settings import Settings
from tests.damage import (
    ASKED,
    NOT_JSON,
    RECORD,
    SOUND,
    broken_models,
    build,
    coded,
    folder_of,
    forge,
    rewritten,
    written,
)
from tests.small import small_model

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
SOUND_ONES = ("sound-linear", "sound-own", "sound-trees")


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A folder with three sound models and about eighty broken ones, and the names of the latter."""
    models = tmp_path_factory.mktemp("models")
    return models, broken_models(models, tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="module")
def server(many, tmp_path_factory):
    return Client(create_server(Settings(models_dir=many[0], var_dir=tmp_path_factory.mktemp("var"))))


def test_each_is_named_and_the_others_serve(many):
    models, broken = many
    faults = open_service(models).check()
    assert set(faults) == {*broken, *SOUND_ONES}
    assert {name for name, fault in faults.items() if fault is None} == set(SOUND_ONES)
    for name in broken:
        assert name in faults[name], name
        assert "Traceback" not in faults[name]
        assert faults[name].rstrip().endswith("."), faults[name]


def test_the_server_starts_and_is_ready_though_degraded(many, server):
    answer = server.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["degraded"] is True
    for name in many[1]:
        assert name in json.dumps(answer.json)
    assert server.get("/healthz").status_code == 200


def test_the_lists_show_each_as_broken(many, server):
    models, broken = many
    listed = {item["name"]: item for item in server.get("/api/v1/models").json["models"]}
    assert {name for name, item in listed.items() if "error" in item} == set(broken)
    page = to_json(show_page(open_service(models), "/", ""))
    for name in (*broken, *SOUND_ONES):
        assert name in page
    assert page.count("cannot be used") + page.count("Broken") + page.count("broken") >= len(broken)


@pytest.mark.parametrize("path", ["/", "/api/v1/models", "/api/openapi.json", "/v2", "/v2/models/sound-own/ready"])
def test_what_tells_of_all_models_answers(server, path):
    assert server.get(path).status_code == 200


def test_no_page_and_no_door_of_a_broken_model_fails_without_words(many, server, caplog):
    models, broken = many
    service = open_service(models)
    with caplog.at_level(logging.ERROR):
        for name in broken:
            for kind in ("predict", "insights", "performance", "campaign"):
                assert server.get(f"/{name}/{kind}").status_code == 200, (name, kind)
                show_page(service, f"/{name}/{kind}", "")
            assert server.get(f"/api/v1/models/{name}").status_code in (200, 503)
            answer = server.post(f"/api/v1/models/{name}/predict", json={"records": [RECORD]})
            assert answer.status_code == 503, (name, answer.text[:300])
            assert answer.json["error"]["code"] in ("broken_model", "untrusted_model")
            assert name in answer.json["error"]["message"]
            assert answer.json["error"]["hint"]
            assert server.get(f"/v2/models/{name}/ready").status_code != 500
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("name", SOUND_ONES)
def test_the_sound_ones_answer_at_every_door(many, server, name):
    answer = server.post(f"/api/v1/models/{name}/predict", json={"records": [RECORD]})
    assert answer.status_code == 200
    bundle = open_service(many[0]).model(name)
    wanted = bundle.estimator.predict_proba(pd.DataFrame([RECORD]))[0]
    given = [answer.json["predictions"][0]["probabilities"][outcome] for outcome in bundle.outcomes.names]
    assert given == pytest.approx(list(wanted), abs=1e-12)
    for kind in ("predict", "insights", "performance", "campaign"):
        assert "error" not in to_json(show_page(open_service(many[0]), f"/{name}/{kind}", "")).lower()[:200]


def test_the_command_line_names_each_and_goes_on(many, capsys):
    models, broken = many
    assert main(["check"], models) == FAILED
    said = capsys.readouterr()
    assert {line.partition(":")[0] for line in said.out.splitlines() if line.endswith("serves")} == set(SOUND_ONES)
    for name in broken:
        assert f"\n{name}: " in "\n" + said.out
    assert main(["list"], models) == 0
    listed = capsys.readouterr().out
    for name in (*broken, *SOUND_ONES):
        assert name in listed
    for name in broken:
        assert main(["predict", name, "--a", "1", "--b", "1"], models) == FAILED
        assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("file", ["holdout.csv", "background.csv"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,b\n1", b"x\n1\n", b"[]"])
def test_a_table_that_is_none_is_said_and_scores_go_on(tmp_path, file, content):
    build("flowers", tmp_path)
    forge(tmp_path, "flowers", written(file, content))
    bundle = Registry(tmp_path).load("flowers")
    for _ in range(2):
        with pytest.raises(BrokenModel, match="flowers@"):
            _ = bundle.holdout if file == "holdout.csv" else bundle.background
    assert bundle.predictor.row((0.5, -0.25))[1] is not None
    for kind in ("predict", "insights", "performance", "campaign"):
        show_page(open_service(tmp_path), f"/flowers/{kind}", "")


@pytest.fixture
def own(tmp_path):
    """A model with code of its own; gives the folder of the models, and changes its code."""
    (tmp_path / "sources").mkdir()
    source = tmp_path / "sources" / "shop_code.py"
    source.write_text(SOUND)
    models = tmp_path / "models"
    build("own", models, "own", source)
    return models, lambda text: forge(models, "own", coded(text))


def test_what_fails_while_a_record_is_scored_is_a_fault_of_that_record(own):
    models, change = own
    change(ASKED.format("assert (X['a'] < 9).all() if hasattr(X, 'columns') else (X[:, 0] < 9).all(); return X * 1.0"))
    service = open_service(models)
    wanted = service.score("own", [RECORD]).scores[0]
    with pytest.raises(LikelyError, match=r"cannot answer this record: .*AssertionError"):
        service.score("own", [RECORD | {"a": 10.0}])
    found = service.score_each(service.model("own"), [RECORD, RECORD | {"a": 10.0}, RECORD])
    assert found[0].probabilities == found[2].probabilities == wanted.probabilities
    assert "AssertionError" in found[1][0].message


@pytest.mark.parametrize(("raised", "said"), [("SystemExit", "SystemExit"), ("MemoryError", "not enough memory")])
def test_what_is_no_fault_of_a_record_is_the_model_s(own, raised, said):
    models, change = own
    big = "float(abs(X['a']).max() if hasattr(X, 'columns') else abs(X[:, 0]).max()) > 9"
    change(ASKED.format(f"\n        if {big}: raise {raised}\n        return X * 1.0"))
    service = open_service(models)
    service.score("own", [RECORD])
    with pytest.raises(BrokenModel, match=f"own@.* cannot answer: .*{said}"):
        service.score("own", [RECORD | {"a": 10.0}])


def test_a_fault_is_remembered_and_holds_no_memory(own, monkeypatch):
    models, change = own
    change("LOADS = []\n" + SOUND + "\n    def __setstate__(self, state):\n        self.big = bytearray(10**6)\n"
           "        import ml.trust.faults as f; f.LOADED.append(self); raise MemoryError\n")  # fmt: skip
    loaded = []
    monkeypatch.setattr(faults, "LOADED", loaded, raising=False)
    registry = Registry(models)
    for _ in range(5):
        with pytest.raises(BrokenModel, match="not enough memory"):
            _ = registry.load("own").predictor
    assert len(loaded) == 1
    kept = weakref.ref(loaded.pop())
    gc.collect()
    assert kept() is None


def test_a_fault_is_looked_at_again_when_files_change_or_minutes_have_passed(own, monkeypatch):
    models, change = own
    sound = (folder_of(models, "own") / "code" / "shop_code.py").read_bytes()
    registry = Registry(models)
    assert registry.load("own").predictor
    path = folder_of(models, "own") / "code" / "shop_code.py"
    path.write_bytes(sound + b"\n# altered")
    fresh = Registry(models)
    for _ in range(2):
        with pytest.raises(BrokenModel, match=r"code/shop_code\.py has \d+ bytes instead of"):
            fresh.load("own")
    path.write_bytes(sound)
    assert fresh.load("own").predictor
    change("raise MemoryError\n")
    key = registry.live("own")
    with pytest.raises(BrokenModel):
        _ = registry.load(key).predictor
    fault = registry.load(key)._faults["predictor"]
    assert fault.holds(fault.stamp)
    monkeypatch.setattr(faults.time, "monotonic", lambda: fault.until + 1)
    assert not fault.holds(fault.stamp)


@pytest.mark.parametrize("library", ["lightgbm", "xgboost", "catboost"])
def test_a_library_that_is_missing_breaks_its_model_with_the_pin_and_no_other(tmp_path, monkeypatch, library):
    pytest.importorskip(library)
    build("sound", tmp_path)
    key = build("boosted", tmp_path, library)
    forge(
        tmp_path, "boosted", rewritten("card.json", lambda card: card.update(path={"kind": "scikit-learn", "why": ""}))
    )
    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    found = open_service(tmp_path).check()
    assert found["sound"] is None
    assert f"needs the package {library}, which is not installed. Install it" in found["boosted"]
    assert "pip install " in found["boosted"]
    assert "put it into requirements/service.in, then make lock." in found["boosted"]
    assert key


JUNK = [None, {}, [], "x", -1, float("inf"), True, 3.5, [None], {"a": 1}, "", 10**30]


def changed(data, draw):
    """Put junk in a random place of what a JSON file says, or leave a key out; gives the place."""
    places = [((), data)]
    for path, value in places:
        inner = value.items() if isinstance(value, dict) else enumerate(value[:4]) if isinstance(value, list) else ()
        places += [((*path, key), each) for key, each in inner]
    path, _ = draw.choice(places[1:])
    holder = data
    for key in path[:-1]:
        holder = holder[key]
    if isinstance(holder, dict) and draw.random() < 0.25:
        del holder[path[-1]]
    else:
        holder[path[-1]] = draw.choice(JUNK)
    return path


@pytest.mark.parametrize("file", ["card.json", "schema.json", "program.json", "golden.json"])
def test_junk_anywhere_in_a_file_leaves_every_page_standing(tmp_path, file):
    """The model is broken, or serves: nothing else is raised, by its own pages or by those of all models."""
    small_model("binary", tmp_path / "sound")
    record = {"income": 50, "debt": 3, "shoe_size": 40, "region": "south"}
    for seed in range(30):
        models = tmp_path / str(seed)
        shutil.copytree(tmp_path / "sound", models)
        draw, places = random.Random(seed), []
        forge(
            models, "binary", rewritten(file, lambda data, draw=draw, places=places: places.append(changed(data, draw)))
        )
        service = open_service(models)
        fault = service.check()["binary"]
        for path in ("/", *(f"/binary/{kind}" for kind in ("predict", "insights", "performance", "campaign"))):
            to_json(show_page(service, path, ""))
        if fault is None:
            with contextlib.suppress(LikelyError):
                service.score("binary", [record])
        else:
            assert "binary@" in fault, (places, fault)


def test_every_content_that_is_no_object_was_tried():
    assert len(NOT_JSON) == 9
