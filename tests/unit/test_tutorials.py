"""The calls that older tutorials print, sent by ``requests`` over a socket to the service as it is.

They serve one model each with a few lines of Flask, at ``/``, ``/predict`` or ``/api``, and read JSON out of whatever
type the body is said to have. The addresses are theirs but for host and port.
"""

import json
from contextlib import contextmanager

import pandas as pd
import pytest
import requests

from app import create_server
from settings import Settings
from tests.serving import served

FLOWER = {"sl": 5.84, "sw": 3.0, "pl": 3.75, "pw": 1.1}
IN_JSON = {"Content-Type": "application/json", "Accept": "application/json"}
AS_CURL = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "*/*"}  # what curl -d says of any body


@contextmanager
def running(models_dir, var, model):
    settings = Settings.from_environ(
        {"MODELS_DIR": str(models_dir), "VAR_DIR": str(var), "DEFAULT_MODEL": model, "LOG_LEVEL": "error"}
    )
    with served(create_server(settings)) as address:
        yield address


@pytest.fixture(scope="module")
def iris(models_dir, tmp_path_factory):
    with running(models_dir, tmp_path_factory.mktemp("var"), "iris") as url:
        yield url


@pytest.fixture(scope="module")
def loan(models_dir, tmp_path_factory):
    with running(models_dir, tmp_path_factory.mktemp("var"), "loan") as url:
        yield url


@pytest.fixture(scope="module")
def label(service):
    return service.score("iris", [FLOWER]).scores[0].labels[0]


@pytest.mark.parametrize("path", ["/", "/predict", "/api", "/iris/predict"])
@pytest.mark.parametrize(
    "call",
    [
        lambda url: requests.post(url, json.dumps(FLOWER), timeout=30),
        lambda url: requests.post(url, json=FLOWER, timeout=30),
        lambda url: requests.post(url, data=json.dumps(FLOWER), headers=IN_JSON, timeout=30),
        lambda url: requests.post(url, data=json.dumps([FLOWER]), headers=IN_JSON, timeout=30),
        lambda url: requests.post(url, data=FLOWER, headers={"Accept": "application/json"}, timeout=30),
    ],
    ids=["a text without a type", "json=", "with headers", "a list", "a form that wants JSON"],
)
def test_the_iris_tutorials_call(iris, label, path, call):
    answer = call(iris + path).json()
    assert answer["prediction"] == answer["results"] == [label]
    assert [each["label"] for each in answer["predictions"]] == [label]


@pytest.mark.parametrize("path", ["/", "/predict", "/iris/predict"])
@pytest.mark.parametrize(
    "call",
    [
        lambda url: requests.post(url, data=FLOWER, timeout=30),
        lambda url: requests.post(url, files={name: (None, str(value)) for name, value in FLOWER.items()}, timeout=30),
        lambda url: requests.post(url, data=FLOWER, headers={"Accept": "text/html,*/*;q=0.8"}, timeout=30),
    ],
    ids=["a form", "a form in parts", "a form of a browser"],
)
def test_a_form_gets_the_bare_label(iris, label, path, call):
    answer = call(iris + path)
    assert (answer.status_code, answer.text) == (200, label)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_what_curl_sends_without_being_told_a_type(iris, label):
    answer = requests.post(iris, data=json.dumps(FLOWER), headers=AS_CURL, timeout=30)
    assert answer.status_code == 200
    assert label in answer.text


def test_the_loan_tutorials_call(loan, service):
    example = {feature.name: feature.default for feature in service.model("loan").schema.features}
    frame = pd.DataFrame([{"Loan_ID": "LP001", **example}, {"Loan_ID": "LP002", **example, "LoanAmount": None}])
    data = frame.to_json(orient="records")
    answer = requests.post(f"{loan}/predict", data=json.dumps(data), headers=IN_JSON, timeout=30)
    assert answer.status_code == 200, answer.text
    wanted = service.score("loan", json.loads(data)).scores
    assert [each["id"] for each in answer.json()["predictions"]] == ["LP001", "LP002"]
    assert answer.json()["prediction"] == [score.labels[0] for score in wanted]


def test_a_form_with_something_wrong_is_told_what(iris):
    answer = requests.post(f"{iris}/iris/predict", data=FLOWER | {"sl": "long"}, timeout=30)
    assert answer.status_code == 422
    assert answer.json()["error"]["problems"][0]["feature"] == "sepal_length"
