"""The worker's event loop: when a request is whole, and what a slow client's socket does."""

import socket
import threading
import time
from types import SimpleNamespace

import pytest
from gunicorn.config import Config

from web.deadline_socket import MOST_OF_ONE, Budget, DeadlineSocket
from web.deadline_worker import DeadlineWorker
from web.request_connection import MOST_BUFFERED, MOST_HEAD, Connection, state_of

HEAD = b"POST /a HTTP/1.1\r\nHost: x\r\n"
WHOLE = {
    "no body": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a length": HEAD + b"Content-Length: 5\r\n\r\nabcde",
    "length in capitals, spaces around": HEAD + b"CONTENT-LENGTH: \t 5 \r\n\r\nabcde",
    "no bytes": HEAD + b"Content-Length: 0\r\n\r\n",
    "chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    "no chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks with trailers": HEAD
    + b"transfer-encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n00;x=y\r\nA: b\r\nC: d\r\n\r\n",
    "a body that ends as a head does": HEAD + b"Content-Length: 6\r\n\r\na\r\n\r\nb",
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_request_is_whole_with_its_last_byte_and_not_before(name):
    whole = WHOLE[name]
    assert [state_of(whole[:at]) for at in range(len(whole))] == ["wait"] * len(whole)
    assert state_of(whole) == "whole"
    assert state_of(whole + b"GET / HT") == "whole"  # the begin of the next one


@pytest.mark.parametrize(
    ("received", "state"),
    [
        (HEAD + b"Content-Length: %d\r\n\r\n" % (MOST_BUFFERED + 1), "long"),
        (HEAD + b"Content-Length: %d\r\n\r\n" % MOST_BUFFERED, "wait"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nfffff\r\n" + b"x" * (MOST_BUFFERED + 1), "long"),
        (HEAD + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", "long"),
        (HEAD + b"Content-Length: nonsense\r\n\r\n", "long"),  # the parser refuses it
        (HEAD + b"Content-Length: -5\r\n\r\n", "long"),
        (HEAD + b"Content-Length: 00000000000000000100\r\n\r\n{", "long"),
        (HEAD + b"Content-Length: 0\r\nContent-Length: 100\r\n\r\n{", "wait"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\nxx\r\n0\r\n\r\n", "wait"),  # it is within a chunk
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n0\r\n\r\n", "whole"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\n", "whole"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\n", "whole"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n0\r\nA: b\n", "whole"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * 14 + b"2", "wait"),
        (b"A" * (MOST_HEAD + 1), "large"),
        (HEAD + b"A: " + b"b" * MOST_HEAD, "large"),
        (b"\x16\x03\x01 TLS", "malformed"),
        (b"GET / HTTP/1.1\nHost: x\n\n", "malformed"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\n", "malformed"),
        (b"\nGET /", "malformed"),
        (b"\r\nGET / HTTP/1.1\r\n", "wait"),  # an empty line before a request is allowed
    ],
)
def test_long_broken_and_endless_requests(received, state):
    assert state_of(received) == state


@pytest.fixture
def pair():
    """The server's socket with a grace of 0.3 s, and the client's."""
    client, server = socket.socketpair()
    ours = DeadlineSocket(server, 0.3, Budget())
    yield ours, client
    ours.close()
    client.close()


def test_what_a_client_does_not_read_waits_and_comes_whole_in_order(pair):
    ours, client = pair
    pieces = [bytes([at % 251]) * 70_001 for at in range(20)]
    for piece in pieces:
        ours.sendall(piece)
    assert ours.outgoing  # it was not waited for
    got = bytearray()
    while len(got) < sum(map(len, pieces)):
        got += client.recv(65_536)
        if ours.outgoing:
            ours.flush()
    assert bytes(got) == b"".join(pieces)
    assert not ours.outgoing


def test_a_file_goes_behind_what_waits(pair, tmp_path):
    ours, client = pair
    file = tmp_path / "file"
    file.write_bytes(bytes(range(256)) * 2000)
    ours.sendall(b"h" * 300_000)
    with file.open("rb") as opened:
        assert ours.sendfile(opened, 256, 256_000) == 256_000
    got = bytearray()
    while len(got) < 556_000:
        got += client.recv(65_536)
        if ours.outgoing:
            ours.flush()
    assert bytes(got) == b"h" * 300_000 + (bytes(range(256)) * 2000)[256:256_256]


def test_who_reads_nothing_is_given_up_once_there_is_no_room(pair):
    ours, _ = pair
    began = time.monotonic()
    with pytest.raises(BrokenPipeError):
        ours.sendall(b"x" * (3 * MOST_OF_ONE))
    assert time.monotonic() - began < 10
    assert len(ours.outgoing) <= MOST_OF_ONE


def test_room_is_for_all_clients_together_and_is_given_back():
    budget = Budget(100_000)
    client, server = socket.socketpair()
    ours = DeadlineSocket(server, 0.2, budget)
    with pytest.raises(BrokenPipeError):
        ours.sendall(b"x" * 2_000_000)
    assert budget.take(1) == 0
    ours.close()
    assert budget.take(200_000) == 100_000
    client.close()


def read_much(connection):
    for _ in range(200):
        connection.recv(100)


def test_a_dripping_client_is_late_though_each_byte_comes_in_time(pair):
    ours, client = pair
    over = threading.Event()

    def drip():
        while not over.wait(0.05):
            client.send(b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        with pytest.raises(BlockingIOError):
            read_much(ours)
    finally:
        over.set()
        thread.join()
    ours.begin()
    client.send(b"next")
    assert ours.recv(100)  # the next request begins anew


def test_nobody_waits_for_more_of_a_request_that_is_whole():
    client, server = socket.socketpair()
    ours = DeadlineSocket(server, 30, Budget())
    client.send(b"abc")
    assert ours.receive_now()
    ours.is_whole = True
    assert ours.recv(2) + ours.recv(2) == b"abc"
    began = time.monotonic()
    with pytest.raises(OSError, match="more is asked for"):
        ours.recv(1)
    assert time.monotonic() - began < 10
    ours.close()
    client.close()


def parsed(ours, sent, client):
    """A connection whose request came, as a thread has it after the answer."""
    client.sendall(sent)
    conn = Connection(Config(), ours, ("127.0.0.1", 1), ("127.0.0.1", 2))
    assert conn.sock.receive_now()
    conn.init()
    next(conn.parser)
    return conn


def keeps(conn):
    return DeadlineWorker._keepalive_after(SimpleNamespace(), conn, keepalive=True)


@pytest.mark.parametrize("name", WHOLE)
def test_a_connection_is_kept_though_the_machine_is_busy_after_the_answer(pair, monkeypatch, name):
    """The client was told that it is, and sends its next request."""
    conn = parsed(pair[0], WHOLE[name], pair[1])
    late = SimpleNamespace(monotonic=lambda: time.monotonic() + 1)  # this thread did not run for a second
    monkeypatch.setattr("gunicorn.http.parser.time", late)
    assert keeps(conn)


@pytest.mark.parametrize(("rest", "kept"), [(b"x" * 9, True), (b"x" * 8, False)])
def test_the_rest_of_a_long_body_that_nobody_read_is_read_where_it_is_there(pair, rest, kept):
    ours, client = pair
    conn = parsed(ours, HEAD + b"Content-Length: 10\r\n\r\nx", client)
    client.sendall(rest)
    assert keeps(conn) is kept


def test_who_drips_the_rest_of_a_body_is_not_waited_for_longer(pair):
    ours, client = pair
    ours.wait_at_most(0.2)
    over = threading.Event()

    def drip():
        while not over.wait(0.03):
            client.send(b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        with pytest.raises(TimeoutError):
            read_much(ours)
    finally:
        over.set()
        thread.join()
