"""What the API says of its models and of itself."""

import shutil

import pytest

from api import create_api
from ml.service import open_service


def make(service, ready=dict):
    return create_api(service, ready, max_body=100_000, max_records=500).test_client()


@pytest.fixture(scope="module")
def client(service):
    return make(service)


def test_all_models_are_listed_with_their_keys_and_links(client, service):
    models = client.get("/api/v1/models").json["models"]
    assert [model["name"] for model in models] == ["bank-products", "breast-cancer", "iris", "loan"]
    iris = models[2]
    assert iris["model"] == service.model("iris").key
    assert iris["exclusive"] is True
    assert iris["outcomes"][0] == {"name": "setosa", "label": "Setosa"}
    assert iris["links"] == {"self": "/api/v1/models/iris", "predict": "/api/v1/models/iris/predict"}
    assert models[0]["exclusive"] is False


@pytest.mark.parametrize("path", ["/api/v1/models", "/api/v1/models/iris"])
def test_a_slash_at_the_end_is_no_other_address(client, path):
    assert client.get(path + "/").json == client.get(path).json


def test_a_model_tells_what_it_asks_for(client):
    loan = client.get("/api/v1/models/loan").json
    assert loan["record_id"] == "Loan_ID"
    features = {feature["name"]: feature for feature in loan["features"]}
    assert features["Gender"]["kind"] == "category"
    assert features["Gender"]["choices"] == [{"value": "Female", "label": "Female"}, {"value": "Male", "label": "Male"}]
    assert features["Gender"]["required"] is False
    assert features["LoanAmount"]["unit"] == "thousand"
    assert features["LoanAmount"]["low"] == 0
    assert "loan_amount" in features["LoanAmount"]["aliases"]


@pytest.mark.parametrize("name", ["iris", "breast-cancer", "loan", "bank-products"])
def test_the_example_of_a_model_is_a_record_that_it_takes(client, name):
    described = client.get(f"/api/v1/models/{name}").json
    answer = client.post(described["links"]["predict"], json=described["example"])
    assert answer.status_code == 200
    assert answer.json["model"] == described["model"]
    assert "notes" not in answer.json["predictions"][0]


def test_a_version_is_described_under_its_key(client, service):
    key = service.model("iris").key
    described = client.get(f"/api/v1/models/{key}").json
    assert described["links"]["self"] == f"/api/v1/models/{key}"
    assert described["name"] == "iris"


def test_a_broken_model_is_listed_with_its_fault_and_the_others_serve(models_dir, tmp_path):
    folder = shutil.copytree(models_dir, tmp_path / "models")
    live = (folder / "iris" / "live").read_text().strip()
    (folder / "iris" / live / "schema.json").write_text("{}")
    client = make(open_service(folder))
    models = {model["name"]: model for model in client.get("/api/v1/models").json["models"]}
    assert models["iris"]["error"]["code"] == "broken_model"
    assert "error" not in models["loan"]
    assert client.get("/api/v1/models/iris").status_code == 503
    assert client.post("/api/v1/models/iris/predict", json={}).status_code == 503
    assert client.post("/api/v1/models/loan/predict", json={}).status_code == 200


def test_without_models_the_list_is_empty(tmp_path):
    assert make(open_service(tmp_path)).get("/api/v1/models").json == {"models": []}


def test_alive_does_no_work():
    def fail():
        raise AssertionError

    answer = make(None, fail).get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"alive": True})


@pytest.mark.parametrize(
    ("part", "status", "ready"),
    [(None, 200, True), ("store", 503, False), ("models", 503, False), ("cache", 200, True), ("model iris", 200, True)],
)
def test_ready_says_which_part_is_not(service, part, status, ready):
    parts = {"models": None, "store": None, "cache": None, "model iris": None} | ({part: "Gone."} if part else {})
    answer = make(service, lambda: parts).get("/readyz")
    assert answer.status_code == status
    assert answer.json == {"ready": ready, "degraded": part is not None, "parts": parts}
