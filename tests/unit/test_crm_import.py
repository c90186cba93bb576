"""Exports of CRMs are outcomes: each deal once, its changes as corrections, open deals as nothing."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy import delete
from werkzeug.test import Client

from app import create_server
from feedback.joined import join
from feedback.outcome_import.moments import moment_of
from feedback.outcome_import.source_row import root_of
from ml.lifecycle.state import live_of
from settings import Settings
from store import outcome_tables
from store.db import open_store
from store.outcome_records import CORRECTION, OUTCOME, VOID, Decision, Event
from store.outcomes.events import EventTable
from tests.small import small_model
from tests.stored import decisions_of, events_of

NOON = 1_772_366_400.0  # 2026-03-01 12:00 UTC
DAY = 86_400.0


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    home = tmp_path_factory.mktemp("crm")
    small_model("binary", home / "models")
    environ = {"MODELS_DIR": str(home / "models"), "VAR_DIR": str(home), "AUTH": "none"}
    key = f"binary@{live_of(home / 'models', 'binary')}"
    return Client(create_server(Settings.from_environ(environ))), open_store(f"sqlite:///{home / 'likely.db'}"), key


@pytest.fixture
def served(opened):
    """A service whose tables hold five decisions and nothing else."""
    client, store, key = opened
    tables = store.outcomes
    tables.decisions.append([])  # opened
    with tables.engine().begin() as connection:
        connection.execute(delete(outcome_tables.events))
        connection.execute(delete(outcome_tables.decisions))
    marks = [Decision(f"d{at}", key, f"K-{at}", made=NOON, probabilities={"yes": 0.5}) for at in range(1, 6)]
    tables.decisions.append(marks)
    return client, tables


def send(client, body, query="model=binary", kind="text/csv"):
    body = body if isinstance(body, bytes) else body.encode()
    return client.post(f"/api/v1/outcomes?{query}", data=body, content_type=kind)


def told(client, body, query="model=binary"):
    answered = send(client, body, query)
    assert answered.status_code == 200, answered.text
    found = answered.json
    return len(found["stored"]), found["known"], found["open"]


def came(tables):
    """By record, what is known to have come of it."""
    joined = join(decisions_of(tables, "binary"), events_of(tables, "binary"))
    return {each.decision.record: [found.value for found in each.came.values()] for each in joined if each.came}


def kinds(tables):
    return [each.kind for each in events_of(tables, "binary")]


SALESFORCE = (
    "Id,Name,AccountId,StageName,Amount,CloseDate,IsClosed,IsWon,LastModifiedDate\n"
    "0061,One,K-1,Closed Won,12.5,2026-03-01,true,true,2026-03-01T15:00:00.000+0000\n"
    "0062,Two,K-2,Closed Lost,,2026-03-02,true,false,2026-03-02T09:00:00.000Z\n"
    "0063,Three,K-3,Negotiation/Review,,2026-09-30,false,false,2026-03-02T09:00:00.000Z\n"
)
DYNAMICS = (
    "(Do Not Modify) Opportunity;(Do Not Modify) Row Checksum;(Do Not Modify) Modified On;Topic;Potential Customer;"
    "Status;Actual Close Date\r\n"
    "a1;x;01.03.2026 16:00;Müller;K-1;Won;01.03.2026\r\n"
    "a2;x;13.03.2026 09:00;Öz;K-2;Lost;13.03.2026\r\n"
    "a3;x;13.03.2026 09:00;Ärzte;K-3;Open;\r\n"
)
WEB_API = (
    "opportunityid,_customerid_value,statecode,actualclosedate,modifiedon\n"
    "b1,K-1,1,2026-03-01,2026-03-01T16:00:00Z\nb2,K-2,2,2026-03-02,2026-03-02T16:00:00Z\nb3,K-3,0,,2026-03-01T16:00:00Z\n"
)
HUBSPOT = (
    '"Record ID","Deal Name","Deal Stage","Close Date","Associated Company IDs","Last Modified Date"\n'
    '"91","One","Closed Won (Sales Pipeline)","2026-03-01 14:30","K-1","2026-03-01 14:31"\n'
    '"92","Two","closedlost","2026-03-02 10:00","K-2","2026-03-02 10:00"\n'
    '"93","Three","presentationscheduled","2026-09-30 10:00","K-3","2026-03-02 10:00"\n'
)


@pytest.mark.parametrize(
    ("body", "system"),
    [
        (SALESFORCE, "salesforce"),
        (SALESFORCE.replace(",IsClosed,IsWon", "").replace(",true,true", "").replace(",true,false", "")
         .replace(",false,false", ""), "salesforce"),
        (DYNAMICS.encode("cp1252"), "dynamics"),
        (DYNAMICS.encode("utf-8-sig"), "dynamics"),
        (DYNAMICS.replace(";", "\t").encode("utf-16"), "dynamics"),
        (WEB_API, "dynamics"),
        (HUBSPOT, "hubspot"),
    ],
)  # fmt: skip
def test_a_deal_that_was_won_came_one_that_was_lost_did_not_and_an_open_one_is_nothing(served, body, system):
    client, tables = served
    answered = send(client, body)
    assert answered.status_code == 200, answered.text
    assert answered.json["system"] == system
    assert (len(answered.json["stored"]), answered.json["known"], answered.json["open"]) == (2, 0, 1)
    assert sum(answered.json["open_stages"].values()) == 1
    assert came(tables) == {"K-1": [1.0], "K-2": [0.0]}
    assert told(client, body) == (0, 2, 1)
    assert kinds(tables) == [OUTCOME, OUTCOME]


def test_a_changed_stage_is_a_correction_and_an_older_file_changes_nothing(served):
    client, tables = served
    told(client, SALESFORCE)
    later = SALESFORCE.replace(
        "Closed Lost,,2026-03-02,true,false,2026-03-02T09", "Closed Won,,2026-03-02,true,true,2026-03-05T09"
    )
    assert told(client, later) == (1, 1, 1)
    assert kinds(tables) == [OUTCOME, OUTCOME, CORRECTION]
    assert came(tables) == {"K-1": [1.0], "K-2": [1.0]}
    assert told(client, later) == (0, 2, 1)
    assert told(client, SALESFORCE) == (0, 2, 1)
    assert came(tables)["K-2"] == [1.0]


def test_what_else_changed_of_a_deal_stores_nothing(served):
    client, tables = served
    told(client, SALESFORCE)
    assert told(client, SALESFORCE.replace("12.5", "99").replace("T15:00", "T17:00")) == (0, 2, 1)
    assert kinds(tables) == [OUTCOME, OUTCOME]


def test_a_deal_that_is_open_again_takes_its_outcome_back_and_may_come_again(served):
    client, tables = served
    told(client, HUBSPOT)
    opened = HUBSPOT.replace("closedlost", "qualifiedtobuy").replace("2026-03-02 10:00", "2026-03-08 10:00")
    assert told(client, opened) == (1, 1, 1)
    assert came(tables) == {"K-1": [1.0]}
    again = HUBSPOT.replace("closedlost", "closedwon").replace("2026-03-02 10:00", "2026-03-10 10:00")
    assert told(client, again) == (1, 1, 1)
    assert kinds(tables) == [OUTCOME, OUTCOME, VOID, OUTCOME]
    assert came(tables) == {"K-1": [1.0], "K-2": [1.0]}
    assert told(client, again) == (0, 2, 1)
    assert told(client, opened) == (0, 1, 2)
    lost = HUBSPOT.replace("2026-03-02 10:00", "2026-03-12 10:00")
    assert told(client, lost) == (1, 1, 1)
    assert came(tables) == {"K-1": [1.0], "K-2": [0.0]}


def test_without_a_time_of_change_the_last_file_counts(served):
    client, tables = served
    body = "Id,AccountId,StageName,CloseDate\n1,K-1,Closed Won,2026-03-01\n"
    assert told(client, body) == (1, 0, 0)
    for at, word in enumerate(("Lost", "Won", "Lost")):
        assert told(client, body.replace("Won", word)) == (1, 0, 0), at
        assert told(client, body.replace("Won", word)) == (0, 1, 0)
    assert came(tables) == {"K-1": [0.0]}


def test_what_a_person_took_back_later_stays_so_until_the_deal_changes(served):
    client, tables = served
    stored = send(client, SALESFORCE).json["stored"]
    client.post(
        "/api/v1/outcomes", json={"model": "binary", "record": "K-1", "kind": "void", "refers": stored[0]["id"]}
    )
    assert told(client, SALESFORCE) == (0, 2, 1)
    assert came(tables) == {"K-2": [0.0]}
    changed = SALESFORCE.replace("2026-03-01T15:00:00.000+0000", "2999-03-01T15:00:00.000+0000")
    assert told(client, changed) == (1, 1, 1)
    assert came(tables) == {"K-1": [1.0], "K-2": [0.0]}


def test_an_erased_record_does_not_come_back(served):
    client, tables = served
    told(client, SALESFORCE)
    tables.erasure.erase("binary", "K-1")
    changed = SALESFORCE.replace("T15:00", "T17:00").replace(
        "Closed Won,12.5,2026-03-01,true,true", "Closed Lost,1,2026-03-01,true,false"
    )
    assert told(client, changed) == (0, 2, 1)
    assert all(each.record != "K-1" for each in events_of(tables, "binary"))


def test_the_days_own_decisions_come_before_a_deal_of_that_day(served):
    client, tables = served
    body = "Id,AccountId,StageName,CloseDate\n1,K-1,Closed Won,{}\n"
    told(client, body.format("2026-03-01"))
    (event,) = events_of(tables, "binary")
    assert event.happened == NOON + DAY / 2 - 1
    assert came(tables) == {"K-1": [1.0]}
    told(client, body.format("2026-02-28").replace("\n1,", "\n2,").replace("K-1", "K-2"))
    assert came(tables) == {"K-1": [1.0]}  # closed before the decision: of another call


def test_deals_of_two_models_and_two_systems_are_not_mixed_up():
    roots = {root_of("ab", system, model, "1") for system in ("salesforce", "hubspot") for model in ("a", "b")}
    assert len(roots) == 4
    assert root_of("ab", "a", "b", "c") != root_of("ac", "a", "b", "c")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("0062,Two,K-2", "0062,Two,"), "names no record"),
        (("0062", ""), "no id"),
        (("0062,Two,K-2", "0062,Two,K-2;K-3"), "several records: 'K-2;K-3'"),
        (("2026-03-02,true", "soon,true"), "'soon' is not a date"),
        (("0062,Two", "0062,Two,Three"), "Cells in this line: 10; in the header: 9"),
    ],
)
def test_a_row_that_is_wrong_is_named_and_nothing_is_stored(served, change, words):
    client, tables = served
    answered = send(client, SALESFORCE.replace(*change))
    assert answered.status_code == 422, answered.text
    assert words in answered.text
    assert answered.json["error"]["problems"][0]["row"] == 1
    assert kinds(tables) == []


@pytest.mark.parametrize(
    ("body", "query", "words"),
    [
        ("Id,AccountId,StageName\n1,K,Won\n", "model=binary", "of salesforce, CloseDate are missing"),
        ("a,b\n1,2\n", "model=binary", "The columns are not those of an outcome"),
        (SALESFORCE, "", "The model is not named"),
        (SALESFORCE, "model=nothing", "nothing"),
        (SALESFORCE, "model=binary&as=pipedrive", "Accepted: plain, salesforce, dynamics, hubspot"),
        (SALESFORCE, "model=binary&as=hubspot", "of hubspot, "),
        (SALESFORCE, "model=binary&like=hubspot", "like"),
        ("Id,AccountId,StageName,CloseDate\n1,K,Closed Won,03/04/2026\n", "model=binary", "Days and months"),
        ("", "model=binary", "nothing"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_in_words(served, body, query, words):
    client, tables = served
    answered = send(client, body, query)
    assert answered.status_code in (400, 404, 422), answered.text
    assert words in answered.text
    assert kinds(tables) == []


def test_the_order_of_day_and_month_may_be_said(served):
    client, tables = served
    body = "Id,AccountId,StageName,CloseDate\n1,K-1,Closed Won,03/04/2026\n"
    assert told(client, body, "model=binary&dates=mdy") == (1, 0, 0)
    (event,) = events_of(tables, "binary")
    assert moment_of("2026-03-04", None) == (event.happened - DAY + 1, True)


def test_a_table_of_our_own_fields_may_have_any_dialect(served):
    client, tables = served
    body = "\ufeffrecord;value;happened;note\r\nK-1;1,0;2026-03-01T13:00:00;Größe\r\nK-2;;;\r\n;;;\r\n"
    answered = send(client, body.encode("utf-8"))
    assert answered.status_code == 200, answered.text
    assert (len(answered.json["stored"]), answered.json["open"], answered.json["system"]) == (1, 1, "plain")
    assert came(tables) == {"K-1": [1.0]}
    answered = send(client, body.lstrip("\ufeff").encode("cp1252"))
    assert answered.status_code == 200, answered.text


@pytest.mark.parametrize(
    ("written", "order", "seconds", "is_day"),
    [
        ("2026-03-01", None, NOON - DAY / 2, True),
        ("2026-03-01T00:00:00Z", None, NOON - DAY / 2, True),
        ("01.03.2026 12:00", "dmy", NOON, False),
        ("3/1/2026 12:00 PM", "mdy", NOON, False),
        ("2026-03-01T13:00:00+01:00", None, NOON, False),
        ("2026-03-01T12:00:00.000+0000", None, NOON, False),
        ("1772366400000", None, NOON, False),
        ("46082", None, NOON - DAY / 2, True),  # as Excel counts days
    ],
)
def test_times_are_read_as_systems_write_them(written, order, seconds, is_day):
    assert moment_of(written, order) == (seconds, is_day)


@pytest.mark.parametrize("written", ["", "soon", "2026-13-01", "3/1/2026", "9999-01-01", "1899-01-01"])
def test_what_is_no_time_is_none(written):
    assert moment_of(written, None) is None


def test_chains_hold_all_that_refers_to_an_event_and_nothing_else(tmp_path):
    table = open_store(f"sqlite:///{tmp_path / 'some.db'}").outcomes.events
    event = Event("a", "m", OUTCOME, record="K", outcome="y", value=1.0)
    more = [
        dataclasses.replace(event, id=mark, refers=to) for mark, to in [("b", "a"), ("c", "b"), ("d", ""), ("e", "d")]
    ]
    table.append([event, *more])
    found = table.chains(["a", "d", "nothing"])
    assert {root: [each.id for each in chain] for root, chain in found.items()} == {
        "a": ["a", "b", "c"],
        "d": ["d", "e"],
    }


def test_two_callers_who_send_a_row_at_the_same_moment_give_one_event(served, monkeypatch):
    client, tables = served
    append, who, ids = EventTable.append, ["first"], []
    monkeypatch.setattr("feedback.service.caller_id", lambda: who[0])

    def both(body):
        """Send a body, and once more as somebody else after the first was read and before it is stored."""
        between = iter([True])

        def late(self, given):
            if next(between, False):
                who[0] = "second"
                ids.append([each["id"] for each in send(client, body).json["stored"]])
            return append(self, given)

        monkeypatch.setattr(EventTable, "append", late)
        who[0] = "first"
        ids.append([each["id"] for each in send(client, body).json["stored"]])
        assert ids[-1] == ids[-2]

    both(SALESFORCE)
    assert kinds(tables) == [OUTCOME, OUTCOME]
    changed = SALESFORCE.replace("Closed Won", "Closed Lost").replace("true,true", "true,false")
    both(changed.replace("2026-03-01T15", "2026-04-01T15"))
    assert kinds(tables) == [OUTCOME, OUTCOME, CORRECTION]
    assert {event.by for event in events_of(tables, "binary")} == {"second"}
    assert came(tables)["K-1"] == [0.0]
