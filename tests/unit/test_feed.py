"""The feed tells every decision and event in order, signed, again until it is taken, from one process at a time."""

import base64
import json
import os
import threading

import pytest
from sqlalchemy import text

from feedback.feed.described import renamed
from feedback.feed.sender import FeedSender
from feedback.service import Feedback
from jobs.webhooks.sign import PREFIX, secrets_of
from settings import BadSetting, Settings
from store.db import open_store
from store.outcome_records import CALL_BACK, JOB, OUTCOME, Decision, Event
from tests.faults.places import database
from tests.small import small_service
from tests.unit.test_webhooks import Receiver, verified

SECRET = PREFIX + base64.b64encode(os.urandom(32)).decode()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    with database(request.param, tmp_path) as url:
        yield open_store(url)


@pytest.fixture
def receiver():
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def service(tmp_path):
    return small_service(tmp_path / "models", "binary")


@pytest.fixture
def sender(store, service, receiver):
    store._engine()  # where there is no database yet, nothing is told
    made = FeedSender(Feedback(service, store, None), f"{receiver.url}/feed", secrets_of(SECRET))
    made.look()  # it begins: what is stored from now on is told
    later(store)
    return made


def later(store, seconds=100.0):
    """Let time pass: everything that is stored was stored so many seconds earlier, and nobody holds the duty."""
    with store._engine().begin() as connection:
        for change in (
            "UPDATE decisions SET stored = stored - :s",
            "UPDATE events SET known = known - :s",
            "UPDATE feeds SET at = at - :s, due = due - :s",
            "UPDATE duties SET due = 0",
        ):
            connection.execute(text(change), {"s": seconds} if ":s" in change else {})


def decide(store, at, **more):
    made = Decision(f"{'a' * 24}-{at}", "binary@00000000", f"K{at}", made=1e9 + at, probabilities={"yes": 0.25}, **more)
    store.outcomes.decisions.append([made])
    return made


def note(store, mark, **more):
    return store.outcomes.events.append([Event(mark, "binary", OUTCOME, outcome="yes", value=1.0, **more)])[0]


def told(receiver):
    return [json.loads(body) for _, _, body in receiver.heard]


def test_what_is_stored_is_told_once_and_signed(store, sender, receiver):
    made = decide(store, 0, sealed="secret", worth=2.5)
    event = note(store, "e1", decision=made.id, note="sealed note", happened=1e9)
    later(store)
    assert sender.look() == 2
    decisions, events = told(receiver)
    assert [each["decision"] for each in decisions["decisions"]] == [made.id]
    assert decisions["decisions"][0]["probabilities"] == {"yes": 0.25}
    assert decisions["decisions"][0]["made"] == "2001-09-09T01:46:40.000+00:00"
    assert [each["event"] for each in events["events"]] == [event.id]
    assert events["events"][0]["value"] == 1
    for path, headers, body in receiver.heard:
        assert path == "/feed"
        assert verified({name.lower(): value for name, value in headers.items()}, body, SECRET.removeprefix(PREFIX))
        assert b"secret" not in body
        assert b"sealed note" not in body
    later(store)
    assert sender.look() == 0
    assert len(receiver.heard) == 2


def test_what_a_transaction_may_still_store_before_it_waits(store, sender, receiver):
    decide(store, 0)
    later(store, 2.0)
    assert sender.look() == 0
    later(store, 2.0)
    with store._engine().begin() as connection:
        connection.execute(text("UPDATE decisions SET stored = stored - 2"))
    assert sender.look() == 1


def test_what_is_not_taken_is_told_again_under_the_same_id_after_a_pause_and_before_the_rest(store, sender, receiver):
    decide(store, 0)
    later(store)
    receiver.answers = [500, 302]
    assert sender.look() == 0
    with store._engine().begin() as connection:
        connection.execute(text("UPDATE duties SET due = 0"))
    assert sender.look() == 0
    assert len(receiver.heard) == 1  # the pause
    decide(store, 1)
    later(store)
    assert sender.look() == 0
    later(store)
    assert sender.look() == 1
    _, second, third = receiver.heard
    assert [each["decision"][-1] for each in json.loads(third[2])["decisions"]] == ["0", "1"]
    assert {dict(each[1])["webhook-id"] for each in (second, third)} == {f"decisions-{'a' * 24}-1"}


def test_many_are_told_in_parts_and_in_order(store, sender, receiver):
    for at in range(0, 450, 90):
        some = [Event(f"e{each:03}", "binary", CALL_BACK, record="K", due=5.0) for each in range(at, at + 90)]
        store.outcomes.events.append(some)
    later(store)
    assert sender.look() == 3
    assert [each["event"] for part in told(receiver) for each in part["events"]] == [f"e{at:03}" for at in range(450)]


def test_two_processes_tell_everything_once(store, service, sender, receiver):
    for at in range(60):
        decide(store, at)
    later(store)
    others = [FeedSender(Feedback(service, store, None), f"{receiver.url}/feed", secrets_of(SECRET)) for _ in range(4)]
    threads = [threading.Thread(target=each.look) for each in others]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    heard = [each["decision"] for part in told(receiver) for each in part["decisions"]]
    assert sorted(heard) == sorted({*heard})
    assert len(heard) == 60


def test_a_receiver_that_is_away_stops_nothing(store, service):
    decide(store, 0)
    sender = FeedSender(Feedback(service, store, None), "http://127.0.0.1:1/feed", secrets_of(SECRET))
    sender.look()
    later(store)
    decide(store, 1)
    later(store)
    assert sender.look() == 0
    with store._engine().connect() as connection:
        assert connection.execute(text("SELECT attempts FROM feeds WHERE kind = 'decisions'")).scalar() == 1


def test_names_of_the_card_stand_in_the_place_of_ours():
    card = {"crm": {"fields": {"record": "Customer_No__c", "value": "Won"}}}
    assert renamed({"record": "K", "value": 1, "kind": "outcome"}, card) == {
        "Customer_No__c": "K", "Won": 1, "kind": "outcome",
    }  # fmt: skip
    assert renamed({"record": "K"}, {}) == {"record": "K"}


def test_a_feed_without_a_secret_is_refused_at_the_start():
    with pytest.raises(BadSetting, match="CALLBACK_SECRET"):
        Settings.from_environ({"FEED_URL": "https://crm.example/feed"})


def test_decisions_of_jobs_are_passed_over_and_hold_up_nobody(store, sender, receiver):
    for at in range(450):
        decide(store, at, door=JOB)
    answered = decide(store, 450)
    event = note(store, "e1", decision=f"{'a' * 24}-7", happened=1e9)  # of what came of them is told
    later(store)
    assert sender.look() == 2
    assert [[each["decision"] for each in part.get("decisions", [])] for part in told(receiver)] == [[answered.id], []]
    assert [each["event"] for part in told(receiver) for each in part.get("events", [])] == [event.id]
    assert sender.look() == 0
