"""Jobs whose records are recorded as decisions: ids in every format, each stored once, whoever is killed meanwhile."""

from __future__ import annotations

import io
import json

import pandas as pd
import pytest
from sqlalchemy import func, select, update

from jobs.work import chunks as doing
from store.errors import StoreUnavailable
from store.jobs import JobTable
from store.outcome_tables import decisions
from store.outcomes.decisions import DecisionTable
from store.tables import chunks
from tests.job_decisions import BAD, CHUNK_RECORDS, ROWS, House, frame, ids, shop_of, table
from tests.unit.test_store import url  # noqa: F401 - the fixture of both databases


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return shop_of(tmp_path_factory.mktemp("models"))


@pytest.fixture
def house(models, tmp_path, url, monkeypatch):  # noqa: F811
    monkeypatch.setattr(doing, "RECORDS", CHUNK_RECORDS)
    monkeypatch.setattr("services.LocalRunner.wake", lambda *_: None)
    return House(models, tmp_path, url)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("text/csv", table),
        ("application/x-ndjson", lambda: "".join(json.dumps(each) + "\n" for each in frame().to_dict("records"))),
        ("application/json", lambda: json.dumps(frame().to_dict("records"))),
    ],
)
def test_each_record_has_the_id_of_its_decision_and_is_stored_as_one(house, kind, data):
    job = house.done(data(), kind=kind)
    assert (job["state"], job["done"], job["errors"]) == ("done", ROWS, 1)
    lines, found = house.lines(job), house.stored()
    assert [each["decision"] for each in lines] == ids(job)
    assert set(found) == set(ids(job)) - {""}
    bundle = house.service.model("shop")
    for at, line in enumerate(lines):
        if at == BAD:
            assert line["problems"]
            assert not line["label"]
            continue
        made = found[line["decision"]]
        assert (made.model, made.door, made.record, made.who) == (bundle.key, "job", f"C-{at}", "")
        for name, given in made.probabilities.items():
            assert float(line[f"probability_{name}"]) == given
        assert made.cut_offs == house.service.cut_offs(bundle)
        values = house.feedback.values(made)
        assert "name" not in values  # a column that is nothing to the model
        (again,) = house.service.score("shop", [values]).scores
        assert again.probabilities == pytest.approx(tuple(made.probabilities.values()), abs=1e-12)


def test_without_asking_nothing_is_recorded_and_no_column_is_there(house):
    for query in ("", "decisions=false"):
        job = house.done(table(), query)
        assert "decision" not in house.lines(job)[0]
        assert "decision" not in job["result_columns"]
    assert house.stored() == {}


READ = {
    "csv": lambda data: pd.read_csv(io.BytesIO(data), dtype=str),
    "csv-excel": lambda data: pd.read_csv(io.BytesIO(data), sep=None, engine="python", dtype=str),
    "xlsx": lambda data: pd.read_excel(io.BytesIO(data), dtype=str),
    "parquet": lambda data: pd.read_parquet(io.BytesIO(data)),
}


@pytest.mark.parametrize("form", READ)
def test_the_ids_are_in_every_format_and_under_a_name_of_their_own(house, request, form):
    if form == "parquet":
        request.getfixturevalue("pyarrow")
    given = frame().assign(decision="theirs").to_csv(index=False)  # as a file that was scored before has
    job = house.done(given)
    name = job["result_columns"]["decision"]
    assert name == "decision_2"
    found = READ[form](house.result(job, form))
    assert list(found[name].fillna("")) == ids(job)
    assert set(found["decision"]) == {"theirs"}


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_worker_that_is_lost_after_it_stored_decisions_stores_none_twice(house, monkeypatch, at):
    """Killed between the decisions of a chunk and the word that it is done: the chunk is done again, with the same."""
    sent = house.send(table()).json
    finish, left = JobTable.finish, [at + 1]  # the first is the splitting

    def lost(self, chunk, *given, **more):
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return finish(self, chunk, *given, **more)

    monkeypatch.setattr(JobTable, "finish", lost)
    with pytest.raises(KeyboardInterrupt):
        house.work()
    before = house.stored()
    assert set(before) == {each for each in ids(sent)[: at * CHUNK_RECORDS] if each}
    house.work()
    job, after = house.client.get(sent["links"]["self"]).json, house.stored()
    assert (job["state"], job["done"]) == ("done", ROWS)
    assert set(after) == set(ids(job)) - {""}
    assert {mark: after[mark] for mark in before} == before  # nor is any of them changed
    with house.store.outcomes.decisions._engine().connect() as connection:
        assert connection.scalar(select(func.count()).select_from(decisions)) == ROWS - 1
    assert [each["decision"] for each in house.lines(job)] == ids(job)


def test_a_chunk_that_two_workers_did_is_stored_once(house, monkeypatch):
    """The first owner's lease ran out while it scored: another has done the chunk when it is finished."""
    sent = house.send(table()).json
    append, finish, stored, told = DecisionTable.append, JobTable.finish, [], []

    def slow(self, made):
        append(self, made)
        stored.append(len(made))
        if len(stored) == 1:
            with house.store.jobs._engine().begin() as connection:
                expired = update(chunks).where(chunks.c.state == "running").values(lease=0)
                assert connection.execute(expired).rowcount == 1
            house.work()

    def finished(self, chunk, *given, **more):
        told.append((chunk.number, finish(self, chunk, *given, **more)))
        return told[-1][1]

    monkeypatch.setattr(DecisionTable, "append", slow)
    monkeypatch.setattr(JobTable, "finish", finished)
    house.work()
    assert stored == [
        CHUNK_RECORDS,
        CHUNK_RECORDS,
        CHUNK_RECORDS - 1,
        ROWS - 2 * CHUNK_RECORDS,
    ]  # the first twice
    assert told == [(0, True), (1, True), (2, True), (3, True), (1, False)]
    job = house.client.get(sent["links"]["self"]).json
    assert (job["state"], job["done"]) == ("done", ROWS)
    assert [each["decision"] for each in house.lines(job)] == ids(job)
    assert set(house.stored()) == set(ids(job)) - {""}


def test_a_chunk_is_not_done_before_its_decisions_are_stored(house, monkeypatch):
    sent = house.send(table()).json
    append, away = DecisionTable.append, [True]

    def unreachable(self, made):
        if away[0] and made[0].id.endswith(f"-{CHUNK_RECORDS}"):  # the second chunk
            raise StoreUnavailable
        append(self, made)

    monkeypatch.setattr(DecisionTable, "append", unreachable)
    worker = house.worker()
    for _ in range(3):
        worker.step()
    assert house.client.get(sent["links"]["self"]).json["done"] == CHUNK_RECORDS
    away[0] = False
    while worker.step():
        pass
    job = house.client.get(sent["links"]["self"]).json
    assert (job["state"], job["done"]) == ("done", ROWS)
    assert set(house.stored()) == set(ids(job)) - {""}
