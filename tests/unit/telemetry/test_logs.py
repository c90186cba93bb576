"""Logs: one line a record, whatever clients send, in both formats; and what stands in it."""

import io
import json
import logging
import socket
import sys
import threading
import warnings

import pytest

from telemetry.log_context import CALLER, ROUTE, current_request, log_fields
from telemetry.logs import JSON, TEXT, formatter, set_up_logs
from tests.bench.serving import gunicorn, serving
from tests.faults.places import wait_until
from tests.small import small_model

NASTY = [
    "a\nERROR likely forged",
    "a\r\nERROR likely forged",
    "a\x0b\x0c\x1c\x85\u2028\u2029forged",
    "\x1b[2J\x1b]0;title\x07",
    "\x9b31m",
    "\x7f\x08\x08\x08",
    "abc\u202egnp.exe\u2066",
    "\ud800 half",
    "\x00",
    '", "level": "forged',
    "%s %(message)s {level}",
    "é ü 漢 🙂",
]
BAD = set(map(chr, [*range(10), *range(11, 32), *range(127, 160), 0x2028, 0x2029, 0x202E, 0x2066, 0xD800]))


@pytest.fixture(autouse=True)
def nothing_at_work():
    """A test of another file may have left an answer open: its request would be named in each line."""
    current_request.set(None)


@pytest.fixture(params=[TEXT, JSON])
def logger(request):
    """A logger, and a function that gives what it wrote."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(request.param))
    found = logging.Logger("a.b")
    found.addHandler(handler)
    return found, stream.getvalue, request.param


@pytest.mark.parametrize("text", NASTY)
def test_a_record_is_one_line_whatever_is_in_it(logger, text):
    log, written, form = logger
    environ = {"REQUEST_METHOD": text, "HTTP_X_REQUEST_ID": text, ROUTE: text, CALLER: text}
    token = current_request.set(environ)
    try:
        with log_fields(job=text):
            log.warning("It says %s", text)
            log.warning(text.replace("%", "%%"), *([] if "%" not in text else [""])) if "%" not in text else None
    finally:
        current_request.reset(token)
    said = written()
    assert not BAD & set(said)
    lines = said.splitlines()
    assert len(lines) == said.count("\n") == (1 if "%" in text else 2)
    if form == JSON:
        first = json.loads(lines[0])
        assert first["message"] == f"It says {text}"
        assert first["job"] == first["caller"] == first["route"] == text
        assert said.isascii()
    else:
        assert all(line.startswith("WARNING a.b ") for line in lines)


@pytest.mark.parametrize("text", NASTY)
def test_lines_of_a_traceback_are_no_records(logger, text):
    log, written, form = logger
    try:
        raise ValueError(text)
    except ValueError:
        log.exception("It failed.")
    said = written()
    assert not BAD & set(said)
    first, *others = said.splitlines()
    if form == JSON:
        assert others == []
        assert "Traceback (most recent call last)" in json.loads(first)["exception"]
    else:
        assert first == "ERROR a.b It failed."
        assert all(line.startswith("  | ") for line in others)
        assert "  | Traceback (most recent call last):" in others


def test_further_lines_of_debugging_are_indented(logger):
    log, written, form = logger
    log.debug("Configuration:\nworkers: 1\n\x1b[2J")
    if form == TEXT:
        assert written() == "DEBUG a.b Configuration:\n  | workers: 1\n  | \\x1b[2J\n"
    else:
        assert len(written().splitlines()) == 1


def test_a_line_names_the_request_and_the_chunk_of_a_job(logger):
    log, written, form = logger
    environ = {"REQUEST_METHOD": "POST", "HTTP_X_REQUEST_ID": "call-7", ROUTE: "/a/<b>", CALLER: "key shop (k1)"}
    token = current_request.set(environ)
    log.info("One.")
    log.info("Two of call-7.")
    current_request.reset(token)
    with log_fields(request_id="call-8", job="j", chunk=3):
        log.info("Three.")
    log.info("Four.")
    lines = written().splitlines()
    if form == TEXT:
        assert lines == [
            "INFO a.b One. [request_id=call-7]",
            "INFO a.b Two of call-7.",
            "INFO a.b Three. [request_id=call-8 job=j chunk=3]",
            "INFO a.b Four.",
        ]
        return
    one, _, three, four = map(json.loads, lines)
    assert {name: one[name] for name in ("level", "logger", "message")} == {
        "level": "info", "logger": "a.b", "message": "One.",
    }  # fmt: skip
    assert one["time"].endswith("+00:00")
    assert (one["request_id"], one["method"], one["route"], one["caller"]) == (
        "call-7", "POST", "/a/<b>", "key shop (k1)",
    )  # fmt: skip
    assert (three["request_id"], three["job"], three["chunk"]) == ("call-8", "j", 3)
    assert "request_id" not in four


def test_with_json_warnings_and_uncaught_errors_are_lines_too(monkeypatch):
    stream, root = io.StringIO(), logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        try:
            set_up_logs("info", JSON, stream)
            warnings.warn("old\nthing", stacklevel=1)
            thread = threading.Thread(target=lambda: 1 / 0, name="a thread")
            thread.start()
            thread.join()
            sys.excepthook(KeyError, KeyError("x"), None)
        finally:
            logging.captureWarnings(False)
    warned, ended, last = map(json.loads, stream.getvalue().splitlines())
    assert "old\nthing" in warned["message"]
    assert (ended["message"], last["level"]) == ("A thread ended: a thread", "critical")
    assert "ZeroDivisionError" in ended["exception"]


RAW = [
    b"GET /%0AERROR%20forged HTTP/1.1",
    b"GET /api/v1/x%0D%0Aforged%1B[2J HTTP/1.1",
    b"GET /api/v1/models/%C2%9B31m%E2%80%AE HTTP/1.1",
    b"GET /%ED%A0%80/%FF HTTP/1.1",
    b"GET /?a=secret-of-a-customer HTTP/1.1",
    b"G\x1b[2JET / HTTP/1.1",
    b"GET / HTTP/1.\x1b[2J",
    b"GET /\x1b[2J HTTP/1.1",
    b"FORGED\rX / HTTP/1.1",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
]
HEADERS = [
    b"X-Request-Id: a\x1b[2J",
    b"User-Agent: \x1b[2J",
    b"Referer: http://x/\xc2\x9b",
    b"Bad\x1b: x",
    b"Host: a\x7f",
]


def send(port, line, header=b"X: y"):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as there:
        there.sendall(line + b"\r\nHost: localhost\r\n" + header + b"\r\nConnection: close\r\n\r\n")
        while there.recv(65536):
            pass


@pytest.mark.parametrize("form", [JSON, pytest.param(TEXT, marks=pytest.mark.nightly)])
def test_no_request_writes_a_line_of_its_own_into_the_log_of_the_server(form, tmp_path):
    small_model("binary", tmp_path / "models")
    environ = {"MODELS_DIR": str(tmp_path / "models"), "VAR_DIR": str(tmp_path / "var"), "LOG_FORMAT": form}
    log, options = tmp_path / "log", ("--access-logfile", "-", "-w", "1", "--log-level", "debug")
    with serving(gunicorn("app:create_server()", *options), "/healthz", log, **environ) as server:
        port = int(server.url.rpartition(":")[2])
        for line in RAW:
            send(port, line)
        for header in HEADERS:
            send(port, RAW[0], header)
        send(port, b"GET /api/v1/models/last HTTP/1.1", b"X-Request-Id: the-last")
        wait_until(lambda: log.read_text().count("/api/v1/models/last") >= 2, 10)
    said = log.read_text(encoding="utf-8")
    assert not BAD & set(said)
    assert "secret-of-a-customer" not in said
    assert said.count("forged") >= 2
    lines = said.splitlines()
    if form == TEXT:
        assert not [line for line in lines if line.startswith(("forged", "ERROR forged"))]
        return
    told = [json.loads(line) for line in lines]
    assert all({"time", "level", "logger", "message", "process"} <= each.keys() for each in told)
    (access,) = (each for each in told if each["logger"] == "gunicorn.access" and "models/last" in each["message"])
    assert (access["request_id"], access["method"], access["status"]) == ("the-last", "GET", 404)
    assert access["route"] == "/api/v1/models/<name>"
    assert 0 < access["duration_seconds"] < 10
    (refused,) = (
        each for each in told if each["logger"] == "api.http.request_ids" and "models/last" in each["message"]
    )
    assert (refused["request_id"], refused["route"]) == ("the-last", "/api/v1/models/<name>")
    assert {each["logger"] for each in told} >= {"gunicorn.error", "gunicorn.access"}
