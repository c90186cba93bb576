"""Many names in one request cost time in proportion to them, not to their square."""

import json
import time

import pytest

from api import create_api

N = 60_000
SECONDS = 10.0  # of the processor; in proportion it is one or two, by squares it was half a minute and more


def tensor(name):
    return {"name": name, "shape": [1], "datatype": "FP64", "data": [1]}


def names(same):
    return ["c" if same else f"c{at}" for at in range(N)]


PREDICT, INVOCATIONS, INFER = "/api/v1/models/iris/predict", "/api/v1/models/iris/invocations", "/v2/models/iris/infer"
ASKED = {
    "a record": lambda _: (PREDICT, dict.fromkeys(names(False), 1)),
    "columns of rows": lambda _: (PREDICT, {name: {"0": 1} for name in names(False)}),
    "columns of a split": lambda same: (
        INVOCATIONS,
        {"dataframe_split": {"columns": names(same), "data": [[1] * N]}},
    ),
    "inputs": lambda _: (INVOCATIONS, {"inputs": {name: [1] for name in names(False)}}),
    "tensors": lambda same: (INFER, {"inputs": list(map(tensor, names(same)))}),
    "outputs": lambda same: (INFER, {"inputs": [tensor("sl")], "outputs": [{"name": name} for name in names(same)]}),
}

REPEATED = ("columns of a split", "tensors", "outputs")  # where one name may come many times


@pytest.mark.parametrize(
    ("what", "same"), [(what, same) for what in ASKED for same in (False, True) if what in REPEATED or not same]
)
def test_sixty_thousand_names_are_refused_in_seconds(service, what, same):
    path, document = ASKED[what](same)
    client = create_api(service, dict, 100_000_000, 500).test_client()
    begun = time.thread_time()
    answer = client.post(path, data=json.dumps(document), content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert time.thread_time() - begun < SECONDS
