"""MLflow's scoring server as its clients know it: four forms of JSON, CSV, /ping and /version."""

import json

import pytest

from api import create_api
from ml.service import open_service
from tests.small import small_model

NAMES = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
ROWS = [[5.1, 3.5, 1.4, 0.2], [6.8, 2.8, 4.8, 1.4]]
RECORDS = [dict(zip(NAMES, row, strict=True)) for row in ROWS]
COLUMNS = {name: [row[at] for row in ROWS] for at, name in enumerate(NAMES)}


@pytest.fixture(scope="module")
def client(service):
    return create_api(service, dict, 1_000_000, 100, "iris").test_client()


@pytest.fixture(scope="module")
def wanted(service):
    return [score.labels[0] for score in service.score("iris", RECORDS).scores]


FORMS = {
    "split": {"dataframe_split": {"columns": NAMES, "data": ROWS}},
    "split with its index": {"dataframe_split": {"index": [7, 8], "columns": NAMES, "data": ROWS}},
    "records": {"dataframe_records": RECORDS},
    "instances": {"instances": RECORDS},
    "instances by place": {"instances": ROWS},
    "inputs by place": {"inputs": ROWS},
    "inputs by column": {"inputs": COLUMNS},
    "inputs as tensors": {"inputs": {name: [[cell] for cell in column] for name, column in COLUMNS.items()}},
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_classes(client, wanted, form):
    answer = client.post("/invocations", json=FORMS[form])
    assert answer.status_code == 200, answer.text
    assert answer.json == {"predictions": wanted}


def test_a_table_gives_the_classes(client, wanted):
    table = "\n".join([",".join(NAMES), *(",".join(map(str, row)) for row in ROWS)])
    answer = client.post("/invocations", data=table, content_type="text/csv")
    assert answer.json == {"predictions": wanted}


def test_one_record_may_come_as_values(client, wanted):
    assert client.post("/invocations", json={"inputs": RECORDS[0]}).json == {"predictions": wanted[:1]}


def test_probabilities_come_where_they_are_asked_for(client, service):
    body = FORMS["split"] | {"params": {"predict_method": "predict_proba"}}
    expected = [list(score.probabilities) for score in service.score("iris", RECORDS).scores]
    answer = client.post("/invocations", json=body)
    assert answer.json == {"predictions": expected}
    assert answer.headers["X-Model"] == service.model("iris").key


def test_pandas_nan_is_a_missing_value(client):
    example = client.get("/api/v1/models/loan").json["example"]
    forms = []
    for amount in ("NaN", "null"):
        values = [json.dumps(value) for name, value in example.items() if name != "LoanAmount"] + [amount]
        columns = [name for name in example if name != "LoanAmount"] + ["LoanAmount"]
        forms.append(f'{{"dataframe_split": {{"columns": {json.dumps(columns)}, "data": [[{", ".join(values)}]]}}}}')
    path = "/api/v1/models/loan/invocations"
    first, second = (client.post(path, data=form, content_type="application/json") for form in forms)
    assert first.status_code == 200, first.text
    assert first.json == second.json


def test_ping_says_ready(client, service):
    assert client.get("/ping").status_code == 200
    assert client.get("/api/v1/models/loan/ping").status_code == 200
    assert client.get("/api/v1/models/nobody/ping").status_code == 404
    assert client.get("/version").text.startswith("3.")
    lost = create_api(service, lambda: {"models": "None serves."}, 1000, 10).test_client()
    assert lost.get("/ping").status_code == 503


def test_several_models_need_a_choice_and_one_needs_none(service, tmp_path):
    several = create_api(service, dict, 1_000_000, 100).test_client().post("/invocations", json=FORMS["split"])
    assert several.status_code == 404
    assert "DEFAULT_MODEL" in several.json["message"]
    small_model("independent", tmp_path)
    alone = create_api(open_service(tmp_path), dict, 1_000_000, 100).test_client()
    record = {"income": 70.0, "debt": 1.0, "shoe_size": 40, "region": "south"}
    answer = alone.post("/invocations", json={"dataframe_records": [record]})
    assert set(answer.json["predictions"][0]) <= {0, 1}
    assert len(answer.json["predictions"][0]) == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "dataframe_split, dataframe_records, instances, inputs"),
        ([], "no object"),
        ({"columns": NAMES, "data": ROWS}, "columns, data"),
        ({"inputs": ROWS, "instances": ROWS}, "inputs, instances"),
        ({"inputs": "x"}, "neither a list nor an object"),
        ({"inputs": []}, "no record"),
        ({"dataframe_split": []}, "no rows"),
        ({"dataframe_split": {"columns": NAMES, "data": [[1]]}}, "1 values"),
        ({"dataframe_split": {"columns": [*NAMES[:3], "sepal_length"], "data": ROWS}}, "more than once"),
        ({"inputs": [[1, 2], "x"]}, "2 values"),
        ({"inputs": {**COLUMNS, "sepal_length": [1]}}, "different lengths"),
        ({"inputs": ROWS, "params": {"predict_method": "score"}}, "predict, predict_proba"),
        ({"inputs": [ROWS[0]] * 101}, "More than 100 records"),
        ({"dataframe_records": [RECORDS[0] | {"sepal": 1}]}, "sepal"),
        ({"dataframe_records": [{"sepal_length": "x"}]}, "record 0, sepal_length"),
        ({"dataframe_records": [[[1]]]}, "no features"),
    ],
)
def test_what_cannot_be_read_is_told_in_mlflows_shape(client, body, words):
    answer = client.post("/invocations", json=body)
    assert 400 <= answer.status_code < 500, answer.text
    assert set(answer.json) == {"error_code", "message"}
    if words != "no features":
        assert words in answer.json["message"]


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"inputs": [[Infinity, 1, 1, 1]]}', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"x", "application/vnd.apache.parquet", 415),
        (b"x", "application/json; charset=latin-1", 415),
        (b"", "text/csv", 400),
    ],
)
def test_a_body_that_is_no_request_is_refused(client, data, kind, status):
    answer = client.post("/invocations", data=data, content_type=kind)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_no_probabilities_are_not_made_up(tmp_path):
    small_model("labels-only", tmp_path)
    client = create_api(open_service(tmp_path), dict, 1_000_000, 100).test_client()
    record = {"income": 70.0, "debt": 1.0, "shoe_size": 40, "region": "south"}
    body = {"inputs": [record], "params": {"predict_method": "predict_proba"}}
    assert "CalibratedClassifierCV" in client.post("/invocations", json=body).json["message"]
