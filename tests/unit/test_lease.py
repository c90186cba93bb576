"""The lease on rows of a table: one owner at a time, on both databases; with a table of the test's own."""

import threading

import pytest
from sqlalchemy import Column, Float, Integer, MetaData, String, Table, insert, select, update

from store.db import open_store
from store.lease import Lease
from tests.faults.places import database

HOUR = 3600.0
letters = Table(
    "letters",
    MetaData(),
    Column("town", String(10), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("until", Float, nullable=False),
    Column("who", String(40)),
    Column("attempts", Integer, nullable=False),
)
seats = Table(
    "seats", MetaData(), Column("name", String(10), primary_key=True), Column("due", Float), Column("owner", String(40))
)
LETTERS = Lease(letters, until="until", owner="who", while_in=letters.c.state == "waiting", counts_claims=True)
SEATS = Lease(seats)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    with database(request.param, tmp_path) as url:
        made = open_store(url).webhooks._engine()
        for table in (letters, seats):
            table.metadata.create_all(made)
        yield made


def written(engine, *numbers, state="waiting", until=0.0):
    row = {"town": "Kiel", "state": state, "until": until, "attempts": 0}
    with engine.begin() as connection:
        connection.execute(insert(letters), [{**row, "number": each} for each in numbers])


def rows(engine):
    with engine.connect() as connection:
        return {row.number: row for row in connection.execute(select(letters))}


def is_number(number):
    return letters.c.number == number


def run_out(engine):
    with engine.begin() as connection:
        connection.execute(update(letters).values(until=1.0))


def test_what_is_due_longest_is_claimed_first_and_once(engine):
    written(engine, 1, until=20.0)
    written(engine, 2, until=10.0)
    (first,), (second,) = LETTERS.claim_due(engine, HOUR), LETTERS.claim_due(engine, HOUR)
    assert (first.number, second.number) == (2, 1)
    assert first.who != second.who
    assert (first.attempts, second.attempts) == (1, 1)
    assert LETTERS.claim_due(engine, HOUR) == []


def test_no_more_are_claimed_than_asked_for_and_only_those_that_fulfil_the_condition(engine):
    written(engine, 1, 2, 3, 4)
    assert len(LETTERS.claim_due(engine, HOUR, is_number(3).is_(False), most=2)) == 2
    assert len(LETTERS.claim_due(engine, HOUR, is_number(3).is_(False), most=2)) == 1
    assert [row.number for row in LETTERS.claim_due(engine, HOUR, most=2)] == [3]


def test_what_is_over_or_not_due_yet_is_not_claimed(engine):
    written(engine, 1, state="sent")
    written(engine, 2, until=4e9)
    assert LETTERS.claim_due(engine, HOUR) == []
    assert {row.attempts for row in rows(engine).values()} == {0}


def test_an_expired_lease_has_a_new_owner_and_the_late_one_changes_nothing(engine):
    written(engine, 1)
    (late,) = LETTERS.claim_due(engine, HOUR)
    run_out(engine)
    (mine,) = LETTERS.claim_due(engine, HOUR)
    assert mine.attempts == 2
    with engine.begin() as connection:
        assert not LETTERS.renew(connection, late.who, is_number(1), seconds=HOUR)
        assert not LETTERS.change(connection, late.who, is_number(1), state="sent")
        assert not LETTERS.give_back(connection, late.who, is_number(1), pause=0.0)
        assert LETTERS.renew(connection, mine.who, is_number(1), seconds=2 * HOUR)
    held = rows(engine)[1]
    assert (held.who, held.state) == (mine.who, "waiting")
    assert HOUR < held.until - mine.until < 2 * HOUR


def test_an_expired_lease_that_nobody_took_can_be_renewed(engine):
    written(engine, 1)
    (mine,) = LETTERS.claim_due(engine, HOUR)
    run_out(engine)
    with engine.begin() as connection:
        assert LETTERS.renew(connection, mine.who, is_number(1), seconds=HOUR)
    assert LETTERS.claim_due(engine, HOUR) == []


def test_what_is_given_back_waits_for_its_pause_and_what_is_over_stays(engine):
    written(engine, 1, 2, 3)
    taken = {row.number: row.who for row in LETTERS.claim_due(engine, HOUR, most=3)}
    with engine.begin() as connection:
        assert LETTERS.give_back(connection, taken[1], is_number(1), pause=0.0, attempts=0)
        assert LETTERS.give_back(connection, taken[2], is_number(2), pause=HOUR)
        assert LETTERS.give_back(connection, taken[3], is_number(3), state="sent")
        assert not LETTERS.renew(connection, taken[3], is_number(3), seconds=HOUR)
    assert {row.who for row in rows(engine).values()} == {None}
    assert [(row.number, row.attempts) for row in LETTERS.claim_due(engine, HOUR, most=3)] == [(1, 1)]


def test_claims_are_counted_only_where_the_lease_is_to_count_them(engine):
    written(engine, 1)
    (mine,) = Lease(letters, until="until", owner="who").claim_due(engine, HOUR)
    assert mine.attempts == 0


def test_of_many_at_once_each_has_rows_of_its_own(engine):
    written(engine, *range(40))
    gate, got = threading.Barrier(4), []

    def work() -> None:
        gate.wait()
        while taken := LETTERS.claim_due(engine, HOUR, most=3):
            got.extend(row.number for row in taken)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    while taken := LETTERS.claim_due(engine, HOUR, most=3):  # a look may have met rows that others were about to claim
        got.extend(row.number for row in taken)
    assert sorted(got) == list(range(40))
    assert {row.attempts for row in rows(engine).values()} == {1}


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_what_another_is_about_to_claim_is_passed_over(engine):
    written(engine, 1, until=1.0)
    written(engine, 2, until=2.0)
    with engine.begin() as connection:
        connection.execute(select(letters).where(is_number(1)).with_for_update())
        assert [row.number for row in LETTERS.claim_due(engine, HOUR)] == [2]
        assert LETTERS.claim_due(engine, HOUR) == []
    assert [row.number for row in LETTERS.claim_due(engine, HOUR)] == [1]


def test_a_key_is_claimed_by_one_who_may_claim_it_again_once_it_has_expired(engine):
    def claim(owner, seconds=HOUR, or_if=None):
        with engine.begin() as connection:
            return SEATS.claim_key(connection, {"name": "window"}, owner, seconds, or_if)

    assert claim("ann")
    assert not claim("bob")
    assert not claim("ann")
    assert claim("bob", or_if=seats.c.owner == "ann")
    with engine.begin() as connection:
        assert not SEATS.renew(connection, "ann", seats.c.name == "window", seconds=HOUR)
        assert connection.scalar(select(seats.c.owner).where(SEATS.live(connection))) == "bob"
        assert SEATS.give_back(connection, "bob", seats.c.name == "window", pause=0.0)
    assert claim("ann")


def test_of_many_who_claim_a_new_key_one_has_it(engine):
    gate, got = threading.Barrier(6), []

    def claim(owner: str) -> None:
        gate.wait()
        with engine.begin() as connection:
            got.append(SEATS.claim_key(connection, {"name": "aisle"}, owner, HOUR))

    threads = [threading.Thread(target=claim, args=(str(at),)) for at in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(got) == [False] * 5 + [True]


def test_a_lease_without_owners_claims_no_key(engine):
    with engine.begin() as connection, pytest.raises(TypeError, match="letters has no owners"):
        Lease(letters, "until", None).claim_key(connection, {"town": "Kiel", "number": 1}, "ann", HOUR)
