"""What the log says of an outage: one line of each process when a backend goes away, and one when it is back.

Two web workers and two workers of jobs, asked for everything that needs the store, the cache or the broker meanwhile.
"""

import json
import os
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import ExitStack, contextmanager

import pytest

from tests.bench.serving import gunicorn, serving
from tests.faults.places import Door, Processes, Rabbit, Redis, answers, database, missing, wait_until
from tests.faults.wire import RECORD
from tests.small import people, small_model

pytestmark = pytest.mark.nightly  # minutes; tests/unit/telemetry/test_outages.py asks each part
AWAY = 30.0  # seconds
DATA = people(rows=4000, seed=4).to_csv(index=False).encode()


def ask(url, path, body=None, content_type="application/json"):
    """Status of a request, 0 where there is no answer."""
    request = urllib.request.Request(url + path, body, {"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def callback(url, output, name, value):
    """Status of a callback of a page with one input, as its script sends it."""
    (into, shown), (given, prop) = (each.split(".") for each in (output, name))
    body = {"output": output, "outputs": {"id": into, "property": shown}, "changedPropIds": [name]}
    body["inputs"] = [{"id": given, "property": prop, "value": value}]
    return ask(url, "/_dash-update-component", json.dumps(body).encode())


def everything(url, model):
    """Requests to all that needs a backend; their statuses."""
    search = {"serial": 1, "model": model, "text": "secret-of-a-customer", "chance": False, "recent": []}
    return [
        ask(url, "/api/v1/models/binary/predict", json.dumps(RECORD).encode()),
        ask(url, "/readyz"),
        ask(url, "/metrics"),
        ask(url, "/api/v1/jobs"),
        ask(url, "/api/v1/models/binary/jobs", DATA, "text/csv"),
        ask(url, "/api/v1/models/binary/plots/importance.csv"),
        ask(url, "/binary/performance"),
        callback(url, "record-matches.attributes", "record-search.data", search),
    ]


class House:
    """Two web workers and two workers of jobs, and what they log."""

    def __init__(self, url, log, model):
        self.url, self.log, self.model = url, log, model

    def lines(self):
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def ask_for(self, seconds):
        """Ask for everything for so long, four at a time; how often each status came."""
        end, found = time.monotonic() + seconds, Counter()

        def client():
            while time.monotonic() < end:
                found.update(everything(self.url, self.model))

        threads = [threading.Thread(target=client) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found


@contextmanager
def running(folder, **settings):
    """A house with these settings."""
    log, key = folder / "log", small_model("binary", folder / "models")
    environ = {"MODELS_DIR": str(folder / "models"), "VAR_DIR": str(folder / "var"), "LOG_FORMAT": "json"}
    environ |= {"JOB_WORKERS": "2", "AUTH": "none", **settings}
    workers = Processes({**os.environ, **environ}, log)
    try:
        with serving(gunicorn("app:create_server()"), "/readyz", log, **environ) as server:
            workers.start("-m", "jobs")
            yield House(server.url, log, key)
    finally:
        workers.end()


def told(house, begins, found, capsys):
    """Lines of the beginning and of the end of an outage by process, and all other warnings and errors."""
    lines, ends = house.lines(), begins.replace("does not answer", "answers again")
    gone = Counter(line["process"] for line in lines if line["message"].startswith(begins))
    back = Counter(line["process"] for line in lines if line["message"].startswith(ends))
    others = Counter(
        f"{line['logger']}: {line['message'][:100]}"
        for line in lines
        if line["level"] in ("warning", "error", "critical")
        and line["logger"] != "py.warnings"
        and not line["message"].startswith((begins, ends))
    )
    refused = sum("was answered 5" in line["message"] for line in lines)
    with capsys.disabled():
        print(
            f"\n{begins} for {AWAY:.0f} s: {found.total()} answers {dict(found)}; {gone.total()} lines at the beginning"
        )
        print(f"and {back.total()} at the end, of {len(gone)} processes; requests logged as refused by 5xx: {refused};")
        print(f"other warnings and errors: {dict(others)}")
    assert "secret-of-a-customer" not in house.log.read_text(encoding="utf-8")
    assert not [line for line in lines if "exception" in line]
    assert set(gone.values()) == {1}
    assert max(back.values(), default=1) == 1
    return gone, others


@pytest.fixture
def door():
    """A door to PostgreSQL."""
    if not answers("127.0.0.1", 5432):
        missing("PostgreSQL does not answer at 127.0.0.1:5432")
    made = Door("127.0.0.1", 5432)
    made.open()
    yield made
    made.slam()


def test_a_database_that_is_away(tmp_path, door, capsys):
    begins, ends = "The store does not answer", "The store answers again"
    with ExitStack() as stack:
        url = stack.enter_context(database("postgresql", tmp_path)).replace(":5432", f":{door.port}")
        house = stack.enter_context(running(tmp_path, DATABASE_URL=url))
        assert set(house.ask_for(2)) <= {200, 202}
        door.slam()
        found = house.ask_for(AWAY)
        door.open()
        assert set(found) <= {200, 204, 503}
        assert found[503]
        wait_until(lambda: house.ask_for(0.5) and house.log.read_text().count(ends) >= 4, 30)
        gone, others = told(house, begins, found, capsys)
    assert len(gone) >= 4  # two web workers, two workers of jobs, and the runner beside the service
    assert not others


def test_a_cache_that_is_away(tmp_path, capsys):
    redis = Redis(tmp_path)
    begins, ends = "The cache (results are computed again meanwhile) does not answer", "meanwhile) answers again"
    try:
        with running(tmp_path, REDIS_URL=redis.url) as house:
            assert set(house.ask_for(2)) <= {200, 202}
            redis.kill()
            found = house.ask_for(AWAY)
            redis.come_back()
            assert set(found) <= {200, 202}
            wait_until(lambda: house.ask_for(0.5) and house.log.read_text().count(ends) >= 2, 30)
            gone, others = told(house, begins, found, capsys)
    finally:
        redis.end()
    assert len(gone) == 2  # workers of jobs have no cache
    assert not others


def test_a_broker_that_is_away(tmp_path, capsys):
    rabbit = Rabbit()
    try:
        with running(tmp_path, BROKER_URL=rabbit.url, WEB_CONCURRENCY="2") as house:
            assert set(house.ask_for(2)) <= {200, 202}
            rabbit.kill()
            found = house.ask_for(AWAY)
            rabbit.come_back()
            assert set(found) <= {200, 202}
            wait_until(lambda: house.ask_for(0.5) and house.log.read_text().count("meanwhile) answers again") >= 2, 30)
            _, others = told(house, "The broker (jobs that were sent wait meanwhile) does not answer", found, capsys)
    finally:
        rabbit.end()
    assert not others
