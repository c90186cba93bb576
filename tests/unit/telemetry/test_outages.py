"""Outages in the log: the circuit breaker tells one once, and nobody else tells it again; nor what was asked for."""

import logging

import pytest
from werkzeug.test import Client

from app import create_server
from jobs import broker
from ml.decision.cut_offs import CutOffs
from settings import Settings
from store.db import chosen_cut_offs, open_store
from tests.small import small_model

RECORD = {"income": 50, "debt": 10, "shoe_size": 40, "region": "north"}
NOWHERE = "postgresql://somebody@127.0.0.1:1/none"


def test_a_store_that_is_away_is_one_line_whatever_is_asked_for(tmp_path, caplog):
    key = small_model("binary", tmp_path / "models")
    settings = {"models_dir": tmp_path / "models", "var_dir": tmp_path / "var", "database_url": NOWHERE}
    with caplog.at_level(logging.INFO):
        client = Client(create_server(Settings(**settings)))
        search = {"serial": 1, "model": key, "text": "secret-of-a-customer", "chance": False, "recent": []}
        body = {"output": "record-matches.attributes", "outputs": {"id": "record-matches", "property": "attributes"}}
        body |= {"inputs": [{"id": "record-search", "property": "data", "value": search}]}
        body["changedPropIds"] = ["record-search.data"]
        statuses = []
        for _ in range(3):
            asked = [client.get(path) for path in ("/readyz", "/api/v1/jobs", "/binary/performance", "/metrics")]
            asked.append(client.post("/api/v1/models/binary/predict", json=RECORD))
            asked.append(client.post("/_dash-update-component", json=body))
            statuses.append([each.status_code for each in asked])
    assert statuses == [[503, 503, 200, 200, 200, 200]] * 3
    lines = [each.getMessage() for each in caplog.records if each.levelno >= logging.INFO]
    assert [line for line in lines if not line.startswith("The store does not answer; it is asked again")] == []
    assert len(lines) == 1
    assert "secret-of-a-customer" not in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(("error", "lines"), [(ConnectionError("gone"), 0), (OSError("locked"), 1)])
def test_cut_offs_that_cannot_be_read_are_told_once_unless_that_is_known(error, lines, caplog):
    def fails(_):
        raise error

    in_use = CutOffs(fails)
    for _ in range(3):
        assert in_use.in_use("m", {"cut_offs": {"a": 0.3}}, ["a"]) == {"a": 0.3}
    assert len(caplog.records) == lines


def test_the_store_says_that_its_outage_is_known(tmp_path):
    away = open_store(NOWHERE)
    assert not away.is_away
    with pytest.raises(ConnectionError):
        chosen_cut_offs(away)("m")
    assert away.is_away


@pytest.fixture
def app():
    made = broker.connect("redis://127.0.0.1:1/0")
    made.send_task = lambda *_, **__: sent(made)
    made.away, made.asked = False, 0
    return made


def sent(app):
    app.asked += 1
    if app.away:
        raise OSError("Connection refused")


def test_a_broker_that_is_away_is_told_once_and_left_alone(app, caplog):
    announce, again = broker.announcer(app), broker.announcer(app)
    announce("a")
    assert app.asked == broker.AT_ONCE
    app.away = True
    for job in "bcdefg":
        announce(job)
        again(job)
    assert app.asked == broker.AT_ONCE + 1
    assert [each.getMessage().partition(";")[0] for each in caplog.records] == [
        "The broker (jobs that were sent wait meanwhile) does not answer"
    ]


def test_what_celery_says_at_each_trial_becomes_one_line_an_outage(app, caplog):
    loggers = consumer, connection, loops, request = [logging.getLogger(name) for name in broker.OF_OUTAGES]
    told = broker.OneLineAnOutage(broker.breaker_of(app))
    for logger in loggers:
        logger.addFilter(told)
    try:
        with caplog.at_level(logging.INFO):
            consumer.warning("%s (%r)", "Connection to broker lost.", OSError("Socket closed"))
            for _ in range(5):
                consumer.error("consumer: Cannot connect to %s: %s.\n%s\n", "amqp://x", OSError("refused"), "Again.")
                request.critical("Couldn't ack %r, reason:%r", "5c1f", OSError("closed"), exc_info=True)
            connection.info("Connected to %s", "amqp://x")
            request.critical("Couldn't ack %r, reason:%r", "5c1f", OSError("closed"), exc_info=True)
            loops.error("Error cleaning up after event loop: %r", OSError("disconnected"), exc_info=True)
            consumer.warning("Something else: %s", "odd")
    finally:
        for logger in loggers:
            logger.removeFilter(told)
    said = [each.getMessage() for each in caplog.records]
    assert said[0].startswith("The broker (jobs that were sent wait meanwhile) does not answer")
    assert said[1].startswith("The broker (jobs that were sent wait meanwhile) answers again")
    assert said[2:] == ["Connected to amqp://x", "Something else: odd"]
