"""The table of jobs at its limits: a condition that is just met, jobs that are alike, somebody who was quicker."""

import itertools
import time
import uuid
from types import SimpleNamespace

import pytest
from sqlalchemy import func, insert, select, update

from store import database_table
from store.database_table import DatabaseTable, batches
from store.db import open_store
from store.job import REMOVED, STATES, Origin
from store.tables import chunks, jobs, uploads

KEY, OTHER = "loan@3f9a1c2b", "iris@00000001"


@pytest.fixture
def table(tmp_path):
    return open_store(f"sqlite:///{tmp_path / 'jobs.db'}").jobs


def added(table, model=KEY, **more):
    job = uuid.uuid4().hex
    given = {"digest": "d" * 64, "size": 12, "options": {}, "key": None} | more
    assert table.add(job, model, **given)
    return job


def split(table, job, numbers=(1,)):
    chunk = table.claim(60, job)
    assert table.add_chunks(chunk, [(number, 5, f"in {number}") for number in numbers])
    assert table.finish(chunk, 5 * len(numbers), file="head")


def change(table, job, of=jobs, **values):
    column = of.c.id if of is jobs else of.c.job
    with table._engine().begin() as connection:
        connection.execute(update(of).where(column == job).values(values))


def column(table, job, name):
    with table._engine().connect() as connection:
        return connection.scalar(select(jobs.c[name]).where(jobs.c.id == job))


def seen_before(table, monkeypatch, *seen):
    """Let a claim begin with what somebody saw some time ago."""
    answers, look = iter(seen), type(table)._claimable
    monkeypatch.setattr(type(table), "_claimable", lambda self, *asked: next(answers, None) or look(self, *asked))


def test_where_it_came_from_and_for_whom_it_counts_is_kept(table):
    job, plain = added(table, who="ann", origin=Origin("request-1", "trace-1")), added(table)
    assert table.get(job).origin == table.get_uncounted(job).origin == Origin("request-1", "trace-1")
    assert table.get(plain).origin == Origin("", "")
    assert (column(table, job, "who"), column(table, plain, "who")) == ("ann", None)
    assert (column(table, plain, "request"), column(table, plain, "trace")) == (None, None)


def test_only_its_own_file_is_no_longer_being_sent(table):
    job, another = uuid.uuid4().hex, uuid.uuid4().hex
    with table._engine().begin() as connection:
        for each in (job, another):
            connection.execute(insert(uploads).values(job=each, who="ann", size=1, at=time.time()))
    assert table.add(job, KEY, "d" * 64, 1, {}, None)
    with table._engine().connect() as connection:
        assert connection.scalars(select(uploads.c.job)).all() == [another]


def test_who_finds_all_that_was_seen_taken_looks_again(table, monkeypatch):
    taken, free = added(table), added(table)
    assert table.claim(60, taken)
    seen_before(table, monkeypatch, [taken])
    assert table.claim(60).job == free


def test_jobs_of_versions_that_are_not_there_are_left_to_others(table):
    job = added(table, OTHER)
    assert table.claim(60, without=[OTHER]) is None
    assert table.claim(60, without=[KEY]).job == job


def test_a_job_that_was_cancelled_after_it_was_seen_gives_nothing_and_stays_cancelled(table, monkeypatch):
    job = added(table)
    split(table, job)
    assert table.cancel(job)
    ended = table.get(job).finished
    change(table, job, finished=ended - 100)
    held = added(table)
    assert table.claim(60, held)  # another job is open, and has nothing to claim
    seen_before(table, monkeypatch, [job])
    assert table.claim(60) is None
    assert (table.get(job).state, table.get(job).finished) == ("cancelled", ended - 100)
    change(table, job, chunks, state="done")
    seen_before(table, monkeypatch, [job])
    assert table.claim(60) is None
    assert (table.get(job).state, table.get(job).finished) == ("cancelled", ended - 100)


def test_a_job_begins_once(table):
    job = added(table)
    split(table, job, (1, 2))
    begun = column(table, job, "started")
    change(table, job, started=begun - 100)
    assert table.claim(60, job)
    assert column(table, job, "started") == begun - 100


def test_a_job_that_is_being_removed_is_not_found(table):
    job, there = added(table, key="monday"), added(table)
    change(table, job, state=REMOVED, finished=1.0)
    change(table, there, state="done", finished=1.0)
    assert table.get(job) is None
    assert table.get_uncounted(job) is None
    assert table.by_key("monday") is None
    assert [each.id for each in table.those([job, there])] == [there]
    assert table.expired(60) == [there]
    assert set(table.load().jobs.values()) == {0, 1}
    assert table.get(there).id == table.get_uncounted(there).id == there
    assert table.get_uncounted("nobody") is None


def test_a_job_without_its_counts_has_none(table):
    job, _ = added(table), added(table)
    split(table, job, (1, 2))
    assert (table.get(job).total, table.get(job).done) == (10, 0)
    found = table.get_uncounted(job)
    assert (found.id, found.done, found.refused, found.total, found.gaps, found.unread) == (job, 0, 0, None, {}, {})


def test_of_many_ids_those_of_jobs_are_kept(table):
    first, second, _ = added(table), added(table), added(table)
    assert {each.id for each in table.those([second, "nobody", first])} == {first, second}


def test_each_caller_has_keys_of_its_own(table):
    made = {(who, key): added(table, key=key, key_of=who) for who, key in itertools.product("ab", ("x", "y"))}
    assert {asked: table.by_key(asked[1], asked[0]).id for asked in made} == made
    assert table.by_key("x", "c") is None
    assert table.by_key("z", "a") is None


def test_a_job_whose_last_chunk_was_finished_by_one_who_died_has_work(table):
    job = added(table)
    split(table, job)
    change(table, job, chunks, state="done")
    assert table.get(job).state == "running"
    assert table.with_work() == [job]
    assert table.claim(60) is None
    assert (table.get(job).state, table.with_work()) == ("done", [])


def test_chunks_that_are_done_are_counted_by_version(table):
    job, _ = added(table), split(table, added(table, OTHER))
    split(table, job, (1, 2))
    assert table.finish(table.claim(60, job), 5)
    assert [table.count_done_chunks(key) for key in (KEY, OTHER, "none@0")] == [2, 1, 0]


def test_the_load_counts_jobs_and_chunks_by_state_and_the_longest_wait(table):
    empty = table.load()
    assert (set(empty.jobs.values()), set(empty.chunks.values()), empty.oldest) == ({0}, {0}, 0.0)
    assert tuple(empty.jobs) == STATES
    early, late, running = added(table), added(table), added(table)
    with table._engine().connect() as connection:
        now = database_table.now_in(connection)
    change(table, early, created=now - 300)
    change(table, late, created=now + 300)
    split(table, running, (1, 2))
    change(table, running, created=now - 900)
    assert table.claim(60, running)
    over = added(table)
    assert table.cancel(over)
    found = table.load()
    assert found.jobs == dict.fromkeys(STATES, 0) | {"waiting": 2, "running": 1, "cancelled": 1}
    assert found.chunks == {"waiting": 3, "running": 1, "done": 1}
    assert 300 <= found.oldest < 330
    assert table.cancel(early)
    assert table.load().oldest == 0.0  # the clock of who wrote it was ahead


def test_rows_are_read_in_batches_and_pages_without_loss_or_repeat(table, monkeypatch):
    monkeypatch.setattr(database_table, "AT_ONCE", 3)
    monkeypatch.setattr(database_table, "PAGE", 3)
    assert [list(each) for each in batches(range(7))] == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(batches([])) == []
    reader = DatabaseTable(table._engine)
    for count in (0, 1, 2, 3, 4, 6, 7):
        with table._engine().begin() as connection:
            connection.execute(uploads.delete())
            for number in range(count):
                connection.execute(insert(uploads).values(job=f"{number}", who="ann", size=number // 2, at=0.0))
        pages = list(reader._pages(select(uploads), (uploads.c.size, uploads.c.job)))
        assert [row.job for page in pages for row in page] == [f"{number}" for number in range(count)]
        assert [len(page) for page in pages] == [3] * (count // 3) + [count % 3] * (count % 3 > 0)
        ids = [f"{number}" for number in range(count)]
        assert sorted(row.job for row in reader._by_ids(uploads.c.job, ids)) == ids


def test_a_full_last_page_is_followed_by_no_empty_one_and_asked_for_once_more(table, monkeypatch):
    monkeypatch.setattr(database_table, "PAGE", 2)
    asked = []
    reader = DatabaseTable(table._engine)
    connection = reader._connection
    monkeypatch.setattr(reader, "_connection", lambda: asked.append(1) or connection())
    with table._engine().begin() as opened:
        for number in range(3):
            opened.execute(insert(uploads).values(job=f"{number}", who="ann", size=1, at=0.0))
    assert len(list(reader._pages(select(uploads), (uploads.c.job,)))) == len(asked) == 2


def test_the_clock_of_the_database_is_now(table):
    with table._engine().connect() as connection:
        assert abs(database_table.now_in(connection) - time.time()) < 5
        assert connection.scalar(select(func.count()).select_from(jobs)) == 0


def test_an_upsert_is_of_the_dialect_of_the_connection():
    made = {
        name: database_table.upsert(SimpleNamespace(dialect=SimpleNamespace(name=name)), jobs)
        for name in ("postgresql", "sqlite")
    }
    assert {name: type(each).__module__.split(".")[2] for name, each in made.items()} == {
        "postgresql": "postgresql", "sqlite": "sqlite",
    }  # fmt: skip
