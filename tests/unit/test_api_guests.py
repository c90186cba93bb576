"""The protocols of other servers: what their documents print goes in, their answers and errors come out."""

import json

import pandas as pd
import pytest

from api import create_api
from api.protocols.sagemaker import has_header
from ml.errors import Unreadable
from ml.service import open_service
from tests.small import small_service

PEOPLE = [
    {"income": 70.0, "debt": 1.0, "shoe_size": 40, "region": "south"},
    {"income": 20.5, "debt": 30.0, "shoe_size": 38, "region": "west"},
]
FRAME = pd.DataFrame(PEOPLE)
ROWS = [list(person.values()) for person in PEOPLE]
COLUMNS = {name: [person[name] for person in PEOPLE] for name in PEOPLE[0]}
TEXTS = {name: [str(value) for value in column] for name, column in COLUMNS.items()}
CURL = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("small"), "binary", "independent", "labels-only")


@pytest.fixture(scope="module")
def client(service):
    return create_api(service, dict, 100_000, 50, "binary").test_client()


@pytest.fixture(scope="module")
def labels(service):
    found = [score.labels[0] for score in service.score("binary", PEOPLE).scores]
    assert set(found) == {"yes", "no"}
    return found


@pytest.fixture(scope="module")
def numbers(service):
    return [list(score.probabilities) for score in service.score("binary", PEOPLE).scores]


KSERVE = {
    "records": ({"instances": PEOPLE}, "predictions"),
    "rows": ({"instances": ROWS}, "predictions"),
    "rows, as TensorFlow Serving's clients name them": (
        {"signature_name": "serving_default", "instances": ROWS}, "predictions",
    ),
    "columns": ({"inputs": COLUMNS}, "outputs"),
    "columns of lists of one": ({"inputs": {name: [[v] for v in each] for name, each in COLUMNS.items()}}, "outputs"),
}  # fmt: skip


@pytest.mark.parametrize("content_type", ["application/json", CURL, ""])
@pytest.mark.parametrize("form", KSERVE)
def test_kserve_v1_and_tensorflow_serving(client, service, labels, form, content_type):
    body, key = KSERVE[form]
    version = service.model("binary").fingerprint
    for path in ("/v1/models/binary:predict", f"/v1/models/binary/versions/{version}:predict"):
        answer = client.post(path, data=json.dumps(body), content_type=content_type)
        assert (answer.status_code, answer.json) == (200, {key: labels})
        assert answer.headers["X-Model"] == f"binary@{version}"


def test_kserve_v1_lists_models_and_says_which_serve(client, service):
    assert client.get("/v1/models").json == {"models": ["binary", "independent", "labels-only"]}
    for path in ("/v1/models/binary", f"/v1/models/binary/versions/{service.model('binary').fingerprint}"):
        found = client.get(path).json
        assert (found["name"], found["ready"]) == ("binary", True)
        assert found["model_version_status"][0]["state"] == "AVAILABLE"


AZURE = {
    "split": {"input_data": json.loads(FRAME.to_json(orient="split"))},
    "split without an index": {"input_data": {"columns": list(FRAME), "data": ROWS}},
    "records": {"input_data": PEOPLE},
    "rows": {"input_data": ROWS},
    "columns": {"input_data": COLUMNS},
    "older scripts, rows": {"data": ROWS},
    "older scripts, records": {"data": PEOPLE},
}


@pytest.mark.parametrize("form", AZURE)
def test_azures_endpoints(client, labels, form):
    for path in ("/score", "/api/v1/models/binary/score"):
        answer = client.post(path, json=AZURE[form])
        assert (answer.status_code, answer.json) == (200, labels)


def test_azures_automated_ml_and_parameters(client, labels, numbers):
    body = {"Inputs": {"data": PEOPLE}, "GlobalParameters": {"method": "predict_proba"}}
    assert client.post("/score", json=body).json == {"Results": numbers}
    assert client.post("/score", json={"Inputs": {"data": PEOPLE}, "GlobalParameters": 1.0}).json == {"Results": labels}
    body = {"input_data": PEOPLE, "params": {"predict_method": "predict_proba"}}
    assert client.post("/score", json=body).json == numbers


@pytest.mark.parametrize("body", [{"table": TEXTS}, {"inputs": {"data": TEXTS}}, {"table": COLUMNS}])
def test_hugging_faces_tables_get_labels(client, labels, body):
    for path in ("/", "/predict", "/binary/predict"):
        assert client.post(path, json=body).json == labels


@pytest.mark.parametrize("inputs", [PEOPLE, ROWS, COLUMNS])
def test_hugging_faces_inputs_get_labels_with_scores(client, service, labels, numbers, inputs):
    answer = client.post("/", json={"inputs": inputs, "options": {"wait_for_model": True}}).json
    names = service.model("binary").outcomes.names
    for found, label, row in zip(answer, labels, numbers, strict=True):
        assert {each["label"]: each["score"] for each in found} == dict(zip(names, row, strict=True))
        assert found[0]["label"] == label
    best = client.post("/", json={"inputs": inputs, "parameters": {"top_k": 1}}).json
    assert best == [found[:1] for found in answer]


def test_hugging_faces_body_may_be_said_to_be_a_form(client, labels):
    answer = client.post("/", data=json.dumps({"table": TEXTS}), content_type=CURL)
    assert answer.json == labels


def test_hugging_faces_single_record_is_a_list_of_one(client, labels):
    assert client.post("/", json={"inputs": PEOPLE[0]}).json[0][0]["label"] == labels[0]


CSV = {
    "without a header": (FRAME.to_csv(index=False, header=False), "text/csv"),
    "with one": (FRAME.to_csv(index=False), "text/csv"),
    "one in another order": (FRAME[[*FRAME][::-1]].to_csv(index=False), "text/csv"),
    "without, semicolons": (FRAME.to_csv(index=False, header=False, sep=";"), "text/csv"),
    "without, blank lines": ("\n\n" + FRAME.to_csv(index=False, header=False), "text/csv"),
    "without, said": (FRAME.to_csv(index=False, header=False), "text/csv; header=absent"),
    "with, said": (FRAME.to_csv(index=False), "text/csv; charset=utf-8; header=present"),
    "without, CRLF and quotes": ('"70.0","1.0","40","south"\r\n20.5,30.0,38,west', "text/csv"),
}


@pytest.mark.parametrize("form", CSV)
def test_sagemakers_tables(client, labels, form):
    text, kind = CSV[form]
    assert client.post("/invocations", data=text, content_type=kind).json == {"predictions": labels}
    lines = client.post("/invocations", data=text, content_type=kind, headers={"Accept": "text/csv"})
    assert lines.content_type.startswith("text/csv")
    assert lines.text == "".join(f"{label}\n" for label in labels)


def test_sagemakers_lines_of_independent_outcomes(client):
    path = "/api/v1/models/independent/invocations"
    flags = client.post(path, json={"dataframe_records": PEOPLE}).json["predictions"]
    text = FRAME.to_csv(index=False, header=False)
    lines = client.post(path, data=text, content_type="text/csv", headers={"Accept": "text/csv"}).text
    assert lines == "".join(f"{','.join(map(str, row))}\n" for row in flags)


@pytest.mark.parametrize(
    ("cells", "header"),
    [
        (["income", "debt", "shoe_size", "region"], True),
        (["region", " income ", "shoe_size", "debt"], True),
        (["income", "debt", "shoesize", "region"], True),  # a typing error is told, and no record
        (["id", "income", "debt"], True),
        (["income"], True),
        (["70.0", "1.0", "40", "south"], False),
        (["", "", "", ""], False),
        (["70.0", "1.0", "40", "income"], False),  # a category may be called as a feature is
        (["a", "b", "c", "d"], False),
    ],
)
def test_a_header_names_features(service, cells, header):
    assert has_header(cells, service.model("binary").schema) is header


@pytest.mark.parametrize("cells", [["70.0", "1.0", "40"], ["70.0", "1.0", "40", "south", "x"]])
def test_a_line_that_can_be_neither_is_refused(service, cells):
    with pytest.raises(Unreadable, match=f"names no feature, and has {len(cells)} cells; there are 4 features"):
        has_header(cells, service.model("binary").schema)


V1, AML, HF = "/v1/models/binary:predict", "/score", "/"


@pytest.mark.parametrize(
    ("path", "body", "status", "key", "words"),
    [
        (V1, {}, 400, "error", "instances"),
        (V1, [], 400, "error", "no object"),
        (V1, {"instances": PEOPLE, "inputs": COLUMNS}, 400, "error", "inputs, instances"),
        (V1, {"instances": []}, 400, "error", "no record"),
        (V1, {"instances": "x"}, 400, "error", "no list"),
        (V1, {"instances": [[1]]}, 400, "error", "1 values; there are 4 columns"),
        (V1, {"instances": [1, 2]}, 400, "error", "1 values; there are 4 columns"),
        (V1, {"instances": PEOPLE * 26}, 413, "error", "More than 50 records"),
        (V1, {"instances": [{"income": "x"}]}, 422, "error", "record 0, income"),
        ("/v1/models/nobody:predict", {"instances": ROWS}, 404, "error", "nobody"),
        ("/v1/models/binary@00:predict", {"instances": ROWS}, 404, "error", "versions"),
        ("/v1/models/binary/versions/00:predict", {"instances": ROWS}, 404, "error", "00"),
        (AML, {}, 400, "message", "input_data"),
        (AML, {"input_data": PEOPLE, "data": PEOPLE}, 400, "message", "data, input_data"),
        (AML, {"input_data": 5}, 400, "message", "neither a table nor a list"),
        (AML, {"input_data": {"columns": ["income"], "data": [[1, 2]]}}, 400, "message", "2 values"),
        (AML, {"Inputs": {}}, 400, "message", "0 tables"),
        (AML, {"data": ROWS, "params": {"predict_method": "x"}}, 400, "message", "predict, predict_proba"),
        (AML, {"data": [{"income": "x"}]}, 422, "message", "record 0, income"),
        ("/api/v1/models/nobody/score", {"data": ROWS}, 404, "message", "nobody"),
        (HF, {"inputs": {"income": 1}}, 422, "error", "record 0, debt"),
        (HF, {"inputs": "good"}, 400, "error", "1 values; there are 4 columns"),
        (HF, {"inputs": PEOPLE, "parameters": {"top_k": 0}}, 400, "error", "top_k is '0'"),
        (HF, {"table": {"income": [1, 2], "debt": [1]}}, 400, "error", "different lengths"),
    ],
)
def test_errors_are_one_text_in_the_shape_of_the_protocol(client, path, body, status, key, words):
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.text
    assert set(answer.json) == {key}
    assert words in answer.json[key]


@pytest.mark.parametrize("path", [V1, AML])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"instances": [[Infinity]]}', b'{"data": 1, "data": 2}'])
def test_a_body_that_is_no_json_is_refused(client, path, body):
    assert client.post(path, data=body).status_code == 400


def test_no_probabilities_are_made_up(client):
    assert (
        client.post("/labels-only/predict", json={"inputs": PEOPLE}).json
        == client.post("/api/v1/models/labels-only/score", json={"data": PEOPLE}).json
    )
    body = {"data": PEOPLE, "params": {"predict_method": "predict_proba"}}
    assert "CalibratedClassifierCV" in client.post("/api/v1/models/labels-only/score", json=body).json["message"]


def test_extra_fields_are_refused_and_ignored_where_it_is_asked(client, labels):
    sent = [person | {"phone": 1} for person in PEOPLE]
    for path, body, wanted in (
        (V1, {"instances": sent}, {"predictions": labels}), (AML, {"data": sent}, labels),
    ):  # fmt: skip
        assert client.post(path, json=body).status_code == 422
        assert client.post(f"{path}?extra=ignore", json=body).json == wanted


def test_a_feature_called_inputs_is_a_feature(tmp_path):
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    from ml.add import add_model

    frame = pd.DataFrame({"inputs": np.arange(60.0), "other": np.arange(60.0)[::-1]})
    truth = np.where(frame["inputs"] > 30, "late", "early")
    add_model("odd", LogisticRegression().fit(frame, truth), frame, frame, truth, models=tmp_path)
    client = create_api(open_service(tmp_path), dict, 10_000, 10).test_client()
    assert client.post("/", json={"inputs": 50.0, "other": 9.0}).json["prediction"] == ["late"]
    assert client.post("/odd/predict", json={"inputs": 5.0}).status_code == 422
