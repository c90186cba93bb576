"""Tables of outcomes as jobs: each line for itself, once, and only what its sender may tell."""

from __future__ import annotations

import csv
import io

import pytest
from werkzeug.test import Client

from app import create_server
from auth.audit_log import AuditLog
from auth.keys import ApiKeys
from feedback.job_kinds import kinds_of
from feedback.outcome_import import outcome_job
from jobs.retention.erase import Eraser
from jobs.worker import Worker
from ml.service import open_service
from settings import Settings
from store.db import open_store
from store.files import Files
from store.job import OUTCOMES
from store.jobs import JobTable
from tests.small import small_model
from tests.stored import events_of

LINES = 25  # of a chunk, here


class House:
    """A service without a runner, and a worker that is driven by the test."""

    def __init__(self, home, monkeypatch, auth="none"):
        small_model("binary", home / "models")
        monkeypatch.setattr("services.LocalRunner.wake", lambda *_: None)
        environ = {"MODELS_DIR": str(home / "models"), "VAR_DIR": str(home), "AUTH": auth, "MAX_RECORDS": "1000"}
        self.settings = Settings.from_environ(environ)
        self.server = create_server(self.settings)
        self.client, self.store = Client(self.server), open_store(self.settings.database_url)
        self.head = {}

    @property
    def worker(self):
        service = open_service(self.settings.models_folder)
        kinds = kinds_of(service, self.store, "encrypted", "on")
        return Worker(service, self.store.jobs, Files(self.settings.files_url), kinds=kinds)

    def work(self):
        while self.worker.step():
            pass

    def key(self, *models, scopes=("outcomes",)):
        made, key = ApiKeys(self.store, AuditLog(self.store)).make(f"crm {scopes} {models}", scopes, models)
        self.head = {"Authorization": f"Bearer {made}"}
        return key

    def send(self, body, query="model=binary", **head):
        body = body if isinstance(body, bytes) else body.encode()
        return self.client.post(
            f"/api/v1/outcomes/jobs?{query}", data=body, content_type="text/csv", headers={**self.head, **head}
        )

    def get(self, address):
        return self.client.get(address, headers=self.head)

    def done(self, body, query="model=binary"):
        sent = self.send(body, query)
        assert sent.status_code == 202, sent.text
        self.work()
        return self.get(sent.json["links"]["self"]).json

    def lines(self, job):
        answered = self.get(job["links"]["result"])
        assert answered.status_code == 200, answered.text
        return list(csv.DictReader(io.StringIO(answered.text)))

    def events(self):
        return events_of(self.store.outcomes, "binary")


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setattr(outcome_job, "LINES", LINES)
    return House(tmp_path, monkeypatch)


def table(count=60):
    return "record,value,note\n" + "".join(f"K-{at},{at % 2},Grüße\n" for at in range(count))


def test_a_table_of_any_size_is_stored_line_by_line(house):
    job = house.done(table(1_205))
    assert (job["state"], job["total"], job["done"], job["stored"], job["errors"]) == ("done", 1_205, 1_205, 1_205, 0)
    assert {each.record: each.value for each in house.events()} == {f"K-{at}": float(at % 2) for at in range(1_205)}
    assert {each.door for each in house.events()} == {"file"}
    lines = house.lines(job)
    assert [int(each["line"]) for each in lines] == list(range(2, 1_207))
    assert {each["event"] for each in lines} == {each.id for each in house.events()}


def test_what_is_wrong_is_told_by_line_and_the_others_are_stored(house):
    body = table(3) + "K-3,maybe,\n,1,\n\nK-4,,\nK-5,1,x,y\n=K,1,\n"
    job = house.done(body.replace(",", ";").encode("cp1252"))
    assert (job["stored"], job["open"], job["errors"]) == (4, 1, 3)
    lines = {int(each["line"]): each for each in house.lines(job)}
    assert [lines[at]["state"] for at in (2, 5, 6, 8, 9, 10)] == [
        "stored", "refused", "refused", "open", "refused", "stored",
    ]  # fmt: skip
    assert "'maybe'" in lines[5]["problem"]
    assert "Neither a decision nor a record" in lines[6]["problem"]
    assert "Cells in this line: 4" in lines[9]["problem"]
    assert lines[10]["record"] == "'=K"


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_worker_that_is_lost_after_it_stored_a_chunk_stores_none_twice(house, monkeypatch, at):
    """The chunk is done again from its beginning, and each line is one event with the same id."""
    sent = house.send(table())
    finish, left = JobTable.finish, [at]

    def lost(self, chunk, *given, **more):
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return finish(self, chunk, *given, **more)

    monkeypatch.setattr(JobTable, "finish", lost)
    with pytest.raises(KeyboardInterrupt):
        house.work()
    before = {each.key: each.id for each in house.events()}
    assert len(before) == (at - 1) * LINES
    house.work()
    after = {each.key: each.id for each in house.events()}
    assert len(house.events()) == len(after) == 60
    assert before.items() <= after.items()
    job = house.get(sent.json["links"]["self"]).json
    assert (job["state"], job["stored"], job["known"]) == ("done", 60, 0)
    assert {each["event"] for each in house.lines(job)} == set(after.values())


def test_a_crm_s_export_as_a_job_is_told_once(house):
    body = "Id,AccountId,StageName,CloseDate,LastModifiedDate\n" + "".join(
        f"{at},K-{at},{('Closed Won', 'Closed Lost', 'Proposal')[at % 3]},13.03.2026,14.03.2026 10:00\n"
        for at in range(60)
    )
    first = house.done(body)
    assert (first["system"], first["stored"], first["open"], first["errors"]) == ("salesforce", 40, 20, 0)
    again = house.done(body)
    assert (again["stored"], again["known"], again["open"]) == (0, 40, 20)
    assert {each.record: each.value for each in house.events()} == {
        f"K-{at}": (1.0, 0.0)[at % 3] for at in range(60) if at % 3 < 2
    }


def test_a_file_that_tells_no_outcomes_fails_in_words(house):
    assert "The columns are not those of an outcome" in house.done("a,b\n1,2\n")["message"]
    assert "no line" in house.done("record,value\n")["message"]
    assert house.events() == []


def test_the_same_file_under_one_key_is_one_job(house):
    first = house.send(table(), **{"Idempotency-Key": "march"})
    again = house.send(table(), **{"Idempotency-Key": "march"})
    assert (again.json["id"], again.headers["Idempotency-Replayed"]) == (first.json["id"], "true")
    assert house.send(table(9), **{"Idempotency-Key": "march"}).status_code == 409


def test_a_job_may_be_stopped_and_removed_and_what_it_stored_stays(house):
    sent = house.send(table())
    assert house.client.delete(sent.json["links"]["self"]).json["state"] == "cancelled"
    job = house.done(table())
    assert house.client.delete(job["links"]["self"]).status_code == 204
    assert house.get(job["links"]["self"]).status_code == 404
    assert len(house.events()) == 60


def test_it_is_no_job_of_files_and_those_are_none_of_these(house):
    job = house.done(table())
    assert house.get(f"/api/v1/jobs/{job['id']}").status_code == 404
    assert house.get("/api/v1/jobs").json["jobs"] == []
    scored = house.client.post(
        "/api/v1/models/binary/jobs", data=b"income,debt,shoe_size,region\n1,2,40,south\n", content_type="text/csv"
    )
    assert house.get(f"/api/v1/outcomes/jobs/{scored.json['id']}").status_code == 404


@pytest.mark.parametrize(
    ("query", "kind", "words"),
    [("", "text/csv", "names no model"), ("model=binary", "image/png", "image/png"), ("model=no", "text/csv", "no")],
)
def test_what_cannot_be_a_job_is_refused_at_once(house, query, kind, words):
    sent = house.client.post(f"/api/v1/outcomes/jobs?{query}", data=b"record,value\n", content_type=kind)
    assert sent.status_code in (400, 404, 415)
    assert words in sent.text


def test_a_result_is_there_when_the_job_is_done(house):
    sent = house.send(table())
    answered = house.get(f"/api/v1/outcomes/jobs/{sent.json['id']}/result")
    assert answered.status_code == 409
    assert "not done" in answered.text


def test_the_senders_permissions_hold_when_the_lines_are_read(tmp_path, monkeypatch):
    """Of another model than its own a key is refused by line, and of all where it was ended meanwhile."""
    house = House(tmp_path, monkeypatch, auth="password")
    small_model("multiclass", tmp_path / "models")
    key = house.key("binary")
    body = "model,record,value\nbinary,K-1,1\nmulticlass,K-2,1\n,K-3,0\n"
    job = house.done(body)
    assert (job["stored"], job["errors"]) == (2, 1)
    assert [each["state"] for each in house.lines(job)] == ["stored", "refused", "stored"]
    assert {each.by for each in house.events()} == {f"key {key.name} ({key.id})"}
    assert events_of(house.store.outcomes, "multiclass") == []
    sent = house.send(body)
    house.store.api_keys.end(key.id, 1.0)
    house.work()
    assert len(house.events()) == 2
    assert house.store.jobs.get(sent.json["id"]).refused == 3


def test_jobs_of_others_are_seen_by_those_who_work_on_files_only(tmp_path, monkeypatch):
    house = House(tmp_path, monkeypatch, auth="password")
    house.key("binary")
    job = house.done(table(2))
    house.key(scopes=("outcomes",))
    assert house.get(job["links"]["self"]).status_code == 404
    assert house.get(job["links"]["result"]).status_code == 404
    house.key(scopes=("outcomes", "score"))
    assert house.get(job["links"]["self"]).status_code == 200
    assert house.store.jobs.get(job["id"]).kind == OUTCOMES


def test_a_request_of_too_many_lines_names_the_job_and_stores_nothing(house):
    sent = house.client.post("/api/v1/outcomes?model=binary", data=table(1_001).encode(), content_type="text/csv")
    assert sent.status_code == 413
    assert "POST /api/v1/outcomes/jobs" in sent.json["error"]["hint"]
    assert house.events() == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_erased_record_goes_with_the_tables_that_name_it(house, encoding):
    """Of a table that waits it is said; of one that is over the file and the result are removed, and others stay."""
    files = Files(house.settings.files_url)
    eraser = Eraser(open_service(house.settings.models_folder), house.store, files)
    other = house.done(table(5))
    sent = house.send((table(8) + "Zoë-1,1,\n").encode(encoding)).json
    (waits,) = eraser.look("Zoë-1").places
    assert (waits.erase, "waiting" in waits.fate) == (None, True)
    house.work()
    report = eraser.look("Zoë-1")
    assert sorted(each.times for each in report.places) == [1, 1]
    eraser.erase(report)
    assert eraser.look("Zoë-1").places == ()
    assert house.get(sent["links"]["self"]).status_code == 404
    assert house.get(other["links"]["result"]).status_code == 200
    assert [each.record for each in house.events() if "Zoë" in each.record] == []
    assert len(house.events()) == 14
