"""Whoever asked to be called is called, whichever process dies in the middle; a runner stays until they were."""

import base64
import http.server
import threading

import pytest

from jobs.job_service import JobService
from jobs.webhooks.allowed_addresses import WebhookRules
from ml.service import open_service
from settings import Settings
from store.db import open_store
from store.files import Files
from tests.faults.places import Processes, database, kill_all, wait_until
from tests.small import small_model

TABLE = b"income,debt,shoe_size,region\n50.25,3.75,41,south\n"
SECRET = base64.b64encode(bytes(32)).decode()


@pytest.fixture
def receiver():
    """A server that never answers its first caller, and what it heard."""
    heard, over = [], threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            heard.append(self.headers["webhook-id"])
            if len(heard) == 1:
                over.wait(60)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", heard
    over.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_worker_that_is_killed_while_it_calls_leaves_the_call_to_the_next(tmp_path, receiver, kind):
    url, heard = receiver
    small_model("binary", tmp_path / "models")
    with database(kind, tmp_path) as place:
        settings = Settings(
            models_dir=tmp_path / "models", var_dir=tmp_path, database_url=place, job_lease=2,
            callback_secret=SECRET, callback_networks="127.0.0.0/8",
        )  # fmt: skip
        store, rules = open_store(place), WebhookRules.of(SECRET, "127.0.0.0/8")
        job_service = JobService(open_service(settings.models_dir), store, Files(settings.files_url), str, rules)
        processes = Processes(settings.to_environ() | {"OMP_NUM_THREADS": "1"}, tmp_path / "log")
        try:
            job, _ = job_service.accept("binary", [TABLE], {}, callback_url=url)
            first = processes.start("-m", "jobs", "--workers", "1")
            wait_until(lambda: heard, 60)
            assert store.jobs.get(job.id).state == "done"
            kill_all(first)
            processes.start("-m", "jobs", "--until-idle")
            called = wait_until(lambda: (now := store.jobs.get(job.id).webhook).state != "waiting" and now, 60)
        finally:
            processes.end()
            store._engine().dispose()
    assert heard == [job.id, job.id]
    assert (called.state, called.status, called.attempts) == ("delivered", 204, 1)
