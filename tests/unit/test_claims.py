"""Claims of chunks: in which order, of which jobs, past what others are about to claim, and read from an index."""

import pytest
from sqlalchemy import select

from store.database_table import clock
from store.job_queries import first_open, free
from store.jobs import JobTable
from store.tables import chunks
from tests.unit.test_job_table import added, let_leases_run_out, split, table  # noqa: F401
from tests.unit.test_store import url  # noqa: F401 - a fixture: both databases

OTHER = "iris@11111111"


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_what_another_is_about_to_claim_is_passed_over(table):  # noqa: F811
    """The other's claim is not committed yet: PostgreSQL gives the next chunk at once instead of waiting for it."""
    split(table, added(table), [(1, 5), (2, 5), (3, 5)])
    with table._engine().begin() as connection:
        connection.execute(select(chunks.c.number).where(chunks.c.number == 1).with_for_update())
        assert [table.claim(60).number, table.claim(60).number] == [2, 3]
        assert table.claim(60) is None
    assert table.claim(60).number == 1


def test_a_lease_that_ran_out_comes_first_then_the_order_of_the_file(table):  # noqa: F811
    split(table, added(table), [(number, 5) for number in (1, 2, 3, 4)])
    first, second = table.claim(60), table.claim(60)
    table.finish(first, 5, file="one")
    let_leases_run_out(table)
    assert [table.claim(60).number for _ in range(3)] == [second.number, 3, 4]


def test_a_long_job_does_not_starve_a_short_one(table):  # noqa: F811
    long, short = added(table), added(table)
    split(table, long, [(number, 1) for number in range(1, 201)])
    split(table, short, [(1, 1)])
    first = next(at for at in range(201) if table.claim(60).job == short)
    assert first < 60  # it is one of two at each claim: by chance once in 10 to the 18


def test_jobs_of_some_versions_can_be_left_to_others(table):  # noqa: F811
    left, mine = added(table, model=OTHER), added(table)
    assert table.claim(60, left, {OTHER}) is None
    assert table.claim(60, None, {OTHER}).job == mine
    assert table.claim(60, None, {OTHER}) is None
    assert table.claim(60).job == left


def test_a_job_whose_last_finisher_died_before_he_closed_it_is_closed(table, monkeypatch):  # noqa: F811
    job = added(table)
    split(table, job, [(1, 5)])
    with monkeypatch.context() as dying:
        dying.setattr(JobTable, "_close", lambda *_: None)
        table.finish(table.claim(60), 5, file="one")
    assert table.get(job).state == "running"
    assert table.with_work() == [job]
    assert table.claim(60) is None
    assert (table.get(job).state, table.with_work()) == ("done", [])


def test_claims_read_open_chunks_from_their_index(table):  # noqa: F811
    """Whatever the planner believes of how many are done: only this index has the order of a claim."""
    job = added(table)
    split(table, job, [(number, 5) for number in range(1, 1001)])
    with table._engine().begin() as connection:
        sqlite = connection.dialect.name == "sqlite"
        for query in (first_open(job, free(clock(connection))), first_open(job)):
            asked = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
            plan = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN' if sqlite else ''} {asked}".replace("%%", "%"))
            lines = " ".join(str(row) for row in plan)
            assert "pieces_open" in lines
            assert "bitmap" not in lines.lower()
            assert "sort" not in lines.lower()
            assert "temp b-tree" not in lines.lower()


def test_a_worker_reads_a_job_without_counting_its_chunks(table):  # noqa: F811
    job = added(table, callback_url="https://shop.example/called")
    split(table, job, [(1, 5)])
    table.finish(table.claim(60), 5, 2, "one")
    counted, bare = table.get(job), table.get_uncounted(job)
    assert (bare.id, bare.model, bare.kind, bare.state, bare.options) == (
        counted.id, counted.model, counted.kind, counted.state, counted.options,
    )  # fmt: skip
    assert (bare.done, bare.total, bare.webhook) == (0, None, None)
    assert table.get_uncounted("nobody") is None
