"""Query parameters: what a view does not declare is refused, at every address of the API."""

import re
from unittest.mock import MagicMock

import pytest

from api import create_api
from api.http.query import ANY, taken_by

FREE = {"healthz", "readyz", "docs", "plot_data"}  # probers and links add what they like; a plot reads its own options


@pytest.fixture(scope="module")
def app():
    """Without models: parameters are refused before anything is asked of them."""
    return create_api(MagicMock(), dict, 1_000, 10, campaign_service=MagicMock())


def questions(app):
    """Endpoint, method and an address of each route."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
            path = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)
            yield rule.endpoint, method, re.sub(r"<[^>]+>", "x", path)


def test_a_parameter_that_no_view_reads_is_refused_at_every_address(app):
    asked = list(questions(app))
    assert len(asked) > 25
    for endpoint, method, path in asked:
        if endpoint in FREE:
            assert taken_by(app.view_functions[endpoint]) == (ANY,)
            continue
        answer = app.test_client().open(f"{path}?nonsense=1", method=method)
        assert answer.status_code == 400, (endpoint, answer.text)
        assert "nonsense" in answer.text
        for name in taken_by(app.view_functions[endpoint]):
            assert name in answer.text


def test_a_parameter_that_comes_twice_is_refused(app):
    answer = app.test_client().post("/api/v1/models/x/predict?version=1&version=2", data=b"{}")
    assert answer.json["error"]["code"] == "bad_parameter"
    assert answer.json["error"]["message"] == "version came 2 times."


def test_an_address_that_is_not_there_stays_404_and_a_wrong_method_405(app):
    client = app.test_client()
    assert client.get("/api/v1/nothing?nonsense=1").status_code == 404
    assert client.delete("/healthz?nonsense=1").status_code == 405
    assert client.options("/api/v1/models?nonsense=1").status_code == 200
    assert client.get("/healthz?nonsense=1").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "key"),
    [
        ("GET", "/v2/nothing", 404, "error"),
        ("POST", "/v2/models/x/unload", 404, "error"),
        ("POST", "/v2/repository/models/x/load", 404, "error"),
        ("DELETE", "/v2/models/x/infer", 405, "error"),
        ("POST", "/v2/models/x/infer?nonsense=1", 400, "error"),
        ("GET", "/invocations", 405, "message"),
        ("POST", "/invocations/nothing", 404, "message"),
        ("PUT", "/api/v1/models/x/invocations", 405, "message"),
        ("GET", "/v1/nothing", 404, "error"),
        ("GET", "/v1/models/x:predict", 405, "error"),
        ("POST", "/v1/models/x:explain", 404, "error"),
        ("GET", "/score", 405, "message"),
        ("POST", "/score/nothing", 404, "message"),
    ],
)
def test_errors_have_the_shape_of_the_protocol_whose_address_was_asked(app, method, path, status, key):
    answer = app.test_client().open(path, method=method)
    assert answer.status_code == status
    assert isinstance(answer.json[key], str)
    if status == 405:
        assert answer.headers["Allow"]
