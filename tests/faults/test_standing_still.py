"""Clients that begin a request and then stand still hold no thread for good; who comes whole is served."""

import socket
import urllib.request
from contextlib import ExitStack

import pytest

from tests.bench.serving import gunicorn, serving
from tests.small import small_model

THREADS, STALL = 2, 1
PATH = "/api/v1/models/binary"
HEAD = "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"


def begun(path, kind="application/json", length=100):
    return HEAD.format(path=path, kind=kind, length=length).encode() + b'{"a":'


HALVES = {
    "the head": b"POST /api/v1/models/binary/predict HTTP/1.1\r\nHost:",
    "a short body": begun(f"{PATH}/predict"),
    "a long body": begun(f"{PATH}/predict", length=1_000_000),
    "a page's question": begun("/_dash-update-component"),
    "a file": begun(f"{PATH}/jobs", "text/csv", 1_000_000),
    "tensors": begun("/v2/models/binary/infer"),
    "a table": begun("/invocations"),
}
API, PAGES = b"HTTP/1.1 408", b"HTTP/1.1 400"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    small_model("binary", folder / "models")
    environ = {
        "MODELS_DIR": str(folder / "models"), "VAR_DIR": str(folder), "LOG_LEVEL": "critical",
        "THREADS": str(THREADS), "STALL_SECONDS": str(STALL), "BROKER_URL": "redis://127.0.0.1:1/0",
    }  # fmt: skip
    with serving(gunicorn("app:create_server()", "-w", "1"), "/healthz", **environ) as found:
        yield found


@pytest.mark.parametrize("half", HALVES)
def test_as_many_as_there_are_threads_stand_still_and_another_is_served(server, half):
    port = int(server.url.rpartition(":")[2])
    with ExitStack() as held:
        stalled = [held.enter_context(socket.create_connection(("127.0.0.1", port), 30)) for _ in range(2 * THREADS)]
        for each in stalled:
            each.sendall(HALVES[half])
        with urllib.request.urlopen(f"{server.url}/healthz", timeout=30) as answer:
            assert answer.status == 200
        heard = [each.recv(65536) for each in stalled]
    begins = PAGES if half == "a page's question" else b"" if half == "the head" else API
    assert {each[:12] for each in heard} == {begins}
