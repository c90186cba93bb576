"""What told events refer to: it has to be there and of the model, is looked up in few statements, and is inherited."""

from __future__ import annotations

import json
import shutil

import pytest
from werkzeug.test import Client

from app import create_server
from auth.caller import Request, caller_of_person, use_request
from auth.permissions import Permission
from feedback.check_event import check_event
from feedback.errors import BadEvent
from feedback.joined import events_in_force
from feedback.service import Feedback
from settings import Settings
from store.accounts.account_records import Person
from store.db import open_store
from store.outcome_records import CORRECTION, OUTCOME, VOID, Event
from tests.small import small_model, small_service
from tests.stored import events_of

MANY = 600


@pytest.fixture
def service(tmp_path):
    small_model("binary", tmp_path / "models")
    shutil.copytree(tmp_path / "models" / "binary", tmp_path / "models" / "other")
    server = create_server(Settings.from_environ({"MODELS_DIR": str(tmp_path / "models"), "VAR_DIR": str(tmp_path)}))
    server.extensions["likely-mover"].move()
    return Client(server), server.extensions["likely-mover"], open_store(f"sqlite:///{tmp_path / 'likely.db'}").outcomes


def tell(client, told, status=200):
    answered = client.post("/api/v1/outcomes", json=told)
    assert answered.status_code == status, answered.text
    return answered.json


def all_of(tables, model="binary"):
    return events_of(tables, model)


@pytest.mark.parametrize("kind", ["void", "correction"])
@pytest.mark.parametrize("model", ["binary", "other"])
def test_only_an_event_of_the_model_is_corrected_or_taken_back(service, kind, model):
    client, _, tables = service
    ((first),) = tell(client, {"model": "binary", "record": "K-1", "value": 1})["stored"]
    value = {"value": 0} if kind == "correction" else {}
    refers = "nothing" if model == "binary" else first["id"]
    told = {"model": model, "record": "K-1", "kind": kind, "refers": refers, **value}
    assert "refers" in tell(client, told, 422)["error"]["hint"]
    assert [each.id for each in all_of(tables)] == [first["id"]]
    assert all_of(tables, "other") == []


def test_what_corrects_an_event_is_about_the_same_record_so_it_is_found_and_erased_with_it(service):
    client, _, tables = service
    (first,) = tell(client, {"model": "binary", "record": "K-1", "value": 1})["stored"]
    tell(client, {"kind": "correction", "refers": first["id"], "value": 0, "note": "said by K's wife"})
    told = [each for each in events_of(tables, "binary") if each.record == "K-1"]
    assert [each.kind for each in told] == ["outcome", "correction"]
    assert [each.value for each in events_in_force(told)] == [0.0]
    tables.erasure.erase("binary", "K-1")
    assert [each.note for each in all_of(tables)] == ["", ""]
    assert not any("K-1" in json.dumps(vars(each)) for each in all_of(tables))


@pytest.mark.parametrize("other", [{"model": "other"}, {"record": "K-2"}, {"kind": "contacted"}])
def test_a_key_that_came_with_another_event_is_refused_and_stores_nothing_of_the_request(service, other):
    client, _, tables = service
    told = {"model": "binary", "record": "K-1\0", "value": 1, "key": "order\0 1"}
    first = tell(client, told)
    assert tell(client, told) == first
    refused = tell(client, [{"model": "binary", "record": "K-9", "value": 1}, told | other], 422)["error"]
    assert "came before, with another event" in refused["message"]
    tell(client, [told | {"key": "new"}, told | other | {"key": "new"}], 422)
    assert len(all_of(tables)) == 1
    assert all_of(tables, "other") == []


@pytest.mark.parametrize("form", ["json", "csv"])
def test_decisions_of_many_events_are_looked_up_at_once(service, form, monkeypatch):
    client, mover, tables = service
    record = {"income": 50.25, "debt": 3.75, "shoe_size": 41, "region": "south"}
    answered = client.post("/api/v1/models/binary/predict", json=[record] * MANY)
    marks = [f"{answered.headers['Decision-Id']}-{at}" for at in range(MANY)]
    asked, moved = [], []
    monkeypatch.setattr(type(tables.decisions), "get", lambda _, mark: asked.append(mark))
    move = mover.move
    monkeypatch.setattr(mover, "_on_decisions", lambda some: moved.append(len(some)))
    if form == "json":
        tell(client, [{"decision": mark, "value": 1} for mark in marks])
    else:
        table = "decision,value\n" + "".join(f"{mark},1\n" for mark in marks)
        assert client.post("/api/v1/outcomes", data=table, content_type="text/csv").status_code == 200
    assert asked == []
    assert sum(moved) in (0, MANY)  # the thread may have been quicker
    assert move()
    assert {each.decision for each in all_of(tables)} == set(marks)


@pytest.mark.parametrize("form", ["json", "csv"])
def test_the_first_event_after_an_outage_is_stored(service, form, monkeypatch):
    client, mover, tables = service
    monkeypatch.setattr(mover, "move", lambda: True)  # else its thread may have been the one who may try
    breaker = mover._store._breaker
    breaker.failed(OSError("away"))
    monkeypatch.setattr(breaker, "_next_trial", 0.0)  # its time is over: one caller may try
    if form == "json":
        tell(client, {"model": "binary", "record": "K-1", "value": 1})
    else:
        path, table = "/api/v1/outcomes?model=binary", "record,value\nK-1,1\n"
        assert client.post(path, data=table, content_type="text/csv").status_code == 200
    assert not breaker.is_open
    assert len(all_of(tables)) == 1


def test_decisions_that_are_not_there_are_waited_for_once(service, monkeypatch):
    client, _, _ = service
    drained = []
    monkeypatch.setattr("feedback.spool.Spool.drain", lambda *_: drained.append(1))
    told = [{"decision": f"{at:024x}-0", "value": 1} for at in range(MANY)]
    assert len(tell(client, told, 422)["error"]["problems"]) > 1
    assert len(drained) < 20  # one of the request, and those of the thread meanwhile


def test_a_person_changes_what_they_told_and_a_manager_what_anybody_did(tmp_path):
    service = small_service(tmp_path / "models", "binary")
    feedback = Feedback(service, open_store(f"sqlite:///{tmp_path / 'likely.db'}"), None)
    outcome = service.model("binary").outcomes.positive

    def tell(name, role, kind, refers=""):
        with use_request(Request(caller_of_person(Person(name, name, role)), Permission.OUTCOMES)):
            made = Event(f"{name}-{kind}", "binary", kind, record="K-1", outcome=outcome, value=1.0, refers=refers)
            return feedback.note_all([feedback.checked(feedback.referring(made) if refers else made)])[0]

    told = tell("ann", "seller", OUTCOME)
    for kind in (CORRECTION, VOID):
        with pytest.raises(BadEvent, match="somebody else"):
            tell("bob", "seller", kind, told.id)
    assert tell("ann", "seller", CORRECTION, told.id).refers == told.id
    assert tell("root", "manager", VOID, told.id).refers == told.id


def test_no_message_names_the_outcomes_of_a_model_that_is_gone():
    told = Event("e1", "gone", OUTCOME, record="K-1", outcome="", value=1.0)
    with pytest.raises(BadEvent) as raised:
        check_event(told, ())
    assert (raised.value.message, raised.value.hint) == ("No outcome was named.", "")
    with pytest.raises(BadEvent) as raised:
        check_event(told, ("Y", "N"))
    assert raised.value.hint == "This model has Y, N."
