"""A frozen PostgreSQL and a frozen Redis: predictions go on, and all is well again afterwards.

A process that is stopped (SIGSTOP) still has its connections, and its kernel acknowledges what comes: only who waits
with a deadline notices.
"""

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from store.connection.deadline import ANSWER_SECONDS
from store.connection.postgresql import CONNECT_SECONDS
from tests.bench.serving import gunicorn, serving
from tests.faults.places import Redis, answers, database, wait_until
from tests.faults.wire import RECORD
from tests.serving import free_port
from tests.small import small_model

SECONDS = 8.0
CLIENTS = 4
WAIT = CONNECT_SECONDS + ANSWER_SECONDS


@pytest.fixture
def door():
    """A door to PostgreSQL that can be frozen: its process and its port."""
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("door.py")), str(port), "127.0.0.1", "5432"]
    process = subprocess.Popen(command)
    wait_until(lambda: answers("127.0.0.1", port), 10)
    yield process, port
    process.kill()
    process.wait()


@pytest.fixture
def house(door, tmp_path):
    """A service that keeps all in PostgreSQL and Redis."""
    small_model("binary", tmp_path / "models")
    redis = Redis(tmp_path)
    with database("postgresql", tmp_path) as url:
        environ = {
            "MODELS_DIR": str(tmp_path / "models"),
            "VAR_DIR": str(tmp_path / "var"),
            "DATABASE_URL": url.replace(":5432", f":{door[1]}"),
            "REDIS_URL": f"redis://127.0.0.1:{redis.port}/0",
            "BROKER_URL": "redis://127.0.0.1:1/0",  # no runner beside it
            "LOG_LEVEL": "warning",
        }
        log = tmp_path / "log"
        with serving(gunicorn("app:create_server()", "-w", "1"), "/readyz", log, **environ) as server:
            yield server.url, redis, log
        door[0].send_signal(signal.SIGCONT)
    redis.end()


def ask(url, path, body=None):
    """Status and seconds of a request."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, {"Content-Type": "application/json"})
    began = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    return status, time.monotonic() - began


def asked_for(url, seconds, *requests):
    """What so many clients were answered, each one request after the other."""
    end, found = time.monotonic() + seconds, []

    def client(path, body):
        while time.monotonic() < end:
            found.append(ask(url, path, body))

    threads = [threading.Thread(target=client, args=request) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


PREDICT = ("/api/v1/models/binary/predict", RECORD)
PLOT = ("/api/v1/models/binary/plots/importance.csv", None)


def frozen(process, url, *requests):
    process.send_signal(signal.SIGSTOP)
    try:
        return asked_for(url, SECONDS, *requests), ask(url, "/readyz")
    finally:
        process.send_signal(signal.SIGCONT)


def test_a_frozen_postgresql_costs_each_client_one_wait_at_most(house, door):
    url, _, log = house
    assert {status for status, _ in asked_for(url, 1, *[PREDICT] * CLIENTS)} == {200}
    found, (status, took) = frozen(door[0], url, *[PREDICT] * CLIENTS)
    assert {each for each, _ in found} == {200}
    slow = [seconds for _, seconds in found if seconds > CONNECT_SECONDS]
    assert len(slow) <= 2 * CLIENTS
    assert len(found) > 20 * CLIENTS
    assert status == 503
    assert took < WAIT + 2  # it may be the one that tries
    wait_until(lambda: ask(url, "/readyz")[0] == 200, 30)
    said = log.read_text()
    assert "Traceback" not in said
    assert said.count("The store does not answer") == 1
    assert said.count("The store answers again") == 1


def test_a_frozen_redis_costs_each_client_one_wait_at_most(house):
    url, redis, log = house
    assert {status for status, _ in asked_for(url, 1, PLOT)} == {200}
    found, (status, _) = frozen(redis.process, url, *[PLOT] * CLIENTS)
    assert {each for each, _ in found} <= {200, 503}
    assert sum(each == 200 for each, _ in found) > 10
    assert status == 200  # ready, though degraded
    wait_until(lambda: "answers again" in log.read_text() or not ask(url, *PLOT), 30)
    said = log.read_text()
    assert "Traceback" not in said
    assert said.count("does not answer") == 1
