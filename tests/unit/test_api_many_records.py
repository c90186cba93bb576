"""Too many records are refused in every shape before one dict is made of each, and too many lists before any."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from api import create_api
from api.http import containers
from api.http.containers import check_containers
from api.http.json_tables import from_lists, from_split, in_columns, records_in, rows_or_records
from ml.errors import TooManyRecords

N, MOST = 60_000, 1_000
PREDICT, PAGE, SCORE = "/api/v1/models/iris/predict", "/iris/predict", "/api/v1/models/iris/score"
INVOCATIONS, V1, INFER = "/api/v1/models/iris/invocations", "/v1/models/iris:predict", "/v2/models/iris/infer"
FLAT, ROWS, EMPTY = "[" + "5," * N + "5]", "[" + "[5]," * N + "[5]]", "[" + "{}," * N + "{}]"
SENT = {
    "records": (PREDICT, EMPTY),
    "records in an envelope": (PREDICT, f'{{"records": {EMPTY}}}'),
    "columns as lists": (PREDICT, f'{{"sl": {FLAT}}}'),
    "columns as lists of one": (PREDICT, f'{{"sl": {ROWS}}}'),
    "columns and data": (PREDICT, f'{{"columns": ["sl"], "data": {ROWS}}}'),
    "columns as objects": (PREDICT, json.dumps({"sl": {str(at): 5 for at in range(N)}})),
    "rows by label": (PREDICT, json.dumps({str(at): {"sl": 5} for at in range(N)})),
    "a table with its schema": (PREDICT, f'{{"schema": {{"primaryKey": ["index"]}}, "data": {EMPTY}}}'),
    "inputs of invocations": (INVOCATIONS, f'{{"inputs": {{"sl": {FLAT}}}}}'),
    "rows of invocations": (INVOCATIONS, f'{{"instances": {ROWS}}}'),
    "dataframe_split": (INVOCATIONS, f'{{"dataframe_split": {{"columns": ["sl"], "data": {ROWS}}}}}'),
    "dataframe_records": (INVOCATIONS, f'{{"dataframe_records": {EMPTY}}}'),
    "inputs of TensorFlow Serving": (V1, f'{{"inputs": {{"sl": {FLAT}}}}}'),
    "instances": (V1, f'{{"instances": {FLAT}}}'),
    "a tensor": (
        INFER,
        f'{{"inputs": [{{"name": "sl", "shape": [{N + 1}, 1], "datatype": "FP64", "data": {ROWS}}}]}}',
    ),
    "a page's address": (PAGE, f'{{"inputs": {{"data": {{"sl": {FLAT}}}}}}}'),
    "a page's table": (PAGE, f'{{"table": {{"sl": {FLAT}}}}}'),
    "score": (SCORE, f'{{"data": {EMPTY}}}'),
    "columns of score": (SCORE, f'{{"input_data": {{"sl": {FLAT}}}}}'),
}


@pytest.fixture(scope="module")
def client(service):
    return create_api(service, dict, 20_000_000, MOST).test_client()


def peak_of(action):
    """What an action gives, and the peak of the memory that it took, in bytes."""
    tracemalloc.start()
    try:
        return action(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("what", SENT)
def test_too_many_records_are_refused_before_they_are_made(client, what):
    path, text = SENT[what]
    parsed = peak_of(lambda: json.loads(text))[1]
    answer, peak = peak_of(lambda: client.post(path, data=text, content_type="application/json"))
    assert answer.status_code == 413, answer.text[:300]
    assert "1,000 records" in answer.text
    assert peak < 1.5 * parsed + 3 * len(text) + 3_000_000  # each dict is 200 bytes and more: 12 MB


def test_a_tensor_of_bytes_is_counted_before_it_is_read(client):
    head = json.dumps({"inputs": [{"name": "sl", "shape": [9], "datatype": "BOOL",
                                   "parameters": {"binary_data_size": 3_000_000}}]}).encode()  # fmt: skip
    headers = {"Inference-Header-Content-Length": str(len(head))}
    answer, peak = peak_of(lambda: client.post(INFER, data=head + bytes(3_000_000), headers=headers))
    assert (answer.status_code, answer.json) == (
        400, {"error": "Input 'sl' has 3,000,000 values; its shape asks for 9."},
    )  # fmt: skip
    assert peak < 20_000_000  # a list of them has 24 MB


def test_as_many_records_as_are_accepted_are_read_in_every_shape():
    two, names = [{"a": 1}, {"a": 2}], ("a",)
    assert from_lists({"a": [1, [2]]}, 2) == two
    assert from_split({"columns": ["a"], "data": [[1], [2]]}, 2) == two
    assert in_columns({"a": {"x": 1, "y": 2}}, 2, lambda: names) == two
    assert records_in({"x": {"a": 1}, "y": {"a": 2}}, 2, lambda: names) == two
    assert records_in({"schema": {}, "data": two}, 2, lambda: names) == two
    assert rows_or_records([1, 2], names, 2) == rows_or_records([[1], [2]], names, 2) == two
    assert rows_or_records([1, 2, 3], ("a", "b", "c"), 1) == [{"a": 1, "b": 2, "c": 3}]
    with pytest.raises(TooManyRecords):
        from_lists({"a": [1, [2], 3]}, 2)


@pytest.mark.parametrize(
    ("text", "begun"),
    [
        ('[{"a": [1]}, {"b": "[[[{{{"}]', 4),
        (r'["\"[[[", "\\", []]', 2),
        (r'["[[[[\\\"[[', 1),
        ('["[[[[', 1),
        ("[" * 9, 9),
        ('{"a": "x\\', 1),
    ],
)
def test_lists_and_objects_are_counted_outside_of_texts(monkeypatch, text, begun):
    monkeypatch.setattr(containers, "BESIDE", 0)
    check_containers(text, begun, set)
    with pytest.raises(TooManyRecords, match=f"more than {begun - 1} lists"):
        check_containers(text, begun - 1, set)
    check_containers(text, 1, lambda: {f"n{at}" for at in range(begun)})  # values may be lists of one


def test_texts_full_of_quotes_are_looked_through_once():
    many = '"' + '\\"' * 1_500_000
    check_containers("[[" * 600_000 + many, 1, lambda: range(1_000_000))
    with pytest.raises(TooManyRecords):
        check_containers(many + "[" * 1_500_000 + '"' + "[" * 1_100_000, 1, set)


@pytest.mark.parametrize("path", [PREDICT, PAGE, SCORE, INVOCATIONS, V1, INFER])
@pytest.mark.parametrize("part", ["[],", "{},", "[{}],"])
def test_very_many_lists_and_objects_are_refused_before_they_are_parsed(client, monkeypatch, path, part):
    monkeypatch.setattr(containers, "BESIDE", 20_000)
    text = '{"inputs": [' + part * 60_000 + "{}]}"
    answer, peak = peak_of(lambda: client.post(path, data=text, content_type="application/json"))
    assert answer.status_code == 413
    assert "lists and objects" in answer.text
    assert peak < 6 * len(text) + 3_000_000
