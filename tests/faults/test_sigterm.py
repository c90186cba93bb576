"""Signals under load: each request that went out on an open connection is answered, and the server ends in time."""

import http.client
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bench.serving import children_of, serving
from tests.faults.places import wait_until
from tests.faults.wire import RECORD
from tests.small import small_model

PREDICT = "/api/v1/models/binary/predict"
BODY, HEADERS = json.dumps(RECORD), {"Content-Type": "application/json"}
CALLERS, WARM, GRACE = 12, 1.0, 30.0


def call(port, stop, seen, kept):
    """Ask until the server takes no connection; each answer is counted, and what was sent and had none."""
    open_connection = None
    while not stop.is_set():
        try:
            fresh = open_connection is None
            if fresh:
                open_connection = http.client.HTTPConnection("127.0.0.1", port, timeout=GRACE)
                open_connection.connect()
        except OSError:
            return  # it takes none any more, as a load balancer sees
        try:
            open_connection.request("POST", PREDICT, BODY, HEADERS | ({} if kept else {"Connection": "close"}))
            answer = open_connection.getresponse()
            answer.read()
            seen["answered" if answer.status == 200 else f"status {answer.status}"] += 1
            closes = not kept or answer.getheader("Connection", "").lower() == "close"
        except (OSError, http.client.HTTPException) as error:
            # A kept connection may close while the next request is on its way: clients repeat it (RFC 9112, 9.3.1)
            seen["repeated" if not fresh else f"dropped: {type(error).__name__}"] += 1
            closes = True
        if closes:
            open_connection.close()
            open_connection = None


@contextmanager
def under_load(folder, kept):
    """A server that callers ask without a pause: its process, what they have seen, and its log."""
    small_model("binary", folder / "models")
    environ = {"MODELS_DIR": str(folder / "models"), "VAR_DIR": str(folder), "AUTH": "none", "LOG_LEVEL": "warning"}
    command = [sys.executable, "app.py", "--port", "{port}"]
    seen: Counter[str] = Counter()
    stop = threading.Event()
    log = folder / "log"
    with serving(command, "/readyz", log, **environ) as found:
        port = int(found.url.rpartition(":")[2])
        callers = [threading.Thread(target=call, args=(port, stop, seen, kept), daemon=True) for _ in range(CALLERS)]
        for each in callers:
            each.start()
        time.sleep(WARM)
        yield found.pid, seen, callers
        stop.set()
        for each in callers:
            each.join(GRACE)
    assert not any(each.is_alive() for each in callers)
    assert set(seen) <= {"answered", "repeated"}, seen
    assert seen["answered"] > CALLERS
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("whom", ["the master", "all processes"])  # docker stop and systemd; Heroku
@pytest.mark.parametrize("kept", [False, True], ids=["a connection each", "kept connections"])
def test_sigterm_under_load_drops_no_accepted_request(tmp_path, kept, whom):
    with under_load(tmp_path, kept) as (pid, seen, _):
        began = time.monotonic()
        (os.kill if whom == "the master" else os.killpg)(pid, signal.SIGTERM)
        wait_until(lambda: not Path(f"/proc/{pid}/task").exists() or zombie(pid), GRACE)
        took = time.monotonic() - began
    print(f"{kept=} {whom}: ended after {took:.1f} s, {dict(seen)}")


@pytest.mark.nightly  # tests/unit/test_listening.py asks who takes no more at whose close
def test_workers_that_are_replaced_leave_the_listeners_to_the_new_ones(tmp_path):
    with under_load(tmp_path, kept=False) as (pid, seen, callers):
        old = children_of(pid)
        os.kill(pid, signal.SIGHUP)
        wait_until(lambda: not set(old) & set(children_of(pid)), GRACE)
        before = seen["answered"]
        time.sleep(WARM)
        assert all(each.is_alive() for each in callers)  # nobody was refused
        assert seen["answered"] > before + CALLERS
    print(f"workers replaced: {dict(seen)}")


def zombie(pid):
    """Whether the process has ended and only its parent has not looked yet."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
