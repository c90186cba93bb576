"""Many records at once: some at a time are objects, answers are the same bytes, and memory is a few times the table."""

import csv
import gc
import io
import tracemalloc

import numpy as np
import orjson
import pytest

from api import create_api
from api.http.file_tables import BLOCK, TableRecords, read_table
from api.http.representations import as_csv, as_json, prediction, whole
from ml.bundle.scored import AT_ONCE, Score
from ml.errors import InvalidRecord, Problem
from ml.service import open_service
from tests.small import SORTS, people, small_model

COUNT = 2 * AT_ONCE + 345


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for sort in SORTS:
        small_model(sort, folder)
    return open_service(folder)


@pytest.fixture(scope="module")
def records():
    return people(rows=COUNT, seed=4).to_dict("records")


@pytest.mark.parametrize("sort", SORTS)
def test_scores_of_many_are_those_of_the_block_as_a_whole(service, records, sort):
    bundle = service.model(sort)
    names = set(bundle.schema.names)
    given = [{name: value for name, value in each.items() if name in names} for each in records]
    scored = service.score(sort, given)
    assert len(scored.scores) == COUNT
    each = list(scored.scores)
    assert all(isinstance(score, Score) for score in each)
    assert [scored.scores[0], scored.scores[AT_ONCE], scored.scores[-1]] == [each[0], each[AT_ONCE], each[-1]]
    assert scored.scores[AT_ONCE - 1 : AT_ONCE + 2] == tuple(each[AT_ONCE - 1 : AT_ONCE + 2])
    with pytest.raises(IndexError):
        scored.scores[COUNT]
    assert as_json(scored) == orjson.dumps(whole(scored))
    assert as_json(scored, ["a note"]) == orjson.dumps(whole(scored) | {"notes": ["a note"]})
    if bundle.offers == "probabilities":
        at = [0, AT_ONCE - 1, AT_ONCE, COUNT - 1]
        alone = np.array([service.score(sort, [given[one]]).scores[0].probabilities for one in at])
        assert np.array([each[one].probabilities for one in at]) == pytest.approx(alone, abs=1e-12)


def test_each_problem_and_note_keeps_its_record_beyond_a_thousand(service, records):
    given = [dict(each) for each in records]
    bad = [3, AT_ONCE - 1, AT_ONCE, 2 * AT_ONCE + 344]
    for at in bad:
        given[at]["income"] = "x"
    given[AT_ONCE + 1]["income"] = 1e6  # beyond what training had: a note
    with pytest.raises(InvalidRecord) as refused:
        service.score("binary", given)
    assert [problem.row for problem in refused.value.problems] == bad
    assert AT_ONCE + 1 in [note.row for note in refused.value.notes]
    for at in bad:
        given[at]["income"] = 50.0
    scored = service.score("binary", given)
    assert [bool(scored.scores[at].notes) for at in (AT_ONCE, AT_ONCE + 1)] == [False, True]


def test_records_of_a_table_are_its_lines_in_order_problems_in_their_places():
    lines = [[str(at), "ä"] for at in range(2 * BLOCK + 1)]
    problem = Problem(0, None, ["1"], "Cells in this line: 1.")
    lines[BLOCK] = problem
    found = TableRecords(("a", "b"), lines, lambda: ["noted"])
    assert len(found) == 2 * BLOCK + 1
    assert found.notes == ("noted",)
    each = list(found)
    assert each == list(found)  # again
    assert (each[0], each[BLOCK], each[-1]) == ({"a": "0", "b": "ä"}, problem, {"a": str(2 * BLOCK), "b": "ä"})
    assert found[1:3] == each[1:3]
    assert not TableRecords(("a",), [])


def test_answers_to_a_table_are_the_same_as_to_its_records(service, records):
    client = create_api(service, dict, 10_000_000, COUNT).test_client()
    file = io.StringIO()
    writer = csv.DictWriter(file, ["", *records[0]])
    writer.writeheader()
    writer.writerows({"": at, **each} for at, each in enumerate(records))
    sent = {"data": file.getvalue().encode(), "content_type": "text/csv"}
    table = client.post("/api/v1/models/binary/predict", **sent)
    plain = client.post("/api/v1/models/binary/predict", json=records)
    for one, other in zip(table.json["predictions"], plain.json["predictions"], strict=True):
        assert {**one, "notes": None} == {**other, "notes": None}  # notes have the value as it came
    assert table.json["notes"] == ["Column 1 has no name and is left out."]
    as_table = client.post("/api/v1/models/binary/predict", headers={"Accept": "text/csv"}, **sent)
    assert as_table.data == as_csv(service.score("binary", records))
    assert prediction(("no", "yes"), True, service.score("binary", records).scores[1]) == plain.json["predictions"][1]


def test_a_table_takes_a_few_times_its_size(service):
    """By what Python allocates; tests/bench/batch_memory.py measures the process."""
    body = people(rows=6_000, seed=4).to_csv(index=False).encode()
    schema = service.model("binary").schema
    as_json(service.score("binary", read_table(body, "text/csv", 10, schema)[:5]))
    tracemalloc.start()
    raws = read_table(body, "text/csv", 10_000, schema)
    gc.collect()  # a parser's cycles are garbage, not what the records hold
    read = tracemalloc.get_traced_memory()[0]
    scored = service.score("binary", raws)
    as_json(scored)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read < 0.6 * len(body)  # held packed
    assert peak < 12 * len(body)  # of which objects of a thousand records take a third, whatever the table's size
