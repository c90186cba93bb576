"""The id of the request that sent a job: on the job, in the log of its workers, and in the call when it is over."""

import io
import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from werkzeug.test import Client

from app import create_service
from jobs.local_runner import LocalRunner
from jobs.webhooks.allowed_addresses import WebhookRules
from jobs.webhooks.deliver import WebhookSender
from jobs.work import job_kinds
from jobs.work.lease_renewal import heartbeat
from jobs.worker import Worker
from ml.service import open_service
from settings import Settings
from store.db import open_store
from store.files import Files
from telemetry.log_context import log_fields
from telemetry.logs import JSON, formatter
from tests.small import people, small_model

DATA = people(rows=30, seed=4).to_csv(index=False).encode()
JOBS = "/api/v1/models/binary/jobs"
SECRET = "whsec_" + "A" * 44


@pytest.fixture
def written(monkeypatch):
    """What the root logger writes, as objects."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(JSON))
    root.addHandler(handler)
    monkeypatch.setattr(root, "level", logging.INFO)
    yield lambda: list(map(json.loads, stream.getvalue().splitlines()))
    root.removeHandler(handler)


class House:
    """A service, and a worker beside it."""

    def __init__(self, folder):
        small_model("binary", folder / "models")
        folders = {"models_dir": folder / "models", "var_dir": folder / "var"}
        settings = Settings(**folders, callback_secret=SECRET, callback_networks="127.0.0.0/8")
        self.client = Client(create_service(settings).server)
        self.store = open_store(settings.database_url)
        service = open_service(settings.models_dir)
        self.worker = Worker(service, self.store.jobs, Files(settings.files_url), lease=3)

    def send(self, request_id, query=""):
        headers = {"Content-Type": "text/csv", "X-Request-Id": request_id}
        answer = self.client.post(f"{JOBS}{query}", data=DATA, headers=headers)
        assert answer.status_code == 202, answer.text
        return answer

    def work(self):
        while self.worker.step():
            pass


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setattr(LocalRunner, "wake", lambda *_: None)  # the worker is this process
    return House(tmp_path)


def broken(*_):
    logging.getLogger("a.library").warning("Something odd.")
    raise RuntimeError("a\nfault")


def test_every_line_about_a_chunk_names_the_request_that_sent_the_job(house, written, monkeypatch):
    monkeypatch.setitem(job_kinds._KINDS, "score", job_kinds.JobKind(job_kinds.split, broken))
    first, second = house.send("crm-call-7").json, house.send("another:1").json
    assert (first["request_id"], second["request_id"]) == ("crm-call-7", "another:1")
    before = len(written())
    house.work()
    lines = written()[before:]
    assert len(lines) == 2 * 3 * 2  # each of the jobs is tried three times, and two lines are written
    of = {first["id"]: "crm-call-7", second["id"]: "another:1"}
    assert all(line["request_id"] == of[line["job"]] for line in lines)
    assert {line["chunk"] for line in lines} == {1}
    assert {line["logger"] for line in lines} == {"a.library", "jobs.worker"}
    assert house.client.get(f"/api/v1/jobs/{first['id']}").json["request_id"] == "crm-call-7"


def test_an_id_that_is_none_is_replaced(house):
    for sent in ("two words", "a\x1b[2J", "x" * 65, ""):
        answer = house.send(sent)
        made = answer.headers["X-Request-Id"]
        assert made not in ("", sent)
        assert answer.json["request_id"] == made


def test_the_beat_of_a_lease_names_the_request_too(written):
    renewed = threading.Event()

    def renew():
        renewed.set()
        raise RuntimeError("odd")

    with log_fields(request_id="crm-call-7", job="j"), heartbeat(renew, 0.03, "j/1"):
        assert renewed.wait(10)
    line = next(each for each in written() if "could not be renewed" in each["message"])
    assert (line["request_id"], line["job"]) == ("crm-call-7", "j")


def test_who_is_called_when_a_job_is_over_is_told_the_id(house, written):
    came = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            came.append(
                (self.headers["X-Request-Id"], json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            )
            self.send_response(500)
            self.end_headers()

        def log_message(self, *_):
            pass

    receiver = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    try:
        job = house.send("crm-call-7", f"?callback_url=http://127.0.0.1:{receiver.server_port}/done").json
        house.work()
        assert WebhookSender(house.store, WebhookRules.of(SECRET, "127.0.0.0/8")).step()
    finally:
        receiver.shutdown()
        receiver.server_close()
    ((header, body),) = came
    assert (header, body["request_id"], body["id"]) == ("crm-call-7", "crm-call-7", job["id"])
    line = next(each for each in written() if "of its address failed" in each["message"])
    assert (line["request_id"], line["job"]) == ("crm-call-7", job["id"])
