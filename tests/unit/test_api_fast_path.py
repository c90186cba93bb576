"""The way around Flask: who takes it, and that nobody can tell."""

import io
import json

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from api import create_api
from api.v1.fast_path import SHORT

IRIS = "/api/v1/models/iris/predict"
GOOD = {"sl": 5.1, "sw": 3.5, "pl": 1.4, "pw": 0.2}
BODY = json.dumps(GOOD).encode()


@pytest.fixture
def api(service, monkeypatch):
    """An API, and the addresses that Flask itself was asked for."""
    asked = []
    really = Flask.full_dispatch_request

    def noted(self):
        asked.append(1)
        return really(self)

    monkeypatch.setattr(Flask, "full_dispatch_request", noted)
    return create_api(service, dict, 100_000, 500), asked


def test_a_small_record_goes_the_short_way_and_a_long_body_does_not(api):
    app, asked = api
    short = app.test_client().post(IRIS, data=BODY)
    assert asked == []
    long = app.test_client().post(IRIS, data=BODY + b" " * SHORT)
    assert asked == [1]
    assert (short.status_code, short.content_type, short.data) == (long.status_code, long.content_type, long.data)


@pytest.mark.parametrize("accept", ["application/json", "text/plain", "text/csv"])
def test_both_ways_write_the_same(api, accept):
    client = api[0].test_client()
    short, long = (client.post(IRIS, data=data, headers={"Accept": accept}) for data in (BODY, BODY + b" " * SHORT))
    assert short.data == long.data
    assert short.headers["Content-Type"] == long.headers["Content-Type"]
    assert short.headers["Content-Length"] == long.headers["Content-Length"]


@pytest.mark.parametrize("body", [b"{}", b"{x}", b"[NaN]", b"[]"])
def test_errors_are_answered_by_flask_in_the_same_words(api, body):
    app, asked = api
    short, long = (app.test_client().post(IRIS, data=data) for data in (body, body + b" " * SHORT))
    assert asked == [1, 1]
    assert short.status_code == long.status_code >= 400
    assert short.json == long.json


def test_a_hook_before_requests_closes_the_short_way(api):
    app, _ = api
    app.before_request(lambda: abort(401))
    assert FlaskClient(app, app.response_class).post(IRIS, data=BODY).status_code == 401  # which no contract tells


def test_a_body_in_chunks_is_read_whole(api):
    answer = (
        api[0]
        .test_client()
        .post(IRIS, input_stream=io.BytesIO(BODY), environ_overrides={"wsgi.input_terminated": True})
    )
    assert answer.json["predictions"][0]["label"] == "setosa"


def test_the_limit_of_the_body_holds_on_both_ways(service):
    client = create_api(service, dict, max_body=40, max_records=500).test_client()
    assert client.post(IRIS, data=BODY).status_code == 413


def test_the_limit_of_records_holds_on_both_ways(service):
    client = create_api(service, dict, max_body=100_000, max_records=1).test_client()
    assert client.post(IRIS, data=b"[" + BODY + b"," + BODY + b"]").status_code == 413
