"""Bodies at the running routes: packed, as forms with files, in pandas' shapes, with fields to ignore."""

import gzip
import io
import json
import zlib

import pandas as pd
import pytest

from api import create_api
from ml.service import open_service
from tests.small import small_model

PATH = "/api/v1/models/binary/predict"
PEOPLE = [
    {"income": 70.0, "debt": 1.0, "shoe_size": 40, "region": "south"},
    {"income": 30.5, "debt": 12.0, "shoe_size": 38, "region": "west"},
]
FRAME = pd.DataFrame(PEOPLE)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    small_model("binary", folder)
    return create_api(open_service(folder), dict, max_body=50_000, max_records=1000).test_client()


@pytest.fixture(scope="module")
def wanted(client):
    answer = client.post(PATH, json=PEOPLE)
    assert answer.status_code == 200
    return answer.json["predictions"]


@pytest.mark.parametrize("orient", ["records", "columns", "index", "split", "tight", "table", "list"])
def test_pandas_shapes_give_the_same(client, wanted, orient):
    body = json.dumps(FRAME.to_dict(orient=orient)) if orient in ("tight", "list") else FRAME.to_json(orient=orient)
    assert client.post(PATH, data=body, content_type="application/json").json["predictions"] == wanted


FILES = {
    "a table": (FRAME.to_csv(index=False), "people.csv", "text/csv"),
    "a table of Excel's type": (FRAME.to_csv(index=False), "people.csv", "application/vnd.ms-excel"),
    "tabs": (FRAME.to_csv(index=False, sep="\t"), "people.tsv", "application/octet-stream"),
    "JSON by its name": (FRAME.to_json(orient="records"), "people.json", "application/octet-stream"),
    "JSON by its look": (FRAME.to_json(), "people", "application/octet-stream"),
    "a table by its look": (FRAME.to_csv(index=False), "people", "text/plain"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_in_a_form_is_read_by_what_it_is(client, wanted, kind):
    text, name, content_type = FILES[kind]
    sent = {"file": (io.BytesIO(text.encode()), name, content_type)}
    answer = client.post(PATH, data=sent, content_type="multipart/form-data")
    assert answer.status_code == 200, answer.text
    assert answer.json["predictions"] == wanted


def test_the_fields_of_a_form_are_one_record(client, wanted):
    fields = {name: str(value) for name, value in PEOPLE[0].items()}
    answer = client.post(PATH, data=fields, content_type="multipart/form-data")
    assert answer.json["predictions"] == wanted[:1]


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({}, 400, "There is no record"),
        ({"file": (io.BytesIO(b"x"), "x.pdf", "application/pdf")}, 415, "application/pdf"),
        ({"file": (io.BytesIO(b"{}"), "x.csv"), "income": "1"}, 400, "Beside the file came income"),
        ({"file": (io.BytesIO(b"[" + b"{}," * 1000 + b"{}]"), "x.json")}, 413, "More than 1,000 records"),
        ({"file": (io.BytesIO(b"x" * 60_000), "x.csv")}, 413, "50,000 bytes"),
    ],
)
def test_a_form_that_cannot_be_used_is_refused(client, sent, status, words):
    answer = client.post(PATH, data=sent, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == status
    assert words in answer.json["error"]["message"]


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
@pytest.mark.parametrize("kind", ["application/json", "text/csv"])
def test_a_packed_body_gives_the_same(client, wanted, coding, pack, kind):
    text = json.dumps(PEOPLE) if kind == "application/json" else FRAME.to_csv(index=False)
    answer = client.post(PATH, data=pack(text.encode()), content_type=kind, headers={"Content-Encoding": coding})
    assert answer.json["predictions"] == wanted


def test_a_small_packed_body_may_hold_a_long_one_and_no_more_than_the_limit(client, wanted):
    def packed(blanks):
        body = gzip.compress(json.dumps(PEOPLE).encode() + b" " * blanks)
        assert len(body) < 2_000
        return client.post(PATH, data=body, headers={"Content-Encoding": "gzip"})

    assert packed(40_000).json["predictions"] == wanted
    answer = packed(50_000)
    assert (answer.status_code, answer.json["error"]["code"]) == (413, "too_large")


def test_guests_send_packed_bodies_too(client):
    body = {"dataframe_records": PEOPLE}
    path, tensors = "/api/v1/models/binary/invocations", "/v2/models/binary/infer"
    inputs = [
        {"name": name, "shape": [2], "datatype": "BYTES", "data": [str(person[name]) for person in PEOPLE]}
        for name in PEOPLE[0]
    ]
    for address, data in ((path, body), (tensors, {"inputs": inputs})):
        packed = gzip.compress(json.dumps(data).encode())
        plain = client.post(address, json=data).json
        answer = client.post(
            address, data=packed, headers={"Content-Encoding": "gzip"}, content_type="application/json"
        )
        assert {**answer.json, "id": 0} == {**plain, "id": 0}


def test_fields_that_the_model_does_not_know_are_ignored_where_it_is_asked(client, wanted):
    sent = [person | {"phone": "0732", "town": "Linz"} for person in PEOPLE]
    assert client.post(PATH, json=sent).status_code == 422
    answer = client.post(f"{PATH}?extra=ignore", json=sent)
    assert answer.json["predictions"] == wanted
    assert answer.json["ignored"] == ["phone", "town"]
    plain = client.post(f"{PATH}?extra=ignore", json=sent, headers={"Accept": "text/plain"})
    assert plain.text.splitlines() == [each["label"] for each in wanted]
    decided = client.post(f"{PATH}?extra=ignore&cutoff=0.5", json=sent).json
    assert decided["ignored"] == ["phone", "town"]
    assert client.post(f"{PATH}?extra=refuse", json=sent).status_code == 422
    assert client.post(f"{PATH}?extra=some", json=sent).json["error"]["hint"] == "It is one of ignore, refuse."


def test_a_record_of_nothing_but_strangers_is_refused(client):
    answer = client.post(f"{PATH}?extra=ignore", json=[PEOPLE[0], {"Income ": 1}])
    assert answer.status_code == 400
    assert "record 1" in answer.json["error"]["message"]


def test_guests_ignore_fields_too(client):
    sent = [person | {"phone": 1} for person in PEOPLE]
    path = "/api/v1/models/binary/invocations"
    plain = client.post(path, json={"dataframe_records": PEOPLE}).json
    assert client.post(path, json={"dataframe_records": sent}).status_code == 422
    assert client.post(f"{path}?extra=ignore", json={"dataframe_records": sent}).json == plain
    inputs = [
        {"name": name, "shape": [1], "datatype": "BYTES", "data": [str(value)]} for name, value in sent[0].items()
    ]
    assert client.post("/v2/models/binary/infer", json={"inputs": inputs}).status_code == 422
    assert client.post("/v2/models/binary/infer?extra=ignore", json={"inputs": inputs}).status_code == 200
