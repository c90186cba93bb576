"""Clients that drip, do not read or do nothing hold no thread: others are answered, and what is slow but right, too."""

import json
import socket
import time
import urllib.request
from contextlib import ExitStack

import pytest

from tests.bench.serving import gunicorn, serving
from tests.faults.wire import RECORD
from tests.small import small_model

PREDICT = "/api/v1/models/binary/predict"
HEAD = f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()
BODY = json.dumps(RECORD).encode()
SLOW = {
    "heads": HEAD[:30],
    "bodies": HEAD + b"Content-Length: 500\r\n\r\n{",
    "chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    "long bodies": HEAD + b"Content-Length: 900000\r\n\r\n{",
    "half of the next": HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY + HEAD[:30],
    "a last chunk that is none": HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\nxx\r\n0\r\n\r\n",
    "a long length of a short body": HEAD + b"Content-Length: 00000000000000000100\r\n\r\n{",
    "nothing": b"",
}
THREADS, STALL = 2, 4


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    small_model("binary", folder / "models")
    environ = {
        "MODELS_DIR": str(folder / "models"), "VAR_DIR": str(folder), "LOG_LEVEL": "warning", "THREADS": str(THREADS),
        "STALL_SECONDS": str(STALL), "BROKER_URL": "redis://127.0.0.1:1/0",
    }  # fmt: skip
    log = folder / "log"
    command = gunicorn("app:create_server()", "-w", "1", "--worker-connections", "60")
    with serving(command, "/healthz", log, **environ) as found:
        yield int(found.url.rpartition(":")[2])
        said = log.read_text()
        assert "Traceback" not in said, said


def connect(port):
    return socket.create_connection(("127.0.0.1", port), 30)


def read_nothing(client, port):
    """Ask for 4 MB, and read nothing of them."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.connect(("127.0.0.1", port))
    client.sendall(b"GET /assets/vendor/plotly-cartesian.min.js HTTP/1.1\r\nHost: x\r\n\r\n" * 3)


def answer(reader):
    """The next answer of a connection's file: its status and its body."""
    status = reader.readline().split()
    length = 0
    while (line := reader.readline()) not in (b"\r\n", b""):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return (int(status[1]) if status else None), reader.read(length)


def predicted(port):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{PREDICT}", BODY, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answered:
        return answered.status


@pytest.mark.parametrize("kind", SLOW)
def test_predictions_do_not_wait_for_slow_clients(port, kind):
    with ExitStack() as held:
        slow = [held.enter_context(connect(port)) for _ in range(12)]
        for each in slow:
            each.sendall(SLOW[kind])
        began = time.monotonic()
        assert [predicted(port) for _ in range(10)] == [200] * 10
        assert time.monotonic() - began < STALL  # with a thread for each of them the first would come after it


@pytest.mark.parametrize("many", [12, 100])
def test_predictions_do_not_wait_for_clients_that_do_not_read(port, many):
    """100 of them want 150 MB to wait; the room for all is 64 MB, and 60 connections may be open."""
    with ExitStack() as held:
        for _ in range(many):
            read_nothing(held.enter_context(socket.socket()), port)
        began = time.monotonic()
        assert [predicted(port) for _ in range(5)] == [200] * 5
        assert time.monotonic() - began < 2 * STALL  # each of them could hold a thread for so long, and there are two


def test_who_sends_a_moment_after_connecting_is_answered_beside_clients_that_do_not_read(port):
    """Nobody else is idle: who has just come must not be taken for the one who has been idle longest."""
    with ExitStack() as held:
        for _ in range(70):
            read_nothing(held.enter_context(socket.socket()), port)
        for _ in range(3):
            client = held.enter_context(connect(port))
            for _ in range(4):
                read_nothing(held.enter_context(socket.socket()), port)
            time.sleep(0.3)  # longer than the worker's look at what is too late
            client.sendall(SLOW["half of the next"][: -len(HEAD[:30])])
            assert answer(client.makefile("rb"))[0] == 200


def test_more_idle_connections_than_there_may_be_keep_nobody_out(port):
    with ExitStack() as held:
        idle = [held.enter_context(connect(port)) for _ in range(200)]
        assert [predicted(port) for _ in range(5)] == [200] * 5
        assert len(idle) == 200


def test_a_slow_request_that_comes_in_time_is_answered(port):
    whole = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
    with connect(port) as client, client.makefile("rb") as reader:
        for at in range(0, len(whole), 20):
            client.sendall(whole[at : at + 20])
            time.sleep(0.05)
        assert answer(reader)[0] == 200
        client.sendall(whole[:50])
        time.sleep(0.2)
        client.sendall(whole[50:])
        assert answer(reader)[0] == 200


def test_requests_sent_at_once_are_answered_in_their_order(port):
    whole = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
    with connect(port) as client, client.makefile("rb") as reader:
        client.sendall((whole + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n") * 3 + whole[:40])
        found = [answer(reader) for _ in range(6)]
        assert [status for status, _ in found] == [200] * 6
        assert [b"alive" in body for _, body in found] == [False, True] * 3
        client.sendall(whole[40:])
        assert answer(reader)[0] == 200


def test_a_slow_reader_gets_the_whole_answer(port):
    address = f"http://127.0.0.1:{port}/assets/vendor/plotly-cartesian.min.js"
    with urllib.request.urlopen(address, timeout=30) as whole:
        expected = whole.read()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        client.settimeout(30)
        client.connect(("127.0.0.1", port))
        client.sendall(b"GET /assets/vendor/plotly-cartesian.min.js HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.5)
        assert answer(client.makefile("rb")) == (200, expected)


def test_a_client_that_waits_for_100_is_told_to_go_on(port):
    with connect(port) as client:
        client.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(BODY))
        assert client.recv(100).startswith(b"HTTP/1.1 100")
        client.sendall(BODY)
        assert answer(client.makefile("rb"))[0] == 200


def test_an_endless_head_is_refused(port):
    with connect(port) as client:
        client.sendall(b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 12_000)
        assert client.recv(100).startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize("sent", [b"GET /healthz HTTP/1.1\nHost: x\n\n", b"\x16\x03\x01\x02\x00\x01"])
def test_what_never_becomes_a_head_is_refused_at_once(port, sent):
    """Lines that end without CR, and TLS at a port of plain HTTP."""
    with connect(port) as client:
        began = time.monotonic()
        client.sendall(sent)
        assert client.recv(100).startswith(b"HTTP/1.1 400")
        assert time.monotonic() - began < STALL


@pytest.mark.parametrize(("size", "status"), [(8_000, 400), (8_200, 414)])
def test_a_long_address_is_read_to_its_limit(port, size, status):
    """400: there is no such parameter."""
    with connect(port) as client:
        client.sendall(b"GET /api/v1/models?" + b"a" * size + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 %d" % status)
