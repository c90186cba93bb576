"""Decisions of jobs beside others: outcomes told of them, the setting that records none, erasure, and bad wishes."""

from __future__ import annotations

import io
import json

import pytest

from feedback.results.model_results import ModelResults
from feedback.training.rows import outcome_rows
from jobs.__main__ import _open
from jobs.retention.erase import Eraser
from jobs.work import chunks as doing
from tests.job_decisions import BAD, CHUNK_RECORDS, ROWS, House, frame, ids, shop_of, table
from tests.stored import events_of
from tests.unit.test_store import url  # noqa: F401 - the fixture of both databases


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return shop_of(tmp_path_factory.mktemp("models"))


@pytest.fixture
def house(models, tmp_path, url, monkeypatch):  # noqa: F811
    monkeypatch.setattr(doing, "RECORDS", CHUNK_RECORDS)
    monkeypatch.setattr("services.LocalRunner.wake", lambda *_: None)
    return House(models, tmp_path, url)


def test_where_nothing_is_recorded_such_a_job_is_refused_at_once(models, tmp_path, monkeypatch):
    monkeypatch.setattr("services.LocalRunner.wake", lambda *_: None)
    house = House(models, tmp_path, f"sqlite:///{tmp_path / 'likely.db'}", DECISIONS="off")
    refused = house.send(table())
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "decisions_off")
    assert "DECISIONS" in refused.json["error"]["hint"]
    assert house.client.get("/api/v1/jobs").json["jobs"] == []
    assert house.done(table(), "")["state"] == "done"


def test_a_worker_that_records_nothing_fails_the_job_in_words(house):
    sent = house.send(table()).json
    house.work(decisions="off")
    job = house.client.get(sent["links"]["self"]).json
    assert job["state"] == "failed"
    assert "Decisions are not recorded here" in job["message"]
    assert house.stored() == {}


def test_values_are_not_kept_where_the_setting_says_so(models, tmp_path, monkeypatch):
    monkeypatch.setattr("services.LocalRunner.wake", lambda *_: None)
    house = House(models, tmp_path, f"sqlite:///{tmp_path / 'likely.db'}", DECISION_VALUES="none")
    job = house.done(table())
    assert [each["decision"] for each in house.lines(job)] == ids(job)
    assert {each.sealed for each in house.stored().values()} == {None}


def test_a_held_file_has_none_and_a_key_covers_the_wish(house):
    refused = house.send(table(), "decisions=true&held=true")
    assert (refused.status_code, refused.json["error"]["code"]) == (400, "unreadable")
    first = house.send(table(), "decisions=true", **{"Idempotency-Key": "k"})
    again = house.send(table(), "decisions=true", **{"Idempotency-Key": "k"})
    assert (again.headers["Idempotency-Replayed"], again.json["id"]) == ("true", first.json["id"])
    other = house.send(table(), "", **{"Idempotency-Key": "k"})
    assert (other.status_code, other.json["error"]["code"]) == (409, "key_taken")
    assert "decisions" in other.json["error"]["message"]


def test_a_form_may_ask_for_it_too(house):
    sent = house.client.post(
        "/api/v1/models/shop/jobs",
        data={"decisions": "true", "file": (io.BytesIO(table().encode()), "people.csv")},
    )
    assert sent.status_code == 202, sent.text
    house.work()
    assert [each["decision"] for each in house.lines(sent.json)] == ids(sent.json)


def test_outcomes_are_told_by_these_ids_as_json_and_as_the_result_with_a_column_more(house):
    job = house.done(table())
    marks = [each for each in ids(job) if each]
    house.tell(json.dumps({"decision": marks[3], "value": 1, "outcome": "true"}))
    body = "decision,value,outcome\n" + "".join(f"{mark},{at % 2},true\n" for at, mark in enumerate(marks[10:20]))
    house.tell(body, "text/csv")
    came = {each.decision.id: each.came["true"].value for each in house.came()}
    assert came == {marks[3]: 1.0, **{mark: float(at % 2) for at, mark in enumerate(marks[10:20])}}
    told = {each.record for each in events_of(house.store.outcomes, "shop")}
    assert told == {"C-3", *(f"C-{at}" for at in range(10, 20))}  # the decision tells whose it is
    rows = list(outcome_rows(house.feedback, house.service.model("shop"), 4e9))
    known = {mark: {"true": bool(value), "false": not value} for mark, value in came.items()}
    assert {each.decision: each.came for each in rows} == known
    assert all(each.values["customer"] == each.record for each in rows)


def test_an_outcome_of_a_record_stays_with_the_answer_that_people_saw(house):
    record = frame().drop(columns="name").to_dict("records")[7]
    answered = house.client.post("/api/v1/models/shop/predict", json=[record])
    asked = f"{answered.headers['Decision-Id']}-0"
    job = house.done(table())
    marks = ids(job)
    house.tell(json.dumps({"decision": asked, "kind": "contacted", "value": 1}))  # which moves it to the store
    house.tell(json.dumps([{"model": "shop", "record": f"C-{at}", "value": 1, "outcome": "true"} for at in (7, 8)]))
    assert {each.decision.id for each in house.came()} == {asked, marks[8]}


def test_an_erased_record_leaves_no_trace_in_decisions_nor_in_the_result(house):
    job = house.done(table())
    mark = ids(job)[7]
    house.tell(json.dumps({"decision": mark, "value": 1, "outcome": "true"}))
    eraser = Eraser(house.service, house.store, house.files)
    eraser.erase(eraser.look("C-7", ["shop"]))
    made = house.stored()[mark]
    assert (made.sealed, made.record[:7]) == (None, "erased-")
    assert len(house.stored()) == ROWS - 1  # what is counted stays
    lines = house.lines(job)
    assert [each["decision"] for each in lines] == ["" if at in (7, BAD) else mark for at, mark in enumerate(ids(job))]
    assert not any("C-7" in each.values() for each in lines)
    assert [each.came["true"].value for each in house.came()] == [1.0]


def test_they_are_judged_and_not_taken_for_answers_that_somebody_read(house):
    marks = ids(house.done(table()))
    house.tell(json.dumps([{"decision": mark, "value": 1, "outcome": "true"} for mark in marks[:20]]))
    found = ModelResults(house.feedback).of("shop", "true")
    assert found["records"]["counted"] == found["right"]["outcomes"] == 20
    assert (found["used"]["decisions"], found["used"]["noted"]) == (0, 0)
    assert house.store.outcomes.decisions.latest(house.service.model("shop").key, 1_000) == []  # nor for a sample


def test_workers_know_the_cut_offs_that_people_chose(house):
    house.store.set_cutoff("shop", "true", 0.125, reason="a test", before=0.5)
    _, _, worker = _open(house.settings, lambda: False)
    assert worker.service.cut_offs(worker.service.model("shop"))["true"] == 0.125
    job = house.done(table())
    assert {each.cut_offs["true"] for each in house.stored().values()} == {0.125}
    assert job["state"] == "done"
