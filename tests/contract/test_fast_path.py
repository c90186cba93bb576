"""The fast path around Flask and Flask's own way answer alike, whatever is sent: status, headers and body."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import random

import pytest

from api import create_api
from api.v1.fast_path import FastPath
from web.static import compress_text

GOOD = {"sl": 5.1, "sw": 3.5, "pl": 1.4, "pw": 0.2}
ID = "asked-7"  # otherwise each answer gets a number of its own
BODIES = [
    json.dumps(body).encode()
    for body in (
        GOOD,
        [GOOD],
        [GOOD, GOOD | {"sl": "6,1"}],
        {"records": [GOOD]},
        {"records": GOOD},
        {"instances": [GOOD]},
        {"columns": [*GOOD], "data": [[*GOOD.values()]]},
        {name: [value] for name, value in GOOD.items()},
        GOOD | {"sl": None},
        GOOD | {"sl": "a", "sw": "b"},
        GOOD | {"sl": 1e300},
        GOOD | {"more": 1},
        {"sl": 1},
        {},
        [],
        [1],
        None,
        "text",
        [GOOD] * 10,
        [GOOD] * 11,
    )
] + [b"", b" ", b"{x}", b"\xff\xfe", b"[NaN]", b'\xef\xbb\xbf{"sl": 1}', b"sl,sw,pl,pw\n5.1,3.5,1.4,0.2\n", b"[" * 1500]
NAMES = ("iris", "iris@00000000", "iris@", "IRIS", "nothing", "-", "iris/", "a%20b", "")
METHODS = ("POST", "POST", "POST", "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "post")
QUERIES = ("", "", "", "a=1", "extra=ignore", "cutoff=0.3")
ACCEPTS = (
    "",
    "*/*",
    "application/json",
    "text/plain",
    "text/csv",
    "text/html",
    "application/json;q=0",
    "a/b, text/*;q=0.1",
)
TYPES = (
    "",
    "application/json",
    "text/csv",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "é",
)
MORE = (
    {},
    {"HTTP_ORIGIN": "https://elsewhere.example", "HTTP_SEC_FETCH_SITE": "cross-site"},
    {"HTTP_CONTENT_ENCODING": "gzip"},
    {"HTTP_CONTENT_ENCODING": "identity"},
    {"HTTP_EXPECT": "100-continue"},
    {"HTTP_ACCEPT_ENCODING": "gzip"},
    {"HTTP_ACCEPT_LANGUAGE": "de"},
    {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"},
    {"HTTP_RANGE": "bytes=0-3"},
    {"HTTP_IF_NONE_MATCH": "*"},
    {"SCRIPT_NAME": "/apps/likely"},
)
LENGTHS = ("", "0", "-1", "x", "3", "99999", "9999999999")  # that are not the body's


def request(rng):
    """One request out of all of these; most are right in all but one or two points."""
    body = rng.choice(BODIES)
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/v1/models/iris/predict",
        "HTTP_X_REQUEST_ID": ID,
        "CONTENT_LENGTH": str(len(body)),
    }
    changes = (
        lambda: {"PATH_INFO": f"/api/v1/models/{rng.choice(NAMES)}/predict"},
        lambda: {"REQUEST_METHOD": rng.choice(METHODS)},
        lambda: {"QUERY_STRING": rng.choice(QUERIES)},
        lambda: {"HTTP_ACCEPT": rng.choice(ACCEPTS)},
        lambda: {"CONTENT_TYPE": rng.choice(TYPES)},
        lambda: {"CONTENT_LENGTH": rng.choice(LENGTHS)},
        lambda: {"CONTENT_LENGTH": "", "wsgi.input_terminated": True},
        lambda: dict(rng.choice(MORE)),
        lambda: dict(rng.choice(MORE)),
    )
    for change in rng.sample(changes, rng.choice((0, 1, 1, 1, 2, 3))):
        environ |= change()
    return environ, body


def answer(way, environ, body):
    """Status, headers and body as a client gets them: the fast path compresses nothing, which a client cannot tell."""
    said = {}

    def start(status, headers, exc_info=None):
        said.update(status=status, headers={(name.lower(), value) for name, value in headers})

    whole = {
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.errors": io.StringIO(),
        "wsgi.input": io.BytesIO(body),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    made = way(whole | environ, start)
    try:
        said["body"] = b"".join(made)
    finally:
        getattr(made, "close", lambda: None)()
    if (packing := ("content-encoding", "gzip")) in said["headers"]:
        packed, said["body"] = said["body"], gzip.decompress(said["body"])
        said["headers"] ^= {packing, ("content-length", str(len(packed))), ("content-length", str(len(said["body"])))}
    return said


@pytest.fixture(scope="module")
def ways(service):
    """The fast path as it is served, and Flask alone."""
    app = create_api(service, dict, 5_000, 10)
    compress_text(app)
    assert isinstance(app.wsgi_app, FastPath)
    return app.wsgi_app, app.wsgi_app._flask


def test_nobody_can_tell_which_way_a_request_went(ways):
    rng = random.Random(11)
    answered = set()
    for _ in range(2_000):
        environ, body = request(rng)
        short, flask = (answer(way, environ, body) for way in ways)
        assert short == flask, (environ, body[:200])
        answered.add(short["status"][:3])
    assert {"200", "400", "404", "405", "406", "413", "422"} <= answered


def test_each_body_is_answered_alike_under_each_accept(ways):
    for body, accept, encoding in itertools.product(BODIES, ACCEPTS, ("", "gzip")):
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/api/v1/models/iris/predict",
            "HTTP_X_REQUEST_ID": ID,
            "HTTP_ACCEPT": accept,
            "HTTP_ACCEPT_ENCODING": encoding,
            "CONTENT_LENGTH": str(len(body)),
        }
        short, flask = (answer(way, environ, body) for way in ways)
        assert short == flask, (accept, body[:200])


def test_the_short_way_is_taken_by_what_is_answered_well_and_by_nothing_else(ways, monkeypatch):
    app, gone = ways[0], []
    flask = app._flask
    monkeypatch.setattr(app, "_flask", lambda *request: gone.append(request) or flask(*request))
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/api/v1/models/iris/predict"}
    statuses = [answer(app, environ | {"CONTENT_LENGTH": str(len(body))}, body)["status"] for body in BODIES]
    well = statuses.count("200 OK")
    assert well >= 6
    assert len(gone) == len(BODIES) - well
