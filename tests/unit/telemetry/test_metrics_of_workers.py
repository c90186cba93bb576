"""Metrics as Prometheus reads them: from any worker of Gunicorn those of all, and from a worker of jobs."""

import json
import os
import signal
import time
import urllib.error
import urllib.request

import pytest

from auth.audit_log import AuditLog
from auth.keys import ApiKeys
from store.db import Store
from tests.bench.serving import children_of, gunicorn, serving
from tests.faults.places import wait_until
from tests.serving import BIN, free_port, starter
from tests.small import small_model

RECORD = {"income": 50, "debt": 10, "shoe_size": 40, "region": "north"}
COUNTED = 'http_requests_total{method="POST",route="/api/v1/models/<name>/predict",status="200"}'


@pytest.fixture
def models(tmp_path):
    small_model("binary", tmp_path / "models")
    return tmp_path / "models"


def ask(url, body=None, **headers):
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


def read(url, **headers):
    lines = (line.rpartition(" ") for line in ask(f"{url}/metrics", **headers).splitlines() if line[0] != "#")
    return {name: float(value) for name, _, value in lines}


def test_any_worker_shows_what_all_counted_also_those_that_ended(models, tmp_path):
    body = json.dumps(RECORD).encode()
    environ = {"MODELS_DIR": str(models), "VAR_DIR": str(tmp_path / "var")}
    with serving(gunicorn("app:create_server()"), "/healthz", tmp_path / "log", **environ) as server:
        for _ in range(40):
            ask(f"{server.url}/api/v1/models/binary/predict", body)
        assert {read(server.url)[COUNTED] for _ in range(8)} == {40}
        worker = children_of(server.pid)[0]
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: worker not in children_of(server.pid), 10)
        assert read(server.url)[COUNTED] == 40
        ask(f"{server.url}/api/v1/models/binary/predict", body)
        found = read(server.url)
        assert found[COUNTED] == 41
        memory = {name for name in found if name.startswith("process_resident_memory_bytes")}
        assert f'process_resident_memory_bytes{{pid="{worker}"}}' not in memory
        assert len(memory) in (2, 3)  # the master and each worker that has counted something


@pytest.mark.parametrize("auth", ["password", pytest.param("none", marks=pytest.mark.nightly)])
def test_a_worker_of_jobs_shows_its_metrics_at_a_port(models, tmp_path, auth):
    port = free_port()
    with starter(models, tmp_path) as start:
        environ = {"WORKER_METRICS_PORT": str(port), "AUTH": auth, "LOG_LEVEL": "warning"}
        start([str(BIN / "python"), "-m", "jobs"], **environ)
        url, store = f"http://127.0.0.1:{port}", Store(f"sqlite:///{tmp_path / 'var' / 'likely.db'}")
        key = {"Authorization": f"Bearer {ApiKeys(store, AuditLog(store)).make('prometheus', ['metrics'])[0]}"}

        def answers():
            try:
                return read(url, **key)
            except (ConnectionError, urllib.error.URLError):
                time.sleep(0.05)
                return None

        assert wait_until(answers, 20)['likely_models{state="serving"}'] == 1
        if auth == "password":
            with pytest.raises(urllib.error.HTTPError, match="401"):
                read(url)
        with pytest.raises(urllib.error.HTTPError, match="404"):
            ask(f"{url}/", **key)
