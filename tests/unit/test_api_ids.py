"""Each answer has a number, and the log knows a refused request by it but none of its values."""

import json
import logging

import pytest

from api import create_api

GOOD = {"sl": 5.1, "sw": 3.5, "pl": 1.4, "pw": 0.2}
IRIS = "/api/v1/models/iris/predict"


@pytest.fixture
def client(service):
    return create_api(service, dict, 100_000, 500, "iris").test_client()


def test_a_sane_name_is_kept_and_any_other_replaced(client):
    body = json.dumps(GOOD)
    for path, way in ((IRIS, "short"), (f"{IRIS}?explain=true", "Flask's")):
        kept = client.post(path, data=body, headers={"X-Request-Id": "crm:2026-11.call_7"})
        assert kept.headers["X-Request-Id"] == "crm:2026-11.call_7", way
    for sent in ("", "two words", "x" * 65, "ä", "<script>", "a\tb"):
        new = client.post(IRIS, data=body, headers={"X-Request-Id": sent}).headers["X-Request-Id"]
        assert new != sent
        assert len(new) == 16
        assert int(new, 16) >= 0
    first, second = (client.post(IRIS, data=body).headers["X-Request-Id"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/models", "/v2", "/v2/models/nobody", "/api/v1/nowhere", "/ping"])
def test_every_answer_has_one(client, path):
    assert client.get(path, headers={"X-Request-Id": "mine"}).headers.getlist("X-Request-Id") == ["mine"]


def test_the_version_that_scored_is_named(client, service):
    key = service.model("iris").key
    tensors = [{"name": name, "datatype": "FP64", "shape": [1], "data": [value]} for name, value in GOOD.items()]
    asked = {
        IRIS: GOOD, f"{IRIS}?explain=true": GOOD, "/invocations": {"dataframe_records": [GOOD]},
        "/v2/models/iris/infer": {"inputs": tensors},
    }  # fmt: skip
    for path, body in asked.items():
        answer = client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        assert answer.headers.getlist("X-Model") == [key]
    refused = client.post(IRIS, json={**GOOD, "sl": "secret"})
    assert refused.status_code == 422
    assert "X-Model" not in refused.headers


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (IRIS, {**GOOD, "sl": "geheim"}, 422),
        (f"{IRIS}?geheim=geheim", GOOD, 400),
        ("/v2/models/iris/infer", {"inputs": "geheim"}, 400),
        ("/invocations", {"instances": ["geheim"]}, None),
    ],
)
def test_the_log_knows_a_refused_request_and_none_of_its_values(client, caplog, path, body, status):
    with caplog.at_level(logging.DEBUG):
        answer = client.post(path, json=body, headers={"X-Request-Id": "call-7"})
    assert answer.status_code == status or (status is None and answer.status_code >= 400)
    line = next(line for line in caplog.messages if "call-7" in line)
    assert path.partition("?")[0] in line
    assert str(answer.status_code) in line
    assert "geheim" not in caplog.text


def test_an_address_cannot_write_lines_into_the_log(client, caplog):
    with caplog.at_level(logging.INFO):
        client.get("/api/v1/x%0Arequest forged")
    assert all("\n" not in line for line in caplog.messages)
    assert any("forged" in line for line in caplog.messages)


def test_what_failed_is_told_and_logged_under_the_number_of_the_request(client, service, monkeypatch, caplog):
    monkeypatch.setattr(type(service), "score", lambda *_: 1 / 0)
    answer = client.post(IRIS, json=GOOD, headers={"X-Request-Id": "call-8"})
    assert answer.status_code == 500
    assert "request call-8" in answer.json["error"]["hint"]
    assert any("call-8" in record.getMessage() and record.exc_info for record in caplog.records)
