"""No decision that was answered is lost: workers are killed while they answer, and the database is away meanwhile."""

import http.client
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from store.db import open_store
from tests.bench.serving import serving
from tests.faults.places import database, wait_until
from tests.faults.wire import RECORD
from tests.small import small_model

PREDICT = "/api/v1/models/binary/predict"
CALLERS, KILLS = 4, 5


def call(port, stop, seen):
    """Ask until told to stop; the decisions of all answers that came are kept."""
    while not stop.is_set():
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("POST", PREDICT, json.dumps([RECORD, RECORD]), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                seen.append(answer.getheader("Decision-Id"))
        except (OSError, http.client.HTTPException):
            time.sleep(0.02)
        finally:
            connection.close()


def children(pid):
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def kill_workers(pid):
    for each in children(pid):
        if b"jobs" not in Path(f"/proc/{each}/cmdline").read_bytes():
            os.kill(each, signal.SIGKILL)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_kills_lose_no_decision_that_was_answered(tmp_path, kind):
    small_model("binary", tmp_path / "models")
    with database(kind, tmp_path) as url:
        environ = {
            "MODELS_DIR": str(tmp_path / "models"), "VAR_DIR": str(tmp_path), "DATABASE_URL": url, "AUTH": "none",
            "LOG_LEVEL": "warning", "WEB_CONCURRENCY": "2",
        }  # fmt: skip
        seen, stop = [], threading.Event()
        command = [sys.executable, "app.py", "--port", "{port}"]
        with serving(command, "/readyz", tmp_path / "log", **environ) as found:
            port = int(found.url.rpartition(":")[2])
            callers = [threading.Thread(target=call, args=(port, stop, seen), daemon=True) for _ in range(CALLERS)]
            for each in callers:
                each.start()
            for kills in range(1, KILLS + 1):
                wait_until(lambda kills=kills: len(seen) >= 8 * kills, 30)
                kill_workers(found.pid)
            stop.set()
            for each in callers:
                each.join(20)
            os.killpg(found.pid, signal.SIGKILL)  # and at last all of it, with what was not moved yet
        assert None not in seen
        table = open_store(url).outcomes.decisions
        with serving(command, "/readyz", tmp_path / "log2", **environ):
            wait_until(lambda: len(table.some([f"{mark}-{at}" for mark in seen for at in (0, 1)])) == 2 * len(seen), 20)
        assert not list((tmp_path / "spool").glob("*.bad"))
