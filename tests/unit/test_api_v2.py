"""The Open Inference Protocol: tensors in and out, as JSON and as bytes, and what is refused."""

import json
import struct

import numpy as np
import pytest

from api import create_api
from ml.service import open_service
from tests.small import small_model

FLOWERS = np.array([[5.1, 3.5, 1.4, 0.2], [6.8, 2.8, 4.8, 1.4]])
NAMES = ("sepal_length", "sepal_width", "petal_length", "petal_width")
IRIS = "/v2/models/iris/infer"


@pytest.fixture(scope="module")
def client(service):
    return create_api(service, dict, max_body=1_000_000, max_records=100).test_client()


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    for sort in ("independent", "labels-only"):
        small_model(sort, folder)
    return create_api(open_service(folder), dict, max_body=1_000_000, max_records=100).test_client()


def tensors(values=FLOWERS, datatype="FP64"):
    return [
        {"name": name, "shape": [len(values), 1], "datatype": datatype, "data": values[:, at].tolist()}
        for at, name in enumerate(NAMES)
    ]


def ask(client, inputs, path=IRIS, **more):
    return client.post(path, json={"inputs": inputs, **more})


def outputs(answer):
    assert answer.status_code == 200, answer.text
    return {each["name"]: each for each in answer.json["outputs"]}


def own_numbers(service, values=FLOWERS):
    scores = service.score("iris", [dict(zip(NAMES, row, strict=True)) for row in values.tolist()]).scores
    return [score.labels[0] for score in scores], [number for score in scores for number in score.probabilities]


def test_a_tensor_a_feature_gives_labels_and_probabilities(client, service):
    answer = ask(client, tensors(), id="mine")
    labels, numbers = own_numbers(service)
    found = outputs(answer)
    assert answer.json["id"] == "mine"
    assert f"{answer.json['model_name']}@{answer.json['model_version']}" == service.model("iris").key
    assert found["predict"] == {"name": "predict", "datatype": "BYTES", "shape": [2], "data": labels}
    assert found["predict_proba"] == {"name": "predict_proba", "datatype": "FP64", "shape": [2, 3], "data": numbers}


def test_one_tensor_with_a_column_a_feature_is_read_in_schema_order(client, service):
    wide = [{"name": "input-0", "shape": [2, 4], "datatype": "FP64", "data": FLOWERS.tolist()}]
    assert outputs(ask(client, wide))["predict_proba"]["data"] == own_numbers(service)[1]


def test_bytes_behind_the_json_part_are_the_same_numbers(client, service):
    inputs, tail = [], b""
    for at, name in enumerate(NAMES):
        raw = FLOWERS[:, at].astype("<f8").tobytes()
        size = {"binary_data_size": len(raw)}
        inputs.append({"name": name, "shape": [2], "datatype": "FP64", "parameters": size})
        tail += raw
    head = json.dumps({"inputs": inputs, "parameters": {"binary_data_output": True}}).encode()
    length = {"Inference-Header-Content-Length": str(len(head))}
    answer = client.post(IRIS, data=head + tail, headers=length)
    assert answer.status_code == 200, answer.text
    size = int(answer.headers["Inference-Header-Content-Length"])
    described, raw = json.loads(answer.data[:size]), answer.data[size:]
    sizes = [each["parameters"]["binary_data_size"] for each in described["outputs"]]
    labels, numbers = own_numbers(service)
    assert sum(sizes) == len(raw)
    assert raw[: sizes[0]] == b"".join(struct.pack("<I", len(label)) + label.encode() for label in labels)
    assert np.frombuffer(raw[sizes[0] :], "<f8").tolist() == numbers


def test_only_the_outputs_that_are_asked_for_come(client):
    assert list(outputs(ask(client, tensors(), outputs=[{"name": "predict_proba"}]))) == ["predict_proba"]


def test_null_and_nan_say_that_a_value_is_not_known(client):
    loan = client.get("/api/v1/models/loan").json["example"]
    given = [
        {"name": name, "shape": [1], "datatype": "BYTES", "data": [None if value is None else str(value)]}
        for name, value in loan.items()
        if name != "LoanAmount"
    ]
    amount = {"name": "LoanAmount", "shape": [1], "datatype": "FP64"}
    nothing = outputs(ask(client, [*given, {**amount, "data": [None]}], "/v2/models/loan/infer"))
    body = json.dumps({"inputs": [*given, {**amount, "data": [float("nan")]}]})
    assert "NaN" in body
    assert outputs(client.post("/v2/models/loan/infer", data=body)) == nothing
    assert outputs(ask(client, given, "/v2/models/loan/infer")) == nothing


def test_independent_outcomes_have_a_column_each(small):
    record = {"income": 70.0, "debt": 1.0, "shoe_size": 40}
    inputs = [{"name": name, "shape": [1], "datatype": "FP32", "data": [value]} for name, value in record.items()]
    inputs.append({"name": "region", "shape": [1, 1], "datatype": "BYTES", "data": [["south"]]})
    found = outputs(ask(small, inputs, "/v2/models/independent/infer"))
    assert found["predict"]["shape"] == [1, 2]
    assert set(found["predict"]["data"]) <= {0, 1}
    assert len(found["predict_proba"]["data"]) == 2


def test_a_model_without_probabilities_gives_labels_and_says_what_to_do(small):
    inputs = [
        {"name": "income", "shape": [1], "datatype": "INT64", "data": [70]},
        {"name": "debt", "shape": [1], "datatype": "INT64", "data": [1]},
        {"name": "shoe_size", "shape": [1], "datatype": "INT64", "data": [40]},
        {"name": "region", "shape": [1], "datatype": "BYTES", "data": ["south"]},
    ]
    path = "/v2/models/labels-only/infer"
    assert list(outputs(ask(small, inputs, path))) == ["predict"]
    refused = ask(small, inputs, path, outputs=[{"name": "predict_proba"}])
    assert refused.status_code == 400
    assert "CalibratedClassifierCV" in refused.json["error"]


def test_metadata_names_the_tensors(client, service):
    said = client.get("/v2/models/iris").json
    assert said["versions"] == [service.model("iris").fingerprint]
    assert [each["name"] for each in said["inputs"]] == list(NAMES)
    assert {each["datatype"] for each in said["inputs"]} == {"FP64"}
    assert [(each["name"], each["shape"]) for each in said["outputs"]] == [
        ("predict", [-1]),
        ("predict_proba", [-1, 3]),
    ]
    version = said["versions"][0]
    assert client.get(f"/v2/models/iris/versions/{version}").json == said


def test_health_and_readiness(client, service):
    version = service.model("iris").fingerprint
    assert client.get("/v2").json["extensions"] == ["binary_tensor_data"]
    assert client.get("/v2/health/live").json == {"live": True}
    assert client.get("/v2/health/ready").status_code == 200
    assert client.get("/v2/models/iris/ready").json == {"ready": True, "name": "iris"}
    assert client.get(f"/v2/models/iris/versions/{version}/ready").status_code == 200
    lost = create_api(service, lambda: {"store": "gone"}, 1000, 10).test_client()
    assert lost.get("/v2/health/ready").status_code == 503


def one(**change):
    return [{"name": "sepal_length", "shape": [1], "datatype": "FP64", "data": [5.1], **change}]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, '"inputs" is missing'),
        ({"inputs": []}, '"inputs" is missing'),
        ({"inputs": ["x"]}, "no name"),
        ({"inputs": one(datatype="FP128")}, "FP128"),
        ({"inputs": one(datatype=["FP64"])}, "datatype"),
        ({"inputs": one(shape=[])}, "no usable shape"),
        ({"inputs": one(shape=[0])}, "no usable shape"),
        ({"inputs": one(shape=[True])}, "no usable shape"),
        ({"inputs": one(shape=[1, 1, 1])}, "no usable shape"),
        ({"inputs": one(shape=[2])}, "its shape asks for 2"),
        ({"inputs": one(data=5.1)}, 'no list under "data"'),
        ({"inputs": one(data=[[[[[[5.1]]]]]])}, 'no list under "data"'),
        ({"inputs": one(data=["5.1"])}, "FP64"),
        ({"inputs": one(data=[True])}, "FP64"),
        ({"inputs": one(datatype="BOOL", data=[1])}, "BOOL"),
        ({"inputs": one(data=[{"a": 1}])}, "FP64"),
        ({"inputs": one(parameters={"binary_data_size": 8}, data=[1])}, "not there"),
        ({"inputs": one() + one()}, "more than once"),
        ({"inputs": one(shape=[1, 3], data=[1, 2, 3])}, "3 columns"),
        ({"inputs": one(shape=[101], data=[1.0] * 101)}, "More than 100 records"),
        ({"inputs": one(), "outputs": "predict"}, '"outputs" is a list'),
        ({"inputs": one(), "outputs": [{"name": "x"}]}, "Known: predict, predict_proba"),
        ({"inputs": one(name="sepal")}, "Did you mean"),
        ([], "no object"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_sentence(client, body, words):
    answer = client.post(IRIS, json=body)
    assert 400 <= answer.status_code < 500
    assert list(answer.json) == ["error"]
    assert words in answer.json["error"]
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("data", "length", "words"),
    [
        (b"{", None, "not JSON"),
        (b"\xff", None, "not UTF-8"),
        (b'{"inputs": [{}]}', "999", "999"),
        (b'{"inputs": [{}]}', "-1", "-1"),
        (b'{"inputs": [{}]}', "x", "'x'"),
        (b"[" * 100_000, None, "nested too deep"),
        (json.dumps({"inputs": one()}).encode() + b"1234", "98", "bytes"),
    ],
)
def test_a_body_that_is_no_request_is_told_why(client, data, length, words):
    answer = client.post(IRIS, data=data, headers={"Inference-Header-Content-Length": length} if length else {})
    assert answer.status_code == 400
    assert words in answer.json["error"]


@pytest.mark.parametrize(
    ("raw", "datatype"), [(b"1234567", "FP64"), (b"\x05\x00\x00\x00ab", "BYTES"), (b"\x01\x00\x00\x00\xff", "BYTES")]
)
def test_bytes_that_are_no_values_are_refused(client, raw, datatype):
    inputs = one(datatype=datatype, parameters={"binary_data_size": len(raw)})
    del inputs[0]["data"]
    head = json.dumps({"inputs": inputs}).encode()
    answer = client.post(IRIS, data=head + raw, headers={"Inference-Header-Content-Length": str(len(head))})
    assert answer.status_code == 400
    assert "sepal_length" in answer.json["error"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v2/models/nobody/infer", 404),
        ("/v2/models/iris/versions/00000000/infer", 404),
        ("/v2/models/iris@47c5fa66/infer", 404),
        ("/v2/models/iris/versions/../infer", 404),
    ],
)
def test_an_unknown_model_or_version_is_404(client, path, status):
    answer = ask(client, tensors(), path)
    assert answer.status_code == status
    assert "error" in answer.json


def test_a_wrong_value_is_named_with_its_record(client):
    answer = ask(client, tensors(np.array([[5.1, 3.5, 1.4, 0.2], [-1.0, 3.5, 1.4, 0.2]])))
    assert answer.status_code == 422
    assert answer.json["error"].startswith("record 1, sepal_length: ")
