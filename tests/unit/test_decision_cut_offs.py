"""The cut-offs of a stored decision are those of its answer, whatever is chosen before the decision is moved."""

import json
import time

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sqlalchemy import delete
from werkzeug.test import Client

from api.v1 import explanations
from app import create_server
from jobs.worker import Worker
from ml.training.build import build_bundle
from settings import Settings
from store.cut_off_change import ChoicesOverTime
from store.db import open_store
from store.files import Files
from store.tables import cutoff_changes
from tests.job_decisions import House, shop_of, table
from tests.small import people, pushed, small_model, trained_of
from tests.stored import decisions_of
from tests.unit.test_store import url  # noqa: F401 - the fixture of both databases

RECORD = {"income": 50.25, "debt": 3.75, "shoe_size": 41, "region": "south"}
NUMBERS = ["income", "debt", "shoe_size"]
OPTIONS = ("", "?cutoff=chosen", "?blanks=allow", "?blanks=allow&cutoff=chosen")


class Served:
    """Instances that share a database, each with a spool of its own, and are moved by the test."""

    def __init__(self, home, url):  # noqa: F811
        self.home, self.url, self.store, self.movers = home, url, open_store(url), []
        small_model("binary", home / "models")

    def instance(self):
        folder = self.home / str(len(self.movers))
        environ = {"MODELS_DIR": str(self.home / "models"), "VAR_DIR": str(folder), "DATABASE_URL": self.url}
        server = create_server(Settings.from_environ(environ | {"AUTH": "none"}))
        self.movers.append(server.extensions["likely-mover"])
        return Client(server)

    def choose(self, value, outcome="yes"):
        self.store.set_cutoff("binary", outcome, value, before=0.5, reason="a test")

    def kept(self):
        """Cut-off of "yes" of each decision, by the decision's id, once all are moved."""
        for each in self.movers:
            assert each.move()
        return {each.id: each.cut_offs["yes"] for each in decisions_of(self.store.outcomes, "binary")}


@pytest.fixture(autouse=True)
def _no_runner(monkeypatch):
    monkeypatch.setattr("services.LocalRunner.wake", lambda *_: None)


@pytest.fixture
def served(tmp_path, url):  # noqa: F811
    return Served(tmp_path, url)


def answered(client, query="", sent=RECORD):
    answer = client.post(f"/api/v1/models/binary/predict{query}", json=sent)
    assert answer.status_code == 200, answer.text
    return answer, f"{answer.headers['Decision-Id']}-0"


def test_what_is_chosen_after_an_answer_is_not_stored_with_it(served):
    clients, wanted = [served.instance(), served.instance()], {}
    for value in (None, 0.2, 0.9, 0.35):
        if value is not None:
            served.choose(value)
        wanted |= {answered(client, query)[1]: value for client in clients for query in OPTIONS}
    assert served.store.forget_cutoffs("binary") == 1
    wanted |= {answered(clients[0], query)[1]: None for query in OPTIONS}
    served.choose(0.7)
    assert served.kept() == {mark: 0.5 if value is None else value for mark, value in wanted.items()}


def test_a_cut_off_of_the_request_is_the_one_that_is_stored(served):
    client = served.instance()
    served.choose(0.9)
    for at, more in enumerate(["", "&blanks=allow", "&blanks=average", "&explain=true"]):
        answer, mark = answered(client, f"?cutoff=0.{at + 1}{more}")
        assert answer.json["cutoffs"] == dict.fromkeys(["no", "yes"], (at + 1) / 10)
        assert served.kept()[mark] == (at + 1) / 10


def test_what_to_ask_next_is_about_the_cut_off_of_the_request(served):
    client, known = served.instance(), {"income": 50.25, "region": "south"}
    sure = [answered(client, f"?blanks=allow&cutoff={at}", known)[0].json["predictions"][0] for at in (0.0, 0.5)]
    assert all(each["crossing"] == 0 for each in sure[0]["questions"])  # every probability reaches 0
    served.choose(0.0)
    assert answered(client, "?blanks=allow&cutoff=0.5", known)[0].json["predictions"][0] == sure[1]
    assert answered(client, "?blanks=allow", known)[0].json["predictions"][0]["questions"] == sure[0]["questions"]


def test_an_answer_that_comes_later_is_stored_with_the_cut_offs_that_it_tells(served):
    client = served.instance()
    served.choose(0.2)
    with explanations._one_at_a_time:
        accepted = client.post("/api/v1/models/binary/predict?explain=true&cutoff=chosen", json=[RECORD] * 8)
    assert accepted.status_code == 202
    served.choose(0.4)
    files = Files(str((served.home / "0" / "files").resolve()))
    worker = Worker(served.movers[0]._service, served.store.jobs, files)
    while worker.step():
        pass
    answer = client.get(accepted.headers["Location"])
    assert answer.json["cutoffs"]["yes"] == 0.2
    assert set(served.kept().values()) == {0.2}


def test_lines_of_the_release_before_have_no_cut_offs_and_are_read_all_the_same(served):
    served.instance()
    bundle, lines = served.movers[0]._service.model("binary"), []
    for at in range(2):
        line = {
            "answer": f"{at:024x}", "first": 0, "model": bundle.key, "door": "api", "who": "", "made": time.time(),
            "names": ["no", "yes"], "ids": [None], "probabilities": [[0.25, 0.75]], "sealed": None,
        }  # fmt: skip
        lines.append(json.dumps(line).encode())
        served.choose(0.3)
    for line in lines:
        served.movers[0]._spool.append(line)
    assert served.kept() == {f"{0:024x}-0": 0.5, f"{1:024x}-0": 0.3}


def test_the_card_of_the_version_that_answered_counts_though_another_is_live(served):
    client = served.instance()
    served.choose(0.3, "no")
    _, before = answered(client)
    frame = people()
    truth = np.where(pushed(frame) > 0.5, "yes", "no")
    fitted = make_pipeline(ColumnTransformer([("take", "passthrough", NUMBERS)]), GaussianNB()).fit(frame, truth)
    card = {"cut_offs": {"yes": 0.8, "no": 0.6}}
    build_bundle(trained_of("binary", fitted, frame, truth, 300, about=card), served.home / "models")
    _, after = answered(client)
    assert served.kept() == {before: 0.5, after: 0.8}
    assert {each.cut_offs["no"] for each in decisions_of(served.store.outcomes, "binary")} == {0.3}


def test_a_choice_of_before_changes_were_kept_counts_from_its_own_time_on(served):
    client = served.instance()
    _, before = answered(client)
    served.choose(0.2)
    with served.store._engine().begin() as connection:
        connection.execute(delete(cutoff_changes))
    _, after = answered(client)
    assert served.kept() == {before: 0.5, after: 0.2}


def test_of_changes_at_any_time_the_last_that_was_stored_counts():
    """Clocks of instances differ: what was stored later may say that it was made earlier."""
    changes = ChoicesOverTime([(1.0, "a", 0.1), (3.0, "a", 0.3), (2.0, "a", 0.2), (1.5, "b", 0.5), (4.0, "b", None)])
    found = [changes.at(moment) for moment in (0.9, 1.0, 1.7, 2.5, 3.5, 4.0)]
    assert found == [{}, {"a": 0.1}, {"a": 0.1, "b": 0.5}, {"a": 0.2, "b": 0.5}, {"a": 0.2, "b": 0.5}, {"a": 0.2}]


def test_records_of_a_job_have_the_cut_offs_of_when_they_were_decided(tmp_path, url):  # noqa: F811
    house = House(shop_of(tmp_path / "models"), tmp_path, url)
    named = house.service.model("shop").outcomes.positive
    house.store.set_cutoff("shop", named, 0.2, before=0.5, reason="a test")
    house.done(table())
    house.store.set_cutoff("shop", named, 0.4, before=0.2, reason="a test")
    assert {each.cut_offs[named] for each in house.stored().values()} == {0.2}
    house.done(table())
    assert sorted({each.cut_offs[named] for each in house.stored().values()}) == [0.2, 0.4]
