"""The table of jobs: one owner a chunk, leases that run out, and nothing finished by two."""

import threading
import time
import uuid

import pytest
from sqlalchemy import update

from store.db import open_store
from store.job import JobFilter
from store.tables import chunks
from tests.unit.test_store import url  # noqa: F401 - a fixture: both databases

KEY = "loan@3f9a1c2b"


@pytest.fixture
def table(url):  # noqa: F811
    return open_store(url).jobs


def added(table, **more):
    job = uuid.uuid4().hex
    given = {"model": KEY, "digest": "d" * 64, "size": 12, "options": {"reasons": 3}, "key": None} | more
    assert table.add(job, **given)
    return job


def split(table, job, counts=((1, 5), (2, 3))):
    chunk = table.claim(60, job)
    assert chunk.number == 0
    assert table.add_chunks(chunk, [(number, records, f"in {number}") for number, records in counts])
    assert table.finish(chunk, sum(records for _, records in counts), file="head")


def let_leases_run_out(table):
    with table._engine().begin() as connection:
        connection.execute(update(chunks).where(chunks.c.state == "running").values(lease=chunks.c.lease - 3600))


def by_one_who_saw(table, monkeypatch, seen):
    """Claim as a worker does who looked some time ago; then, if that was in vain, as the table is now."""
    answers = iter([seen])
    look = type(table)._claimable
    monkeypatch.setattr(type(table), "_claimable", lambda self, *asked: next(answers, None) or look(self, *asked))
    return table.claim(60)


def test_a_job_is_kept_as_it_was_asked_for(table):
    job = table.get(added(table))
    assert (job.model, job.state, job.options, job.size) == (KEY, "waiting", {"reasons": 3}, 12)
    assert (job.total, job.done, job.refused, job.message, job.finished) == (None, 0, 0, "", None)
    assert abs(job.created - time.time()) < 5
    assert table.get("nobody") is None


def test_a_key_is_taken_once(table):
    first = added(table, key="monday")
    assert not table.add(uuid.uuid4().hex, KEY, "e" * 64, 1, {}, "monday")
    assert table.by_key("monday").id == first
    assert added(table) != added(table)


def test_a_job_is_done_when_all_its_chunks_are(table):
    job = added(table)
    split(table, job)
    assert (table.get(job).total, table.get(job).done, table.get(job).state) == (8, 0, "running")
    one, two = table.claim(60), table.claim(60)
    assert {one.number, two.number} == {1, 2}
    assert table.claim(60) is None
    assert table.finish(two, 3, 1, "two")
    assert (table.get(job).done, table.get(job).refused, table.get(job).state) == (3, 1, "running")
    assert table.finish(one, 5, 0, "one")
    over = table.get(job)
    assert (over.done, over.refused, over.state) == (8, 1, "done")
    assert over.created <= over.started <= over.finished
    assert table.results(job) == ["head", "one", "two"]


def test_chunks_can_be_claimed_before_the_splitting_ends(table):
    job = added(table)
    splitting = table.claim(60)
    table.add_chunks(splitting, [(1, 5, "in 1")])
    chunk = table.claim(60)
    assert (chunk.number, chunk.file) == (1, "in 1")
    assert table.finish(chunk, 5, 0, "one")
    assert table.get(job).state == "running"
    assert table.finish(splitting, 5)
    assert table.get(job).state == "done"


def test_whoever_comes_second_to_a_chunk_gets_the_next_one(table, monkeypatch):
    """Two workers see the same first chunk; the slower one must not believe that there is nothing to do."""
    job = added(table)
    split(table, job, [(1, 5), (2, 5)])
    seen = table._claimable(None, ())
    quick = table.claim(60)
    slow = by_one_who_saw(table, monkeypatch, seen)
    assert (quick.number, slow.number) == (1, 2)
    assert table.claim(60) is None


def test_of_two_who_see_a_lease_that_ran_out_only_one_claims_the_chunk(table, monkeypatch):
    """Its state is "running" before and after the quicker claim; the slower one asks for the lease once more."""
    job = added(table)
    split(table, job, [(1, 5)])
    table.claim(60)
    let_leases_run_out(table)
    seen = table._claimable(None, ())
    quick = table.claim(60)
    assert by_one_who_saw(table, monkeypatch, seen) is None
    assert table.renew(quick, 60)
    assert table.finish(quick, 5, 0, "quick")
    assert table.results(job) == ["head", "quick"]


def test_one_who_looked_before_another_gave_up_counts_that_attempt(table, monkeypatch):
    """The chunk waits again, as it was seen; the claim counts on from the row as it is now, so attempts end."""
    split(table, added(table), [(1, 5)])
    seen = table._claimable(None, ())
    table.retry_later(table.claim(60), "went wrong")
    assert by_one_who_saw(table, monkeypatch, seen).attempts == 2


def test_a_lease_that_was_renewed_after_it_was_seen_to_run_out_is_kept(table, monkeypatch):
    split(table, added(table), [(1, 5)])
    slow = table.claim(60)
    let_leases_run_out(table)
    seen = table._claimable(None, ())
    assert table.renew(slow, 60)
    assert by_one_who_saw(table, monkeypatch, seen) is None
    assert table.renew(slow, 60)


def test_a_last_attempt_that_ends_after_it_was_seen_to_run_out_fails_no_job(table, monkeypatch):
    job = added(table)
    split(table, job, [(1, 5), (2, 5)])
    for _ in range(3):
        let_leases_run_out(table)
        last = table.claim(60)
    assert (last.number, last.attempts) == (1, 3)
    let_leases_run_out(table)
    seen = table._claimable(None, ())
    assert table.finish(last, 5, 0, "late")
    assert by_one_who_saw(table, monkeypatch, seen).number == 2
    assert table.get(job).state == "running"


def test_a_lease_that_ran_out_is_claimed_by_another_and_lost_by_the_first(table):
    job = added(table)
    split(table, job, [(1, 5)])
    slow = table.claim(60)
    assert table.claim(60) is None
    let_leases_run_out(table)
    quick = table.claim(60)
    assert (quick.number, quick.attempts) == (1, 2)
    assert not table.renew(slow, 60)
    assert not table.finish(slow, 5, 0, "slow")
    assert table.finish(quick, 5, 0, "quick")
    assert table.results(job) == ["head", "quick"]


def test_a_renewed_lease_is_kept(table):
    split(table, added(table), [(1, 5)])
    chunk = table.claim(0.3)
    for _ in range(4):
        time.sleep(0.1)
        assert table.renew(chunk, 0.3)
    assert table.claim(60) is None


def test_after_three_attempts_the_job_fails_and_says_why(table):
    job = added(table)
    split(table, job, [(1, 5)])
    for attempt in (1, 2, 3):
        assert table.claim(0.01).attempts == attempt
        time.sleep(0.03)
    assert table.claim(60) is None
    assert table.get(job).state == "failed"
    assert "begun 3 times" in table.get(job).message


def test_what_is_released_costs_no_attempt_and_what_is_dropped_does(table):
    split(table, added(table), [(1, 5)])
    for _ in range(5):
        chunk = table.claim(60)
        assert chunk.attempts == 1
        table.give_back(chunk)
    table.retry_later(table.claim(60), "first")
    table.retry_later(table.claim(60), "second")
    last = table.claim(60)
    assert last.attempts == 3
    table.retry_later(last, "the third time")
    assert table.claim(60) is None
    assert (table.get(last.job).state, table.get(last.job).message) == ("failed", "the third time")


def test_a_cancelled_job_gives_no_work_and_cannot_be_finished(table):
    job = added(table)
    split(table, job, [(1, 5), (2, 5)])
    chunk = table.claim(60)
    assert table.cancel(job)
    assert not table.cancel(job)
    assert not table.renew(chunk, 60)
    assert table.claim(60) is None
    table.finish(chunk, 5, 0, "late")
    assert table.get(job).state == "cancelled"


def test_a_splitting_that_is_done_again_adds_nothing_twice(table):
    job = added(table)
    first = table.claim(2)
    table.add_chunks(first, [(1, 5, "in 1")])
    one = table.claim(60)
    table.finish(one, 5, 0, "one")
    time.sleep(2.1)
    again = table.claim(60)
    assert (again.number, again.attempts) == (0, 2)
    assert not table.add_chunks(first, [(2, 5, "in 2")])
    assert table.add_chunks(again, [(1, 5, "other"), (2, 4, "in 2")])
    table.finish(again, 9, file="head")
    table.finish(table.claim(60), 4, 0, "two")
    assert (table.get(job).state, table.get(job).done) == ("done", 9)
    assert table.results(job) == ["head", "one", "two"]


def test_many_workers_never_hold_one_chunk_together(table):
    job = added(table)
    split(table, job, [(number, 1) for number in range(1, 41)])
    claimed, guard = [], threading.Lock()

    def work():
        while chunk := table.claim(60):
            with guard:
                claimed.append(chunk.number)
            table.finish(chunk, 1, 0, str(chunk.number))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while chunk := table.claim(60):  # a claim that lost all its races gives up though there is work
        claimed.append(chunk.number)
        table.finish(chunk, 1, 0, str(chunk.number))
    assert sorted(claimed) == list(range(1, 41))
    assert table.get(job).state == "done"


def test_housekeeping_names_what_waits_and_what_is_old(table):
    waiting, over = added(table), added(table)
    split(table, over, [])
    assert table.with_work() == [waiting]
    assert table.open() == 1
    assert table.expired(-1) == [over]
    assert table.expired(60) == []
    assert [job.id for job in table.page(JobFilter(model="loan"), 9)[0]] in ([waiting, over], [over, waiting])
    assert table.page(JobFilter(model="iris"), 9) == ([], None)
    table.removals.finish(over)
    assert table.get(over) is None
