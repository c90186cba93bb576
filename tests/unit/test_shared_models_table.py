"""What all instances share of the models, in both databases: compare and set, all of a change or nothing."""

import threading

import pytest

from store.db import open_store
from store.tables import jobs
from tests.unit.test_store import url  # noqa: F401 - a fixture

A, B = "aaaaaaaa", "bbbbbbbb"
TOLD = {A: {"manifest": "a" * 64, "created": "2026-11-26T10:00:00+00:00"}, B: {"manifest": "b" * 64, "created": ""}}


def entry(action, fingerprint, previous=None):
    return {
        "time": "2026-11-26T10:00:00+00:00", "action": action, "fingerprint": fingerprint, "previous": previous,
        "who": "anna", "why": "",
    }  # fmt: skip


@pytest.fixture
def table(url):  # noqa: F811
    store = open_store(url)
    yield store.shared_models
    store._engine().dispose()


def add(table, fingerprint=A, expected=None):
    return table.change(
        "pay", expected=expected, live=fingerprint, entries=[entry("add", fingerprint, expected)],
        added={fingerprint: TOLD[fingerprint]},
    )  # fmt: skip


def test_an_empty_store_shares_nothing(table):
    assert table.read() == {"token": "", "models": {}}
    assert table.token() == ""


def test_what_was_changed_is_read_and_the_token_is_another(table):
    assert add(table)
    first = table.token()
    assert table.change("pay", expected=A, live=A, entries=[entry("hold", B, A)], added={B: TOLD[B]})
    found = table.read()
    assert found["token"] == table.token() != first
    assert found["models"]["pay"]["live"] == A
    assert found["models"]["pay"]["versions"] == TOLD
    assert [line["action"] for line in found["models"]["pay"]["history"]] == ["add", "hold"]
    assert found["models"]["pay"]["history"][1] == entry("hold", B, A)


def refused(table):
    """Changes of which none may leave a trace."""
    yield table.change("pay", expected=B, live=A, entries=[entry("promote", A)])  # another one is live
    yield table.change("pay", expected=A, live=B, entries=[entry("promote", B)])  # not there
    yield table.change("pay", expected=A, live=A, entries=[entry("remove", B)], removed=[B])  # not there
    yield table.change("pay", expected=A, live=A, entries=[entry("remove", A)], removed=[A])  # it is live
    other = {A: TOLD[A] | {"manifest": "c" * 64}}  # eight digits are easily met
    yield table.change("pay", expected=A, live=A, entries=[entry("add", A)], added=other | {B: TOLD[B]})
    yield table.trust("pay", {"types": ["x"]}, {"types": ["y"]})
    yield table.change("new", expected=A, live=None, entries=[])


def test_a_refused_change_leaves_no_trace(table):
    add(table)
    before = table.read()
    assert list(refused(table)) == [False] * 7
    assert table.read() == before


def test_of_two_changes_at_once_one_is_refused(table):
    add(table)
    table.change("pay", expected=A, live=A, entries=[], added={B: TOLD[B]})
    start, done = threading.Barrier(4), []

    def promote():
        start.wait()
        done.append(table.change("pay", expected=A, live=B, entries=[entry("promote", B, A)]))

    threads = [threading.Thread(target=promote) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, False, False, True]
    assert [line["action"] for line in table.read()["models"]["pay"]["history"]] == ["add", "promote"]


def test_a_removed_model_keeps_its_history(table):
    add(table)
    assert table.trust("pay", {}, {"types": ["x.Y"]})
    assert table.change("pay", expected=A, live=None, entries=[entry("remove", None, A)], removed=[A])
    found = table.read()["models"]["pay"]
    assert (found["live"], found["versions"], found["trusted"]) == (None, {}, {"types": ["x.Y"]})
    assert [line["action"] for line in found["history"]] == ["add", "remove"]


def test_a_version_that_is_about_to_go_live_is_announced_until_something_changes(table):
    assert not table.announce("pay", A)
    assert table.announce("pay", A, TOLD[A])
    assert not table.announce("pay", A, TOLD[B])
    found = table.read()["models"]["pay"]
    assert (found["live"], found["coming"], found["versions"]) == (None, A, {A: TOLD[A]})
    assert table.change("pay", expected=None, live=A, entries=[entry("add", A)])
    assert table.read()["models"]["pay"]["coming"] is None


def test_versions_of_jobs_are_needed_as_long_as_the_jobs_are_there(table):
    row = {"state": "done", "options": "{}", "digest": "", "size": 0, "message": "", "created": 0.0, "kind": "score"}
    with table._engine().begin() as connection:
        for number, model in enumerate(["pay@aaaaaaaa", "pay@aaaaaaaa", "buy@bbbbbbbb"]):
            connection.execute(jobs.insert().values(row | {"id": str(number), "model": model}))
    assert table.needed() == {"pay@aaaaaaaa", "buy@bbbbbbbb"}


def test_machines_that_fell_silent_are_not_counted(table):
    table.report("one", {"pay@aaaaaaaa"})
    table.report("two", set())
    table.report("one", {"pay@bbbbbbbb"})
    assert sorted(table.instances(60), key=len) == [set(), {"pay@bbbbbbbb"}]
    assert table.instances(-1) == []


def test_a_store_that_is_away_is_an_os_error():
    table = open_store("postgresql://postgres@127.0.0.1:1/none").shared_models
    for ask in (table.token, table.read, table.needed, lambda: table.trust("pay", {}, {})):
        with pytest.raises(OSError, match="does not answer"):
            ask()
