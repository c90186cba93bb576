"""POST …/predict: what goes in in any shape, and what comes out in three."""

import csv
import io
import json

import pandas as pd
import pytest

from api import create_api
from ml.service import open_service
from tests.small import small_model

FLOWER = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
SHORT = {"sl": 5.1, "sw": 3.5, "pl": 1.4, "pw": 0.2}
OTHER = {"sl": 6.3, "sw": 3.3, "pl": 6.0, "pw": 2.5}
IRIS = "/api/v1/models/iris/predict"
LOAN = "/api/v1/models/loan/predict"
PERSON = {"income": 70.0, "debt": 1.0, "shoe_size": 40, "region": "south"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def client(service):
    return create_api(service, dict, max_body=1_000_000, max_records=1000).test_client()


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A client of small models: independent outcomes, and one that offers no probabilities."""
    folder = tmp_path_factory.mktemp("small")
    for sort in ("independent", "labels-only"):
        small_model(sort, folder)
    return create_api(open_service(folder), dict, max_body=1_000_000, max_records=1000).test_client()


def labels(answer):
    assert answer.status_code == 200, answer.text
    return [prediction["label"] for prediction in answer.json["predictions"]]


def send(client, path, data, content_type="application/json", **headers):
    return client.post(path, data=data, content_type=content_type, headers=headers)


def test_an_object_gives_one_prediction(client, service):
    answer = client.post(IRIS, json=FLOWER)
    assert answer.content_type == "application/json"
    assert set(answer.json) == {"model", "outcomes", "predictions"}
    assert answer.json["model"] == service.model("iris").key
    assert answer.json["outcomes"] == ["setosa", "versicolor", "virginica"]
    prediction = answer.json["predictions"][0]
    assert set(prediction) == {"id", "label", "probabilities"}
    assert prediction["id"] is None
    assert prediction["label"] == "setosa"
    assert list(prediction["probabilities"]) == answer.json["outcomes"]
    assert sum(prediction["probabilities"].values()) == pytest.approx(1, abs=1e-12)


SHAPES = {
    "list": json.dumps([SHORT, OTHER]),
    "records": json.dumps({"records": [SHORT, OTHER]}),
    "string of a list": json.dumps(json.dumps([SHORT, OTHER])),
    "string of records": json.dumps(json.dumps({"records": [SHORT, OTHER]})),
    "pandas, records": pd.DataFrame([SHORT, OTHER]).to_json(orient="records"),
    "pandas, columns": pd.DataFrame([SHORT, OTHER]).to_json(),
    "pandas, columns, index of names": pd.DataFrame([SHORT, OTHER], index=["b", "a"]).to_json(),
    "pandas, encoded twice": json.dumps(pd.DataFrame([SHORT, OTHER]).to_json()),
    "spaces and a byte order mark": "\ufeff \n" + json.dumps([SHORT, OTHER], indent=4) + "\n ",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_json_may_come_in_many_shapes(client, shape):
    assert labels(send(client, IRIS, SHAPES[shape])) == ["setosa", "virginica"]


@pytest.mark.parametrize("shape", [json.dumps(SHORT), json.dumps(json.dumps(SHORT))])
def test_one_object_needs_no_list(client, shape):
    assert labels(send(client, IRIS, shape)) == ["setosa"]


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        "application/vnd.likely+json",
        'application/json;charset="UTF-8"',
    ],
)
def test_json_is_what_is_read_without_a_content_type_and_with_its_relatives(client, content_type):
    assert labels(send(client, IRIS, json.dumps(SHORT), content_type)) == ["setosa"]


@pytest.mark.parametrize("body", ["sl=5.1&sw=3.5&pl=1.4&pw=0.2", "sl=+5.1&sepal_width=3.5&pl=1.4&pw=%30.2\r\n"])
def test_a_form_is_one_record(client, body):
    assert labels(send(client, IRIS, body, FORM)) == ["setosa"]


@pytest.mark.parametrize(
    ("text", "content_type"),
    [
        ("sl,sw,pl,pw\n5.1,3.5,1.4,0.2\n6.3,3.3,6.0,2.5\n", "text/csv"),
        ("pw;pl;sw;sl\r\n0.2;1.4;3.5;5.1\r\n2.5;6;3.3;6.3", "text/csv; charset=utf-8; header=present"),
        ("\ufeffsl\tsw\tpl\tpw\n5.1\t3.5\t1.4\t0.2\n6.3\t3.3\t6.0\t2.5\n", "text/tab-separated-values"),
    ],
)
def test_a_table_is_many_records(client, text, content_type):
    assert labels(send(client, IRIS, text, content_type)) == ["setosa", "virginica"]


def test_values_may_be_missing_where_the_model_allows_it(client):
    answer = client.post(LOAN, json=[{}, {"Gender": None, "LoanAmount": ""}, {"Loan_ID": "LP1", "LoanAmount": 100}])
    assert len(labels(answer)) == 3
    assert [prediction["id"] for prediction in answer.json["predictions"]] == [None, None, "LP1"]


def test_the_very_version_that_a_key_names_is_asked(client, service):
    key = service.model("iris").key
    assert client.post(f"/api/v1/models/{key}/predict", json=SHORT).json == client.post(IRIS, json=SHORT).json


def test_values_outside_the_training_range_are_noted(client):
    answer = client.post(IRIS, json=[SHORT, SHORT | {"sl": "19"}])
    first, second = answer.json["predictions"]
    assert "notes" not in first
    assert [(note["feature"], note["value"]) for note in second["notes"]] == [("sepal_length", "19")]
    assert second["notes"][0]["message"].startswith("The model has seen 4.")


def test_independent_outcomes_have_a_list_of_labels(small):
    answer = small.post("/api/v1/models/independent/predict", json=[PERSON, PERSON | {"income": 5.0, "debt": 40.0}])
    assert labels(answer) == [["loan", "card"], []]
    assert set(answer.json["predictions"][0]["probabilities"]) == {"loan", "card"}
    text = small.post(
        "/api/v1/models/independent/predict",
        json=[PERSON, PERSON | {"income": 5.0, "debt": 40.0}],
        headers={"Accept": "text/plain"},
    )
    assert text.text == "loan, card\n\n"


def test_where_there_are_no_probabilities_there_are_labels(small):
    answer = small.post("/api/v1/models/labels-only/predict", json=PERSON)
    assert answer.json["predictions"] == [{"id": None, "label": "yes", "probabilities": None}]
    table = small.post("/api/v1/models/labels-only/predict", json=PERSON, headers={"Accept": "text/csv"})
    assert table.text.splitlines() == ["label,probability_no,probability_yes", "yes,,"]


def test_plain_text_is_the_bare_label_per_line(client):
    answer = client.post(IRIS, json=[SHORT, OTHER], headers={"Accept": "text/plain"})
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.text == "setosa\nvirginica\n"


def test_csv_has_the_record_id_the_label_and_all_digits(client):
    records = [{"Loan_ID": "=1+1", "LoanAmount": 100}, {"LoanAmount": 90.5}]
    answer = client.post(LOAN, json=records, headers={"Accept": "text/csv"})
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert list(rows[0]) == ["Loan_ID", "label", "probability_N", "probability_Y"]
    assert [row["Loan_ID"] for row in rows] == ["'=1+1", ""]
    wanted = client.post(LOAN, json=records).json["predictions"]
    for row, prediction in zip(rows, wanted, strict=True):
        assert row["label"] == prediction["label"]
        assert float(row["probability_Y"]) == prediction["probabilities"]["Y"]


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("text/*", "text/plain"),
        ("text/csv, application/json;q=0.5", "text/csv"),
        ("text/html, */*;q=0.1", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("TEXT/CSV", "text/csv"),
        ("text/plain;q=0, */*", "application/json"),
    ],
)
def test_the_accept_header_chooses_what_is_written(client, accept, mimetype):
    answer = client.post(IRIS, json=SHORT, headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, mimetype)


def test_numbers_of_one_record_and_of_many_are_the_same(client):
    one = client.post(IRIS, json=OTHER).json["predictions"][0]
    many = client.post(IRIS, json=[OTHER] * 7).json["predictions"]
    for each in many:
        assert each["probabilities"] == pytest.approx(one["probabilities"], abs=1e-12)
