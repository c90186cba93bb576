"""What the tables have in common: pages of long results, transactions that read first, and which errors are outages."""

import json
import sqlite3
import threading
import uuid

import pytest
from sqlalchemy import exc

from store import database_table
from store.control_groups import ControlGroupTable
from store.db import open_store
from store.errors import StoreUnavailable, is_unavailable, store_errors
from store.outcome_records import Assignment, Decision
from tests.unit.test_store import url  # noqa: F401 - a fixture: both databases

KEY = "loan@3f9a1c2b"


@pytest.fixture
def store(url):  # noqa: F811
    return open_store(url)


def meanwhile(change):
    """Start a change in a thread, and wait a moment for it: where it is locked out it goes on later."""
    thread = threading.Thread(target=change)
    thread.start()
    thread.join(0.3)
    return thread


def test_of_two_changes_of_a_jobs_options_none_is_lost(store):
    job, threads = uuid.uuid4().hex, []
    store.jobs.add(job, KEY, "d" * 64, 1, {"kind": "score"}, None)

    def first(options):
        threads.append(meanwhile(lambda: store.erasures.change_options(job, lambda found: found | {"second": 2})))
        return options | {"first": 1}

    store.erasures.change_options(job, first)
    threads[0].join()
    assert store.jobs.get(job).options == {"kind": "score", "first": 1, "second": 2}


def test_of_two_ids_that_leave_a_control_group_both_are_gone(store, monkeypatch):
    groups, erasures, threads = ControlGroupTable(store._engine), store.erasures, []
    groups.keep("a" * 32, "b" * 32, KEY, "march.csv", 0.1, 5, 3, [(1, "anna"), (2, "bert"), (3, "carl")])
    read = json.loads

    def slowly(text):
        if not threads:
            threads.append(None)
            threads[0] = meanwhile(lambda: erasures.erase_from_control_group("a" * 32, "bert"))
        return read(text)

    monkeypatch.setattr("store.retention.erasures.json.loads", slowly)
    erasures.erase_from_control_group("a" * 32, "anna")
    threads[0].join()
    monkeypatch.undo()
    (group,) = groups.of("b" * 32)
    assert group.records == ((1, ""), (2, ""), (3, "carl"))


def test_a_cut_off_that_is_chosen_while_those_of_its_model_are_forgotten_is_no_error(store):
    change = {"before": 0.5, "reason": "a test"}
    for outcome in map(str, range(200)):
        store.set_cutoff("loan", outcome, 0.3, **change)
    thread = threading.Thread(target=lambda: [store.set_cutoff("iris", "a", 0.3, **change) for _ in range(50)])
    thread.start()
    assert store.forget_cutoffs("loan") == 200
    thread.join()
    assert store.cutoffs("loan") == {}
    assert store.cutoffs("iris") == {"a": 0.3}


@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 10, 11])
def test_pages_have_every_row_once_in_order(store, monkeypatch, count):
    monkeypatch.setattr(database_table, "PAGE", 5)
    made = [
        Assignment("c" * 32, "b" * 32, row, KEY, f"r{row % 3}", "call", 1, row // 4, "Y", 0.5, None)
        for row in range(1, count + 1)
    ]
    store.outcomes.assignments.keep("b" * 32, made[::-1])
    kept = store.outcomes.assignments
    assert sorted(each.row for some in kept.by_record("loan") for each in some) == list(range(1, count + 1))
    assert {each.row for each in kept.of_records("loan", ["r0", "r2", "", "r9"])} == {
        row for row in range(1, count + 1) if row % 3 != 1
    }
    assert kept.of_records("iris", ["r0"]) == []
    together = [each.row for part in kept.by_record("loan") for each in part]
    assert together == sorted(range(1, count + 1), key=lambda row: (row % 3, row))
    seen = [{each.record for each in part} for part in kept.by_record("loan")]
    assert sum(map(len, seen)) == len(set().union(*seen))  # no record is in two parts


def test_decisions_of_one_moment_are_on_no_two_pages(store, monkeypatch):
    monkeypatch.setattr(database_table, "PAGE", 3)
    store.outcomes.decisions.append([Decision(f"{at:02}", KEY, made=float(at // 5)) for at in range(12)])

    def ids_of(**times):
        return [each.id for part in store.outcomes.decisions.by_record("loan", **times) for each in part]

    assert ids_of(since=1.0) == [f"{at:02}" for at in range(5, 12)]
    assert ids_of(until=1.0) == [f"{at:02}" for at in range(5)]


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (exc.OperationalError("select", {}, sqlite3.OperationalError("unable to open database file")), True),
        (exc.DatabaseError("select", {}, sqlite3.DatabaseError("file is not a database")), True),
        (exc.TimeoutError("the pool is empty"), True),
        (exc.IntegrityError("insert", {}, sqlite3.IntegrityError("NOT NULL constraint failed")), False),
        (exc.DataError("insert", {}, sqlite3.DataError("value too long")), False),
        (exc.ProgrammingError("select", {}, sqlite3.ProgrammingError("syntax error")), False),
        (KeyError("a mistake"), False),
    ],
)
def test_what_the_database_refuses_is_no_outage(error, away):
    with pytest.raises(StoreUnavailable if away else type(error)), store_errors():
        raise error
    assert is_unavailable(error) is away


def test_a_full_disk_is_an_outage():
    with pytest.raises(StoreUnavailable), store_errors():
        raise OSError(28, "No space left on device")
