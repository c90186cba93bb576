"""Two jobs in one table: what is done to one leaves the other as it was; and pages of jobs at their exact ends."""

import json

import pytest
from sqlalchemy import select, update

from store.job import EXPORT, JobFilter
from store.tables import chunks, jobs, webhooks
from tests.unit.test_job_table import KEY, added, by_one_who_saw, let_leases_run_out, split, table  # noqa: F401
from tests.unit.test_store import url  # noqa: F401 - a fixture: both databases


def whole(table, job):  # noqa: F811
    """All that the store has of a job."""
    with table._engine().connect() as connection:
        of_chunks = select(chunks).where(chunks.c.job == job).order_by(chunks.c.number)
        of_calls = select(webhooks).where(webhooks.c.job == job)
        rows = [connection.execute(each).all() for each in (select(jobs).where(jobs.c.id == job), of_chunks, of_calls)]
    return [tuple(row) for found in rows for row in found]


def set_times(table, **times):  # noqa: F811
    with table._engine().begin() as connection:
        for job, created in times.items():
            connection.execute(update(jobs).where(jobs.c.id == job).values(created=created))


def named(table, *names, created=1_000.0, **more):  # noqa: F811
    """Jobs under ids of one's own, accepted one second after the other."""
    for at, name in enumerate(names):
        assert table.add(name, **{"model": KEY, "digest": "d" * 64, "size": 1, "options": {}, "key": None} | more)
        set_times(table, **{name: created + at})


def ids(found):
    return [job.id for job in found[0]]


# ---- what is done to one of two ----------------------------------------------------------------


def test_starting_one_held_job_starts_no_other(table):  # noqa: F811
    one, two = added(table, state="held"), added(table, state="held")
    before = whole(table, two)
    assert table.claim(60) is None
    assert table.start(one, {"reasons": 1})
    assert (table.get(one).state, table.get(one).options) == ("waiting", {"reasons": 1})
    assert whole(table, two) == before
    assert not table.start(one, {"reasons": 2})
    assert table.get(one).options == {"reasons": 1}


def test_claiming_a_chunk_of_one_job_begins_no_other(table):  # noqa: F811
    one, two = added(table), added(table)
    before = whole(table, two)
    assert table.claim(60, one).job == one
    assert whole(table, two) == before
    assert table.claim(60, one) is None  # the other's chunk is free, and not of this job
    assert table.claim(60).job == two


def test_finishing_cancelling_and_failing_one_leave_the_other(table):  # noqa: F811
    other = added(table, options={"reasons": 7})
    split(table, other, [(1, 5)])
    table.claim(60, other)
    before = whole(table, other)
    done, cancelled, failed = (added(table) for _ in range(3))
    split(table, done, [(1, 2)])
    assert table.finish(table.claim(60, done), 2, file="one", about={"found": "commas"})
    assert table.cancel(cancelled)
    assert table.fail(failed, "no good")
    assert [table.get(job).state for job in (done, cancelled, failed)] == ["done", "cancelled", "failed"]
    assert table.get(done).options == {"reasons": 3, "found": "commas"}
    assert table.get(done).refused == 0
    assert whole(table, other) == before


def test_a_lease_is_not_renewed_for_a_job_that_is_over_though_another_is_open(table):  # noqa: F811
    over, _ = added(table), added(table)
    chunk = table.claim(60, over)
    assert table.cancel(over)
    assert not table.renew(chunk, 60)


def test_forgetting_one_leaves_the_other_with_its_chunks_and_call(table):  # noqa: F811
    other, over, gone = (added(table, callback_url="https://shop.example/called") for _ in range(3))
    table.cancel(over)
    before = [whole(table, job) for job in (other, over)]
    assert not table.removals.finish(gone)  # it waits
    table.claim(60, gone)
    assert not table.removals.finish(gone)  # it runs
    assert table.get(gone).webhook.attempts == 0
    table.cancel(gone)
    assert table.removals.finish(gone)
    assert not table.removals.finish(gone)
    assert whole(table, gone) == []
    assert [whole(table, job) for job in (other, over)] == before
    held = added(table, state="held")
    assert table.removals.finish(held)


def test_results_and_numbers_are_of_one_job_and_of_what_is_done(table):  # noqa: F811
    one, two = added(table), added(table)
    split(table, one, [(1, 5), (2, 5)])
    split(table, two, [(3, 5)])
    table.finish(table.claim(60, one), 5, file="one")
    assert table.results(one) == ["head", "one"]
    assert (table.numbers(one), table.numbers(two)) == ({0, 1, 2}, {0, 3})


# ---- who looked some time ago -------------------------------------------------------------------


def test_a_chunk_that_its_slow_owner_finished_is_not_begun_again(table, monkeypatch):  # noqa: F811
    """It was seen with a lease that had run out; the claim asks for its state once more, and it is done."""
    job = added(table)
    split(table, job, [(1, 5), (2, 5)])
    slow = table.claim(60)
    let_leases_run_out(table)
    seen = table._claimable(None, ())
    assert table.finish(slow, 5, file="slow")
    assert by_one_who_saw(table, monkeypatch, seen).number == 2
    assert table.results(job) == ["head", "slow"]


def test_a_job_that_was_cancelled_meanwhile_is_not_begun_again(table, monkeypatch):  # noqa: F811
    job = added(table)
    split(table, job, [(1, 5)])
    seen = table._claimable(None, ())
    table.cancel(job)
    by_one_who_saw(table, monkeypatch, seen)
    assert table.get(job).state == "cancelled"


def test_a_job_that_was_cancelled_is_not_done_when_its_last_chunk_is(table):  # noqa: F811
    job = added(table)
    split(table, job, [(1, 5)])
    chunk = table.claim(60)
    table.cancel(job)
    table.finish(chunk, 5, file="late")
    assert table.get(job).state == "cancelled"


# ---- what is counted ----------------------------------------------------------------------------


def test_how_many_records_there_are_is_known_when_the_splitting_is_done(table):  # noqa: F811
    job = added(table)
    splitting = table.claim(60)
    table.add_chunks(splitting, [(1, 5, "in 1"), (2, 4, "in 2")])
    table.finish(table.claim(60), 5, 1, "one")
    assert (table.get(job).total, table.get(job).done, table.get(job).refused) == (None, 5, 1)
    table.finish(splitting, 9)
    assert (table.get(job).total, table.get(job).done) == (9, 5)


def test_gaps_and_unread_values_are_summed_over_chunks(table):  # noqa: F811
    job, other = added(table), added(table)
    split(table, job, [(1, 5), (2, 5), (3, 5), (4, 5)])
    split(table, other, [(1, 5)])
    told = [{"gaps": {"age": 2}}, {"unread": {"debt": 1}}, {"gaps": {"age": 1, "debt": 4}, "unread": {"debt": 2}}, {}]
    for each in told:
        table.finish(table.claim(60, job), 5, **each)
    assert (table.get(job).gaps, table.get(job).unread) == ({"age": 3, "debt": 4}, {"debt": 3})
    assert (table.get(other).gaps, table.get(other).unread) == ({}, {})
    with table._engine().begin() as connection:
        assert connection.scalar(select(chunks.c.gaps).where(chunks.c.job == job, chunks.c.number == 4)) is None
        earlier = update(chunks).where(chunks.c.job == job, chunks.c.number == 1)  # as an earlier version wrote them
        connection.execute(earlier.values(gaps=json.dumps({"age": 7})))
    assert table.get(job).gaps == {"age": 8, "debt": 4}


def test_work_and_open_jobs(table):  # noqa: F811
    assert (table.open(), table.with_work()) == (0, [])
    free, held, over = added(table), added(table), added(table)
    table.claim(60, held)
    table.cancel(over)
    assert table.with_work() == [free]
    assert table.open() == 2
    let_leases_run_out(table)
    assert set(table.with_work()) == {free, held}


def test_old_jobs_are_those_over_or_held_for_longer(table):  # noqa: F811
    held, waiting, over = added(table, state="held"), added(table), added(table)
    assert table.expired(60) == []
    set_times(table, **{held: 1.0, waiting: 1.0, over: 1.0})
    assert table.expired(60) == [held]
    table.cancel(over)
    assert table.expired(60) == [held]  # over for a moment only, however old it is
    assert set(table.expired(-60)) == {held, over}


# ---- pages of jobs ------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 6])
def test_pages_give_each_job_once_the_newest_first(table, most):  # noqa: F811
    """Three of the five were accepted in the same moment: then the greater id comes first."""
    named(table, "a", "b", "c", "d", "e")
    set_times(table, b=1_002.0, c=1_002.0, d=1_002.0)
    pages, after = [], None
    while not pages or after:
        found, after = table.page(JobFilter(), most, after)
        pages.append([job.id for job in found])
    assert [job for page in pages for job in page] == ["e", "d", "c", "b", "a"]
    assert [len(page) for page in pages] == [most] * (5 // most) + [5 % most] * (5 % most > 0)


def test_pages_go_by_time_first_whatever_the_ids_are(table):  # noqa: F811
    named(table, "c", "a", "b")
    assert ids(table.page(JobFilter(), 1, (1_001.0, "a"))) == ["c"]
    assert ids(table.page(JobFilter(), 9, (1_002.0, "b"))) == ["a", "c"]
    assert ids(table.page(JobFilter(), 9, (1_000.0, "c"))) == []


def test_a_page_ends_at_its_last_job(table):  # noqa: F811
    named(table, "a", "b", "c")
    assert table.page(JobFilter(), 2)[1] == (1_001.0, "b")
    assert table.page(JobFilter(), 3)[1] is None
    assert table.page(JobFilter(), 2, (1_001.0, "b"))[1] is None


def test_times_leave_out_the_moment_itself(table):  # noqa: F811
    named(table, "a", "b", "c")
    assert ids(table.page(JobFilter(after=1_000.0), 9)) == ["c", "b"]
    assert ids(table.page(JobFilter(before=1_002.0), 9)) == ["b", "a"]
    assert ids(table.page(JobFilter(after=1_000.0, before=1_002.0), 9)) == ["b"]


def test_jobs_of_a_model_or_of_one_version(table):  # noqa: F811
    for job, model in (("a", "loan@11111111"), ("b", "loan@22222222"), ("c", "loan-2@11111111"), ("d", "lo@1")):
        named(table, job, model=model, created=1_000.0 + ord(job))
    assert ids(table.page(JobFilter(model="loan"), 9)) == ["b", "a"]
    assert ids(table.page(JobFilter(model="loan@11111111"), 9)) == ["a"]
    assert ids(table.page(JobFilter(model="loan@1111"), 9)) == []
    assert ids(table.page(JobFilter(), 9)) == ["d", "c", "b", "a"]


def test_jobs_in_some_states_and_of_one_kind(table):  # noqa: F811
    named(table, "a", "b", "c")
    named(table, "x", created=2_000.0, options={"kind": EXPORT})
    named(table, "y", created=3_000.0, options={"kind": "campaign"})
    table.cancel("b")
    table.fail("c", "no good")
    assert ids(table.page(JobFilter(states=("cancelled", "failed")), 9)) == ["c", "b"]
    assert ids(table.page(JobFilter(kind="campaign"), 9)) == ["y"]
    assert ids(table.page(JobFilter(kind=EXPORT), 9)) == ["x"]
    assert ids(table.page(JobFilter(), 9)) == ["y", "c", "b", "a"]  # an export is part of another job
