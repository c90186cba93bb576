"""Decisions of the API are recorded and joined with what came of them."""

import json

import numpy as np
import pytest
from werkzeug.test import Client

from api.v1 import explanations
from app import create_server
from feedback.joined import events_in_force, join
from feedback.sealing import Sealer, new_key
from jobs.worker import Worker
from ml.service import open_service
from settings import Settings
from store.db import open_store
from store.files import Files
from store.outcome_records import CALL_BACK, CAMPAIGN, CONTACTED, CORRECTION, JOB, OUTCOME, VOID, Decision, Event
from tests.small import small_model
from tests.stored import decisions_of, events_of


@pytest.fixture
def home(tmp_path):
    small_model("binary", tmp_path / "models")
    return tmp_path


def served(home, **more):
    environ = {"MODELS_DIR": str(home / "models"), "VAR_DIR": str(home), "AUTH": "none"} | more
    server = create_server(Settings.from_environ(environ))
    mover = server.extensions.get("likely-mover")
    if mover:
        mover.move()
    return Client(server), mover, open_store(f"sqlite:///{home / 'likely.db'}").outcomes


@pytest.fixture
def service(home):
    return served(home)


RECORD = {"income": 50.25, "debt": 3.75, "shoe_size": 41, "region": "south"}
DOORS = {
    "/api/v1/models/binary/predict": RECORD,
    "/api/v1/models/binary/predict?explain=true": RECORD,
    "/api/v1/models/binary/predict?blanks=allow": {"income": 50.25},
    "/binary/predict": RECORD,
    "/predict": RECORD,
    "/invocations": {"dataframe_records": [RECORD]},
    "/v1/models/binary:predict": {"instances": [RECORD]},
    "/score": {"data": [RECORD]},
    "/v2/models/binary/infer": {
        "inputs": [
            {"name": name, "shape": [1], "datatype": "BYTES" if isinstance(value, str) else "FP64", "data": [value]}
            for name, value in RECORD.items()
        ]
    },
}


def predict(client, records, path="/api/v1/models/binary/predict"):
    answered = client.post(path, json=records)
    assert answered.status_code == 200, answered.text
    return answered


def files_of(home):
    return Files(str((home / "files").resolve()))


def tell(client, told):
    return client.post("/api/v1/outcomes", json=told)


@pytest.mark.parametrize("path", DOORS)
def test_every_door_of_the_api_names_its_decision_and_keeps_what_it_said(service, path):
    client, mover, tables = service
    answered = predict(client, DOORS[path], path)
    mark = answered.headers["Decision-Id"]
    assert mover.move()
    (kept,) = decisions_of(tables, "binary")
    assert kept.id == f"{mark}-0"
    assert kept.model == answered.headers.get("X-Model", kept.model)
    plain = predict(client, RECORD).json["predictions"][0]["probabilities"]
    if "allow" not in path:
        assert kept.probabilities == pytest.approx(plain, abs=1e-12)
    values = mover._sealer.open(kept.sealed, kept.id)
    assert values["income"] == 50.25
    assert "50.25" not in kept.sealed


@pytest.mark.parametrize("path", DOORS)
def test_whole_numbers_beyond_64_bits_are_scored_and_kept(service, path):
    client, mover, tables = service
    body = json.loads(json.dumps(DOORS[path]).replace("50.25", str(10**30)))
    predict(client, body, path)
    assert mover.move()
    (kept,) = decisions_of(tables, "binary")
    assert mover._sealer.open(kept.sealed, kept.id)["income"] == 1e30


def test_records_of_one_answer_are_decisions_in_their_order(service):
    client, mover, tables = service
    records = [RECORD | {"income": float(at)} for at in range(1_205)]
    answered = predict(client, records)
    mover.move()
    kept = {each.id: each for each in decisions_of(tables, "binary")}
    assert len(kept) == 1_205
    for at in (0, 999, 1_000, 1_204):
        found = kept[f"{answered.headers['Decision-Id']}-{at}"]
        assert found.probabilities == answered.json["predictions"][at]["probabilities"]
        assert mover._sealer.open(found.sealed, found.id)["income"] == float(at)


def test_an_answer_that_comes_later_names_its_decisions_whenever_it_is_fetched(home):
    client, mover, tables = served(home)
    records = [RECORD | {"income": 20.0 + at} for at in range(8)]
    with explanations._one_at_a_time:  # another request's records are being explained
        accepted = client.post("/api/v1/models/binary/predict?explain=true", json=records)
    assert accepted.status_code == 202
    assert "Decision-Id" not in accepted.headers
    place = accepted.headers["Location"]
    worker = Worker(open_service(home / "models"), open_store(f"sqlite:///{home / 'likely.db'}").jobs, files_of(home))
    while worker.step():
        pass
    first, second = client.get(place), client.get(place)
    assert first.status_code == 200
    mark = first.headers["Decision-Id"]
    assert second.headers["Decision-Id"] == mark
    mover.move()
    kept = {each.id: each for each in decisions_of(tables, "binary")}
    assert sorted(kept) == sorted(f"{mark}-{at}" for at in range(8))
    for at, each in enumerate(first.json["predictions"]):
        assert kept[f"{mark}-{at}"].probabilities == each["probabilities"]
        assert mover._sealer.open(kept[f"{mark}-{at}"].sealed, f"{mark}-{at}") == records[at]


def test_what_was_refused_or_is_only_looked_at_is_no_decision(service):
    client, mover, tables = service
    refused = client.post("/api/v1/models/binary/predict", json=RECORD | {"income": "x"})
    assert refused.status_code == 422
    assert "Decision-Id" not in refused.headers
    shown = client.get("/binary", query_string=RECORD)
    assert shown.status_code == 200
    mover.move()
    assert decisions_of(tables, "binary") == []


def test_records_of_a_job_are_no_decisions(service, home, monkeypatch):
    client, mover, tables = service
    monkeypatch.setattr("services.LocalRunner.wake", lambda *_: None)
    table = "income,debt,shoe_size,region\n50.25,3.75,41,south\n"
    sent = client.post("/api/v1/models/binary/jobs", data=table, content_type="text/csv")
    assert sent.status_code == 202, sent.text
    worker = Worker(open_service(home / "models"), open_store(f"sqlite:///{home / 'likely.db'}").jobs, files_of(home))
    while worker.step():
        pass
    scored = client.get(f"{sent.headers['Location']}/result")
    assert scored.status_code == 200, scored.text
    assert scored.text.count("\n") == 2
    for each in (sent, scored):
        assert "Decision-Id" not in each.headers
    assert mover.move()
    assert decisions_of(tables, "binary") == []


def test_decisions_may_be_off_and_values_may_be_left_out(home):
    client, mover, tables = served(home, DECISIONS="off")
    assert mover is None
    assert "Decision-Id" not in predict(client, RECORD).headers
    client, mover, tables = served(home, DECISION_VALUES="none")
    mark = predict(client, RECORD).headers["Decision-Id"]
    mover.move()
    assert tables.decisions.get(f"{mark}-0").sealed is None


def test_a_database_that_is_away_costs_no_prediction_and_no_decision(home):
    client, mover, tables = served(home, DATABASE_URL="postgresql://127.0.0.1:1/none")
    marks = [predict(client, RECORD).headers["Decision-Id"] for _ in range(3)]
    assert not mover.move()
    mover._spool.close()  # as at the end of its process
    _, again, tables = served(home)
    assert again.move()
    assert [each.id for each in decisions_of(tables, "binary")] == [f"{mark}-0" for mark in marks]


def test_a_disk_that_is_full_is_said_once_and_predictions_go_on(service, monkeypatch, caplog):
    client, _, _ = service
    monkeypatch.setattr("feedback.spool.os.write", lambda *_: 0)
    for _ in range(3):
        assert "Decision-Id" not in predict(client, RECORD).headers
    assert caplog.text.count("cannot be recorded") == 1


def test_an_outcome_is_told_by_the_decision_and_joined_at_once(service):
    client, mover, tables = service
    mark = predict(client, RECORD).headers["Decision-Id"] + "-0"
    told = tell(client, {"decision": mark, "value": 1, "note": "rang twice", "happened": "2026-03-01T10:00:00+01:00"})
    assert told.status_code == 200
    event = tables.events.get(told.json["stored"][0]["id"])
    assert (event.model, event.kind, event.value, event.decision) == ("binary", OUTCOME, 1.0, mark)
    assert event.happened == 1772355600.0
    assert "rang" not in event.note
    assert mover._sealer.open(event.note, event.id) == "rang twice"
    assert event.outcome in tables.decisions.get(mark).probabilities


def test_one_key_is_one_outcome(service):
    client, _, tables = service
    told = {"model": "binary", "record": "K-1", "value": 0, "key": "order 1"}
    first, second = tell(client, told).json, tell(client, told | {"value": 1}).json
    assert first == second
    assert len(events_of(tables, "binary")) == 1


def test_outcomes_come_as_csv(service):
    client, _, tables = service
    body = "model;record;kind;value;happened\nbinary;K-1;outcome;yes;2026-03-01\nbinary;K-2;contacted;0;\n"
    told = client.post("/api/v1/outcomes", data=body.replace(";", ","), content_type="text/csv")
    assert told.status_code == 200, told.text
    assert [(each.record, each.kind, each.value, each.door) for each in events_of(tables, "binary")] == [
        ("K-1", OUTCOME, 1.0, "file"),
        ("K-2", CONTACTED, 0.0, "file"),
    ]


BAD = [
    ({}, "Neither a decision nor a record"),
    ({"value": 1}, "Neither a decision nor a record"),
    ({"record": "K-1", "value": 1}, "but no model"),
    ({"model": "binary", "value": 1}, "Neither a decision nor a record"),
    ({"model": "binary", "record": "K", "value": 2}, "value is 2"),
    ({"model": "binary", "record": "K"}, "accepted: 1"),
    ({"model": "binary", "record": "K", "value": 1, "outcome": "rain"}, "this model has"),
    ({"model": "binary", "record": "K", "value": 1, "kind": "sold"}, "kind is 'sold'"),
    ({"model": "binary", "record": "K", "kind": "void"}, "refers"),
    ({"model": "binary", "record": "K", "value": 1, "strange": 1}, "strange"),
    ({"model": "binary", "record": "K", "value": 1, "happened": "yesterday"}, "happened is 'yesterday'"),
    ({"model": "nothing", "record": "K", "value": 1}, "nothing"),
    ({"decision": "x-0", "value": 1}, "x-0"),
    ({"model": "binary", "record": "K", "value": 1, "happened": "2999-01-01"}, "still to come"),
]


@pytest.mark.parametrize(("told", "words"), BAD)
def test_what_cannot_be_an_outcome_is_refused_in_words_and_nothing_is_stored(service, told, words):
    client, _, tables = service
    answered = tell(client, [{"model": "binary", "record": "K", "value": 1}, told])
    assert answered.status_code in (404, 422), answered.text
    assert words in answered.text
    assert events_of(tables, "binary") == []


def test_sealed_values_open_for_their_own_row_and_key_only():
    key = new_key()
    sealer = Sealer(lambda: key)
    sealed = sealer.seal({"a": 1}, "row")
    assert sealer.open(sealed, "row") == {"a": 1}
    assert sealer.open(sealed, "other row") is None
    assert Sealer(new_key).open(sealed, "row") is None
    assert sealer.open(sealed[:-8] + "AAAAAAA=", "row") is None
    assert sealer.seal({"a": 1}, "row") != sealed


# ---- joined ----------------------------------------------------------------------------------------


def decision(mark, record="", made=0.0, **more):
    return Decision(mark, "loan@3f9a1c2b", record, made=made, **more)


def event(mark, kind=OUTCOME, **more):
    return Event(mark, "loan", kind, **({"outcome": "Y", "value": 1.0} | more))


def came(decisions, told):
    return {
        each.decision.id: {name: found.value for name, found in each.came.items()} for each in join(decisions, told)
    }


def test_an_event_goes_to_its_decision_else_to_the_last_one_before_it():
    decisions = [decision("a", "K", 10), decision("b", "K", 20), decision("c", "L", 15), decision("d")]
    told = [
        event("1", record="K", happened=19, value=0.0),
        event("2", record="K", happened=20),
        event("3", record="K", happened=9),  # before all of them: kept, and joined with none
        event("4", decision="d"),
        event("5", decision="of another model"),
        event("6"),
    ]
    assert came(decisions, told) == {"a": {"Y": 0.0}, "b": {"Y": 1.0}, "c": {}, "d": {"Y": 1.0}}


def test_an_outcome_that_comes_before_its_decision_is_joined_once_that_is_there():
    told = [event("1", record="K", happened=30)]
    assert came([], told) == {}
    assert came([decision("a", "K", 10)], told) == {"a": {"Y": 1.0}}


def test_the_last_that_became_known_counts_and_what_was_taken_back_does_not():
    told = [event("1", decision="a", value=0.0), event("2", decision="a"), event("3", VOID, refers="2")]
    assert came([decision("a")], told) == {"a": {"Y": 0.0}}
    assert came([decision("a")], [*told, event("4", VOID, refers="1")]) == {"a": {}}


def test_a_correction_changes_its_event_and_a_void_of_it_brings_back_what_stood_before():
    first, corrected = event("1", decision="a", value=0.0), event("2", CORRECTION, refers="1", outcome="")
    again = event("3", CORRECTION, refers="2", value=0.0, reason="typing error")
    assert [each.value for each in events_in_force([first, corrected])] == [1.0]
    assert [each.outcome for each in events_in_force([first, corrected])] == ["Y"]
    assert [each.value for each in events_in_force([first, corrected, again])] == [0.0]
    assert [each.value for each in events_in_force([first, corrected, again, event("4", VOID, refers="3")])] == [1.0]


def test_corrections_that_refer_to_each_other_end():
    assert events_in_force([event("1", CORRECTION, refers="2"), event("2", CORRECTION, refers="1")]) == []


def test_what_came_of_somebody_on_a_list_counts_for_the_list_too():
    listed = decision("list-1", "K", 10, door=CAMPAIGN, group="call", campaign="list")
    opened = decision("p", "K", 20, group="call", campaign="list")
    kept_back = decision("list-2", "L", 10, door=CAMPAIGN, group="control", campaign="list")
    told = [event("1", decision="p", happened=21), event("2", record="L", happened=12, value=0.0)]
    found = {each.decision.id: each for each in join([listed, kept_back, opened], told)}
    assert {mark: [of.value for of in each.came.values()] for mark, each in found.items()} == {
        "list-1": [1.0], "list-2": [0.0], "p": [1.0],
    }  # fmt: skip
    assert {mark: each.counted_at for mark, each in found.items()} == {"list-1": "p", "list-2": "", "p": ""}


def test_contacts_and_call_backs_are_joined_beside_outcomes():
    told = [event("1", CONTACTED, decision="a", value=0.0), event("2", CALL_BACK, decision="a", due=9.0, value=None)]
    (found,) = join(
        [
            decision("a"),
        ],
        told,
    )
    assert [each.id for each in found.contacts] == ["1"]
    assert [each.due for each in found.call_backs] == [9.0]
    assert found.came == {}
    assert found.is_noted


def test_joining_equals_a_search_by_brute_force():
    """Of random decisions and events, each event is looked for among all decisions one by one."""
    draw = np.random.default_rng(5)
    decisions = [decision(f"d{at}", draw.choice(["", "K", "L", "M"]), float(at // 2)) for at in range(60)]
    told = [
        event(
            f"e{at}", record=draw.choice(["K", "L", "M", "N"]), happened=float(draw.integers(-2, 35)), value=float(at)
        )
        for at in range(80)
    ]
    expected = {each.id: {} for each in decisions}
    for each in told:
        before = [one for one in decisions if one.record == each.record and one.made <= each.happened]
        if before:
            expected[before[-1].id] = {"Y": each.value}
    assert came(decisions, told) == expected


def test_an_outcome_of_a_record_goes_to_one_of_a_job_only_where_nobody_else_was_answered():
    answered, later = decision("a", "K", 10), decision("b", "K", 30, door=CAMPAIGN, group="call", campaign="list")
    scored = [
        decision(f"job-{at}", record, made, door=JOB)
        for at, (record, made) in enumerate([("K", 5), ("K", 20), ("L", 20)])
    ]
    told = [
        event("before", record="K", happened=7),  # nobody else was answered yet
        event("seen", record="K", happened=25),
        event("listed", record="K", happened=35),
        event("only", record="L", happened=25),
        event("too early", record="L", happened=19),
        event("named", decision="job-1", happened=40),
    ]
    joined = join(sorted([answered, later, *scored], key=lambda each: each.made), told)
    found = {each.decision.id: [of.id for of in each.outcome_events] for each in joined}
    assert found == {
        "job-0": ["before"], "a": ["seen"], "job-1": ["named"], "job-2": ["only"], "b": ["listed", "named"],
    }  # fmt: skip
